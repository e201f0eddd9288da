"""Prints how well dancers are told apart where they cross.

    python -m benchmarks.tracking [--scenes=*_a,*_b] [--hard] [--seconds=20] [--trackers=...] [--contrib=DIR]
                                  [--keep=DIR] [--picture=FILE]

Every tracker gets the same detections and pictures (`scenes.py`, `sightings.py`, `drawing.py`); CSRT gets the true
boxes of the first frame. IDF1, MOTA and switches are py-motmetrics', boxes of joints, IoU 0.35; who is hidden counts as
missed. A crossing is an interval in which the true boxes of two dancers overlap by more than 0.2 and which ends with
their parting. CPU time is that of all threads, without drawing, detecting and reading pictures. `--contrib` is a folder
with OpenCV's CSRT (`pip install --target DIR --no-deps "opencv-contrib-python==4.*"`). `--keep` stores the counts of
every scene there, and does not run those again that it holds. The tracker `always`, which runs only when asked for, is
ours from video with LDES in every frame instead of only around losses.

A swap is a track that goes on with another dancer; it is marked where an interval of the audit names the track and
touches the time between the last frame of the one and the first of the other. "By chance" are those that the same
intervals mark half a recording later. `--hard` films the scenes at 10 frames a second with a worse detector, dancers
dressed alike everywhere, and adds groups of 6 and 8 (`scenes.HARD`): so that there are swaps to judge the audit by.
"""

import argparse
import fnmatch
import json
import pathlib
import sys
from collections.abc import Callable

from benchmarks.tracking import audit, picture, scenes, scores, trackers
from hdvr_jax import scripts

_GROUPS = {
    "salsa couples": lambda name: name.startswith("salsa"),
    "choreo groups": lambda name: name.startswith("choreo"),
    "dressed alike, of both": scenes.dressed_alike,
}
_HARD_GROUPS = {"all, hard": lambda name: True}
_SHARES = (
    "IDF1", "MOTA", "of these marked", "by chance", "of these with a swap", "of the time marked", "of a track's time",
)  # fmt: skip
_ROWS = 3  # scenes in the picture
Found = dict[str, dict[str, trackers.Counts]]  # by scene and tracker


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", default="*_a,*_b", help="patterns of names, with commas between them")
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--trackers", default=",".join(name for name in trackers.TITLES if name != "always"))
    parser.add_argument("--contrib", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--picture", type=pathlib.Path)
    options = parser.parse_args()
    every = scenes.names(_conditions(options))
    chosen = [name for name in every if any(fnmatch.fnmatch(name, p) for p in options.scenes.split(","))]
    wanted = options.trackers.split(",")
    if not chosen or set(wanted) - set(trackers.TITLES):
        parser.error(f"expected scenes of {', '.join(every)} and trackers of {', '.join(trackers.TITLES)}")
    found = {name: _run(name, wanted, options) for name in chosen}
    if options.picture:
        picture.write([_load(name, options) for name in chosen[:_ROWS]], options.picture)
    _report(found, _HARD_GROUPS if options.hard else _GROUPS)
    if "csrt" in wanted and not options.contrib:
        print("\nCSRT was left out: --contrib=DIR says where opencv-contrib-python is.")


def _conditions(options: argparse.Namespace) -> scenes.Conditions:
    return scenes.HARD if options.hard else scenes.USUAL


def _load(name: str, options: argparse.Namespace) -> scenes.Scene:
    return scenes.load(name, options.seconds, _conditions(options))


def _run(name: str, wanted: list[str], options: argparse.Namespace) -> dict[str, trackers.Counts]:
    """Counts of a scene by tracker, those that are kept taken from there."""
    path = options.keep / f"{name}_{options.seconds:g}s{'_hard' * options.hard}.json" if options.keep else None
    known = json.loads(path.read_text()) if path and path.exists() else {}
    missing = [tracker for tracker in wanted if tracker not in known]
    if missing and not (missing == ["csrt"] and not options.contrib):
        known |= trackers.run(_load(name, options), missing, options.contrib)
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(known, indent=1))
    print(f"{name} done", file=sys.stderr)
    return {tracker: known[tracker] for tracker in wanted if tracker in known}


def _report(found: Found, within: dict[str, Callable[[str], bool]]) -> None:
    """The two tables, for every group of scenes that is there."""
    groups = {title: [rows for name, rows in found.items() if holds(name)] for title, holds in within.items()}
    groups = {title: group for title, group in groups.items() if group}
    totals = {title: _totals(group) for title, group in groups.items()}
    rows, audits = [], []
    for title, total in totals.items():
        for tracker, counts in total.items():
            speed = counts["frames"] / max(counts["seconds"], 1e-9)
            rows.append(
                {"scenes": title, "tracker": trackers.TITLES[tracker]}
                | scores.summary(counts)
                | {"frames per CPU second": f"{speed:.0f}"}
            )
            if "swaps" in counts:
                named = {"scenes": title, "tracker": trackers.TITLES[tracker]}
                audits += [named | audit.summary(counts, least) for least in audit.SCORES]
    for table in (rows, audits):
        if table:
            print("\n" + _markdown(table))
    for title, group in groups.items():
        counts = next(iter(totals[title].values()))
        print(f"\n{title}: {len(group)} scenes, {counts['frames']:.0f} frames, {counts['crossings']:.0f} crossings")


def _totals(group: list[dict[str, trackers.Counts]]) -> dict[str, trackers.Counts]:
    """Sums over scenes, for the trackers that ran on all of them."""
    names = [name for name in group[0] if all(name in rows for rows in group)]
    return {name: {count: sum(rows[name][count] for rows in group) for count in group[0][name]} for name in names}


def _markdown(rows: list[dict[str, object]]) -> str:
    head = list(rows[0])
    lines = [head, ["---"] * len(head), *([_cell(name, row[name]) for name in head] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(name: str, value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    if value != value:
        return "-"
    return f"{100 * value:.1f} %" if name in _SHARES else f"{value:.2f}" if "per" in name else f"{value:.0f}"


if __name__ == "__main__":
    scripts.guarded(main)
