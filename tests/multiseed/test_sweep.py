"""Settings and numbers of seeds at once are those of each by itself."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.multiseed import clip, solver
from hdvr_jax.multiseed.settings import BODIES, Settings
from hdvr_jax.multiseed.sweep import sweep
from tests.multiseed.scenes import SKELETON, moving, seen_of, variables

KEY, FPS = jax.random.key(1), 30.0
SETTINGS = Settings(seeds=3, steps=15, window_seconds=0.5, overlap_seconds=0.1, weights=BODIES)


@pytest.mark.parametrize(("begun", "one_by_one"), [(False, True), (True, True), (True, False)])
def test_a_sweep_is_every_setting_and_number_of_seeds(begun, one_by_one):
    seen = seen_of(variables(moving(24)), "perspective")
    seen = seen if begun else seen.replace(starts=seen.starts[:0])
    weights = {name: jnp.array([weight, 0.0]) for name, weight in SETTINGS.weights.items()}
    weights["projection"] = jnp.array([1.0, 2.0])
    swept = dataclasses.replace(SETTINGS, weights=weights, one_by_one=one_by_one)
    both = sweep(KEY, seen, FPS, swept, SKELETON, [1, 3])
    assert [len(each) for each in both] == [2, 2]
    for count, found in zip((1, 3), both[0]):
        alone = clip.lift(KEY, seen, FPS, dataclasses.replace(SETTINGS, seeds=count), SKELETON)
        assert np.linalg.norm(found.poses - alone.poses, axis=-1).mean() < 2e-3
    other = clip.lift(KEY, seen, FPS, dataclasses.replace(SETTINGS, weights={"projection": 2.0}), SKELETON)
    assert np.linalg.norm(both[1][1].poses - other.poses, axis=-1).mean() < 2e-3
    assert np.linalg.norm(both[1][1].poses - both[0][1].poses, axis=-1).mean() > 5e-3


def test_settings_in_turn_share_a_program():
    seen = seen_of(variables(moving(11)))
    seen = seen.replace(starts=seen.starts[:0])
    weights = {"projection": jnp.array([1.0, 2.0, 3.0]), "smooth_3d": jnp.array([0.0, 1.0, 0.5])}
    before = solver._one._cache_size()
    sweep(KEY, seen, FPS, dataclasses.replace(SETTINGS, weights=weights, one_by_one=True), SKELETON, [1, 3])
    assert solver._one._cache_size() == before + 1


@pytest.mark.parametrize(
    ("fields", "counts", "message"),
    [
        ({"camera": "x"}, [1], r"multiseed\.camera"),
        ({"weights": {"projection": jnp.ones(1), "smooth": jnp.ones(1)}}, [1], "no term is called 'smooth'"),
        ({"weights": {"learned": jnp.ones(1)}}, [1], "'learned' needs a learned prior"),
        ({"weights": {"projection": 1.0}}, [1], r"expected arrays \(W,\), got projection = 1.0"),
        ({"weights": {"projection": jnp.ones(2), "smooth_3d": jnp.ones(3)}}, [1], "equally many of every term"),
        ({}, [0, 2], "expected from 1 to 3 seeds, got 0"),
        ({}, [4], "expected from 1 to 3 seeds, got 4"),
    ],
)
def test_settings_that_mean_nothing_are_refused(fields, counts, message):
    seen = seen_of(variables(moving(4)))
    settings = dataclasses.replace(SETTINGS, **{"weights": {"projection": jnp.ones(1)}, **fields})
    with pytest.raises(InputError, match=message):
        sweep(KEY, seen, FPS, settings, SKELETON, counts)


def test_fewer_seeds_than_starts_are_the_first_of_them():
    seen = seen_of(variables(moving(24)), "perspective")
    two = seen.replace(starts=jnp.concatenate([seen.starts, 1.5 * seen.starts]))
    weights = {"projection": jnp.ones(1), "consistency": jnp.ones(1)}
    settings = dataclasses.replace(SETTINGS, weights=weights, temperature=1.0)
    one, both = sweep(KEY, two, FPS, settings, SKELETON, [1, 2])[0]
    alone = sweep(KEY, seen, FPS, settings, SKELETON, [1])[0][0]
    np.testing.assert_allclose(one.poses, alone.poses, atol=1e-4)
    assert np.abs(both.spread).max() > 10 * np.abs(one.spread).max()
