"""One clip lifted by many seeds: windows optimised, the best seeds stitched (Hu & Ahuja 2021, section 2.2).

Symbols: N windows, K seeds, T frames of the clip, J joints.
"""

import dataclasses
import os
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from hdvr_jax import dictionary
from hdvr_jax.errors import InputError
from hdvr_jax.multiseed import sources, uncertainty, windows
from hdvr_jax.multiseed.priors import Prior
from hdvr_jax.multiseed.settings import Settings
from hdvr_jax.multiseed.solver import Solution, in_turn, optimise
from hdvr_jax.multiseed.terms import Seen, Variables
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.trajectories import DEPTH


@dataclasses.dataclass(frozen=True)
class Found:
    """What the seeds of a clip came to.

    Attributes:
        poses: (T, J, 3) metres about the root, camera axes.
        trajectory: (T, 3) metres, where the root is in the same axes.
        focal_factor: by which the focal length was taken too short; 1 but for the camera "fitted". What poses and
            trajectory tell is of the right one.
        spread: (T, J) metres, of the seeds as much as they count (`uncertainty.spread`).
        alternatives: of every window, poses (T', J, 3) of the seeds that are nearly as good and plainly another motion
            (`uncertainty.alternatives`), by its first frame. Near a lifter's poses there are hardly any: L_3D tells.
    """

    poses: Float[np.ndarray, "T J 3"]
    trajectory: Float[np.ndarray, "T 3"]
    focal_factor: float
    spread: Float[np.ndarray, "T J"]
    alternatives: dict[int, list[np.ndarray]]


def see(
    rays: Float[np.ndarray, "T J 2"],
    confidence: Float[np.ndarray, "T J"],
    skeleton: str,
    starts: Float[np.ndarray, "S F J 3"] | None = None,
) -> Seen:
    """A clip as the optimiser sees it.

    Args:
        rays: ideal image points (`lifting.track_rays`); any value where confidence is 0.
        confidence: weights; 0 where missed.
        skeleton: of both.
        starts: P*, what seeds begin at and stay near, such as the poses of S trainings of a lifter, metres about the
            root in camera axes; None where there are none.
    Raises:
        InputError: arrays of other shapes, no frame, confidence below 0, values that are not finite; names the first.
    """
    _check_shapes(rays, confidence, skeleton, starts)
    rays = np.where(confidence[..., None] == 0, np.zeros((), rays.dtype), rays)
    _check("confidence", (confidence >= 0) & np.isfinite(confidence), skeleton)
    _check("image point", np.isfinite(rays).all(-1), skeleton)
    if starts is not None:
        _check("start", np.isfinite(starts).all((0, -1)), skeleton)
    sizes = np.asarray(dictionary.apparent_size(rays, confidence, skeleton))
    known = jnp.asarray(confidence).T
    return Seen(
        points=jnp.asarray(rays).transpose(2, 1, 0),
        confidence=known,
        real=jnp.ones(len(rays)),
        starts=jnp.zeros((0, 3, *known.shape)) if starts is None else jnp.asarray(starts).transpose(0, 3, 2, 1),
        scale=jnp.float32(np.median(sizes[sizes > 0]) if (sizes > 0).any() else 1 / DEPTH),
    )


def _check_shapes(rays: np.ndarray, confidence: np.ndarray, skeleton: str, starts: np.ndarray | None) -> None:
    seen = (len(rays), len(get_skeleton(skeleton).joints))
    if not seen[0]:
        raise InputError("multiseed: expected a clip of one frame or more, got none")
    given = {"rays": (rays, (*seen, 2)), "confidence": (confidence, seen)}
    if starts is not None:
        given["starts"] = (starts, (*starts.shape[:1], *seen, 3))
    for name, (array, expected) in given.items():
        if array.shape != expected:
            raise InputError(f"multiseed: expected {name} of shape {expected} for {skeleton}, got {array.shape}")


def _check(what: str, good: Bool[np.ndarray, "T J"], skeleton: str) -> None:
    if not good.all():
        frame, joint = np.argwhere(~good)[0]
        name = get_skeleton(skeleton).joints[joint]
        raise InputError(f"multiseed: the {what} of {name} in frame {frame} is no number that can be used")


def lift(
    key: PRNGKeyArray, seen: Seen, fps: float, settings: Settings, skeleton: str, prior: Prior | None = None
) -> Found:
    """`lift_clips` of one."""
    return lift_clips(key, [seen], fps, settings, skeleton, prior)[0]


def lift_clips(
    key: PRNGKeyArray,
    clips: Sequence[Seen],
    fps: float,
    settings: Settings,
    skeleton: str,
    prior: Prior | None = None,
) -> list[Found]:
    """Lifts clips, whose windows are one batch on accelerators: seeds perturb what `Seen` has to begin at, as much for
    all clips, or are random persons who stand where it has nothing.

    With the camera "fitted" windows find focal lengths of their own; the clip's is the one between them, with which it
    is lifted again.

    Args:
        prior: what the term "learned" asks.
    Raises:
        InputError: as `Settings.check` and `windows_of`; where every seed of a window came to errors that are not
            finite.
    """
    if not clips:
        return []
    solution = solutions(key, clips, fps, settings, skeleton, prior)
    where = [windows_of(seen, fps, settings) for seen in clips]
    ends = np.cumsum([len(each.starts) for each in where])
    parts = [jax.tree.map(lambda x, a=a, b=b: x[a:b], solution) for a, b in zip([0, *ends], ends)]
    found = [stitched(part, each, settings, skeleton) for part, each in zip(parts, where)]
    if settings.camera != "fitted":
        return found
    factors = [each.focal_factor for each in found]
    known = [seen.replace(points=seen.points / f, scale=seen.scale / f) for seen, f in zip(clips, factors)]
    again = lift_clips(key, known, fps, dataclasses.replace(settings, camera="perspective"), skeleton, prior)
    return [dataclasses.replace(each, focal_factor=factor) for each, factor in zip(again, factors)]


