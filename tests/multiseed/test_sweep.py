"""Settings and numbers of seeds at once are those of each by itself."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.multiseed import clip
from hdvr_jax.multiseed.sweep import sweep
from tests.multiseed.scenes import SKELETON, moving, seen_of, variables

KEY, FPS = jax.random.key(1), 30.0
SETTINGS = clip.Settings(seeds=3, steps=15, window_seconds=0.5, overlap_seconds=0.1, weights=clip.BODIES)


@pytest.mark.parametrize("begun", [False, True])
def test_a_sweep_is_every_setting_and_number_of_seeds(begun):
    seen = seen_of(variables(moving(24)), "perspective")
    seen = seen if begun else seen.replace(starts=seen.starts[:0])
    weights = {name: jnp.array([weight, 0.0]) for name, weight in SETTINGS.weights.items()}
    weights["projection"] = jnp.array([1.0, 2.0])
    both = sweep(KEY, seen, FPS, SETTINGS, SKELETON, weights, [1, 3])
    assert [len(each) for each in both] == [2, 2]
    for count, found in zip((1, 3), both[0]):
        alone = clip.lift(KEY, seen, FPS, dataclasses.replace(SETTINGS, seeds=count), SKELETON)
        assert np.linalg.norm(found.poses - alone.poses, axis=-1).mean() < 2e-3
    other = clip.lift(KEY, seen, FPS, dataclasses.replace(SETTINGS, weights={"projection": 2.0}), SKELETON)
    assert np.linalg.norm(both[1][1].poses - other.poses, axis=-1).mean() < 2e-3
    assert np.linalg.norm(both[1][1].poses - both[0][1].poses, axis=-1).mean() > 5e-3


def test_settings_that_mean_nothing_are_refused():
    seen = seen_of(variables(moving(4)))
    with pytest.raises(InputError, match=r"multiseed\.camera"):
        sweep(KEY, seen, FPS, dataclasses.replace(SETTINGS, camera="x"), SKELETON, {"projection": jnp.ones(1)}, [1])
