"""Partners of windows: the same frames of another view of the same clip."""

import numpy as np
import pytest

from hdvr_jax import pipeline, view_pairs
from hdvr_jax.errors import InputError
from hdvr_jax.runs import make_runs


def _sequences(views=(3, 2), frames=(10, 7)):
    """Every value of `x` tells clip, view and frame."""
    found = []
    for clip, (count, length) in enumerate(zip(views, frames)):
        for view in range(count):
            x = 10000.0 * clip + 100 * view + np.arange(length)
            found.append({"clip": f"c{clip}", "view": f"v{view}", "x": x.astype(np.float32)})
    return found[::2] + found[1::2]


def _windows(sequences):
    return pipeline.Windows(sequences, length=4, stride=2, pad=(1, 1), pairs=True)


def test_a_partner_is_another_view_of_the_same_clip_at_the_same_frames():
    windows = _windows(_sequences())
    runs = make_runs(windows, [0, 1], 16)
    for step in range(20):
        batch = pipeline.batch_at(windows, runs, step)
        first, second = view_pairs.split(batch)
        clip, view, frame = np.stack([first["x"] // 10000, first["x"] % 10000 // 100, first["x"] % 100])
        other = np.stack([second["x"] // 10000, second["x"] % 10000 // 100, second["x"] % 100])
        np.testing.assert_array_equal(other[0], clip)
        np.testing.assert_array_equal(other[2], frame)
        assert (other[1] != view).all()
        np.testing.assert_array_equal(first["frame_mask"], second["frame_mask"])
        np.testing.assert_array_equal(first["example"], second["example"])


def test_every_other_view_is_drawn_equally_often_and_the_same_again():
    windows = _windows(_sequences())
    index = np.flatnonzero([labels["clip"] == "c0" for labels in np.array(windows.labels)[windows._sequence]])[:1]
    drawn = np.concatenate([windows.partners.draw(index, 3, step) for step in range(400)])
    values, counts = np.unique(drawn, return_counts=True)
    assert len(values) == 2
    assert counts.min() > 150
    again = np.concatenate([windows.partners.draw(index, 3, step) for step in range(400)])
    np.testing.assert_array_equal(drawn, again)
    other_seed = np.concatenate([windows.partners.draw(index, 4, step) for step in range(400)])
    assert (drawn != other_seed).any()


def test_clips_of_one_view_are_named():
    *others, last = _sequences()
    with pytest.raises(InputError, match="clip c1: pairs of views need two or more views; it has 1"):
        _windows([*others, {**last, "clip": "alone"}])


def test_clips_of_views_of_different_lengths_are_named():
    first, *others = _sequences()
    with pytest.raises(InputError, match="clip c0: pairs of views need views of one length; they are of 1, 5 windows"):
        _windows([{**first, "x": first["x"][:2]}, *others])


def test_single_views_are_no_pairs():
    windows = pipeline.Windows(_sequences(), length=4)
    batch = pipeline.batch_at(windows, make_runs(windows, [0], 4), 0)
    assert not view_pairs.paired(batch)
    first, second = view_pairs.split(view_pairs.joined(batch, {"x": 1}))
    assert (second["x"], first["x"] is batch["x"], second["mask"] is batch["mask"]) == (1, True, True)