def windows_of(seen: Seen, fps: float, settings: Settings) -> windows.Windows:
    """The windows of a clip; raises InputError where `fps` is no rate."""
    if not (np.isfinite(fps) and fps > 0):
        raise InputError(f"multiseed: expected a finite number of frames a second above 0, got {fps}")
    length = max(2, round(settings.window_seconds * fps))
    overlap = min(length - 1, round(settings.overlap_seconds * fps))
    return windows.sliding(seen.points.shape[-1], length, overlap)


def solutions(
    key: PRNGKeyArray,
    clips: Sequence[Seen],
    fps: float,
    settings: Settings,
    skeleton: str,
    prior: Prior | None = None,
) -> Solution:
    """The seeds of every window of all clips, leading axes N, K; weights may be traced where nothing is optimised in
    turn. Arguments, errors as in `lift_clips`."""
    settings.check(skeleton, prior)
    where = [windows_of(seen, fps, settings) for seen in clips]
    cut = [windows.cut(seen, each) for seen, each in zip(clips, where)]
    pieces = jax.tree.map(lambda *leaves: jnp.concatenate(leaves), *cut)
    numbers = jnp.concatenate([jnp.arange(len(each.starts)) for each in where])
    keys = jax.vmap(lambda number: jax.random.fold_in(key, number))(numbers)
    one = _window_solver(settings, skeleton, prior)
    return (in_turn if settings.in_turn else jax.vmap)(one)(keys, pieces)


def stitched(solution: Solution, where: windows.Windows, settings: Settings, skeleton: str) -> Found:
    """The seeds of every window (leading axes N, K) as one sequence; errors as in `lift_clips`."""
    solution, lost = _finite(solution)
    if lost.all(1).any():
        frame = where.starts[int(lost.all(1).argmax())]
        raise InputError(f"multiseed: no seed of the window from frame {frame} on came to anything; try lower weights")
    points, trajectory = _rooted(solution.variables, get_skeleton(skeleton).root)
    errors = np.where(lost[..., None], np.inf, np.asarray(solution.errors))
    path, means = windows.chosen(errors, points, where, settings.jump_weight), windows.mean_errors(errors, where)
    counts = uncertainty.shares(means, path, settings.temperature)
    others = enumerate(uncertainty.alternatives(means, points[..., : where.frames], path))
    focal = np.median((counts * np.asarray(solution.variables.focal)).sum(-1))
    return Found(
        poses=uncertainty.mixed(points, counts, where).transpose(2, 1, 0),
        trajectory=uncertainty.mixed(trajectory, counts, where).T,
        focal_factor=float(np.exp(focal)),
        spread=uncertainty.spread(points, counts, where).T,
        alternatives={
            where.starts[n]: [points[n, k].transpose(2, 1, 0)[: where.frames] for k in seeds] for n, seeds in others
        },
    )


def _finite(solution: Solution) -> tuple[Solution, Bool[np.ndarray, "N K"]]:
    """(The solution with zeros for seeds that are not finite, which those are)."""
    lost = np.any([~np.isfinite(x).reshape(*x.shape[:2], -1).all(-1) for x in jax.tree.leaves(solution)], 0)
    return jax.tree.map(lambda x: np.where(lost.reshape(*lost.shape, *[1] * (x.ndim - 2)), 0, x), solution), lost


def _rooted(seeds: Variables, root: int) -> tuple[Float[np.ndarray, "N K 3 J W"], Float[np.ndarray, "N K 3 W"]]:
    """(Poses about the root, where it is): the optimiser lets the root stray from the origin of its poses."""
    points = np.asarray(seeds.pose)
    return points - points[:, :, :, root : root + 1], np.asarray(seeds.trajectory) + points[:, :, :, root]


def _window_solver(settings: Settings, skeleton: str, prior: Prior | None) -> Callable[[Array, Seen], Solution]:
    cores = (os.cpu_count() or 1) if settings.in_turn else None

    def solve(key: PRNGKeyArray, seen: Seen) -> Solution:
        drawn = {"count": max(settings.seeds, len(seen.starts)), "skeleton": skeleton}
        if len(seen.starts):
            starts: Variables = sources.perturbed_seeds(key, seen, settings.noise, **drawn)
        else:
            starts = sources.random_seeds(key, seen, settings.noise, **drawn)
        return optimise(
            seen, starts, dict(settings.weights), settings.learning_rate, prior,
            skeleton=skeleton, camera=settings.camera, steps=settings.steps, cores=cores,
        )  # fmt: skip

    return solve
