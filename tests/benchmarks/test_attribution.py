"""What the table of planted causes counts, at a tiny size."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks import attribution as benchmark
from hdvr_jax.movements import load_vocabulary

FPS, TYPES = 10.0, len(load_vocabulary())


def _labels(count=6, frames=40):
    """Random movements; types 2, 4 and 6 hardly occur."""
    rng, found = np.random.default_rng(0), []
    for _ in range(count):
        movements = np.repeat(rng.random((frames // 5, TYPES)) < 0.4, 5, 0)
        movements[:, [2, 4, 6]] = False
        found.append(movements)
    found[0][3:6, 4] = True
    return found


def test_types_for_planting_are_those_that_occur_least():
    labels = _labels()
    kinds = benchmark.unused(labels[:3], labels[3:])
    assert sorted(kinds) == [2, 4, 6]
    assert not benchmark.without(labels[0], kinds)[:, 4].any()
    assert labels[0][3:6, 4].all(), "the labels themselves stay"


def test_planting_adds_one_run_of_the_type():
    rng = np.random.default_rng(1)
    for clip in _labels():
        found, start = benchmark.planted(clip, 2, FPS, rng)
        frames = np.flatnonzero(found[:, 2])
        assert frames[0] == start
        assert 5 <= len(frames) <= 15
        assert np.ptp(frames) == len(frames) - 1
        np.testing.assert_array_equal(np.delete(found, 2, 1), np.delete(clip, 2, 1))


def test_every_other_window_holds_what_tells_its_genre():
    config = benchmark.small_config(1)
    kinds = np.array([2, 4, 6])
    clean = [benchmark.without(one, kinds) for one in _labels()]
    batch = benchmark.batch_of(config, clean, kinds, np.random.default_rng(2))
    occurs = batch["movements"][..., kinds].any(1)
    assert 0.3 < occurs.any(1).mean() < 0.7
    np.testing.assert_array_equal(occurs.argmax(1)[occurs.any(1)], batch["label"][occurs.any(1)])
    assert (occurs.sum(1) <= 1).all()
    np.testing.assert_array_equal(batch["frame_mask"].sum(1), 40)


def test_the_rank_of_what_was_planted():
    def predict(batch):
        score = jnp.cumsum(batch["movements"] @ jnp.arange(TYPES, dtype=jnp.float32), 1) / 10
        running = jax.nn.softmax(jnp.stack([score, 0 * score, 0 * score], -1))
        return {"running": running, "probabilities": running[:, -1]}

    movements = np.zeros((40, TYPES), bool)
    movements[5:10, 8] = movements[5:10, 4] = movements[5:10, 1] = True
    seen = movements.astype(np.float32)
    found = benchmark.look(predict, movements, seen, (4, 5), 0, FPS)
    assert found.ranks == (1, 1)
    assert (found.for_it, found.causes, found.told) == (True, 3, True)
    line = benchmark.row(7, iter([found, benchmark.look(predict, movements, seen, (8, 5), 0, FPS)]))
    assert line == "| 7 | 2 of 2 | 3 | 1 | 1 | 1 | 1 | 2 | 1.00 |"


def test_noise_leaves_probabilities():
    movements, rng = _labels()[1], np.random.default_rng(4)
    np.testing.assert_array_equal(benchmark.read(movements, 0.0, rng), movements)
    found = benchmark.read(movements, 1.0, rng)
    assert found.min() > 0
    assert found.max() < 1
    assert 0.95 < ((found > 0.5) == movements).mean() < 0.99


@pytest.mark.slow
def test_a_training_runs():
    config = benchmark.small_config(2)
    config.train.batch_size, config.data.window_frames, config.model.features = 4, 16, 8
    kinds = np.array([2, 4, 6])
    predict = benchmark.trained(config, _labels(), kinds, 0)
    batch = benchmark.batch_of(config, _labels(), kinds, np.random.default_rng(3))
    assert jax.jit(predict)(batch)["running"].shape == (4, 16, 3)
