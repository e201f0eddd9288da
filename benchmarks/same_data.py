"""Accuracy of the lifter beside VideoPose3D's own code, trained on the same data with the same budget.

    python -m benchmarks.same_data --source=DIR [--row=frames_27] [--channels=256] [--steps=2000] [--seeds=3]

Needs torch (not a requirement of this project) and a checkout of facebookresearch/VideoPose3D in DIR. CMU takes are
filmed by four virtual cameras each, through the fitted detector; train and test takes are those of `cmu_mocap`. Both
codes get the same windows (keypoints relative to the hips with confidence, in screen coordinates neither learns more
than a mean pose at such budgets), the same number of steps and examples, Adam with amsgrad, the same
decay of learning rate and batch-norm momentum, mirrored training examples, and mirrored averaging in the test. Both
see the same examples in the same order; each draws its own initial weights and dropout. The last weights are tested on
whole sequences.
"""

import argparse
import importlib
import pathlib
import sys
import time
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.augmented import as_given
from configs import videopose3d
from hdvr_jax import evaluation, families, pipeline, poses, rotations, scripts
from hdvr_jax.configurations import normalise
from hdvr_jax.families.lifter import camera_poses
from hdvr_jax.optimizers import make_optimizer, make_schedule
from hdvr_jax.padding import own_frames
from hdvr_jax.runs import make_runs
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.update import evaluation_variables, init_state, make_update

EPOCHS = 80  # decays of the learning rate in a training
BATCH = 8  # sequences in a batch of the test
Batch = dict[str, Any]


def experiment(options: argparse.Namespace) -> Any:
    """The config: `configs/videopose3d.py` with a budget."""
    config = normalise(videopose3d.get_config(f"row={options.row},data=cmu_mocap"))
    config.model.inputs = "sighting"
    config.model.channels, config.train.batch_size = options.channels, options.batch
    config.train.epochs, config.train.steps = 0.0, options.steps
    return config


def training_batches(family: Any, windows: pipeline.Windows, config: Any, seed: int) -> Iterator[Batch]:
    """Batches, mirrored or not, the same for both codes; `wanted` are the targets in the frame of the inputs."""

    @jax.jit
    def see(batch: Batch, key: Any) -> Batch:
        seen = family.augment(batch, key, True)
        own = own_frames(seen["inputs"].shape[1], family.context)
        return {**seen, "wanted": rotations.rotate(seen["rotation"][:, own, None], seen["targets"])}

    (run,) = make_runs(windows, [seed], config.train.batch_size)
    for step in range(config.train.steps):
        yield see(pipeline.batch_at(windows, [run], step), jax.random.fold_in(jax.random.key(seed), step))


