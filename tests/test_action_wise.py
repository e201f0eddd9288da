"""Budgets of action-wise training, against the published numbers."""

import pytest

from hdvr_jax.action_wise import action_epochs, time_precision_rate


def test_every_model_sees_as_many_examples_but_for_rounding():
    frames = {"walk": 1200, "run": 400, "climb": 3500}
    epochs = action_epochs(frames, 15)
    assert epochs == {"walk": 15 * 4, "run": 15 * 12, "climb": 15}
    for action, count in frames.items():
        seen = epochs[action] * count
        assert 15 * (sum(frames.values()) - count) < seen <= 15 * sum(frames.values())


def test_an_action_without_frames_is_refused():
    with pytest.raises(ValueError, match="sit"):
        action_epochs({"walk": 3, "sit": 0}, 1)


@pytest.mark.parametrize(
    ("error", "reference", "seconds", "published"),
    [
        (48.22, 60.46, 176976, 6.92e-5),
        (50.54, 60.46, 56921, 17.4e-5),
        (2.49, 3.408, 176976, 5.19e-6),
        (3.08, 3.408, 56921, 5.76e-6),
    ],
)
def test_time_precision_rate_is_that_of_the_paper(error, reference, seconds, published):
    assert time_precision_rate(error, reference, seconds) == pytest.approx(published, rel=5e-3)
