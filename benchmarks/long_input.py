"""How long recognition of long keypoint files takes, and how much memory: `recognize.py` as a process.

    python -m benchmarks.long_input [--models=DIR] [--runs=5000x3,10000x3,20000x3,20000x1] [--formats=alphapose]

The input is a group of built-in dancers who change places again and again (`tracking/scenes.py`), as a detector with
noise and misses finds them, in files without numbers of people: AlphaPose's one JSON, and OpenPose's folder with a file
for every frame. Processor time is that of all threads, memory the largest of the process; in them are the start of
Python and JAX and, in the first run of a length, compilation. What is written are the three files of every run.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from benchmarks.tracking import scenes
from hdvr_jax import scripts
from hdvr_jax.choreo.detections import detect
from hdvr_jax.choreo.streams import stream
from hdvr_jax.skeletons import get_mapping

ROOT = pathlib.Path(__file__).resolve().parent.parent
FORMATS = ("alphapose", "openpose")
_COLUMNS = ("file", "frames", "dancers", "seconds", "processor seconds", "memory, MB", "results, MB", "stages, s")
_STAGE = re.compile(r"(\w+) +([0-9.]+) s")
# A small process between: to Linux, a process is at least as large as the one that started it, here with all dancers.
_START = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(status)
"""
People = Float[np.ndarray, "T D 17 3"]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=pathlib.Path, default=ROOT / "work" / "demo" / "models")
    parser.add_argument("--runs", default="5000x3,10000x3,20000x3,20000x1", help="frames x dancers")
    parser.add_argument("--formats", default=",".join(FORMATS))
    options = parser.parse_args()
    runs = [tuple(map(int, run.split("x"))) for run in options.runs.split(",")]
    print(f"| {' | '.join(_COLUMNS)} |\n|{' --- |' * len(_COLUMNS)}")
    for dancers in dict.fromkeys(run[1] for run in runs):
        lengths = [run[0] for run in runs if run[1] == dancers]
        found = people(max(lengths), dancers)
        for frames in lengths:
            for kind in options.formats.split(","):
                print(row(kind, found[:frames], options.models), flush=True)


def people(frames: int, dancers: int) -> People:
    """x, y and confidence of the dancers' joints, in pixels; 0, 0, 0 where a joint was missed."""
    # A scene has two dancers or more.
    scene = scenes.load(f"choreo_{max(dancers, 2)}_a", frames / scenes.FPS)
    found = detect(list(scene.points), [scene.view], scenes.FPS, stream(scene.seed, "long input"))[:dancers]
    values = np.stack([np.concatenate([points[0], trust[0][..., None]], -1) for points, trust in found], 1)
    return np.nan_to_num(np.where(np.isfinite(values).all(-1, keepdims=True), values, 0.0)).astype(np.float32)


def row(kind: str, found: People, models: pathlib.Path) -> str:
    """Writes a file of that kind and recognises it; the line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        write = {"alphapose": write_alphapose, "openpose": write_openpose}[kind]
        source, out = write(place / kind, found), place / "out"
        command = ["recognize.py", str(source), "--out", str(out), "--models", str(models.resolve())]
        seconds, work, memory, told = measured([sys.executable, *command])
        size = sum(path.stat().st_size for path in out.iterdir())
    frames, dancers = found.shape[:2]
    return (
        f"| {kind} | {frames:,} | {dancers} | {seconds:.0f} | {work:.0f} | {memory:.0f} | {size / 1e6:.0f} "
        f"| {', '.join(stages(told))} |"
    )


def measured(command: list[str]) -> tuple[float, float, float, str]:
    """(seconds, processor seconds, largest memory in MB, what it printed) of a process; exits where it fails."""
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", _START, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"error: {' '.join(command)} failed")
    told, _, used = done.stdout.rstrip().rpartition("\n")
    work, memory = map(float, used.split())
    return time.perf_counter() - begun, work, memory / 1e3, told


def stages(told: str) -> Iterator[str]:
    """What the script says of its stages, in short."""
    for line in told.splitlines():
        found = _STAGE.fullmatch(line)
        if found and float(found[2]) >= 1:
            yield f"{found[1]} {float(found[2]):.0f}"


def write_alphapose(path: pathlib.Path, found: People) -> pathlib.Path:
    """AlphaPose's results of a video, without tracking."""
    entries = [
        {"image_id": f"{number}.jpg", "category_id": 1, "keypoints": _numbers(person), "score": 2.5}
        for number, frame in enumerate(found)
        for person in frame
        if person[:, 2].any()
    ]
    path.with_suffix(".json").write_text(json.dumps(entries))
    return path.with_suffix(".json")


def write_openpose(path: pathlib.Path, found: People) -> pathlib.Path:
    """OpenPose's folder, 18 points; the order of people changes from frame to frame."""
    path.mkdir()
    mapping = get_mapping("coco17", "coco18")
    seen = np.where(found[..., 2:] > 0, found[..., :2], np.nan)
    points, trust = mapping.apply(seen), mapping.confidence(found[..., 2])
    values = np.nan_to_num(np.concatenate([points, np.where(np.isfinite(points[..., :1]), trust[..., None], 0)], -1))
    for number, frame in enumerate(values):
        listed = [
            {"person_id": [-1], "pose_keypoints_2d": _numbers(person), "face_keypoints_2d": []}
            for person in frame[:: -1 if number % 2 else 1]
        ]
        content = json.dumps({"version": 1.3, "people": listed})
        (path / f"dance_{number:012d}_keypoints.json").write_text(content)
    return path


def _numbers(person: Float[np.ndarray, "J 3"]) -> list[float]:
    return np.round(person.astype(np.float64), 3).ravel().tolist()


if __name__ == "__main__":
    scripts.guarded(main)
