"""Checkpoints of VideoPose3D (Pavllo et al. 2019), for `hdvr_jax.networks.lifter.TemporalLifter`.

The published files hold `model_pos` (the pose model) and, where training was semi-supervised, `model_traj` (the
trajectory model): expand_conv, expand_bn, layers_conv.{i}, layers_bn.{i}, shrink. Their inputs are joint-major, 2
numbers a joint, and so are the outputs, 3 a joint.
"""

import pathlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hdvr_jax.errors import InputError
from hdvr_jax.networks.lifter import TemporalLifter
from hdvr_jax.published import torch_file

MODELS = ("model_pos", "model_traj")
_NORM = {"weight": "scale", "bias": "bias", "running_mean": "mean", "running_var": "var"}

Weights = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Imported:
    """A published model.

    Attributes:
        network: `dense` and `causal` are as asked: the file does not tell causal from symmetric.
        variables: its params and batch_stats.
        joints_in: joints of the input.
        report: one line for every tensor of the file, what it became, and the entries that were left out.
    """

    network: TemporalLifter
    variables: dict[str, Any]
    joints_in: int
    report: tuple[str, ...]


def load(path: pathlib.Path, model: str = "model_pos", *, causal: bool = False, dense: bool = False) -> Imported:
    """A model of a published checkpoint. No pickled code is run.

    Args:
        model: one of `MODELS`.
        causal: whether it was trained with --causal.
        dense: whether it was trained with --dense.
    Raises:
        InputError: the file cannot be read, has no such model, or one of another architecture; says what is missing.
    """
    return _imported(path, torch_file.load(path), model, (model,), causal=causal, dense=dense)


def load_with_trajectory(
    path: pathlib.Path, *, causal: bool = False, dense: bool = False
) -> tuple[Imported, Imported | None]:
    """The pose model of a published checkpoint and its trajectory model, None where it has none; else as `load`."""
    content = torch_file.load(path)
    # Supervised training leaves an entry without a model.
    there = MODELS if isinstance(content, dict) and content.get("model_traj") is not None else MODELS[:1]
    found = [_imported(path, content, model, there, causal=causal, dense=dense) for model in there]
    return found[0], found[1] if len(found) > 1 else None


def _imported(path: pathlib.Path, content: Any, model: str, read: tuple[str, ...], **options: bool) -> Imported:
    """A model of a file's content; its report names the entries that are not in `read`."""
    found = content.get(model) if isinstance(content, dict) else None
    if not isinstance(found, dict):
        there = ", ".join(map(str, content)) if isinstance(content, dict) else type(content).__name__
        raise InputError(f"{path}: no {model} in it; there is {there or 'nothing'}")
    weights = {str(name).removeprefix("module."): value for name, value in found.items()}
    try:
        imported = convert(weights, **options)
    except InputError as error:
        raise InputError(f"{path}: {model}: {error}") from error
    left = tuple(f"{name}: not read" for name in content if name not in read)
    return Imported(imported.network, imported.variables, imported.joints_in, (*imported.report, *left))


def convert(weights: Weights, *, causal: bool = False, dense: bool = False) -> Imported:
    """A state_dict of VideoPose3D's `TemporalModel` or `TemporalModelOptimized1f`; arguments as in `load`.

    Raises:
        InputError: a tensor is missing, left over, or of a shape that does not fit.
    """
    rest = dict(weights)
    channels = _take(rest, "shrink.weight", 3, keep=True).shape[1]
    names = {"expand": ("expand_conv", "expand_bn")}
    blocks = sum(name.startswith("layers_conv.") for name in weights) // 2
    for block in range(blocks):
        for at, kind in enumerate(("conv", "mix")):
            names[f"{kind}_{block}"] = (f"layers_conv.{2 * block + at}", f"layers_bn.{2 * block + at}")
    params, stats, report = {}, {}, []
    widths: list[int] = []
    for ours, (convolution, norm) in names.items():
        kernel = _take(rest, f"{convolution}.weight", 3)
        if kernel.shape[0] != channels or (ours != "expand" and kernel.shape[1] != channels):
            raise InputError(f"{convolution}.weight has shape {kernel.shape}; the model has {channels} channels")
        if not ours.startswith("mix"):
            widths.append(kernel.shape[2])
        values = {new: _take(rest, f"{norm}.{old}", 1, channels) for old, new in _NORM.items()}
        rest.pop(f"{norm}.num_batches_tracked", None)
        params[ours] = {"kernel": _tap_major(kernel), "norm": {name: values[name] for name in ("scale", "bias")}}
        stats[ours] = {"norm": {name: values[name] for name in ("mean", "var")}}
        report.append(f"{convolution}, {norm}: {ours} {kernel.shape}")
    shrink = _take(rest, "shrink.weight", 3)
    params["shrink"] = {"kernel": shrink[:, :, 0].T.copy(), "bias": _take(rest, "shrink.bias", 1, shrink.shape[0])}
    report.append(f"shrink: shrink {shrink.shape}")
    if rest:
        raise InputError(f"left over: {', '.join(rest)}; expected a temporal model of VideoPose3D")
    network = TemporalLifter(
        joints_out=shrink.shape[0] // 3,
        widths=_filter_widths(widths, dense),
        channels=channels,
        causal=causal,
        dense=dense,
    )
    joints_in = params["expand"]["kernel"].shape[0] // widths[0] // 2
    return Imported(network, {"params": params, "batch_stats": stats}, joints_in, tuple(report))


def _take(rest: dict[str, Any], name: str, dimensions: int, size: int | None = None, *, keep: bool = False) -> Any:
    value = rest.get(name) if keep else rest.pop(name, None)
    if value is None:
        raise InputError(f"no {name}; expected a temporal model of VideoPose3D")
    value = np.asarray(value)
    if value.ndim != dimensions or (size is not None and value.shape != (size,)):
        raise InputError(f"{name} has shape {value.shape}; expected {size if size else f'{dimensions} dimensions'}")
    return value.astype(np.float32)


def _tap_major(kernel: np.ndarray) -> np.ndarray:
    """torch's (out, in, width) as (width * in, out)."""
    return np.ascontiguousarray(kernel.transpose(2, 1, 0).reshape(-1, kernel.shape[0]))


def _filter_widths(kernels: list[int], dense: bool) -> tuple[int, ...]:
    """Filter widths from the widths of the kernels: those of a dense model span all frames in between."""
    widths, dilation = kernels[:1], kernels[0]
    for kernel in kernels[1:]:
        width = (kernel - 1) // dilation + 1 if dense else kernel
        widths.append(width)
        dilation *= width
    if any(width % 2 == 0 for width in widths):
        raise InputError(f"filter widths {widths}; expected odd ones")
    return tuple(widths)