def train_ours(config: Any, windows: pipeline.Windows, seed: int) -> tuple[Any, float]:
    """(Variables, seconds)."""
    family = families.build(config)
    optimizer = make_optimizer(config.optim, config.train.steps, max(1, config.train.steps // EPOCHS))
    # The batches come mirrored already.
    update = jax.jit(make_update(as_given(family), optimizer), donate_argnums=0)
    key, state, start = jax.random.key(seed), None, time.perf_counter()
    for batch in training_batches(family, windows, config, seed):
        state = state or init_state(as_given(family), optimizer, batch, key)
        state, _ = update(state, batch, key)
    jax.block_until_ready(state)
    return evaluation_variables(state), time.perf_counter() - start


def train_theirs(torch: Any, config: Any, windows: pipeline.Windows, seed: int) -> tuple[Any, float]:
    """(VideoPose3D's model for sequences, seconds): its model, loss, optimiser and schedules on the same batches."""
    model, loss = importlib.import_module("common.model"), importlib.import_module("common.loss")
    torch.manual_seed(seed)
    shape = (17, 3, 17, list(config.model.widths))
    settings = {"dropout": config.model.dropout, "channels": config.model.channels, "causal": config.model.causal}
    network = model.TemporalModelOptimized1f(*shape, **settings).train()
    epoch = max(1, config.train.steps // EPOCHS)
    optimizer = torch.optim.Adam(network.parameters(), lr=config.optim.learning_rate, amsgrad=True)
    rate = make_schedule(config.optim, config.train.steps, epoch)
    family, start = families.build(config), time.perf_counter()
    for step, batch in enumerate(training_batches(family, windows, config, seed)):
        for group in optimizer.param_groups:
            group["lr"] = float(rate(step))
        network.set_bn_momentum(0.1 * 0.01 ** (step / config.train.steps))
        inputs, targets = (torch.from_numpy(np.array(batch[name])) for name in ("inputs", "wanted"))
        optimizer.zero_grad()
        loss.mpjpe(network(inputs), targets).backward()
        optimizer.step()
    trained = model.TemporalModel(*shape, **settings).eval()
    trained.load_state_dict(network.state_dict())
    return trained, time.perf_counter() - start


def score_theirs(torch: Any, network: Any, config: Any, windows: pipeline.Windows) -> dict[str, float]:
    """The family's metrics of their model on whole sequences, mirrored twin averaged in."""
    family, order = families.build(config), get_skeleton(config.model.skeleton).mirror
    see = jax.jit(lambda batch: family.augment(batch, jax.random.key(0), False))
    score = jax.jit(
        lambda outputs, batch: family.scores({"poses": camera_poses(outputs, batch, config.model.skeleton)}, batch)
    )
    padding = ((0, 0), tuple(config.data.pad_frames), (0, 0), (0, 0))

    def lift(inputs: Any) -> Any:
        with torch.no_grad():
            return network(torch.from_numpy(np.pad(np.array(inputs), padding, "edge"))).numpy()

    totals: dict[str, np.ndarray] = {}
    for batch in pipeline.eval_batches(windows, BATCH):
        batch = see(batch)
        turned = poses.mirror(lift(poses.mirror(batch["inputs"], order)), order)
        for name, pair in score(jnp.asarray((lift(batch["inputs"]) + turned) / 2), batch).items():
            found = np.array([(np.asarray(x, np.float64) * batch["mask"]).sum() for x in pair])
            totals[name] = totals.get(name, 0) + found
    return {name: total / weight for name, (total, weight) in totals.items()}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, required=True, help="checkout of VideoPose3D")
    parser.add_argument("--row", default="frames_27", choices=sorted(videopose3d.ROWS))
    for name, default in (("channels", 256), ("steps", 2000), ("batch", 256), ("seeds", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    sys.path.insert(0, str(options.source.resolve()))
    torch, config = importlib.import_module("torch"), experiment(options)
    family = families.build(config)
    load = {split: pipeline.load_sequences(family, config.data, split, {}) for split in ("train", "test")}
    train = pipeline.training_windows(family, config.data, load["train"])
    test = pipeline.evaluation_windows(family, config.evaluate, load["test"])
    print(
        f"{options.row}, {options.channels} channels, {options.steps} steps of {options.batch}, {len(train)} windows\n"
    )
    print("| seed | code | MPJPE | P-MPJPE | velocity | training, s |")
    print("| --- | --- | --- | --- | --- | --- |")
    found: dict[str, list[np.ndarray]] = {"ours": [], "theirs": []}
    for seed in range(options.seeds):
        variables, ours = train_ours(config, train, seed)
        tables = evaluation.evaluate(family, evaluation.make_scorer(family), {"": variables}, test, BATCH)
        network, theirs = train_theirs(torch, config, train, seed)
        rows = {
            "ours": (tables["overall"]["all"], ours),
            "theirs": (score_theirs(torch, network, config, test), theirs),
        }
        for code, (row, seconds) in rows.items():
            values = [row[name] for name in ("mpjpe_mm", "p_mpjpe_mm", "velocity_mm")]
            found[code].append(np.array([*values, seconds]))
            print(f"| {seed} | {code} | " + " | ".join(f"{value:.1f}" for value in found[code][-1]) + " |", flush=True)
    for code, rows in found.items():
        mean, deviation = np.mean(rows, 0), np.std(rows, 0, ddof=min(1, len(rows) - 1))
        cells = " | ".join(f"{m:.1f} ± {d:.1f}" for m, d in zip(mean, deviation))
        print(f"| all | {code} | {cells} |")


if __name__ == "__main__":
    scripts.guarded(main)
