"""Writes the detections of one clip of a dataset as a keypoint file that recognize.py reads.

python -m datasets.export_clip --dataset=choreo --options=size=demo --split=test --out=clip.npz
"""

import argparse
import dataclasses
import pathlib
import sys
from typing import Any

from hdvr_jax import corpus
from hdvr_jax.clips import track_2d
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import native
from hdvr_jax.scripts import quiet_tensorflow


def export(clips: list[dict[str, Any]], name: str, view: str, out: pathlib.Path) -> str:
    """Writes all dancers that one camera saw in the take of a clip; returns a line that says which.

    Args:
        clips: Of one split.
        name, view: Of the clip and its camera; "" for the first.
    Raises:
        InputError: There is no such clip or view.
    """
    chosen = next((clip for clip in clips if clip["clip"] == name or not name), None)
    if chosen is None:
        raise InputError(f"no clip is called {name!r}; there are {', '.join(clip['clip'] for clip in clips[:5])}, ...")
    if not chosen["views"] or (view and view not in chosen["views"]):
        raise InputError(f"clip {chosen['clip']} has no view {view!r}; it has {', '.join(chosen['views']) or 'none'}")
    index = chosen["views"].index(view) if view else 0
    together = [clip for clip in clips if clip["take"] == chosen["take"]]
    out.parent.mkdir(parents=True, exist_ok=True)
    native.write(out, [dataclasses.replace(track_2d(clip, index), id=clip["dancer"]) for clip in together])
    return f"{chosen['clip']} (genre {chosen['genre'] or 'unknown'}), view {chosen['views'][index]} -> {out}"


def main(argv: list[str] | None = None) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", required=True, choices=corpus.DATASETS)
    parser.add_argument("--options", default="", help="options of the dataset, key=value,key=value")
    parser.add_argument("--split", default="test")
    parser.add_argument("--clip", default="", help="default: the first of the split")
    parser.add_argument("--view", default="", help="default: the first of the clip")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args(argv)
    quiet_tensorflow()
    try:
        chosen = dict(pair.split("=", 1) for pair in options.options.split(",") if "=" in pair)
        clips = corpus.load(options.dataset, options.split, **chosen)
        print(export(clips, options.clip, options.view, options.out))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
