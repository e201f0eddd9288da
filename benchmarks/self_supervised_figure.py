"""A picture of poses lifted without 3D: what was seen, and from the side the truth and what lifters make of it.

    python -m benchmarks.self_supervised_figure --models=WORKDIR,... --titles=TITLE,... [--recording=CLIP] [--view=c01]
        [--frames=5] [--out=docs/self_supervised.png]

Needs AIST++ (HDVR_REAL_DATA). Frames are spread evenly over the recording, by default the test recording ch03; the
models are the first seeds of the workdirs. Every pose is drawn at the same size, as dictionary and factorization
know none.
"""

import argparse
import pathlib

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from hdvr_jax import clips, corpus, files, scripts, trained, viewing
from hdvr_jax.clips import Clip
from hdvr_jax.errors import InputError

SKELETON = "h36m17"
_CELL = (220, 260)  # width, height in pixels
_TITLE = 34
# Camera axes to those of `viewing.draw_pose`: y up, z towards the viewer.
_UPRIGHT = np.array([1.0, -1.0, -1.0])
_SIDE = -np.pi / 2


def columns(clip: Clip, models: dict[str, str]) -> dict[str, tuple[Float[np.ndarray, "T J 3"], float]]:
    """{title: (poses as the camera sees them, turn of the picture)} of a clip of one view."""
    seen = clips.track_2d(clip, 0).to_skeleton(SKELETON).keypoints
    truth = clips.track_3d(clip).to_skeleton(SKELETON).keypoints @ clip["rotation"][0].T
    found = {"seen": (np.concatenate([seen, np.zeros_like(seen[..., :1])], -1), 0.0), "truth, side": (truth, _SIDE)}
    for title, workdir in models.items():
        model = trained.load(workdir, "latest")
        found[f"{title}, side"] = (model.family.on_clip(model.predict, clip)["poses"], _SIDE)
    return found


def picture(
    found: dict[str, tuple[Float[np.ndarray, "T J 3"], float]], frames: Float[np.ndarray, " F"]
) -> UInt8[np.ndarray, "H W 3"]:
    """A row of skeletons for every frame, a column for every title."""
    drawn = []
    for title, (points, turn) in found.items():
        head = np.full((_TITLE, _CELL[0], 3), 255, np.uint8)
        cv2.putText(head, title, (8, 23), cv2.FONT_HERSHEY_SIMPLEX, 0.48, (40, 40, 40), 1, cv2.LINE_AA)
        poses = [viewing.draw_pose(points[int(frame)] * _UPRIGHT, SKELETON, _CELL, turn) for frame in frames]
        drawn.append(np.concatenate([head, *poses]))
    return np.concatenate(drawn, axis=1)


def _view(recording: str, name: str) -> Clip:
    """One view of a recording of AIST++. Raises InputError where there is none such."""
    found = {clip["clip"]: clip for clip in corpus.load("aistpp", "all")}
    if recording not in found:
        raise InputError(f"--recording: {recording!r} is none of {', '.join(found)}")
    views = {view["views"][0]: view for view in clips.single_views(found[recording])}
    if name not in views:
        raise InputError(f"--view: {name!r} is none of {', '.join(views)}")
    return views[name]


def main() -> None:
    """Writes the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", required=True)
    parser.add_argument("--titles", required=True)
    parser.add_argument("--recording", default="gBR_sBM_cAll_d04_mBR0_ch03")
    parser.add_argument("--view", default="c01")
    parser.add_argument("--frames", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("docs/self_supervised.png"))
    options = parser.parse_args()
    titles, workdirs = options.titles.split(","), options.models.split(",")
    if len(titles) != len(workdirs):
        parser.error(f"--titles: expected one for each of {len(workdirs)} models, got {len(titles)}")
    files.check_place(options.out)
    view = _view(options.recording, options.view)
    models = dict(zip(titles, workdirs))
    length = view["keypoints"].shape[1]
    frames = np.linspace(0, length - 1, options.frames + 2)[1:-1]
    drawn = picture(columns(view, models), frames)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(options.out), drawn)


if __name__ == "__main__":
    scripts.guarded(main)
