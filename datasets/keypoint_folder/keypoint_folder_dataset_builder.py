"""A user's own recordings: a folder of keypoint files in any format that `hdvr_jax.keypoints` reads.

    FOLDER/CLASS/RECORDING     a folder for each genre (choreAI's AlphaPose JSON or text, say); or
    FOLDER/RECORDING           with the option classes=false
    FOLDER/clips.csv           may say more: columns clip (CLASS/NAME or NAME, without the suffix) and any of genre,
                               dancer, choreography, take, split (train, validation, test)

A recording is a file, or the folder of a detector that writes one for each frame. Every dancer in it is a clip of its
own, and all of a recording are one take. Without a column `split`, takes are divided as `hdvr_jax.splits` says
(cross_take), which asks for three recordings of each genre.

Options: `raw_dir`, the folder; `labels`, a table of labels (`hdvr_jax.movements.own_labels`) whose genres count where
clips.csv names none; `classes`; `clip_frames`, to cut recordings into clips of so many frames (choreAI's
texts hold clips of 100 end to end; what is left over is left out); `fps` and `layout` where files do not tell.
"""

import dataclasses
import difflib
import pathlib
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from datasets.raw import fingerprint
from datasets.record import examples, features, make_config
from hdvr_jax import csv_rows, keypoints, splits
from hdvr_jax.errors import InputError
from hdvr_jax.movements import own_labels
from hdvr_jax.pose_track import PoseTrack

TABLE = "clips.csv"
COLUMNS = ("genre", "dancer", "choreography", "take", "split")
_IMAGE_SIZE = (1920, 1080)


@dataclasses.dataclass(eq=False, kw_only=True)
class FolderConfig(tfds.core.BuilderConfig):
    """Options; see the module."""

    raw_dir: str = ""
    labels: str = ""
    classes: bool = True
    clip_frames: int = 0
    fps: float = 0.0
    layout: str = ""


def builder_config(**options: Any) -> FolderConfig:
    """The config of these options, named after them and after the contents of the files."""
    config = make_config(FolderConfig, **options)
    folder, recordings = pathlib.Path(config.raw_dir), _recordings(config)
    files = [file for path in recordings for file in _files_of(path)]
    files += [folder / TABLE] if (folder / TABLE).exists() else []
    files += [pathlib.Path(config.labels)] if config.labels else []
    # The class of a recording is the name of its folder, which a fingerprint leaves out.
    names = zlib.crc32("\n".join(_name(path, folder) for path in recordings).encode())
    return make_config(FolderConfig, f"{fingerprint(files)}{names:08x}", **options)


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of `keypoint_folder`."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self) -> tfds.core.DatasetInfo:
        return tfds.core.DatasetInfo(
            builder=self,
            description="A user's own keypoint files, one dancer's 2D or 3D track per record.",
            features=features(),
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Iterable]:
        clips = _clips(self.builder_config)
        return {
            split: self._generate_examples([clip for clip in clips if clip["split"] == split])
            for split in splits.SPLITS
            if any(clip["split"] == split for clip in clips)
        }

    def _generate_examples(self, clips: list[dict[str, Any]]) -> Iterator[tuple[str, dict]]:
        return examples(iter(clips))


def _clips(config: FolderConfig) -> list[dict[str, Any]]:
    """Every dancer of every recording, with its split."""
    folder, table = pathlib.Path(config.raw_dir), _table(config)
    labels = own_labels.read(config.labels) if config.labels else own_labels.OwnLabels({}, {})
    genres = labels.genres
    table = {name: {"genre": genres.get(name, ""), **table.get(name, {})} for name in {**genres, **table}}
    found, unknown = [], set(table)
    for path in _recordings(config):
        name = _name(path, folder)
        unknown.discard(name)
        found += _of_recording(path, name, table.get(name, {}), config)
    if unknown:
        where = folder / TABLE if sorted(unknown)[0] not in genres else config.labels
        raise InputError(f"{where}: there is no recording {sorted(unknown)[0]!r} in {folder}")
    _check_movements(labels, found, config)
    if not any("split" in clip for clip in found):
        return _divided(found, folder)
    for clip in found:
        if "split" not in clip:
            raise InputError(f"{folder / TABLE}: recording {clip['description']} is not in it, and so has no split")
    return found


def _check_movements(labels: own_labels.OwnLabels, clips: list[dict[str, Any]], config: FolderConfig) -> None:
    """Raises InputError where the table of labels speaks of what is not there."""
    seconds: dict[str, float] = {}
    for clip in clips:
        for name in (clip["clip"], clip["take"]):
            seconds[name] = max(seconds.get(name, 0.0), len(clip["points_world"]) / clip["fps"])
    for name, intervals in labels.movements.items():
        if name not in seconds:
            near = ", ".join(difflib.get_close_matches(name, seconds, 1)) or ", ".join(sorted(seconds)[:3])
            raise InputError(f"{config.labels}: there is no clip or recording {name!r}; there are {near}, for example")
        if late := [entry for entry in intervals if entry.start >= seconds[name]]:
            raise InputError(
                f"{config.labels}: {name}, {late[0].part} {late[0].name} starts at {late[0].start:g} s, and the "
                f"recording ends at {seconds[name]:g} s"
            )


