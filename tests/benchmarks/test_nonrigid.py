"""The table of non-rigid structure from motion: what its errors count, and its rows."""

import sys

import numpy as np
import pytest

from benchmarks import nonrigid
from tests.benchmarks.test_nonrigid_baselines import deforming

SUBJECTS = ("05", "94")


def clip(subject, split, frames, seed):
    points = np.random.default_rng(seed).normal(size=(frames, 25, 3)).astype(np.float32)
    return {"dancer": subject, "split": split, "points_world": points}


@pytest.fixture(autouse=True)
def _clips(monkeypatch):
    """Made-up takes of two subjects instead of CMU's."""
    clips = [
        clip(subject, split, 30 + 10 * index, index)
        for subject in SUBJECTS
        for index, split in enumerate(("train", "validation", "test"))
    ]
    monkeypatch.setattr(nonrigid.corpus, "load", lambda dataset, split: clips)


def distances(shapes):
    return np.linalg.norm(shapes[:, :, None] - shapes[:, None], axis=-1)


def test_the_error_is_that_of_all_coordinates_and_where_a_shape_lies_does_not_count():
    shapes = deforming(1)
    found = shapes[..., 2] + np.random.default_rng(0).normal(size=shapes.shape[:2])
    whole = np.concatenate([shapes[..., :2], (found - found.mean(1, keepdims=True))[..., None]], -1)
    expected = [np.linalg.norm(one - other) / np.linalg.norm(other) for one, other in zip(whole, shapes)]
    np.testing.assert_allclose(nonrigid.frame_errors(found + 5.0, shapes)[0], expected)
    np.testing.assert_allclose(nonrigid.frame_errors(-found, shapes)[1], expected)


def test_signs_of_the_whole_are_decided_on_fitted_frames_and_of_frames_one_by_one():
    subject = nonrigid.Subject(deforming(1), deforming(1, 40, seed=8))
    fitted, held_out = subject.fitted[..., 2].copy(), subject.held_out[..., 2].copy()
    fitted[: len(fitted) // 4] *= -1
    held_out[: 3 * len(held_out) // 4] *= -1
    fit, out = nonrigid.errors((-fitted, -held_out), subject)
    assert fit.any_sign == pytest.approx(0, abs=1e-12)
    assert 0.1 < fit.one_sign < 0.6
    assert fit.as_is > 2 * fit.one_sign
    assert out.any_sign == pytest.approx(0, abs=1e-12)
    assert out.one_sign > 2 * out.as_is


def test_subjects_are_turned_frame_by_frame_and_the_same_for_a_seed():
    one, again, other = (nonrigid.load(list(SUBJECTS), 45, seed)["05"] for seed in (0, 0, 1))
    assert (one.fitted.shape, one.held_out.shape) == ((45, 17, 3), (15, 17, 3))
    np.testing.assert_array_equal(one.fitted, again.fitted)
    np.testing.assert_allclose(distances(one.held_out), distances(other.held_out), atol=1e-9)
    assert np.abs(one.fitted - other.fitted).max() > 0.1
    np.testing.assert_allclose(one.fitted.mean(1), 0, atol=1e-9)


def test_cameras_point_everywhere():
    axes = nonrigid.turned(np.repeat([[[0.0, 0, 1], [0, 0, -1]]], 4000, 0), np.random.default_rng(0))[:, 0]
    np.testing.assert_allclose(axes.mean(0), 0, atol=0.05)
    np.testing.assert_allclose(np.square(axes).mean(0), 1 / 3, atol=0.03)


def test_the_table_has_every_method_of_every_subject_and_their_mean(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["nonrigid", f"--subjects={','.join(SUBJECTS)}", "--frames=60", "--steps=2"])
    monkeypatch.setattr(nonrigid.nonrigid_baselines.pca, "__defaults__", (2,))
    trained = []

    def fit(seen, **settings):
        trained.append(settings)
        return nonrigid.nonrigid_baselines.constant_depth(seen)

    monkeypatch.setattr(nonrigid.nonrigid_training, "fit", fit)
    nonrigid.main()
    assert trained == [{"levels": levels, "steps": 2, "seed": 0} for levels in ((10,), (125, 64, 32, 10))] * 2
    told, table = capsys.readouterr().out.split("\n\n")
    assert "cores" in told
    assert "05: 60 + 20, 94: 60 + 20" in told
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    assert [row[0] for row in rows] == ["05"] * 5 + ["94"] * 5 + ["mean"] * 5
    assert len({row[1] for row in rows}) == 5
    numbers = np.array([row[2:] for row in rows], float)
    assert (numbers[:, [1, 4]] >= numbers[:, [2, 5]]).all()
    np.testing.assert_allclose(numbers[10:, :6], (numbers[:5, :6] + numbers[5:10, :6]) / 2, atol=2e-3)
