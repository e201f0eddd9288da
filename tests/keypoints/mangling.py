"""Keypoint files of every format, and what may happen to a file."""

import copy
import json
import os
import pathlib
from collections.abc import Callable

import numpy as np

from hdvr_jax.keypoints import native
from hdvr_jax.pose_track import PoseTrack
from tests.keypoints import archives, detected, fakes

_FRAMES = 4


def _own(folder: pathlib.Path, suffix: str) -> pathlib.Path:
    track = PoseTrack.from_points(detected.dancers(1, _FRAMES)[0], "coco17", 30)
    native.write(folder / f"own{suffix}", [track])
    return folder / f"own{suffix}"


def _labels(folder: pathlib.Path) -> pathlib.Path:
    for frame, person in enumerate(detected.dancers(1, _FRAMES)[0]):
        (folder / f"clip_{frame + 1}.txt").write_text(detected.ultralytics_line(person, (1280, 720), 0.8, 2))
    return folder


def _mmpose(folder: pathlib.Path) -> pathlib.Path:
    points = detected.dancers(2, _FRAMES)
    frames = [{"frame_id": f, "instances": detected.mmpose_instances(points[:, f])} for f in range(_FRAMES)]
    return detected.dump(folder / "mmpose.json", {"meta_info": {"keypoint_id2name": {}}, "instance_info": frames})


def _annotations(folder: pathlib.Path) -> pathlib.Path:
    points = detected.dancers(2, _FRAMES)
    people = [
        {"image_id": f, "category_id": 1, "keypoints": detected.flat(person[f], 2), "track_id": number}
        for number, person in enumerate(points)
        for f in range(_FRAMES)
    ]
    images = [{"id": f, "file_name": f"clip/{f:06d}.jpg", "width": 1280, "height": 720} for f in range(_FRAMES)]
    return detected.dump(folder / "annotations.json", {"images": images, "annotations": people})


def _mediapipe(folder: pathlib.Path) -> pathlib.Path:
    points = detected.dancers(2, _FRAMES, "mediapipe33")
    frames = [{"pose_landmarks": [detected.mediapipe_person(p) for p in points[:, f]]} for f in range(_FRAMES)]
    return detected.dump(folder / "landmarks.json", frames)


def _ultralytics(folder: pathlib.Path) -> pathlib.Path:
    points = detected.dancers(2, _FRAMES)
    return detected.dump(folder / "yolo.json", [detected.ultralytics_frame(points[:, f]) for f in range(_FRAMES)])


def _custom(folder: pathlib.Path) -> pathlib.Path:
    points = detected.dancers(1, _FRAMES)[0].astype(np.float32)
    content = {"positions_2d": {"v": {"custom": [points]}}, "metadata": archives.COCO_METADATA}
    return archives.save(folder / "data_2d_custom_a.npz", **content)


def _cmu(folder: pathlib.Path) -> pathlib.Path:
    points = detected.dancers(2, _FRAMES, "coco18")
    frames = {f"{f}.jpg": detected.openpose_frame(points[:, f], "bodies", "joints") for f in range(_FRAMES)}
    return detected.dump(folder / "cmu.json", frames)


def _lines(folder: pathlib.Path) -> pathlib.Path:
    rows = [np.concatenate([points, np.full((17, 1), 0.9)], 1).ravel() for points in detected.dancers(1, _FRAMES)[0]]
    path = folder / "lines.txt"
    path.write_text("\n".join(", ".join(map(str, row)) for row in rows) + "\n")
    return path


# Each writes sound files into an empty folder and returns the path to read.
KINDS: dict[str, Callable[[pathlib.Path], pathlib.Path]] = {
    "own json": lambda folder: _own(folder, ".json"),
    "own npz": lambda folder: _own(folder, ".npz"),
    "aistpp": lambda folder: fakes.dump(folder / "clip.pkl", fakes.detections()),
    "cmu pack": lambda folder: fakes.cmu_pack(folder / "pack.npz", {"a": {}}),
    "bvh": fakes.bvh_body,
    "openpose": lambda folder: detected.openpose(folder, detected.dancers(2, _FRAMES, "body25b")),
    "alphapose": lambda folder: detected.alphapose(folder / "a.json", detected.dancers(2, _FRAMES), idx=[[0.0]]),
    "alphapose cmu": _cmu,
    "coco": lambda folder: detected.alphapose(
        folder / "c.json", detected.dancers(2, _FRAMES), image_id=lambda _, frame: frame
    ),
    "annotations": _annotations,
    "lines": _lines,
    "mmpose": _mmpose,
    "mediapipe": _mediapipe,
    "ultralytics": _ultralytics,
    "labels": _labels,
    "detectron": lambda folder: detected.detectron(folder / "d.npz", detected.dancers(2, _FRAMES)),
    "videopose3d": _custom,
}

