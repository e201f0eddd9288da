"""The detector's noise: what is drawn agrees with the parameters, and nothing breaks it."""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax import detector_noise
from hdvr_jax.detector_noise import process
from hdvr_jax.errors import InputError
from hdvr_jax.skeletons import get_skeleton

FITTED = pathlib.Path(detector_noise.__file__).parent.parent / "data" / "detector_noise.json"
JOINTS = get_skeleton("coco17").joints
# A person who stands facing the camera, arms out: metres, image axes (y down). Nothing hides anything.
STANDING = np.array(
    [
        *([0, -0.7], [0.03, -0.73], [-0.03, -0.73], [0.07, -0.7], [-0.07, -0.7], [0.18, -0.5], [-0.18, -0.5]),
        *([0.42, -0.45], [-0.42, -0.45], [0.65, -0.45], [-0.65, -0.45], [0.11, 0], [-0.11, 0]),
        *([0.2, 0.4], [-0.2, 0.4], [0.25, 0.8], [-0.25, 0.8]),
    ]
)
DEPTH = np.full(17, 4.0)
DEPTH[:3] = 3.91  # the face looks at the camera
FPS = 50.0

sample = jax.jit(detector_noise.sample)
# Everything but the key is shared; parameters are arguments, so that tests compile it once per shape.
sample_many = jax.jit(jax.vmap(detector_noise.sample, in_axes=(0, None, None, None, None, None)))


def person(frames: int, pixels: float = 200.0) -> tuple[jax.Array, jax.Array]:
    points = jnp.asarray(np.broadcast_to(STANDING * pixels + 500.0, (frames, 17, 2)), jnp.float32)
    return points, jnp.asarray(np.broadcast_to(DEPTH, (frames, 17)), jnp.float32)


def plain(**changes) -> detector_noise.NoiseParams:
    """The fitted parameters without twins, swaps, misses and bias, so that the rest can be measured."""
    params = detector_noise.load_params()
    zero = jnp.zeros(17)
    nothing = {"twin_threshold": zero - 9.0, "twin_slope": zero, "lateral": zero, "upward": zero}
    return params.replace(**{**nothing, "swap_rate": jnp.zeros(()), "miss_rate": jnp.zeros(()), **changes})


def draw(params, batch=300, frames=100, seed=0, scale=1.0, points=None, depth=None):
    here = person(frames)
    points, depth = (here[0] if points is None else points), (here[1] if depth is None else depth)
    keys = jax.random.split(jax.random.key(seed), batch)
    keypoints, confidence = sample_many(keys, points, depth, FPS, params, scale)
    unit = detector_noise.person_scale(points, params.layout.body)
    return np.asarray((keypoints - points) / unit[:, None, None]), np.asarray(confidence)


