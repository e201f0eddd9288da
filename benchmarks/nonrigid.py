"""Non-rigid structure from motion of CMU subjects, the dictionaries beside baselines.

    python -m benchmarks.nonrigid [--subjects=05,13,14,60,94,135] [--frames=3000] [--steps=10000] [--seed=0]

Needs the CMU packs (HDVR_REAL_DATA). Every frame of a subject is seen once, by an orthographic camera of its own,
turned at random (uniform over all rotations, seeded); the 17 joints of h36m17 are exact, about their mean, and nothing
else is known. All methods are fitted to the images of a subject's takes of the training and validation splits of
`cmu_mocap`, thinned evenly to --frames; "fitted" is their error on these same frames (transductive), "held out" on the
test takes, thinned to a third of --frames.

The error of a frame is |S - S*| / |S*| (Frobenius; S* the true shape about its mean), averaged over the frames. x and
y of S are the image points, for every method; what methods differ in is depth. An orthographic image does not tell a
shape from its mirror image in depth; so there are three columns: "as is"; "one sign", the better of all depths as
they are and all negated, decided on the fitted frames and kept for the held-out ones; and "any sign", the better of
both for each frame by itself (with reflection). The six subjects are those with the most frames among everyday
movement (13, 14), modern (05), salsa (60), Indian dance (94) and martial arts (135). About twenty minutes on two cores
before the dictionaries had three starts each, which adds a fifth to their steps.
"""

import argparse
import functools
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from benchmarks import nonrigid_baselines, nonrigid_training
from benchmarks.machine import machine
from benchmarks.nonrigid_baselines import Depths, Fit, Seen
from hdvr_jax import corpus, scripts
from hdvr_jax.errors import InputError
from hdvr_jax.skeletons import get_mapping

SUBJECTS = "05,13,14,60,94,135"
SKELETON = "h36m17"
SHAPES = 8  # of the PCA basis: the best of 2, 3, 5, 8 and 12 on subjects 14 and 94
Shapes = Float[np.ndarray, "F P 3"]
Methods = dict[str, Callable[[Seen], Fit]]


class Subject(NamedTuple):
    """Shapes in the frames of their cameras, in metres, about their means."""

    fitted: Shapes
    held_out: Shapes


class Errors(NamedTuple):
    """Mean normalised errors: as they come, with the sign of the whole, with the best sign of each frame."""

    as_is: float
    one_sign: float
    any_sign: float


def load(names: list[str], frames: int, seed: int) -> dict[str, Subject]:
    """The subjects by their numbers. Raises InputError for one who has no takes to fit or to hold out."""
    clips = corpus.load("cmu_mocap", "all")
    held_out, fitted = ({c["dancer"] for c in clips if (c["split"] == "test") == test} for test in (True, False))
    whole = sorted(held_out & fitted)
    if unknown := [name for name in names if name not in whole]:
        raise InputError(f"--subjects: {unknown[0]!r} is none of {', '.join(whole)}")
    found = {}
    for name in names:
        takes = [[c for c in clips if c["dancer"] == name and (c["split"] == "test") == test] for test in (False, True)]
        generators = np.random.default_rng([seed, int(name)]).spawn(2)
        found[name] = Subject(
            *(turned(thinned(points(t), n), rng) for t, n, rng in zip(takes, (frames, frames // 3), generators))
        )
    return found


def points(takes: list[dict]) -> Shapes:
    """Joints of all frames of the takes."""
    mapping = get_mapping("cmu25", SKELETON)
    return np.concatenate([mapping.apply(take["points_world"].astype(np.float64)) for take in takes])


def thinned(shapes: Shapes, frames: int) -> Shapes:
    """At most so many frames, evenly spaced."""
    return shapes[np.linspace(0, len(shapes) - 1, min(frames, len(shapes))).round().astype(int)]


def turned(shapes: Shapes, rng: np.random.Generator) -> Shapes:
    """Every frame about its mean, in the frame of a camera of its own."""
    cameras = Rotation.random(len(shapes), rng=rng).as_matrix()
    return np.einsum("fij,fpj->fpi", cameras, shapes - shapes.mean(1, keepdims=True))


def methods(steps: int, seed: int) -> Methods:
    """All that is compared, by name."""
    dictionary = functools.partial(nonrigid_training.fit, steps=steps, seed=seed)
    return {
        "constant depth": nonrigid_baselines.constant_depth,
        "rigid": nonrigid_baselines.rigid,
        f"PCA basis of {SHAPES}": functools.partial(nonrigid_baselines.pca, size=SHAPES),
        "single-level dictionary": functools.partial(dictionary, levels=nonrigid_training.SINGLE),
        "hierarchical dictionary": functools.partial(dictionary, levels=nonrigid_training.HIERARCHY),
    }


def frame_errors(depths: Depths, shapes: Shapes) -> Float[np.ndarray, "2 F"]:
    """Normalised error of every frame, with depths as they are and negated."""
    depths = depths - depths.mean(1, keepdims=True)
    size = np.linalg.norm(shapes, axis=(1, 2))
    return np.stack([np.linalg.norm(sign * depths - shapes[..., 2], axis=1) / size for sign in (1, -1)])


def errors(depths: tuple[Depths, Depths], subject: Subject) -> tuple[Errors, Errors]:
    """Errors of the fitted and of the held-out frames."""
    found = [frame_errors(*pair) for pair in zip(depths, subject)]
    sign = int(found[0].mean(1).argmin())
    return tuple(Errors(e[0].mean(), e[sign].mean(), e.min(0).mean()) for e in found)


def row(subject: Subject, method: Callable[[Seen], Fit]) -> tuple[Errors, Errors, float]:
    """(Errors fitted, errors held out, seconds of the fit with its compilation)."""
    start = time.perf_counter()
    fitted, others = method(subject.fitted[..., :2])
    seconds = time.perf_counter() - start
    return *errors((fitted, others(subject.held_out[..., :2])), subject), seconds


def line(subject: str, method: str, numbers: np.ndarray) -> str:
    """A line of the table."""
    cells = [f"{number:.3f}" for number in numbers[:-1]]
    return f"| {subject} | {method} | " + " | ".join([*cells, f"{numbers[-1]:.0f}"]) + " |"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subjects", default=SUBJECTS)
    for name, default in (("frames", 3000), ("steps", nonrigid_training.STEPS), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    subjects = load(options.subjects.split(","), options.frames, options.seed)
    sizes = ", ".join(f"{name}: {len(each.fitted)} + {len(each.held_out)}" for name, each in subjects.items())
    print(f"{machine()}; frames fitted + held out of {sizes}; {options.steps} steps, seed {options.seed}\n")
    columns = [f"{which}, {sign}" for which in ("fitted", "held out") for sign in ("as is", "one sign", "any sign")]
    print("| subject | method | " + " | ".join(columns) + " | s |\n" + "| --- " * 9 + "|")
    found: dict[str, list[np.ndarray]] = {}
    for name, subject in subjects.items():
        for method, fit in methods(options.steps, options.seed).items():
            *pair, seconds = row(subject, fit)
            numbers = np.array([*pair[0], *pair[1], seconds])
            found.setdefault(method, []).append(numbers)
            print(line(name, method, numbers), flush=True)
    for method, rows in found.items():
        print(line("mean", method, np.mean(rows, 0)))


if __name__ == "__main__":
    scripts.guarded(main)
