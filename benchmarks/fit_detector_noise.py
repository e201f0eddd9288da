"""Fits hdvr_jax.detector_noise to real AIST++ detections and shows how well the model agrees.

    HDVR_REAL_DATA=../shared/data python -m benchmarks.fit_detector_noise

The clips with published 3D give every number but `logit lean`: their dancer never leans, so those come from the others.

Prints the fitted table, Kolmogorov-Smirnov distances between real and simulated errors and confidences on clips that
were not fitted, and what is wrong with the odd view; writes hdvr_jax/data/detector_noise.json and
docs/detector_noise.png. About two minutes on two cores.
"""

import argparse
import json
import pathlib

import numpy as np

from benchmarks import noise_data, noise_figure, noise_fit
from datasets import raw
from hdvr_jax import detector_noise, scripts
from hdvr_jax.files import whole_file

ROOT = pathlib.Path(__file__).resolve().parent.parent
_MOST_OFFSET = 300  # frames; the clips are 720 long


def main() -> None:
    """Runs the fit. Raises InputError where there are no real data."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=pathlib.Path, default=ROOT / "hdvr_jax" / "data" / "detector_noise.json")
    parser.add_argument("--clips", default=",".join(noise_data.FIT_CLIPS), help="those to fit, of %(default)s")
    parser.add_argument("--figure", type=pathlib.Path, default=ROOT / "docs" / "detector_noise.png")
    arguments = parser.parse_args()
    root = raw.find_raw("aistpp")
    clips = tuple(arguments.clips.split(","))
    fitted, check = noise_data.load(root, clips), noise_data.load(root, noise_data.CHECK_CLIPS)
    table = noise_fit.fit(fitted, check)
    with whole_file(arguments.json) as file:
        file.write((json.dumps(table, indent=1) + "\n").encode())
    print_table(table)
    params = detector_noise.from_table(table)
    pairs = {
        f"fitted clips ({arguments.clips})": (fitted, noise_data.simulate(fitted, params, 1)),
        "clips not fitted but for leaning (ch02, ch05, ch06)": (check, noise_data.simulate(check, params, 2)),
    }
    for name, (real, simulated) in pairs.items():
        print_agreement(name, real, simulated)
    print_odd_view(root)
    noise_figure.draw(pairs, arguments.figure)
    print(f"\nwrote {arguments.json} and {arguments.figure}")


def print_table(table: dict) -> None:
    """The parameters: one row per kind of joint, per limb, and the person's."""
    for part in ("kinds", "groups"):
        rows = table[part]
        fields = list(next(iter(rows.values())))
        print("\n" + " " * 9 + " ".join(f"{field.replace('_', ' '):>15s}" for field in fields))
        for name, row in rows.items():
            print(f"{name:9s}" + " ".join(f"{row[field]:15.3f}" for field in fields))
    print("\n" + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in table["person"].items()))


def print_agreement(name: str, real: noise_data.Sightings, simulated: noise_data.Sightings) -> None:
    """Distances and quantiles of the error, real against simulated."""
    print(f"\n{name}: {len(real.names)} views, {real.seconds():.0f} s")
    print("joint     KS error  KS confidence   error quantiles 50 / 90 / 99 %: real, simulated (person scales)")
    for kind, (error, sure) in noise_figure.distances(real, simulated).items():
        quantiles = [np.quantile(noise_figure.sizes(seen, kind), (0.5, 0.9, 0.99)) for seen in (real, simulated)]
        text = ", ".join(" / ".join(f"{value:.3f}" for value in row) for row in quantiles)
        print(f"{kind:9s} {error:8.3f} {sure:14.3f}   {text}")
    found, made = noise_figure.episodes(real), noise_figure.episodes(simulated)
    for joint in found:
        print(
            f"on twin: {joint:9s} real {found[joint][0]:5.1f} a minute of {found[joint][1]:.2f} s, "
            f"simulated {made[joint][0]:5.1f} of {made[joint][1]:.2f} s"
        )


def print_odd_view(root: pathlib.Path) -> None:
    """What the left-out view's error is made of: its median as it stands and with the time offset taken out."""
    print(f"\nview {noise_data.ODD_VIEW}, left out of all the above (median error in person scales)")
    layout = detector_noise.make_layout("coco17")
    for clip in (*noise_data.FIT_CLIPS, *noise_data.CHECK_CLIPS):
        seen = noise_data.load(root, (clip,), "odd")
        frames, shifted, still = noise_data.time_offset(seen, _MOST_OFFSET)
        twin, apart = seen.on_twin(layout)
        swapped = noise_fit.body_swaps(twin, apart).mean()
        print(
            f"{clip}: {still:.3f} as it stands, {shifted:.3f} with the detections moved by {frames} frames "
            f"({frames / seen.fps:.2f} s); swapped bodies in {100 * swapped:.1f} % of frames"
        )


if __name__ == "__main__":
    scripts.guarded(main)