_SURPRISES = [None, float("nan"), float("inf"), 1e300, -1e12, 10**400, 0, -1, True, "x", "", [], {}, [[]], "\ud800"]
_SURPRISES += [[[[[1]]]], {"people": 3}, {"keypoints": {}}, ["nan"] * 51, [1e9] * 51, "../../secret.json", "9" * 30]


def mangle(kind: str, folder: pathlib.Path, random: np.random.Generator) -> pathlib.Path:
    """Writes files of a kind, damages one in a random way, and returns the path to read."""
    path = KINDS[kind](folder)
    files = sorted(file for file in folder.iterdir() if file.is_file())
    victim = files[random.integers(len(files))]
    ways = [_flip, _cut, _repeat, _insert, _swap]
    if victim.suffix == ".json":
        ways += [_surprise] * 5
    if path.is_dir():
        ways += [_place]
    ways[random.integers(len(ways))](victim, random)
    return path


def _flip(file: pathlib.Path, random: np.random.Generator) -> None:
    content = bytearray(file.read_bytes())
    for place in random.integers(len(content), size=random.integers(1, 9)):
        content[place] ^= 1 << random.integers(8)
    file.write_bytes(content)


def _cut(file: pathlib.Path, random: np.random.Generator) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: random.integers(len(content))])


def _repeat(file: pathlib.Path, random: np.random.Generator) -> None:
    content = file.read_bytes()
    first, last = np.sort(random.integers(len(content) + 1, size=2))
    file.write_bytes(content[:last] + content[first:])


def _insert(file: pathlib.Path, random: np.random.Generator) -> None:
    content = file.read_bytes()
    place = random.integers(len(content) + 1)
    junk = [b"\x00", b"[" * 20_000, b'{"a":' * 5000, b"9" * 5000, b"NaN", b"\xff\xfe", b"\n\n", b"1e999", b"-"]
    file.write_bytes(content[:place] + junk[random.integers(len(junk))] + content[place:])


def _swap(file: pathlib.Path, random: np.random.Generator) -> None:
    """Another format's content under this name."""
    content = [b"", b"[]", b"{}", b"null", b"[[]]", b"3", b"\x80\x05N.", b"HIERARCHY", b"PK\x03\x04", b"[[[1,2]]]"]
    file.write_bytes(content[random.integers(len(content))])


def _surprise(file: pathlib.Path, random: np.random.Generator) -> None:
    """Something else in place of some values of a JSON file, or a field less."""
    content = json.loads(file.read_text())
    for _ in range(random.integers(1, 4)):
        node = content
        while isinstance(node, dict | list) and node:
            key = list(node)[random.integers(len(node))] if isinstance(node, dict) else random.integers(len(node))
            if not isinstance(node[key], dict | list) or random.random() < 0.25:
                if random.random() < 0.2:
                    del node[key]
                else:
                    node[key] = copy.deepcopy(_SURPRISES[random.integers(len(_SURPRISES))])
                break
            node = node[key]
    file.write_text(json.dumps(content))


def _place(file: pathlib.Path, random: np.random.Generator) -> None:
    """What is in a folder besides, or instead of, a file."""
    folder, suffix = file.parent, file.suffix
    match random.integers(7):
        case 0:
            (folder / f"link_9{suffix}").symlink_to(folder.parent / f"secret{suffix}")
        case 1:
            file.unlink()
            file.symlink_to(pathlib.Path("..") / f"secret{suffix}")
        case 2:
            os.mkfifo(folder / f"pipe_1{suffix}")
        case 3:
            (folder / f"folder_1{suffix}").mkdir()
        case 4:
            file.rename(folder / f"clip_{'9' * random.integers(1, 40)}{suffix}")
        case 5:
            file.rename(folder / f"..{file.name}")
        case 6:
            (folder / f"loop_1{suffix}").symlink_to(f"loop_1{suffix}")
