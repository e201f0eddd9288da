"""A training step of two LSTM layers beside torch's."""

from collections.abc import Iterator
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.speed.timing import Timed
from hdvr_jax.networks.initializers import orthogonal

PARTS = ("D",)
BATCH, FRAMES, FEATURES, HIDDEN, CLASSES = 512, 100, 51, 64, 9


class _Classifier(nn.Module):
    @nn.compact
    def __call__(self, x):
        for layer in range(2):
            cell = nn.OptimizedLSTMCell(HIDDEN, recurrent_kernel_init=orthogonal, name=f"cell_{layer}")
            x = nn.RNN(cell)(x)
        return nn.Dense(CLASSES)(x[:, -1])


def ours(inputs: np.ndarray, labels: np.ndarray) -> Timed:
    """One step of Adam on the cross-entropy."""
    network, x, y = _Classifier(), jnp.asarray(inputs), jnp.asarray(labels)
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


def theirs(torch: Any, inputs: np.ndarray, labels: np.ndarray) -> Timed:
    """The same with torch's LSTM."""
    x, y = torch.from_numpy(inputs), torch.from_numpy(labels)
    layers = torch.nn.LSTM(FEATURES, HIDDEN, num_layers=2, batch_first=True)
    head = torch.nn.Linear(HIDDEN, CLASSES)
    optimizer = torch.optim.Adam([*layers.parameters(), *head.parameters()], lr=1e-3)

    def run() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(head(layers(x)[0][:, -1]), y).backward()
        optimizer.step()

    return run


def comparisons(torch: Any, chosen: list[str]) -> Iterator[tuple[str, str, Timed, Timed, int]]:
    """(Part, what, ours, theirs, repetitions in one timing)."""
    if "D" in chosen:
        rng = np.random.default_rng(0)
        inputs = rng.normal(size=(BATCH, FRAMES, FEATURES)).astype(np.float32)
        labels = rng.integers(0, CLASSES, BATCH)
        what = f"training step of two LSTM layers of {HIDDEN}, batch {BATCH}, {FRAMES} frames"
        yield "D", what, ours(inputs, labels), theirs(torch, inputs, labels), 4
