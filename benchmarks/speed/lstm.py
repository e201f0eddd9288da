"""A training step of two LSTM layers beside torch's."""

import functools
import importlib
from collections.abc import Iterator
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.speed.timing import Comparison, Timed, as_trained
from hdvr_jax.networks.initializers import orthogonal

BATCH, FRAMES, FEATURES, HIDDEN, CLASSES = 512, 100, 51, 64, 9


class _Classifier(nn.Module):
    @nn.compact
    def __call__(self, x):
        for layer in range(2):
            cell = nn.OptimizedLSTMCell(HIDDEN, recurrent_kernel_init=orthogonal, name=f"cell_{layer}")
            x = nn.RNN(cell)(x)
        return nn.Dense(CLASSES)(x[:, -1])


def _batch() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(BATCH, FRAMES, FEATURES)).astype(np.float32), rng.integers(0, CLASSES, BATCH)


def ours() -> Timed:
    """One step of Adam on the cross-entropy."""
    network, (x, y) = _Classifier(), (jnp.asarray(array) for array in _batch())
    optimizer = optax.adam(1e-3)
    params = network.init(jax.random.key(0), x[:1])
    state = (params, optimizer.init(params))

    def step(params: Any, opt_state: Any) -> tuple[Any, Any]:
        def loss(params: Any) -> Any:
            return optax.softmax_cross_entropy_with_integer_labels(network.apply(params, x), y).mean()

        changes, opt_state = optimizer.update(jax.grad(loss)(params), opt_state, params)
        return optax.apply_updates(params, changes), opt_state

    compiled = jax.jit(step, donate_argnums=(0, 1))

    def run() -> None:
        nonlocal state
        state = jax.block_until_ready(compiled(*state))

    return run


def theirs() -> Timed:
    """The same with torch's LSTM."""
    torch = importlib.import_module("torch")
    x, y = (torch.from_numpy(array) for array in _batch())
    layers = torch.nn.LSTM(FEATURES, HIDDEN, num_layers=2, batch_first=True)
    head = torch.nn.Linear(HIDDEN, CLASSES)
    optimizer = torch.optim.Adam([*layers.parameters(), *head.parameters()], lr=1e-3)

    def run() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(head(layers(x)[0][:, -1]), y).backward()
        optimizer.step()

    return run


def comparisons() -> Iterator[Comparison]:
    """D."""
    what = f"training step of two LSTM layers of {HIDDEN}, batch {BATCH}, {FRAMES} frames"
    yield Comparison("D", what, functools.partial(as_trained, ours), theirs, 4)
