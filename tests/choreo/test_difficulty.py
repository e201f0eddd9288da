"""No single feature may give the genre away, and all of them together say something."""

import numpy as np
import pytest

from benchmarks.choreo_difficulty import clip_features, discriminant, macro_f, single_feature_scores
from hdvr_jax.choreo.grammar import GENRES
from hdvr_jax.choreo.plan import Size
from hdvr_jax.choreo.records import records

_SIZE = Size(dancers=(12, 2, 10), choreographies=(9, 1, 6), takes=(1, 1, 1), seconds=(8, 8))


@pytest.mark.slow
def test_best_single_feature_is_weak_and_all_together_are_not():
    tables = []
    for split in ("train", "test"):
        clips = list(records(11, _SIZE, split, azimuths=()))
        rows = [clip_features(clip["points_world"], clip["fps"]) for clip in clips]
        names = list(rows[0])
        tables += [np.array([list(r.values()) for r in rows]), np.array([GENRES.index(c["genre"]) for c in clips])]
    assert len(names) >= 60
    assert np.isfinite(tables[0]).all()
    scores = single_feature_scores(*tables, names)
    assert max(scores.values()) < 0.35, max(scores, key=scores.get)
    assert macro_f(tables[3], discriminant(*tables[:3])) > 1.5 * max(scores.values())


def test_macro_f_of_a_perfect_and_of_a_constant_guess():
    truth = np.repeat(np.arange(9), 4)
    assert macro_f(truth, truth) == 1.0
    assert macro_f(truth, np.zeros_like(truth)) < 0.05
