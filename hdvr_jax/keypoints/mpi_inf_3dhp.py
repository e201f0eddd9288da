"""The annotation files of MPI-INF-3DHP (Mehta et al. 2017).

Training: `annot.mat`, Matlab's older format. `annot2`, `annot3` and `univ_annot3` are cells, one per camera, of one row
per frame: x1 y1 x2 y2 ... in pixels, and x1 y1 z1 x2 ... in millimetres in that camera's frame (x right, y down, z
forward), 28 joints. `cameras` says which camera each cell is of. `camera.calibration` is text: for every camera a name,
an image size and 4 x 4 matrices, intrinsic and extrinsic (world to camera, millimetres, Y up).

Test: `annot_data.mat`, Matlab 7.3, which is HDF5. `annot2` (T, 1, 17, 2), `annot3` and `univ_annot3` (T, 1, 17, 3) of
the one camera, `valid_frame` and `activity_annotation` (T, 1).

`annot3` projects onto `annot2`. `univ_annot3` is scaled to one body height for everybody and does not.
"""

import dataclasses
import importlib
import pathlib

import numpy as np
from jaxtyping import Bool, Float, Int

from hdvr_jax.errors import InputError, reading
from hdvr_jax.keypoints.arrays import check_file
from hdvr_jax.keypoints.views import View

TRAIN_JOINTS, TEST_JOINTS = 28, 17
_CALIBRATION = {"size": 2, "intrinsic": 16, "extrinsic": 16}


@dataclasses.dataclass(frozen=True)
class Annotations:
    """What the cameras of a recording see: V cameras, T frames.

    Attributes:
        pixels: annot2.
        points: annot3, in metres, in each camera's frame.
        universal: univ_annot3, in metres, in each camera's frame.
    """

    pixels: Float[np.ndarray, "V T J 2"]
    points: Float[np.ndarray, "V T J 3"]
    universal: Float[np.ndarray, "V T J 3"]


@dataclasses.dataclass(frozen=True)
class LabelledAnnotations:
    """A test recording: annotations of its one camera, which frames count, and the activity in each (1 to 7)."""

    seen: Annotations
    valid: Bool[np.ndarray, " T"]
    activity: Int[np.ndarray, " T"]


def read_training(path: pathlib.Path, cameras: tuple[int, ...], frames: int) -> Annotations:
    """The annotations of some cameras from an annot.mat, of the first `frames` frames (videos may end before them).

    Raises:
        InputError: missing, truncated or malformed file, a field or camera that it lacks, or a camera whose arrays
            have another shape; the message names file, field and camera.
    """
    fields = {"annot2": 2, "annot3": 3, "univ_annot3": 3}
    check_file(path)
    with reading(path, "a whole Matlab file of version 5"):
        content = importlib.import_module("scipy.io").loadmat(path, variable_names=[*fields, "cameras"])
    for field in (*fields, "cameras"):
        if field not in content:
            raise InputError(f"{path}: no field {field}")
    names = content["cameras"].ravel().tolist()
    arrays = [
        np.stack([_cell(path, field, content[field], names, camera, size)[:frames] for camera in cameras])
        for field, size in fields.items()
    ]
    if len({array.shape[1] for array in arrays}) > 1:
        counts = ", ".join(f"{field} {array.shape[1]}" for field, array in zip(fields, arrays, strict=True))
        raise InputError(f"{path}: the fields differ in their number of frames: {counts}")
    return Annotations(arrays[0], arrays[1] / 1000, arrays[2] / 1000)


def read_test(path: pathlib.Path) -> LabelledAnnotations:
    """The annotations of an annot_data.mat; one camera.

    Raises:
        InputError: missing, truncated or malformed file, or a field that it lacks or that has another shape.
    """
    check_file(path)
    with reading(path, "a whole Matlab file of version 7.3"), importlib.import_module("h5py").File(path) as file:
        fields = ("annot2", "annot3", "univ_annot3", "valid_frame", "activity_annotation")
        content = {field: np.asarray(file[field], float) for field in fields if field in file}
    for field in fields:
        if field not in content:
            raise InputError(f"{path}: no field {field}")
    frames = content["valid_frame"].size
    for field, size in {"annot2": 2, "annot3": 3, "univ_annot3": 3}.items():
        if frames == 0 or content[field].shape != (frames, 1, TEST_JOINTS, size):
            wanted = (frames, 1, TEST_JOINTS, size)
            raise InputError(f"{path}: {field} has shape {content[field].shape}; expected {wanted}, not empty")
    activity = content["activity_annotation"].ravel()
    if activity.size != frames:
        raise InputError(f"{path}: activity_annotation has {activity.size} frames; expected {frames}")
    pixels, points, universal = (
        np.moveaxis(content[field], 1, 0).astype(np.float32) for field in ("annot2", "annot3", "univ_annot3")
    )
    valid = content["valid_frame"].ravel() > 0
    return LabelledAnnotations(
        Annotations(pixels, points / 1000, universal / 1000), valid, np.nan_to_num(activity).astype(int)
    )


def read_calibration(path: pathlib.Path) -> dict[int, View]:
    """The cameras of a recording from its camera.calibration, by number; without distortion, as the videos are.

    Raises:
        InputError: missing or empty file, or a camera without a line of the numbers expected.
    """
    check_file(path)
    blocks: dict[int, dict[str, np.ndarray]] = {}
    with reading(path, "a camera calibration"):
        number = None
        for line in path.read_text().splitlines()[1:]:
            word, *values = line.split() or [""]
            if word == "name":
                number = int(values[0])
                blocks[number] = {}
            elif word in _CALIBRATION:
                blocks[number][word] = np.array([float(value) for value in values])
    if not blocks:
        raise InputError(f"{path}: no cameras")
    return {number: _view(path, number, block) for number, block in blocks.items()}


def _view(path: pathlib.Path, number: int, block: dict[str, np.ndarray]) -> View:
    for word, count in _CALIBRATION.items():
        if block.get(word, np.zeros(0)).shape != (count,) or not np.isfinite(block[word]).all():
            raise InputError(f"{path}: camera {number}: expected a line {word!r} with {count} numbers")
    intrinsic, extrinsic = block["intrinsic"].reshape(4, 4), block["extrinsic"].reshape(4, 4)
    return View(
        name=str(number),
        focal=intrinsic[[0, 1], [0, 1]],
        center=intrinsic[:2, 2],
        distortion=np.zeros(5),
        rotation=extrinsic[:3, :3],
        translation=extrinsic[:3, 3] / 1000,
        image_size=(int(block["size"][0]), int(block["size"][1])),
    )


def _cell(
    path: pathlib.Path, field: str, cells: np.ndarray, names: list, camera: int, size: int
) -> Float[np.ndarray, "T J D"]:
    """What one camera's cell of a field holds, as (T, 28, size)."""
    place = names.index(camera) if camera in names else None
    if place is None or place >= cells.size:
        raise InputError(f"{path}: {field} has no camera {camera}")
    rows = cells.ravel()[place]
    width = TRAIN_JOINTS * size
    if not isinstance(rows, np.ndarray) or rows.dtype.kind not in "fiu" or rows.ndim != 2 or rows.shape[1] != width:
        shape = getattr(rows, "shape", None)
        raise InputError(f"{path}: {field} of camera {camera} has shape {shape}; expected (frames, {width})")
    if len(rows) == 0:
        raise InputError(f"{path}: {field} of camera {camera} has no frames")
    return rows.astype(np.float32).reshape(len(rows), TRAIN_JOINTS, size)
