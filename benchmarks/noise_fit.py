"""Estimates the parameters of hdvr_jax.detector_noise from real detections, one step after another.

Symbols: N (clip, view) pairs, T frames, J joints, S samples.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float
from scipy import optimize, stats

from benchmarks.noise_data import Sightings, simulate
from hdvr_jax import detector_noise
from hdvr_jax.detector_noise.params import GROUPS
from hdvr_jax.skeletons import get_skeleton

JOINTS = get_skeleton("coco17").joints
_SURE = 0.0  # logit above which a joint counts as seen, for the definition of its place
_LAGS_SECONDS = 0.25  # over which time constants are fitted
_RAYLEIGH_MEDIAN = np.sqrt(2 * np.log(2.0))
_FEW = 30  # twins below this do not carry a slope
# No person is missed in the clips at hand: half an event is assumed, of this length.
_ASSUMED_EPISODE_SECONDS = 0.1
_TWIN_SECONDS = (0.03, 0.05, 0.08, 0.12, 0.18, 0.27, 0.4)


def joints_of(kind: str) -> list[int]:
    """Indices of the COCO-17 joints of a kind."""
    return [i for i, joint in enumerate(JOINTS) if detector_noise.joint_kind(joint) == kind]


def fit(seen: Sightings, leaning: Sightings) -> dict:
    """The content of a parameter file, rounded to four significant digits.

    Args:
      seen: detections with published truth; everything but `logit_lean` is fitted to them.
      leaning: detections of a dancer who bends down and turns over, which `seen` does not hold.
    """
    layout = detector_noise.make_layout("coco17")
    twin, apart = seen.on_twin(layout)
    logit, hidden = seen.logit, seen.hidden(layout)
    rest, error, kinds = np.zeros_like(logit), seen.error, {}
    for kind in detector_noise.KINDS:
        own = joints_of(kind)
        lateral, upward, bias = _bias(seen, logit, layout, own)
        error[:, :, own] -= bias
        kinds[kind] = {"lateral": lateral, "upward": upward}
        kinds[kind] |= _confidence(logit[:, :, own], hidden[:, :, own])
        rest[:, :, own] = logit[:, :, own] - kinds[kind]["logit"] + kinds[kind]["logit_occluded"] * hidden[:, :, own]
        kinds[kind]["logit_seconds"] = time_constant(rest[:, :, own, None], seen.fps)
        kinds[kind] |= _spread(error[:, :, own], logit[:, :, own], ~twin[:, :, own])
        unit = _unit_error(error[:, :, own], logit[:, :, own], kinds[kind], twin[:, :, own])
        error[:, :, own] = unit
        kinds[kind]["error_seconds"] = time_constant(unit, seen.fps)
        kinds[kind] |= _twins(twin[:, :, own][apart[:, :, own]], logit[:, :, own][apart[:, :, own]])
    groups = {name: _shares(error, rest, name) for name in GROUPS}
    for name, loss in _lean(leaning, kinds, layout).items():
        groups[name]["logit_lean"] = loss
    table = {"kinds": kinds, "groups": groups, "person": _person(seen, twin, apart)}
    return _with_twin_seconds(_rounded(table), seen)


def _bias(seen: Sightings, logit: np.ndarray, layout: detector_noise.Layout, own: list[int]) -> tuple:
    """Least squares for the constant error of well seen joints: (lateral, upward, bias (N, T, own, 2) in scales)."""
    trunk = np.einsum("vj,ntjc->ntvc", np.asarray(layout.torso), seen.points) / seen.scale[..., None, None]
    side = np.asarray(layout.side)[own]
    basis = np.stack([np.broadcast_to(trunk[:, :, None, v], seen.error[:, :, own].shape) for v in (0, 1)], -1)
    basis = basis * np.stack([side, np.ones_like(side)], -1)[:, None]
    error = seen.error[:, :, own]
    sure = (logit[:, :, own] > _SURE) & (np.linalg.norm(error, axis=-1) < 0.3)
    lateral, upward = np.linalg.lstsq(basis[sure].reshape(-1, 2), error[sure].reshape(-1), rcond=None)[0]
    if not side.any():
        lateral = 0.0
    return float(lateral), float(upward), basis @ np.array([lateral, upward])


def _confidence(logit: Float[np.ndarray, "N T j"], hidden: Float[np.ndarray, "N T j"]) -> dict[str, float]:
    slope, offset = np.polyfit(hidden.ravel(), logit.ravel(), 1)
    rest = logit - offset - slope * hidden
    return {"logit": float(offset), "logit_occluded": float(-slope), "logit_spread": float(rest.std())}


def autocorrelation(values: Float[np.ndarray, "N T J C"], lags: np.ndarray) -> Float[np.ndarray, " L"]:
    """Correlation of a process with itself at lags in frames, mean removed per joint over everything."""
    values = values - values.mean((0, 1))
    last = values.shape[1]
    products = [(values[:, lag:] * values[:, : last - lag]).mean() for lag in lags]
    return np.array(products) / np.square(values).mean()


def time_constant(values: Float[np.ndarray, "N T J C"], fps: float) -> float:
    """Seconds in which exp(-lag / seconds) falls to 1/e, least squares over a quarter of a second of lags."""
    lags = np.arange(1, round(_LAGS_SECONDS * fps) + 1)
    found = autocorrelation(values, lags)
    seconds = np.geomspace(0.01, 3.0, 400)
    return float(seconds[np.square(np.exp(-lags / fps / seconds[:, None]) - found).sum(1).argmin()])


def _spread(error: np.ndarray, logit: np.ndarray, plain: Bool[np.ndarray, "N T j"]) -> dict[str, float]:
    """Least absolute deviations of the log error: the median at every confidence, whatever the outliers."""
    size = np.log(np.linalg.norm(error, axis=-1)[plain] + 1e-4) - np.log(_RAYLEIGH_MEDIAN)
    rng = np.random.default_rng(0)
    pick = rng.choice(size.size, min(size.size, 20_000), replace=False)
    size, logit_all, logit = size[pick], logit, logit[plain][pick]

    def cost(x: np.ndarray) -> float:
        return float(np.abs(np.log(np.exp(x[0]) + np.exp(x[1] - np.exp(x[2]) * logit)) - size).mean())

    seen, worse, slope = np.exp(optimize.minimize(cost, np.log([0.02, 0.015, 0.5]), method="Nelder-Mead").x)
    spread = {"spread_seen": float(seen), "spread": float(worse), "spread_slope": float(slope)}
    unit = _unit_error(error, logit_all, spread, ~plain)[plain]
    # A normal times exp(tail * normal) has kurtosis 3 exp(4 tail^2).
    kurtosis = (unit**4).mean() / np.square(np.square(unit).mean())
    return spread | {"tail": float(np.sqrt(np.log(max(kurtosis / 3.0, 1.0))) / 2.0)}


def _unit_error(error: np.ndarray, logit: np.ndarray, kind: dict, twin: np.ndarray) -> np.ndarray:
    spread = kind["spread_seen"] + kind["spread"] * np.exp(-kind["spread_slope"] * logit)
    return np.where(twin[..., None], 0.0, np.clip(error / spread[..., None], -4.0, 4.0))


def _twins(twin: Bool[np.ndarray, " S"], logit: Float[np.ndarray, " S"]) -> dict[str, float]:
    """Probit regression of lying on the twin, given the logit of confidence."""
    start = float(stats.norm.ppf((twin.sum() + 0.5) / (twin.size + 1.0))) if twin.size else -9.0
    if twin.sum() < _FEW:
        return {"twin_threshold": start, "twin_slope": 0.0}

    def cost(x: np.ndarray) -> float:
        chance = np.clip(stats.norm.cdf(x[0] - x[1] * logit), 1e-9, 1 - 1e-9)
        return -float(np.where(twin, np.log(chance), np.log1p(-chance)).mean())

    threshold, slope = optimize.minimize(cost, [start, 0.3], method="Nelder-Mead").x
    return {"twin_threshold": float(threshold), "twin_slope": float(slope)}


def _shares(unit_error: np.ndarray, rest: np.ndarray, group: str) -> dict[str, float]:
    """Mean correlation between the joints of one limb."""
    own = [i for i, joint in enumerate(JOINTS) if detector_noise.joint_kind(joint) in GROUPS[group]]
    names = [detector_noise.joint_group(JOINTS[i]) for i in own]
    pairs = [(a, b) for a in range(len(own)) for b in range(a) if names[a] == names[b]]

    def mean_correlation(values: np.ndarray) -> float:
        table = np.corrcoef(values.reshape(-1, len(own)).T)
        return float(np.mean([table[pair] for pair in pairs]))

    errors = np.moveaxis(unit_error[:, :, own], -1, 0)
    return {"error_share": mean_correlation(errors), "logit_share": mean_correlation(rest[:, :, own])}


def runs(flags: Bool[np.ndarray, "N T *J"]) -> tuple[int, float]:
    """(number of runs of True along frames, their mean length in frames)."""
    padded = np.concatenate([np.zeros_like(flags[:, :1]), flags], 1)
    count = int((padded[:, 1:] & ~padded[:, :-1]).sum())
    return count, float(flags.sum() / max(count, 1))


def body_swaps(twin: Bool[np.ndarray, "N T J"], apart: Bool[np.ndarray, "N T J"]) -> Bool[np.ndarray, "N T"]:
    """Frames in which most joints that can be told from their twins, four at least, lie on them."""
    paired = apart.sum(-1)
    return (twin.sum(-1) >= 0.6 * paired) & (paired >= 4)


def _person(seen: Sightings, twin: np.ndarray, apart: np.ndarray) -> dict[str, float]:
    swaps, length = runs(body_swaps(twin, apart))
    misses, gap = runs((seen.confidence == 0).all(-1))
    return {
        "swap_rate": (swaps + 0.5) / seen.seconds(),
        "swap_seconds": length / seen.fps if swaps else _ASSUMED_EPISODE_SECONDS,
        "miss_rate": (misses + 0.5) / seen.seconds(),
        "miss_seconds": gap / seen.fps if misses else _ASSUMED_EPISODE_SECONDS,
        "twin_seconds": twin_frames(seen) / seen.fps,
    }


def _lean(seen: Sightings, kinds: dict, layout: detector_noise.Layout) -> dict[str, float]:
    """Least squares for what leaning takes from the logits of each limb, beside a constant of these clips."""
    lean = jax.vmap(lambda points, scale: detector_noise.lean(points, scale, layout))
    score = np.asarray(lean(jnp.asarray(seen.points, jnp.float32), jnp.asarray(seen.scale, jnp.float32)))
    hidden, losses = seen.hidden(layout), {}
    for name, members in GROUPS.items():
        own = [joints_of(kind) for kind in members]
        expected = [kinds[k]["logit"] - kinds[k]["logit_occluded"] * hidden[:, :, j] for k, j in zip(members, own)]
        lost = np.concatenate(expected, -1) - seen.logit[:, :, np.concatenate(own)]
        losses[name] = max(float(np.polyfit(score.ravel(), lost.mean(-1).ravel(), 1)[0]), 0.0)
    return losses


def _with_twin_seconds(table: dict, seen: Sightings) -> dict:
    """Chooses the time constant of twins so that simulated ones last as long as real ones."""
    wanted, best = table["person"]["twin_seconds"] * seen.fps, {}
    for seconds in _TWIN_SECONDS:
        table["person"]["twin_seconds"] = seconds
        simulated = simulate(seen, detector_noise.from_table(table), 0)
        best[abs(np.log(twin_frames(simulated) / wanted))] = seconds
    table["person"]["twin_seconds"] = best[min(best)]
    return table


def twin_frames(seen: Sightings) -> float:
    """Mean number of frames that an elbow, wrist or ankle stays on its twin."""
    twin, _ = seen.on_twin(detector_noise.make_layout("coco17"))
    return max(runs(twin[:, :, [i for kind in ("elbow", "wrist", "ankle") for i in joints_of(kind)]])[1], 0.5)


def _rounded(table: dict) -> dict:
    return {k: _rounded(v) if isinstance(v, dict) else float(f"{v:.4g}") for k, v in table.items()}
