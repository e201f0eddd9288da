"""Cameras found from 2D joints beside their calibration: the ways of `hdvr_jax.rig` on recordings of AIST++.

    python -m benchmarks.rig [--recordings=gBR_sBM_cAll_d04_mBR0_ch01,...] [--skip=c05]

Needs AIST++ (HDVR_REAL_DATA). "Through F, chained" is the published way (Li's thesis, section 3.4.2): the fundamental
matrix of every pair of views from pixels, pairs chained into the frame of the first view; "through E" searches for the
essential matrix, and "refined" moves all cameras together in the end. Lens and distances between the cameras are those
of the calibration. Errors are those of all views but the first, in its frame: the angle between the rotation found and
the calibrated one, and the distance between the two places of the camera's centre. `--skip=none` leaves no view out;
c05 is out of step. Seconds a recording on two cores.
"""

import argparse

import numpy as np
from jaxtyping import Float

from benchmarks.machine import machine
from hdvr_jax import clips, corpus, rig, scripts
from hdvr_jax.clips import Clip

RECORDINGS = ",".join(f"gBR_sBM_cAll_d04_mBR0_ch{number}" for number in ("01", "02", "03", "05", "06"))
METHODS = {
    "through F, chained": {"through": "fundamental", "refine": False},
    "through E, chained": {"through": "essential", "refine": False},
    "through E, refined": {"through": "essential", "refine": True},
}
COLUMNS = ("rotation, median (°)", "largest (°)", "centre, median (cm)", "largest (cm)")


def errors(found: Clip, calibrated: Clip) -> tuple[Float[np.ndarray, " V-1"], Float[np.ndarray, " V-1"]]:
    """(Degrees by which rotations are off, centimetres by which centres are) of all views but the first."""
    (turns, centers), (true_turns, true_centers) = (_placed(clip) for clip in (found, calibrated))
    cosine = (np.einsum("vij,vij->v", turns, true_turns) - 1) / 2
    degrees = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return degrees[1:], 100 * np.linalg.norm(centers - true_centers, axis=-1)[1:]


def _placed(clip: Clip) -> tuple[Float[np.ndarray, "V 3 3"], Float[np.ndarray, "V 3"]]:
    """(Rotations, centres in metres) of the cameras in the frame of the first."""
    rotation, translation = (clip[name].astype(np.float64) for name in ("rotation", "translation"))
    centers = -np.einsum("vji,vj->vi", rotation, translation)
    return rotation @ rotation[0].T, (centers - centers[0]) @ rotation[0].T


def row(clip: Clip, method: str) -> str:
    """A line of the table."""
    numbers = [f(each) for each in errors(rig.estimated(clip, **METHODS[method]), clip) for f in (np.median, np.max)]
    return f"| {clip['clip']} | {method} | " + " | ".join(f"{number:.2f}" for number in numbers) + " |"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", default=RECORDINGS)
    parser.add_argument("--skip", default="c05")
    options = parser.parse_args()
    wanted = options.recordings.split(",")
    found = {clip["clip"]: clip for clip in corpus.load("aistpp", "all")}
    if missing := [name for name in wanted if name not in found]:
        parser.error(f"aistpp has no recording {missing[0]}; it has {', '.join(sorted(found)[:10])}")
    print(f"{machine()}; without {options.skip}\n")
    print("| recording | method | " + " | ".join(COLUMNS) + " |\n" + "| --- " * (2 + len(COLUMNS)) + "|")
    for name in wanted:
        if options.skip not in ("none", *found[name]["views"]):
            parser.error(f"--skip: {options.skip!r} is none of {', '.join(found[name]['views'])}, none")
        for method in METHODS:
            print(row(clips.without_views(found[name], (options.skip,)), method), flush=True)


if __name__ == "__main__":
    scripts.guarded(main)
