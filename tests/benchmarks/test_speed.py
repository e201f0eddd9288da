"""The work of the speed table, done small."""

import numpy as np

from benchmarks.speed import ours, work


def test_seeds_come_nearer_to_what_they_are_given(monkeypatch):
    monkeypatch.setattr(work, "SEED_FRAMES", 12)
    left = []
    for steps in (1, 60):
        monkeypatch.setattr(work, "SEED_STEPS", steps)
        found = ours.seeds(3, False)()
        assert found.errors.shape == (3, 12)
        left.append(np.asarray(found.errors).mean(-1))
    assert (left[1] < 0.5 * left[0]).all()
