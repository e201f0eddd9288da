"""Writes the golden files of tests/data from VideoPose3D's own code.

    python -m benchmarks.videopose3d_golden --source=DIR --out=tests/data

Needs torch (not a requirement of this project) and a checkout of facebookresearch/VideoPose3D in DIR. Every checkpoint
is tiny and random; beside it lie an input, the rival's output, and for the strided training form its output in
training mode (without dropout) and the running statistics after it. One checkpoint has a trajectory model too, as
semi-supervised training leaves it; with it lies what the rival's evaluation makes of an input and its mirror image.
"""

import argparse
import importlib
import pathlib
import sys
from typing import Any

import numpy as np

from hdvr_jax import scripts
from hdvr_jax.skeletons import get_skeleton

CHANNELS, JOINTS, SEED = 8, 17, 1
MODELS = {
    "plain": ({}, (3, 3, 3), 34),
    "causal": ({"causal": True}, (3, 3, 3), 34),
    "dense": ({"dense": True}, (3, 3), 14),
    "mixed": ({}, (1, 5, 3), 20),
}


def randomise(torch: Any, model: Any) -> Any:
    """The model with weights of ordinary sizes, batch statistics included, from a fixed seed."""
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, value in [*model.named_parameters(), *model.named_buffers()]:
            if name.endswith("num_batches_tracked"):
                continue
            drawn = torch.randn(value.shape, generator=generator)
            if name.endswith("running_var"):
                drawn = drawn.abs() + 0.5
            elif "bn" in name and name.endswith("weight"):
                drawn = 1 + 0.3 * drawn
            elif value.dim() == 3:
                drawn = drawn / (value.shape[1] * value.shape[2]) ** 0.5
            value.copy_(drawn)
    return model


def trained_forward(torch: Any, module: Any, state: Any, causal: bool) -> dict[str, np.ndarray]:
    """Output of the strided form in training mode, and the running statistics that it leaves."""
    model = module.TemporalModelOptimized1f(JOINTS, 2, JOINTS, [3, 3, 3], causal=causal, dropout=0.0, channels=CHANNELS)
    model.load_state_dict(state)
    windows = torch.randn(6, 27, JOINTS, 2, generator=torch.Generator().manual_seed(SEED + 2))
    with torch.no_grad():
        output = model.train()(windows)
    left = {name.replace(".", "/"): value.numpy() for name, value in model.state_dict().items() if "running" in name}
    return {"windows": windows.numpy(), "trained_output": output.numpy(), **left}


def mirrored_mean(torch: Any, model: Any, inputs: Any, swap_in: list[int], swap_out: list[int]) -> np.ndarray:
    """Mean of the outputs of an input and its mirror image, as the rival's `evaluate` takes it."""
    batch = torch.cat([inputs, inputs[:, :, swap_in] * torch.tensor([-1.0, 1.0])])
    with torch.no_grad():
        output = model.eval()(batch)
    output[1, :, :, 0] *= -1
    output[1] = output[1][:, swap_out]
    return output.mean(dim=0).numpy()


def write_trajectory(torch: Any, module: Any, folder: pathlib.Path) -> None:
    """Writes the checkpoint with both models (joints of Human3.6M, in and out) and its outputs."""
    pose, moved = (
        randomise(torch, module.TemporalModel(JOINTS, 2, joints, [3, 3, 3], channels=CHANNELS))
        for joints in (JOINTS, 1)
    )
    inputs = torch.randn(1, 34, JOINTS, 2, generator=torch.Generator().manual_seed(SEED + 3))
    swap = list(get_skeleton("h36m17").mirror)
    with torch.no_grad():
        alone = moved.eval()(inputs)
    arrays = {
        "inputs": inputs.numpy(),
        "output": alone.numpy(),
        "mirrored_poses": mirrored_mean(torch, pose, inputs, swap, swap),
        "mirrored_trajectory": mirrored_mean(torch, moved, inputs, swap, [0]),
    }
    np.savez_compressed(folder / "videopose3d_trajectory.npz", **arrays)
    content = {"epoch": 3, "model_pos": pose.state_dict(), "model_traj": moved.state_dict()}
    torch.save(content, folder / "videopose3d_trajectory.bin")


def write(torch: Any, module: Any, folder: pathlib.Path) -> None:
    """Writes videopose3d_*.bin and videopose3d_*.npz."""
    for name, (options, widths, frames) in MODELS.items():
        model = randomise(torch, module.TemporalModel(JOINTS, 2, JOINTS, list(widths), channels=CHANNELS, **options))
        inputs = torch.randn(2, frames, JOINTS, 2, generator=torch.Generator().manual_seed(SEED + 1))
        with torch.no_grad():
            output = model.eval()(inputs)
        arrays = {"inputs": inputs.numpy(), "output": output.numpy()}
        if name in ("plain", "causal"):
            arrays |= trained_forward(torch, module, model.state_dict(), name == "causal")
        np.savez_compressed(folder / f"videopose3d_{name}.npz", **arrays)
        content = {"epoch": 3, "lr": 1e-3, "random_state": np.random.RandomState(0), "model_pos": model.state_dict()}
        torch.save(content, folder / f"videopose3d_{name}.bin")
        if name == "plain":
            old = folder / "videopose3d_older_layout.bin"
            torch.save(content | {"model_traj": None}, old, _use_new_zipfile_serialization=False)


def main() -> None:
    """Writes all files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, required=True, help="checkout of VideoPose3D")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/data"))
    options = parser.parse_args()
    sys.path.insert(0, str(options.source.resolve()))
    options.out.mkdir(parents=True, exist_ok=True)
    torch, module = importlib.import_module("torch"), importlib.import_module("common.model")
    write(torch, module, options.out)
    write_trajectory(torch, module, options.out)


if __name__ == "__main__":
    scripts.guarded(main)
