"""Windows cover a clip, and their seeds become one sequence without jumps."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.multiseed import uncertainty, windows
from hdvr_jax.multiseed.solver import Solution
from tests.multiseed.scenes import moving, seen_of, stacked, variables


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 400), st.integers(2, 90), st.integers(0, 60))
def test_windows_cover_every_frame_and_overlap(frames, length, overlap):
    overlap = min(overlap, length - 1)
    found = windows.sliding(frames, length, overlap)
    assert found.starts[0] == 0
    assert found.starts[-1] == max(0, frames - length)
    assert all(one < two <= one + length - overlap for one, two in zip(found.starts, found.starts[1:]))
    shares = np.zeros(max(frames, length))
    for start, share in zip(found.starts, windows._shares(found)):
        shares[start : start + length] += share
    np.testing.assert_allclose(shares, 1, rtol=1e-5)


def test_an_overlap_that_leaves_no_step_is_an_error():
    with pytest.raises(ValueError, match="below 10, got 10"):
        windows.sliding(100, 10, 10)


def test_windows_hold_their_part_of_the_clip_and_short_clips_are_padded():
    seen = seen_of(variables(moving(25)))
    where = windows.sliding(25, 10, 3)
    pieces = windows.cut(seen, where)
    for number, start in enumerate(where.starts):
        np.testing.assert_array_equal(pieces.points[number], seen.points[..., start : start + 10])
        np.testing.assert_array_equal(pieces.real[number], 1)
    short = windows.cut(seen, windows.sliding(25, 30, 3))
    assert short.points.shape == (1, 2, 17, 30)
    np.testing.assert_array_equal(short.real[0], np.arange(30) < 25)
    assert (short.confidence[0, :, 25:] == 0).all()


def _two(frames=30, length=20):
    """(Windows, solution): two seeds in each, a pose and its mirror image in depth, in another order in the second."""
    where = windows.sliding(frames, length, 5)
    truth = variables(moving(frames))
    other = truth.replace(pose=truth.pose * jnp.array([1.0, 1.0, -1.0])[:, None, None])

    def part(seed, start):
        return seed.replace(pose=seed.pose[..., start : start + length], place=seed.place[:, start : start + length])

    first, last = where.starts
    seeds = stacked(stacked(part(truth, first), part(other, first)), stacked(part(other, last), part(truth, last)))
    # In the second window the wrong one errs a little less.
    errors = jnp.array([[0.01, 0.02], [0.010, 0.0101]])[..., None] * jnp.ones(length)
    return where, truth, Solution(variables=seeds, errors=errors)


def _parts(solution):
    return np.asarray(solution.errors), np.asarray(solution.variables.pose)


def test_frames_of_padding_are_no_part_of_a_mean():
    errors = np.zeros((1, 2, 20), np.float32)
    errors[..., :5] = 0.01
    np.testing.assert_allclose(windows.mean_errors(errors, windows.sliding(5, 20, 5)), 0.01)
    np.testing.assert_allclose(windows.mean_errors(errors, windows.sliding(20, 20, 5)), 0.0025)


def test_the_seed_that_fits_its_neighbour_is_taken():
    where, truth, solution = _two()
    assert windows.chosen(*_parts(solution), where, jump_weight=0.0).tolist() == [0, 0]
    path = windows.chosen(*_parts(solution), where)
    assert path.tolist() == [0, 1]
    errors, points = _parts(solution)
    whole = uncertainty.mixed(points, uncertainty.shares(windows.mean_errors(errors, where), path, 0.0), where)
    np.testing.assert_allclose(whole, truth.pose, atol=1e-5)


def test_windows_fade_into_each_other():
    where, truth, solution = _two()
    whole = uncertainty.mixed(_parts(solution)[1], np.array([[1.0, 0.0], [1.0, 0.0]], np.float32), where)
    jump = np.abs(np.diff(whole[2], axis=-1)).max()
    hard = np.abs(np.asarray(solution.variables.pose[1, 0, 2, :, 10] - truth.pose[2, :, 19])).max()
    assert jump < 0.7 * hard


def test_one_window_takes_the_least_cumulative_error():
    _, _, solution = _two()
    single = jax.tree.map(lambda leaf: leaf[:1], solution)
    assert windows.chosen(*_parts(single), windows.sliding(20, 20, 5)).tolist() == [0]
