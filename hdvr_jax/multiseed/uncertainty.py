"""How much each seed counts, how far those that count lie apart, what error that tells of, and what else it could be.

Symbols: N windows, K seeds, T frames of the clip, W of a window, J joints; arrays component first.
"""

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.errors import InputError
from hdvr_jax.multiseed.windows import Windows, faded
from hdvr_jax.skeletons import get_skeleton, kind_of

# Metres of mean error by which a seed may be worse to count e times less.
TEMPERATURE = 5e-4
# As `benchmarks.multiseed_reliability` fits them to detections of AIST++, refined from three trainings' poses: metres
# of error, by kind of joint, where features are 0, and their exponents.
SCALES = {
    "hip": 0.0156, "knee": 0.0320, "ankle": 0.0435, "spine": 0.0142, "thorax": 0.0277, "nose": 0.0343, "head": 0.0240,
    "shoulder": 0.0293, "elbow": 0.0377, "wrist": 0.0487,
}  # fmt: skip
_EXPONENTS = (0.251, -0.409)
# What is added to spread (metres) and confidence, and where their features are 0.
_SPREAD, _CONFIDENCE = (0.003, 0.007), (0.2, 1.0)


def shares(
    errors: Float[np.ndarray, "N K"], path: Int[np.ndarray, " N"], temperature: float = TEMPERATURE
) -> Float[np.ndarray, "N K"]:
    """How much each seed counts: exp(-(its mean error - the chosen one's) / temperature), at most once before they are
    made to sum to 1; with temperature 0 the chosen seed alone, k* of HDVR.

    Args:
        errors: mean over the frames (`windows.mean_errors`).
        path: the chosen seed of every window.
    """
    numbers = np.arange(len(path))
    if not temperature:
        return np.eye(errors.shape[1], dtype=errors.dtype)[path]
    weights = np.exp(np.minimum(-(errors - errors[numbers, path][:, None]) / temperature, 0.0))
    return weights / weights.sum(-1, keepdims=True)


def mixed(
    values: Float[np.ndarray, "N K *B W"], counts: Float[np.ndarray, "N K"], windows: Windows
) -> Float[np.ndarray, "*B T"]:
    """The clip's values: the mean of every window's seeds, each as much as it counts, windows faded into each other."""
    return faded(np.einsum("nk,nk...->n...", counts, values), windows)


def spread(
    points: Float[np.ndarray, "N K 3 J W"], counts: Float[np.ndarray, "N K"], windows: Windows
) -> Float[np.ndarray, "J T"]:
    """Metres, of every joint in every frame: the root mean square distance of the seeds, each as much as it counts
    (`shares`), from their mean."""
    mean = np.einsum("nk,nk...->n...", counts, points)
    return faded(np.sqrt(np.einsum("nk,nkjw->njw", counts, np.square(points - mean[:, None]).sum(2))), windows)


def features(spread: Float[np.ndarray, "*N"], confidence: Float[np.ndarray, "*N"]) -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of what tells of errors: 0 where seeds lie 7 mm apart (`spread`, metres), and at full confidence."""
    apart, sure = (
        np.log((value + least) / (usual + least))
        for value, (least, usual) in ((spread, _SPREAD), (confidence, _CONFIDENCE))
    )
    return apart, sure


def expected_error(
    spread: Float[np.ndarray, "T J"], confidence: Float[np.ndarray, "T J"], skeleton: str
) -> Float[np.ndarray, "T J"]:
    """Metres by which joints of refined poses, about the root, are off in the mean: less where seeds agree (`spread`)
    and the detector was sure, and by kind of joint. 0 for the root.

    Raises:
        InputError: a skeleton with joints of which nothing was measured; names one.
    """
    tree = get_skeleton(skeleton)
    scales = np.zeros(len(tree.joints), np.float32)
    for index, joint in enumerate(tree.joints):
        if tree.parents[index] >= 0:
            if kind_of(joint) not in SCALES:
                raise InputError(f"expected_error: nothing is known of the errors of {skeleton}'s {joint}")
            scales[index] = SCALES[kind_of(joint)]
    apart, sure = features(spread, confidence)
    return scales * np.exp(_EXPONENTS[0] * apart + _EXPONENTS[1] * sure)


def alternatives(
    errors: Float[np.ndarray, "N K"],
    points: Float[np.ndarray, "N K 3 J W"],
    path: Int[np.ndarray, " N"],
    distance: float = 0.1,
    worse: float = 2e-3,
) -> list[list[int]]:
    """Of every window the other seeds that are nearly as good and plainly another motion, best first: their mean error
    is within `worse` (metres) of the chosen one's, and their joints are `distance` (metres) or more away in the mean
    from it and from those before them."""
    found = []
    for number, best in enumerate(path):
        kept = [int(best)]
        for seed in np.argsort(errors[number]):
            near = [np.linalg.norm(points[number, seed] - points[number, other], axis=0).mean() for other in kept]
            if errors[number, seed] <= errors[number, best] + worse and min(near) >= distance:
                kept.append(int(seed))
        found.append(kept[1:])
    return found
