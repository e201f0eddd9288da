"""Evidence is what the annotator's rules say, before thresholds."""

import numpy as np

from hdvr_jax.movements import WORLD_UP, annotate, load_vocabulary
from hdvr_jax.movements.evidence import evidence
from tests.movements.puppet import perform

VOCABULARY = load_vocabulary()


def _dance():
    wave = {"left_shoulder_abduction": 80.0, "right_knee": 70.0, "trunk_forward": 40.0}
    return perform(wave, 30.0, lambda t: 0.5 - 0.5 * np.cos(2 * np.pi * 0.5 * t))


def test_sign_agrees_with_the_annotator_beyond_the_hysteresis():
    points = _dance()
    found = evidence(points, 30.0, VOCABULARY, WORLD_UP)
    labels, valid = annotate(points, 30.0, "h36m17")
    long = np.array(VOCABULARY.minimum_seconds) <= 0.1
    sure = (np.abs(found) > 0.6) & valid
    assert ((found > 0) == labels)[sure].mean() > 0.98
    assert labels[:, long].any()


def test_size_does_not_matter_and_missing_joints_say_nothing():
    points = _dance()
    found = evidence(points, 30.0, VOCABULARY, WORLD_UP)
    np.testing.assert_allclose(evidence(0.3 * points, 30.0, VOCABULARY, WORLD_UP), found, atol=0.2)
    points[:, 13] = np.nan
    holes = evidence(points, 30.0, VOCABULARY, WORLD_UP)
    assert np.isfinite(holes).all()
    changed = {part for part, a, b in zip(VOCABULARY.parts, found.T, holes.T, strict=True) if np.abs(a - b).max() > 0.4}
    assert changed
    assert not any("knee" in part or "foot" in part for part in changed)
