"""The lifter beside VideoPose3D's own code: training steps and whole-sequence inference."""

import functools
import importlib
import math
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.augmented import as_given, lifter_batch
from benchmarks.speed.timing import Comparison, Timed, as_trained
from configs import videopose3d
from hdvr_jax import families
from hdvr_jax.configurations import normalise
from hdvr_jax.families import lifter
from hdvr_jax.networks.lifter import apply_to_sequence
from hdvr_jax.optimizers import make_optimizer
from hdvr_jax.poses import mirror
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.update import init_state, make_update

JOINTS, CHANNELS, FRAMES = 17, 1024, 2000
SEQUENCE_ROW = "frames_243"


def batch(row: str, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Windows (B, T, J, 2) and poses (B, 1, J, 3)."""
    rng, frames = np.random.default_rng(0), math.prod(videopose3d.ROWS[row][0])
    inputs, poses = rng.normal(size=(size, frames, JOINTS, 2)), rng.normal(size=(size, 1, JOINTS, 3))
    return inputs.astype(np.float32), poses.astype(np.float32)


def our_step(row: str, size: int) -> Timed:
    """One step of the loop's own update with the paper's config: dropout 0.25, Adam (amsgrad), MPJPE."""
    config = normalise(videopose3d.get_config(f"row={row}"))
    family, optimizer = as_given(families.build(config)), make_optimizer(config.optim, 1000, 100)
    given, key = lifter_batch(*batch(row, size)), jax.random.key(0)
    state = init_state(family, optimizer, {name: value[:2] for name, value in given.items()}, key)
    update = jax.jit(make_update(family, optimizer), donate_argnums=0)

    def run() -> None:
        nonlocal state
        state, metrics = update(state, given, key)
        jax.block_until_ready((state, metrics))

    return run


def their_step(row: str, size: int) -> Timed:
    """The same with VideoPose3D's model, loss and optimiser."""
    torch, model, loss = (importlib.import_module(name) for name in ("torch", "common.model", "common.loss"))
    widths = list(videopose3d.ROWS[row][0])
    network = model.TemporalModelOptimized1f(JOINTS, 2, JOINTS, widths, dropout=0.25, channels=CHANNELS).train()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, amsgrad=True)
    x, y = (torch.from_numpy(array) for array in batch(row, size))

    def run() -> None:
        optimizer.zero_grad()
        loss.mpjpe(network(x), y).backward()
        optimizer.step()

    return run


def sequence() -> np.ndarray:
    """(1, T, J, 2)."""
    return np.random.default_rng(0).normal(size=(1, FRAMES, JOINTS, 2)).astype(np.float32)


def our_sequence(flip: bool) -> Timed:
    """What evaluation and recognition do; `flip` averages with the mirrored sequence's poses."""
    config = normalise(videopose3d.get_config(f"row={SEQUENCE_ROW}"))
    network = lifter.network(config)
    mirrors = lifter.mirrors_of(config, network) if flip else None
    variables = lifter.init(network, jax.random.key(0), {"inputs": jnp.zeros((1, network.receptive_field, JOINTS, 2))})
    compiled = jax.jit(lambda variables, x: apply_to_sequence(network, mirrors, variables, x))
    given = sequence()
    return lambda: jax.block_until_ready(compiled(variables, given))


def their_sequence(flip: bool) -> Timed:
    """What VideoPose3D's evaluation does, the padding aside."""
    torch, model = importlib.import_module("torch"), importlib.import_module("common.model")
    widths, order = list(videopose3d.ROWS[SEQUENCE_ROW][0]), get_skeleton("h36m17").mirror
    network = model.TemporalModel(JOINTS, 2, JOINTS, widths, channels=CHANNELS).eval()
    pad = (math.prod(widths) - 1) // 2
    padded = np.pad(sequence(), ((0, 0), (pad, pad), (0, 0), (0, 0)), "edge")
    given = torch.from_numpy(np.concatenate([padded, np.asarray(mirror(padded, order))]) if flip else padded)

    def run() -> None:
        with torch.no_grad():
            found = network(given)
            if flip:
                found[1, :, :, 0] *= -1
                found[1] = found[1, :, order]
                torch.mean(found, dim=0, keepdim=True)

    return run


def comparisons() -> Iterator[Comparison]:
    """A1, A2 and B."""
    for part, row, frames, size, count in (("A1", "frames_27", 27, 128, 16), ("A2", SEQUENCE_ROW, 243, 1024, 1)):
        ours = functools.partial(as_trained, functools.partial(our_step, row, size))
        what = f"training step, batch {size}, {frames} frames"
        yield Comparison(part, what, ours, functools.partial(their_step, row, size), count)
    for flip in (False, True):
        what = f"{FRAMES} frames, 243-frame model{', averaged with the mirrored twin' if flip else ''}"
        ours, theirs = (functools.partial(make, flip) for make in (our_sequence, their_sequence))
        yield Comparison("B", what, ours, theirs, 4)
