"""A published model as the lifter of a recognition."""

import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.published import lifter, videopose3d
from hdvr_jax.skeletons import get_skeleton

DATA = pathlib.Path(__file__).parent.parent / "data"
WEIGHTS = DATA / "videopose3d_plain.bin"


def clip(frames=11, skeleton="coco17"):
    rng = np.random.default_rng(0)
    return {
        "clip": "a",
        "skeleton": skeleton,
        "fps": 30.0,
        "keypoints": rng.uniform(100, 800, (1, frames, 17, 2)).astype(np.float32),
        "confidence": np.ones((1, frames, 17), np.float32),
        "views": ("input",),
        "image_size": np.array([[1000, 600]], np.int32),
    }


def test_screen_coordinates_span_the_width():
    corners = np.array([[0.0, 0.0], [1000, 600], [500, 300]])
    np.testing.assert_allclose(lifter.screen_coordinates(corners, (1000, 600)), [[-1, -0.6], [1, 0.6], [0, 0]])


@pytest.mark.parametrize("layout", lifter.LAYOUTS)
def test_every_frame_gets_the_pose_of_the_published_model(layout):
    seen = clip(skeleton=layout)
    lift = lifter.load(WEIGHTS, layout)
    assert any("shrink" in line for line in lift.report)
    assert lift.trajectory is None
    found = lift.on_clip(seen)["poses"]
    assert found.shape == (11, 17, 3)
    np.testing.assert_array_equal(found[:, 0], 0)
    # By hand: frame 5 with its 27 frames, edges repeated, and the mean with the mirrored input's pose.
    model = videopose3d.load(WEIGHTS)
    variables = jax.tree.map(jnp.asarray, model.variables)
    screen = lifter.screen_coordinates(seen["keypoints"][0], (1000, 600))
    window = screen[np.clip(np.arange(5 - 13, 5 + 14), 0, 10)]
    into, out = list(get_skeleton(layout).mirror), list(get_skeleton("h36m17").mirror)
    straight, turned = (
        np.array(model.network.apply(variables, jnp.asarray(x.reshape(1, 27, -1)), strided=False))[0, 0]
        for x in (window, (window * [-1, 1])[:, into].astype(np.float32))
    )
    expected = (straight + turned[out] * [-1, 1, 1]) / 2
    np.testing.assert_allclose(found[5], expected - expected[0], atol=1e-4)


def test_another_layout_is_an_error():
    with pytest.raises(InputError, match="the layout 'body25'; expected coco17 or h36m17"):
        lifter.load(WEIGHTS, "body25")


def test_weights_of_other_joints_are_an_error(monkeypatch):
    found = videopose3d.load(WEIGHTS)
    other = type(found)(found.network, found.variables, 13, found.report)
    monkeypatch.setattr(lifter.videopose3d, "load_with_trajectory", lambda path, causal: (other, None))
    with pytest.raises(InputError, match="lifts 13 joints to 17; expected 17 of coco17"):
        lifter.load(WEIGHTS, "coco17")
    monkeypatch.setattr(lifter.videopose3d, "load_with_trajectory", lambda path, causal: (found, found))
    with pytest.raises(InputError, match="model_traj takes 17 joints to 17; expected 17 of coco17 to 1"):
        lifter.load(WEIGHTS, "coco17")


def test_a_causal_model_reads_no_later_frame():
    """The file does not tell: as symmetric, the same weights would look half a receptive field ahead."""
    causal, symmetric = (lifter.load(DATA / "videopose3d_causal.bin", "h36m17", causal=flag) for flag in (True, False))
    with np.load(DATA / "videopose3d_causal.npz") as golden:
        screen = golden["inputs"][0]
    changed = screen.copy()
    changed[20:] += 0.5
    for lift, same in ((causal, True), (symmetric, False)):
        assert np.allclose(lift.poses(screen)[:20], lift.poses(changed)[:20], atol=1e-6) == same


def test_poses_and_trajectory_are_those_of_the_published_evaluation():
    lift = lifter.load(DATA / "videopose3d_trajectory.bin", "h36m17")
    assert any(line.startswith("model_traj: shrink") for line in lift.report)
    assert not any("not read" in line for line in lift.report if "epoch" not in line)
    with np.load(DATA / "videopose3d_trajectory.npz") as golden:
        screen, expected, way = (golden[name] for name in ("inputs", "mirrored_poses", "mirrored_trajectory"))
    inner = slice(13, 34 - 13)  # frames around which the input has all 27; beyond, edges are repeated here
    np.testing.assert_allclose(lift.trajectory(screen[0])[inner], way, atol=1e-5)
    np.testing.assert_allclose(lift.poses(screen[0])[inner], expected - expected[:, :1], atol=2e-5)
    # Through a clip: pixels of the same screen coordinates.
    seen = clip(frames=34, skeleton="h36m17")
    seen["keypoints"] = ((screen + np.array([1, 0.6])) * 500).astype(np.float32)
    found = lift.on_clip(seen)
    assert found["trajectory"].shape == (34, 3)
    np.testing.assert_allclose(found["trajectory"][inner], way[:, 0], atol=1e-4)
