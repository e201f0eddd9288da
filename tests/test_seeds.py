"""Several seeds in one program."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from hdvr_jax import runs, seeds
from hdvr_jax.update import make_update
from tests import toy


@pytest.mark.parametrize("sequential", [False, True])
def test_each_seed_ends_where_it_would_alone(sequential):
    config = toy.config()
    family, optimizer = toy.make(config), optax.adam(1e-2)
    chosen, batch = (4, 5, 6), toy.batch(8)
    together = seeds.init_states(family, optimizer, batch, chosen, ema=0.9)
    update = make_update(family, optimizer, ema=0.9)
    both = jax.jit(seeds.over_seeds(update, sequential=sequential))
    batches = jax.tree.map(lambda x: jnp.stack([x] * len(chosen)), batch)
    for _ in range(3):
        together, _ = both(together, batches, seeds.keys(chosen))
    update = jax.jit(update)
    for index, seed in enumerate(chosen):
        alone = seeds.init_states(family, optimizer, batch, (seed,), ema=0.9)
        for _ in range(3):
            alone, _ = update(alone, batch, seeds.keys((seed,)))
        found = runs.select(together, index, len(chosen))
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), found, alone)