def test_same_key_same_detections_and_another_key_others():
    params, (points, depth) = detector_noise.load_params(), person(40)
    first, again, other = (sample(jax.random.key(seed), points, depth, FPS, params) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert np.abs(np.asarray(first[0] - other[0])).min(axis=(0, 2)).max() > 0.01


@pytest.mark.parametrize("frames", [1, 300])
def test_batched_equals_one_by_one(frames):
    params, (points, depth) = detector_noise.load_params(), person(frames)
    keys = jax.random.split(jax.random.key(0), 3)
    batched = sample_many(keys, points, depth, FPS, params, 1.0)
    for index, key in enumerate(keys):
        single = sample(key, points, depth, FPS, params)
        np.testing.assert_allclose(batched[0][index], single[0], rtol=1e-5, atol=1e-2)
        np.testing.assert_allclose(batched[1][index], single[1], atol=1e-4)


def test_spread_and_confidence_are_those_of_the_parameters():
    logit = jnp.linspace(-1.0, 3.0, 17)
    params = plain(logit=logit, logit_spread=jnp.zeros(17), tail=jnp.zeros(17), logit_occluded=jnp.zeros(17))
    error, confidence = draw(params)
    np.testing.assert_allclose(confidence[0, 0], jax.nn.sigmoid(logit), atol=1e-5)
    np.testing.assert_allclose(error.std((0, 1, 3)), detector_noise.error_spread(logit, params), rtol=0.06)
    np.testing.assert_allclose(error.mean((0, 1, 3)), 0.0, atol=0.01)


def test_logit_varies_as_the_parameters_say():
    params = plain(logit_occluded=jnp.zeros(17), logit=jnp.zeros(17), logit_spread=jnp.full(17, 0.8))
    _, confidence = draw(params)
    logit = np.log(confidence / (1 - confidence))
    np.testing.assert_allclose(logit.std((0, 1)), 0.8, rtol=0.06)
    np.testing.assert_allclose(logit.mean((0, 1)), 0.0, atol=0.08)


def test_errors_correlate_over_time_and_within_limbs_as_the_parameters_say():
    params = plain(logit_spread=jnp.zeros(17), tail=jnp.zeros(17))
    error, _ = draw(params)
    unit = error / error.std((0, 1, 3))[:, None]
    for lag in (1, 5, 10):
        found = (unit[:, lag:] * unit[:, :-lag]).mean((0, 1, 3))
        np.testing.assert_allclose(found, np.exp(-lag / FPS / np.asarray(params.error_seconds)), atol=0.08)
    flat = np.moveaxis(unit, 2, -1).reshape(-1, 17)
    table = json.loads(FITTED.read_text())["groups"]
    for a, b, share in (
        ("left_elbow", "left_wrist", table["arm"]["error_share"]),
        ("left_hip", "right_shoulder", table["trunk"]["error_share"]),
        ("left_wrist", "right_wrist", 0.0),
    ):
        correlation = np.corrcoef(flat[:, JOINTS.index(a)], flat[:, JOINTS.index(b)])[0, 1]
        assert abs(correlation - share) < 0.08, (a, b, correlation)


def test_both_forms_of_the_autoregression_are_the_recursion():
    rng = np.random.default_rng(0)
    for frames in (30, 300):
        white = rng.normal(size=(frames, 2, 3)).astype(np.float32)
        decay = rng.uniform(0, 0.99, (2, 3)).astype(np.float32)
        slow = [white[0]]
        for w in white[1:]:
            slow.append(decay * slow[-1] + np.sqrt(1 - decay**2) * w)
        fast = jax.jit(process.correlate)(jnp.asarray(white), jnp.asarray(decay))
        np.testing.assert_allclose(fast, np.stack(slow), atol=2e-4)


def test_cheap_normals_have_mean_zero_variance_one_and_are_independent():
    first, second = process.normals(jax.random.bits(jax.random.key(0), (200_000,), jnp.uint32))
    for values in (np.asarray(first), np.asarray(second)):
        assert abs(values.mean()) < 0.01
        assert abs(values.std() - 1.0) < 0.01
        assert abs(np.corrcoef(values[1:], values[:-1])[0, 1]) < 0.01
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.01


def test_episodes_have_the_rate_and_length_asked_for():
    rate, seconds, fps = 0.5, 0.2, 50.0
    bits = jax.random.bits(jax.random.key(0), (400, 1000), jnp.uint32)
    chain = jax.vmap(lambda b: process.episodes(b, jnp.asarray(rate), jnp.asarray(seconds), jnp.asarray(fps)))
    inside = np.asarray(chain(bits)) > 0
    starts = (inside[:, 1:] & ~inside[:, :-1]).sum() / ((~inside[:, :-1]).sum() / fps)
    ends = (~inside[:, 1:] & inside[:, :-1]).sum() / inside[:, :-1].sum() * fps
    assert starts == pytest.approx(rate, rel=0.08)
    assert 1 / ends == pytest.approx(seconds, rel=0.08)
    assert inside[:, 0].mean() == pytest.approx(rate * seconds / (1 + rate * seconds), abs=0.05)


def test_misses_have_confidence_zero_and_finite_points():
    params = plain(miss_rate=jnp.asarray(0.5), miss_seconds=jnp.asarray(0.2))
    error, confidence = draw(params)
    missed = (confidence == 0).all(-1)
    assert ((confidence == 0).any(-1) == missed).all()
    assert missed.mean() == pytest.approx(0.1 / 1.1, abs=0.02)
    assert np.isfinite(error).all()


def test_swaps_exchange_the_sides_of_the_whole_body():
    params = plain(swap_rate=jnp.asarray(0.5), swap_seconds=jnp.asarray(0.2), spread=jnp.zeros(17))
    params = params.replace(spread_seen=jnp.full(17, 0.005))
    error, _ = draw(params)
    swapped = np.linalg.norm(error, axis=-1)[..., 5:] > 0.1
    assert (swapped.all(-1) == swapped.any(-1)).all()
    assert swapped.mean() == pytest.approx(0.1 / 1.1, abs=0.02)
    assert (np.linalg.norm(error, axis=-1)[..., 0] < 0.1).all()


def test_a_badly_seen_joint_lies_on_its_twin_as_often_as_asked():
    threshold = jnp.full(17, -1.0)
    params = plain(twin_threshold=threshold, tail=jnp.zeros(17), spread=jnp.zeros(17), twin_seconds=jnp.asarray(0.05))
    params = params.replace(spread_seen=jnp.full(17, 0.005))
    error, _ = draw(params)
    away = np.linalg.norm(error, axis=-1)[..., JOINTS.index("left_wrist")] > 0.5
    assert away.mean() == pytest.approx(0.159, abs=0.02)


def test_strength_zero_gives_the_truth_and_two_doubles_the_error():
    params = detector_noise.load_params()
    error, confidence = draw(params, scale=0.0)
    np.testing.assert_allclose(error, 0.0, atol=1e-5)
    assert 0.5 < confidence.mean() < 1.0
    single, double = (draw(plain(), scale=scale)[0] for scale in (1.0, 2.0))
    np.testing.assert_allclose(double, 2 * single, atol=1e-4)


def test_resolution_and_place_in_the_image_change_nothing():
    params = detector_noise.load_params()
    (small, depth), (large, _) = person(100, 40.0), person(100, 400.0)
    near, far = (draw(params, points=points, depth=depth) for points in (small, large + 300.0))
    np.testing.assert_allclose(near[0], far[0], atol=1e-3)
    np.testing.assert_allclose(near[1], far[1], atol=1e-3)


def test_a_mirrored_person_has_mirrored_statistics():
    params = detector_noise.load_params()
    points, depth = person(100)
    points, depth = points.at[:, 9].set(points[:, 12]), depth.at[:, 9].add(0.3)  # one wrist behind the back
    mirror = np.asarray(params.layout.mirror)
    flip = jnp.asarray([-1.0, 1.0])
    error, confidence = draw(params, points=points, depth=depth)
    other, sure = draw(params, seed=1, points=(points * flip)[:, mirror], depth=depth[:, mirror])
    back = (other * np.array([-1.0, 1.0]))[:, :, mirror]
    sizes, mirrored = (np.median(np.linalg.norm(e, axis=-1), axis=(0, 1)) for e in (error, back))
    np.testing.assert_allclose(sizes, mirrored, rtol=0.12)
    np.testing.assert_allclose(np.median(confidence, (0, 1)), np.median(sure[:, :, mirror], (0, 1)), atol=0.06)
    np.testing.assert_allclose(np.median(error, (0, 1)), np.median(back, (0, 1)), atol=0.02)


def test_occlusion_hides_what_is_behind_the_trunk_and_the_far_side_of_a_turned_head():
    layout = detector_noise.make_layout("coco17")
    points, depth = person(1)
    wrist = JOINTS.index("left_wrist")
    points = points.at[:, wrist].set((points[:, 5] + points[:, 12]) / 2)
    scale = detector_noise.person_scale(points, layout.body)
    behind, front = (
        float(detector_noise.occlusion(points, depth.at[:, wrist].add(d), scale, layout)[0, wrist]) for d in (0.3, -0.3)
    )
    assert behind > 0.9
    assert front == 0.0
    away = depth.at[:, :3].add(0.18)  # nose and eyes beyond the ears: seen from behind
    facing, turned = (detector_noise.occlusion(points, d, scale, layout)[0, :3] for d in (depth, away))
    assert float(facing.max()) < 0.1
    assert float(turned.min()) > 0.9


def test_occluded_and_upside_down_joints_lose_confidence():
    points, depth = person(100)
    upright = draw(plain(), points=points, depth=depth)[1].mean((0, 1))
    upside_down = draw(plain(), points=-points, depth=depth)[1].mean((0, 1))
    assert (upside_down < upright).all()
    hidden = draw(plain(), points=points.at[:, 9].set(points[:, 12]), depth=depth.at[:, 9].add(0.3))[1].mean((0, 1))
    assert hidden[9] < upright[9] - 0.3


def test_degenerate_people_give_finite_numbers_and_unknown_joints_confidence_zero():
    params, (points, depth) = detector_noise.load_params(), person(30)
    cases = {
        "a point": (points * 0 + 7.0, depth),
        "nothing known": (points * jnp.nan, depth * jnp.nan),
        "one joint unknown": (points.at[3:9, 10].set(jnp.nan), depth),
        "depth unknown": (points, depth.at[:, 2].set(jnp.nan)),
    }
    for name, (here, far) in cases.items():
        keypoints, confidence = sample(jax.random.key(0), here, far, FPS, params)
        assert np.isfinite(keypoints).all(), name
        assert np.isfinite(confidence).all(), name
        unknown = ~np.isfinite(np.asarray(here)).all(-1) | ~np.isfinite(np.asarray(far))
        assert (np.asarray(confidence)[unknown] == 0).all(), name
    gradient = jax.jit(jax.grad(lambda p: sample(jax.random.key(0), p, depth, FPS, params)[0].sum()))
    assert np.isfinite(gradient(points * 0)).all()


def test_parameters_survive_a_round_trip_and_other_skeletons_take_the_nearest_kind(tmp_path):
    table = json.loads(FITTED.read_text())
    (tmp_path / "copy.json").write_text(json.dumps(table))
    mine, shipped = detector_noise.load_params(tmp_path / "copy.json"), detector_noise.load_params()
    for a, b in zip(jax.tree.leaves(mine), jax.tree.leaves(shipped), strict=True):
        np.testing.assert_array_equal(a, b)
    h36m = detector_noise.load_params(skeleton="h36m17")
    joints = get_skeleton("h36m17").joints
    for joint, kind in (("right_wrist", "wrist"), ("spine", "hip"), ("head", "nose")):
        assert float(h36m.logit[joints.index(joint)]) == pytest.approx(table["kinds"][kind]["logit"])
    keypoints, confidence = sample(
        jax.random.key(0), jnp.ones((5, 17, 2)) * jnp.arange(17)[:, None], jnp.ones((5, 17)), FPS, h36m
    )
    assert np.isfinite(keypoints).all()
    assert (np.asarray(confidence) > 0).all()


@pytest.mark.parametrize("content", ["{}", "not json", '{"kinds": {}, "groups": {}, "person": {}}', "[]"])
def test_a_bad_parameter_file_is_one_clear_error(tmp_path, content):
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"bad\.json"):
        detector_noise.load_params(path)
    with pytest.raises(InputError, match=r"absent\.json"):
        detector_noise.load_params(tmp_path / "absent.json")
