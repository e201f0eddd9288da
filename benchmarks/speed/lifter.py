"""The lifter beside VideoPose3D's own code: training steps and whole-sequence inference."""

import importlib
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.speed.timing import Timed
from hdvr_jax.networks.lifter import TemporalLifter
from hdvr_jax.optimizers import scale_by_amsgrad

JOINTS, CHANNELS = 17, 1024
# part: (what, batch, filter widths, repetitions in one timing)
TRAINING = {
    "A1": ("training step, batch 128, 27 frames", 128, (3, 3, 3), 8),
    "A2": ("training step, batch 1024, 243 frames", 1024, (3, 3, 3, 3, 3), 1),
}
SEQUENCE_FRAMES, SEQUENCE_WIDTHS = 2000, (3, 3, 3, 3, 3)
PARTS = (*TRAINING, "B")


def our_step(widths: tuple[int, ...], inputs: np.ndarray, targets: np.ndarray) -> Timed:
    """One step of Adam (amsgrad) on MPJPE with dropout 0.25."""
    network = TemporalLifter(JOINTS, widths, CHANNELS, dropout=0.25)
    x, y = jnp.asarray(inputs.reshape(*inputs.shape[:2], -1)), jnp.asarray(targets)
    example = jnp.arange(len(x))
    variables = network.init(jax.random.key(0), x[:2], strided=True)
    optimizer = optax.chain(scale_by_amsgrad(0.9, 0.999, 1e-8), optax.scale_by_learning_rate(1e-3))

    def step(params: Any, stats: Any, opt_state: Any, key: Any) -> tuple[Any, Any, Any]:
        def loss(params: Any) -> tuple[Any, Any]:
            poses, state = network.apply(
                {"params": params, "batch_stats": stats}, x, strided=True, train=True, key=key, example=example,
                mutable=["batch_stats"],
            )  # fmt: skip
            return jnp.linalg.norm(poses - y + 1e-12, axis=-1).mean(), state["batch_stats"]

        grads, stats_after = jax.grad(loss, has_aux=True)(params)
        changes, opt_state = optimizer.update(grads, opt_state, params)
        return optax.apply_updates(params, changes), stats_after, opt_state

    compiled = jax.jit(step, donate_argnums=(0, 1, 2))
    state = (variables["params"], variables["batch_stats"], optimizer.init(variables["params"]))

    def run() -> None:
        nonlocal state
        state = compiled(*state, jax.random.key(1))
        jax.block_until_ready(state)

    return run


def their_step(torch: Any, widths: tuple[int, ...], inputs: np.ndarray, targets: np.ndarray) -> Timed:
    """The same with VideoPose3D's model, loss and optimiser."""
    model, loss = importlib.import_module("common.model"), importlib.import_module("common.loss")
    network = model.TemporalModelOptimized1f(JOINTS, 2, JOINTS, list(widths), dropout=0.25, channels=CHANNELS).train()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, amsgrad=True)
    x, y = torch.from_numpy(inputs), torch.from_numpy(targets)

    def run() -> None:
        optimizer.zero_grad()
        loss.mpjpe(network(x), y).backward()
        optimizer.step()

    return run


def sequences(torch: Any, flip: bool) -> tuple[Timed, Timed]:
    """Whole-sequence inference with the 243-frame model: ours, theirs; `flip` computes the mirrored sequence too."""
    inputs = np.random.default_rng(0).normal(size=(2 if flip else 1, SEQUENCE_FRAMES + 242, JOINTS, 2))
    inputs = inputs.astype(np.float32)
    network = TemporalLifter(JOINTS, SEQUENCE_WIDTHS, CHANNELS)
    x = jnp.asarray(inputs.reshape(*inputs.shape[:2], -1))
    variables = network.init(jax.random.key(0), x[:1, :243], strided=False)
    compiled = jax.jit(lambda v, x: jax.lax.map(lambda one: network.apply(v, one[None], strided=False), x))
    theirs = importlib.import_module("common.model").TemporalModel(
        JOINTS, 2, JOINTS, list(SEQUENCE_WIDTHS), channels=CHANNELS
    )
    theirs.eval()
    given = torch.from_numpy(inputs)

    def rival() -> None:
        with torch.no_grad():
            theirs(given)

    return lambda: jax.block_until_ready(compiled(variables, x)), rival


def comparisons(torch: Any, chosen: list[str]) -> Iterator[tuple[str, str, Timed, Timed, int]]:
    """(Part, what, ours, theirs, repetitions in one timing)."""
    rng = np.random.default_rng(0)
    for part, (what, batch, widths, count) in TRAINING.items():
        if part in chosen:
            frames = int(np.prod(widths))
            inputs = rng.normal(size=(batch, frames, JOINTS, 2)).astype(np.float32)
            targets = rng.normal(size=(batch, 1, JOINTS, 3)).astype(np.float32)
            yield part, what, our_step(widths, inputs, targets), their_step(torch, widths, inputs, targets), count
    if "B" in chosen:
        for flip in (False, True):
            what = f"{SEQUENCE_FRAMES} frames, 243-frame model{', mirrored twin computed too' if flip else ''}"
            yield "B", what, *sequences(torch, flip), 2
