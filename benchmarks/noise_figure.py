"""Real detections beside simulated ones, in pictures and in numbers.

Symbols: S samples.
"""

import itertools
import pathlib

import numpy as np
from scipy import stats

from benchmarks.noise_data import Sightings
from benchmarks.noise_fit import autocorrelation, body_swaps, joints_of, runs
from hdvr_jax import detector_noise

_QUANTILES = np.concatenate([np.linspace(0.02, 0.98, 33), [0.99, 0.995, 0.998, 0.999]])
_BINS = np.array([0.0, 0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.03])
_FEW = 40
REAL, SIMULATED = "#1f3b73", "#e07b00"


def sizes(seen: Sightings, kind: str) -> np.ndarray:
    """Lengths of the errors of all joints of a kind, in person scales."""
    return np.linalg.norm(seen.error[:, :, joints_of(kind)], axis=-1).ravel()


def distances(real: Sightings, simulated: Sightings) -> dict[str, tuple[float, float]]:
    """Two-sample Kolmogorov-Smirnov distances of (error length, confidence) by kind of joint."""
    result = {}
    for kind in detector_noise.KINDS:
        own = joints_of(kind)
        error = stats.ks_2samp(sizes(real, kind), sizes(simulated, kind)).statistic
        sure = stats.ks_2samp(real.confidence[:, :, own].ravel(), simulated.confidence[:, :, own].ravel()).statistic
        result[kind] = (float(error), float(sure))
    return result


def episodes(seen: Sightings) -> dict[str, tuple[float, float]]:
    """(episodes per minute of video, mean seconds) of a joint on its twin by kind, and of the body swapped."""
    twin, apart = seen.on_twin(detector_noise.make_layout("coco17"))
    flags = {kind: twin[:, :, joints_of(kind)] for kind in detector_noise.KINDS[3:]}
    counts = {name: runs(flag) for name, flag in (flags | {"body": body_swaps(twin, apart)}).items()}
    return {name: (count / seen.seconds() * 60.0, length / seen.fps) for name, (count, length) in counts.items()}


def draw(pairs: dict[str, tuple[Sightings, Sightings]], path: pathlib.Path) -> None:
    """Writes the figure: one column per kind of joint, for the (real, simulated) clips that were not fitted."""
    from matplotlib import pyplot as plt

    (name, (real, simulated)) = list(pairs.items())[-1]
    kinds = detector_noise.KINDS
    figure, axes = plt.subplots(5, len(kinds), figsize=(22, 14), layout="constrained")
    rows = (_error_quantiles, _confidences, _error_by_confidence, _autocorrelations)
    for column, kind in enumerate(kinds):
        axes[0, column].set_title(kind, fontsize=14, fontweight="bold")
        for row, panel in enumerate(rows):
            panel(axes[row, column], real, simulated, kind)
            axes[row, column].tick_params(labelsize=8)
    for row, label in enumerate(("error by quantile", "confidence", "error by confidence", "autocorrelation of error")):
        axes[row, 0].set_ylabel(label, fontsize=12)
    grid = axes[4, 0].get_gridspec()
    for axis in axes[4]:
        axis.remove()
    for index, (label, (seen, model)) in enumerate(pairs.items()):
        columns = slice(0, 4) if index == 0 else slice(5, 9)
        _episodes(figure.add_subplot(grid[4, columns]), seen, model, label)
    axes[0, 0].legend(fontsize=9)
    figure.suptitle(
        f"Detector noise, real (blue) and simulated (orange), {name}; errors in person scales "
        "(RMS distance of the body joints from their mean)",
        fontsize=14,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=70)
    plt.close(figure)


def _both(real: Sightings, simulated: Sightings) -> tuple[tuple[Sightings, str, str], ...]:
    return (real, REAL, "real"), (simulated, SIMULATED, "simulated")


def _error_quantiles(axis, real: Sightings, simulated: Sightings, kind: str) -> None:
    for seen, colour, label in _both(real, simulated):
        axis.plot(stats.norm.ppf(_QUANTILES), np.quantile(sizes(seen, kind), _QUANTILES), color=colour, label=label)
    axis.set_xticks(stats.norm.ppf([0.02, 0.5, 0.9, 0.99, 0.999]), ["2%", "50", "90", "99", "99.9"])
    axis.set_yscale("log")
    axis.set_ylim(0.003, 3)
    axis.grid(alpha=0.3)


def _confidences(axis, real: Sightings, simulated: Sightings, kind: str) -> None:
    for seen, colour, _ in _both(real, simulated):
        axis.hist(
            np.clip(seen.confidence[:, :, joints_of(kind)].ravel(), 0, 1),
            bins=np.linspace(0, 1, 31), density=True, histtype="step", color=colour, linewidth=1.5,
        )  # fmt: skip
    axis.set_yticks([])
    axis.set_xlabel("confidence", fontsize=8)


def _error_by_confidence(axis, real: Sightings, simulated: Sightings, kind: str) -> None:
    for seen, colour, _ in _both(real, simulated):
        size, sure = sizes(seen, kind), seen.confidence[:, :, joints_of(kind)].ravel()
        members = [size[(sure >= low) & (sure < high)] for low, high in itertools.pairwise(_BINS)]
        kept = [i for i, member in enumerate(members) if member.size >= _FEW]
        middle = (_BINS[1:] + _BINS[:-1])[kept] / 2
        axis.plot(middle, [np.median(members[i]) for i in kept], color=colour)
        axis.plot(middle, [np.quantile(members[i], 0.9) for i in kept], color=colour, linestyle=":")
    axis.set_yscale("log")
    axis.set_ylim(0.008, 2)
    axis.set_xlabel("confidence (median, 90%)", fontsize=8)
    axis.grid(alpha=0.3)


def _autocorrelations(axis, real: Sightings, simulated: Sightings, kind: str) -> None:
    lags = np.arange(0, round(real.fps / 2) + 1)
    for seen, colour, _ in _both(real, simulated):
        error = np.clip(seen.error[:, :, joints_of(kind)], -0.15, 0.15)
        axis.plot(lags / seen.fps, autocorrelation(error, lags), color=colour)
    axis.set_ylim(-0.1, 1)
    axis.set_xlabel("lag, seconds", fontsize=8)
    axis.grid(alpha=0.3)


def _episodes(axis, real: Sightings, simulated: Sightings, label: str) -> None:
    for index, (seen, colour, _) in enumerate(_both(real, simulated)):
        found = episodes(seen)
        places = np.arange(len(found)) + 0.4 * index
        bars = axis.bar(places, [rate for rate, _ in found.values()], 0.38, color=colour)
        axis.bar_label(bars, [f"{seconds:.2f} s" if rate else "" for rate, seconds in found.values()], fontsize=8)
    axis.set_xticks(np.arange(len(found)) + 0.2, list(found))
    axis.set_title(f"joints on their twin and swapped bodies: episodes per minute, mean length; {label}", fontsize=11)
