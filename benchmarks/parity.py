"""Agreement with VideoPose3D's own code at full width: outputs, batch statistics, and a whole training.

    python -m benchmarks.parity --source=DIR

Needs torch (not a requirement of this project) and a checkout of facebookresearch/VideoPose3D in DIR. Its models get
random weights, are saved by torch and read by `hdvr_jax.published`; both then see the same inputs, and their outputs
are as large as poses in metres. In the last line both train from the same first weights on the same batches, without
dropout, with Adam (amsgrad), decaying learning rate and batch-norm momentum.
"""

import argparse
import dataclasses
import importlib
import pathlib
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.augmented import as_given, lifter_batch
from benchmarks.videopose3d_golden import randomise
from configs import videopose3d as config_file
from hdvr_jax import families, scripts
from hdvr_jax.configurations import normalise
from hdvr_jax.optimizers import make_optimizer, make_schedule
from hdvr_jax.published import videopose3d
from hdvr_jax.update import init_state, make_update

JOINTS, WIDTHS, CHANNELS, STEPS, BATCH = 17, (3, 3, 3, 3, 3), 1024, 100, 64
POSE_METRES = 0.4  # root mean square of coordinates about the hips, roughly


def imported(torch: Any, network: Any, **options: bool) -> videopose3d.Imported:
    """Their network read from the file that torch makes of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.bin"
        torch.save({"model_pos": network.state_dict()}, path)
        found = videopose3d.load(path, **options)
    return dataclasses.replace(found, variables=jax.tree.map(jnp.asarray, found.variables))


def flat(x: Any) -> Any:
    """(B, T, J, C) of torch -> (B, T, J * C)."""
    return jnp.asarray(x.numpy().reshape(*x.shape[:2], -1))


def difference(ours: Any, theirs: np.ndarray) -> tuple[float, float]:
    """(Largest absolute difference, root mean square of what is compared)."""
    return float(np.abs(ours - theirs).max()), float(np.sqrt((theirs**2).mean()))


def scaled_to_metres(torch: Any, network: Any) -> Any:
    """Their network with its last layer scaled so that its outputs are about as large as poses in metres."""
    with torch.no_grad():
        size = network(torch.randn(8, 243, JOINTS, 2)).square().mean().sqrt()
        for value in network.shrink.parameters():
            value.mul_(POSE_METRES / size)
    return network


def outputs(torch: Any, module: Any) -> Iterator[tuple[str, tuple[float, float]]]:
    """(What is compared, its `difference`)."""
    cases = {"plain": (JOINTS, False), "causal": (JOINTS, True), "trajectory": (1, False)}
    for name, (joints, causal) in cases.items():
        theirs = module.TemporalModel(JOINTS, 2, joints, list(WIDTHS), channels=CHANNELS, causal=causal)
        theirs = scaled_to_metres(torch, randomise(torch, theirs).eval())
        ours, x = imported(torch, theirs, causal=causal), torch.randn(1, 300, JOINTS, 2)
        with torch.no_grad():
            expected = theirs(x).numpy()
        yield name, difference(ours.network.apply(ours.variables, flat(x), strided=False), expected)
    strided = module.TemporalModelOptimized1f(JOINTS, 2, JOINTS, list(WIDTHS), channels=CHANNELS, dropout=0.0)
    scaled_to_metres(torch, randomise(torch, strided).eval())
    ours, x = imported(torch, strided), torch.randn(16, 243, JOINTS, 2)
    network = ours.network.clone(dropout=0.0)
    found, state = network.apply(ours.variables, flat(x), strided=True, train=True, mutable=["batch_stats"])
    with torch.no_grad():
        expected = strided.train()(x).numpy()
    yield "strided form in training", difference(found, expected)
    running = strided.expand_bn.running_var.numpy()
    yield "running variance after it", difference(state["batch_stats"]["expand"]["norm"]["var"], running)


def batch(step: int) -> tuple[np.ndarray, np.ndarray]:
    """Windows (B, 27, J, 2) and the pose (B, 1, J, 3) of their middle, something that can be learnt."""
    rng = np.random.default_rng(step)
    inputs = rng.normal(size=(BATCH, 27, JOINTS, 2)).astype(np.float32)
    mix = np.random.default_rng(1_000_000).normal(size=(2 * JOINTS, 3 * JOINTS)).astype(np.float32)
    poses = np.tanh(inputs.mean(1).reshape(BATCH, -1) @ mix).reshape(BATCH, 1, JOINTS, 3)
    return inputs, poses - poses[:, :, :1]


def trained(torch: Any, module: Any) -> float:
    """Largest relative difference of the training losses of `STEPS` steps."""
    config = normalise(config_file.get_config("row=frames_27"))
    config.model.dropout, config.train.steps, config.train.epochs = 0.0, STEPS, 0.0
    config.model.channels = 256
    theirs = module.TemporalModelOptimized1f(JOINTS, 2, JOINTS, [3, 3, 3], channels=256, dropout=0.0).train()
    loss = importlib.import_module("common.loss").mpjpe
    optimizer = make_optimizer(config.optim, STEPS, STEPS // 10)
    rival = torch.optim.Adam(theirs.parameters(), lr=config.optim.learning_rate, amsgrad=True)
    rate = make_schedule(config.optim, STEPS, STEPS // 10)
    family = as_given(families.build(config))
    state = init_state(family, optimizer, lifter_batch(*batch(0)), jax.random.key(0))
    first = {**state.variables, "params": imported(torch, theirs).variables["params"]}
    state, update = state.replace(variables=first), jax.jit(make_update(family, optimizer))
    worst = 0.0
    for step in range(STEPS):
        inputs, poses = batch(step)
        state, terms = update(state, lifter_batch(inputs, poses), jax.random.key(0))
        for group in rival.param_groups:
            group["lr"] = float(rate(step))
        theirs.set_bn_momentum(0.1 * 0.01 ** (step / STEPS))
        rival.zero_grad()
        error = loss(theirs(torch.from_numpy(inputs)), torch.from_numpy(poses))
        error.backward()
        rival.step()
        worst = max(worst, abs(float(terms["loss"][0] / terms["loss"][1]) / float(error.detach()) - 1))
    return worst


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, required=True, help="checkout of VideoPose3D")
    options = parser.parse_args()
    sys.path.insert(0, str(options.source.resolve()))
    torch, module = importlib.import_module("torch"), importlib.import_module("common.model")
    torch.manual_seed(0)
    print("| compared | largest difference | root mean square of the values |\n| --- | --- | --- |")
    for name, (largest, size) in outputs(torch, module):
        print(f"| {name} | {largest:.1e} | {size:.2f} |", flush=True)
    print(f"| losses of {STEPS} training steps, relative | {trained(torch, module):.1e} | 1 |")


if __name__ == "__main__":
    scripts.guarded(main)