def _divided(clips: list[dict[str, Any]], folder: pathlib.Path) -> list[dict[str, Any]]:
    """The clips with splits by take."""
    try:
        return splits.divided(clips, "cross_take")
    except InputError as error:
        raise InputError(
            f"{error}; or write into the column split of {folder / TABLE} where each recording belongs (all of them "
            "test, to evaluate a model on them)"
        ) from error


def _of_recording(path: pathlib.Path, name: str, row: dict[str, str], config: FolderConfig) -> Iterator[dict[str, Any]]:
    reading = keypoints.read(path, fps=config.fps or None, layout=config.layout or None)
    texts = {"genre": name.split("/")[0] if config.classes else "", "dancer": "", "choreography": "", "take": name}
    texts |= {column: value for column, value in row.items() if value}
    for track in reading.tracks:
        base = name if len(reading.tracks) == 1 else f"{name}:{track.id}"
        for start, part in _cut(track, config.clip_frames):
            clip = f"{base}@{start}" if config.clip_frames else base
            yield {"clip": clip, **texts, "description": path.name, **_arrays(part)}


def _cut(track: PoseTrack, frames: int) -> Iterator[tuple[int, PoseTrack]]:
    """(first frame, track) of the pieces of a track, or all of it."""
    if not frames:
        yield 0, track
        return
    for start in range(0, track.frames - frames + 1, frames):
        part = slice(start, start + frames)
        fields = {name: getattr(track, name)[part] for name in ("keypoints", "confidence", "provenance")}
        yield start, dataclasses.replace(track, **fields)


def _arrays(track: PoseTrack) -> dict[str, Any]:
    """The fields of a record that hold a track: seen by one camera of unknown place, or motion in 3D."""
    frames, joints, axes = track.keypoints.shape
    common = {"skeleton": track.skeleton, "fps": track.fps}
    if axes == 3:
        return {**common, "source3d": "published", "points_world": track.keypoints}
    width, height = track.image_size or _IMAGE_SIZE
    return {
        **common,
        "points_world": np.full((frames, joints, 3), np.nan, np.float32),
        "keypoints": track.keypoints[None],
        "confidence": track.confidence[None],
        "views": ("camera",),
        "image_size": np.array([[width, height]]),
        "focal": np.full((1, 2), float(max(width, height))),
        "center": np.array([[width / 2, height / 2]]),
        "distortion": np.zeros((1, 5)),
        "rotation": np.eye(3)[None],
        "translation": np.zeros((1, 3)),
    }


def _recordings(config: FolderConfig) -> list[pathlib.Path]:
    """Files and folders of the recordings, in the order of their names."""
    folder = pathlib.Path(config.raw_dir)
    if not config.raw_dir or not folder.is_dir():
        raise InputError(f"keypoint_folder: no folder {config.raw_dir!r}; expected the option raw_dir")
    if config.classes:
        classes = [entry for entry in _visible(folder) if entry.is_dir()]
        found = [entry for name in classes for entry in _visible(name)]
    else:
        found = [entry for entry in _visible(folder) if entry.name != TABLE]
    if not found:
        what = "folders with keypoint files" if config.classes else "keypoint files"
        raise InputError(f"{folder}: holds no {what}; expected {'CLASS/' if config.classes else ''}RECORDING")
    return found


def _visible(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _files_of(path: pathlib.Path) -> list[pathlib.Path]:
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]


def _name(path: pathlib.Path, folder: pathlib.Path) -> str:
    where = path.relative_to(folder)
    return where.as_posix() if path.is_dir() else where.with_suffix("").as_posix()


def _table(config: FolderConfig) -> dict[str, dict[str, str]]:
    """{recording: its row} of clips.csv; none without it."""
    path = pathlib.Path(config.raw_dir) / TABLE
    if not path.exists():
        return {}
    rows = csv_rows.read(path, "recordings", ("clip",), COLUMNS)
    found: dict[str, dict[str, str]] = {}
    for line, row in rows:
        name = row.pop("clip")
        values = {column: value.strip() for column, value in row.items()}
        if name in found:
            raise InputError(f"{path}, line {line}: {name!r} is there twice")
        if values.get("split", "train") not in splits.SPLITS:
            raise InputError(f"{path}, line {line}, field split: expected one of {', '.join(splits.SPLITS)}")
        found[name] = values
    return found
