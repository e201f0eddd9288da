"""What is known of bodies and floors."""

import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax import dictionary
from hdvr_jax.multiseed import priors
from hdvr_jax.skeletons import get_skeleton
from tests.multiseed.scenes import SKELETON, moving, seen_of, variables

ALL = priors.all_terms(SKELETON)
FRAMES = 12
# No prior reads it.
IMAGE = jnp.zeros((2, 17, FRAMES))
ANKLES = [get_skeleton(SKELETON).index(f"{side}_ankle") for side in ("left", "right")]


def test_bodies_that_keep_their_bones_cost_nothing_and_others_do():
    seed = variables(moving(FRAMES))
    seen = seen_of(seed)
    for name in ("constant", "symmetric", "nominal"):
        np.testing.assert_allclose(ALL[name](seed, seen, seen.points), 0, atol=1e-4)
    larger = seed.replace(pose=1.2 * seed.pose)
    np.testing.assert_allclose(ALL["nominal"](larger, seen, seen.points), 0.2, rtol=1e-3)
    np.testing.assert_allclose(ALL["constant"](larger, seen, seen.points), 0, atol=1e-4)
    growing = seed.replace(pose=seed.pose * jnp.linspace(0.8, 1.2, FRAMES))
    assert ALL["constant"](growing, seen, seen.points)[0] > 0.1
    wrist = get_skeleton(SKELETON).index("left_wrist")
    uneven = seed.replace(pose=seed.pose.at[:, wrist].multiply(1.3))
    assert ALL["symmetric"](uneven, seen, seen.points).min() > 0.005


def test_who_bends_backwards_pays():
    person = np.repeat(dictionary.nominal_pose(SKELETON).T[..., None], FRAMES, -1)
    seen = seen_of(variables(person))
    np.testing.assert_allclose(ALL["limits"](variables(person), seen, seen.points), 0, atol=1e-6)
    assert ALL["limits"](variables(person * np.array([1, 1, -1])[:, None, None]), seen, seen.points).min() > 0.02


def _walker(step):
    """A stiff person who moves to the right by `step` metres a frame, 4 m off."""
    person = np.repeat(dictionary.nominal_pose(SKELETON).T[..., None], FRAMES, -1).astype(np.float32)
    seed = variables(person, at=(0.0, 0.0))
    return seed.replace(place=seed.place.at[1].set(step * jnp.arange(FRAMES) / 4.0))


def test_feet_that_stand_in_the_image_must_not_slide():
    still, walking = _walker(0.0), _walker(0.1)
    slides = [
        np.asarray(ALL["contact"](seed, seen_of(seen, "perspective"), IMAGE))
        for seed, seen in ((still, still), (walking, still), (walking, walking))
    ]
    np.testing.assert_allclose(slides[0], 0, atol=1e-6)
    np.testing.assert_allclose(slides[1], [0] + [0.1] * (FRAMES - 1), rtol=1e-4)
    # Who is seen to walk may.
    np.testing.assert_allclose(slides[2], 0, atol=1e-4)


def test_feet_that_were_not_seen_have_no_say():
    still, walking = _walker(0.0), _walker(0.1)
    seen = seen_of(still, "perspective")
    unseen = seen.replace(confidence=seen.confidence.at[np.array(ANKLES), 5].set(0))
    found = ALL["contact"](walking, unseen, IMAGE)
    assert (found[5:7] == 0).all()
    assert (found[jnp.array([1, 4, 7])] > 0.09).all()


@pytest.mark.parametrize("slope", [(0.0, 0.0), (0.2, 0.0), (0.0, -0.3)])
def test_heights_are_distances_from_the_plane(slope):
    points = np.random.default_rng(0).normal(size=(3, 5, 7)).astype(np.float32)
    floor, distance = jnp.array([*slope, 1.3]), 4.0
    on_plane = np.stack([points[0], 1.3 + slope[0] * points[0] + slope[1] * (points[2] - distance), points[2]])
    np.testing.assert_allclose(priors.heights(jnp.asarray(on_plane), floor, distance), 0, atol=1e-5)
    normal = np.array([slope[0], -1.0, slope[1]]) / np.linalg.norm([*slope, 1.0])
    above = on_plane + (0.4 * normal[:, None, None]).astype(np.float32)
    np.testing.assert_allclose(priors.heights(jnp.asarray(above), floor, distance), 0.4, atol=1e-5)


def test_feet_that_were_filled_in_do_not_stand():
    still, walking = _walker(0.0), _walker(0.1)
    seen = seen_of(still, "perspective")
    faded = seen.replace(confidence=seen.confidence.at[np.array(ANKLES)].set(0.09))
    assert (ALL["contact"](walking, faded, IMAGE) == 0).all()
    off = walking.replace(floor=jnp.array([0.0, 0.0, 3.0]))
    assert (ALL["floor"](off, faded, IMAGE) == 0).all()


@pytest.mark.parametrize("term", ["contact", "floor", "learned"])
def test_padding_changes_nothing_of_the_real_frames(term):
    terms = priors.all_terms(SKELETON, lambda poses: jnp.square(poses).sum((-1, -2)))
    seed = variables(moving(FRAMES)).replace(floor=jnp.array([0.1, -0.1, 0.7]))
    seen = seen_of(seed, "perspective")
    padded = seen.replace(real=seen.real.at[-3:].set(0))
    far = seed.replace(pose=seed.pose.at[..., -3:].multiply(4.0), place=seed.place.at[0, -3:].add(1.0))
    found = [terms[term](each, padded, IMAGE)[: FRAMES - 3] for each in (seed, far)]
    np.testing.assert_allclose(*found, atol=1e-6)
    assert float(found[0].max()) > 1e-3


def test_nobody_stands_in_the_floor_or_above_it():
    seed = _walker(0.0)
    seen = seen_of(seed, "perspective")
    ground = float((seed.pose[1, np.array(ANKLES)]).max())
    costs = [
        float(ALL["floor"](seed.replace(floor=jnp.array([0.0, 0.0, ground + off])), seen, IMAGE)[1:].mean())
        for off in (0.0, 0.1, -0.1)
    ]
    assert costs[0] == pytest.approx(0, abs=1e-5)
    assert costs[1] == pytest.approx(0.1, rel=1e-3)
    assert costs[2] > 0.1


def test_the_learned_term_is_what_the_prior_says_of_the_poses():
    seed = _walker(0.0)
    learned = priors.all_terms(SKELETON, lambda poses: poses[:, 3, 1])["learned"]
    np.testing.assert_array_equal(learned(seed, seen_of(seed), IMAGE), seed.pose[1, 3])


def test_without_a_prior_there_is_no_such_term():
    assert "learned" not in ALL
