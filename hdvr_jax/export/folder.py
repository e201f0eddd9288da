"""Writing all results of a recognition into a folder: all of them or none."""

import contextlib
import importlib
import json
import os
import pathlib
import shutil
import tempfile
from collections.abc import Callable, Sequence

import numpy as np

from hdvr_jax.errors import InputError
from hdvr_jax.export.arrays import pose_track, write_poses
from hdvr_jax.export.names import FILES, check_extras, is_result, names_of
from hdvr_jax.files import abandoned, check_place, is_draft, writer_mark
from hdvr_jax.footage import Footage
from hdvr_jax.keypoints import native
from hdvr_jax.recognition.results import Recognition
from hdvr_jax.report import SCHEMA, document, page
from hdvr_jax.rigging import RiggedMotion, fit, fit_error, has_pose

# A document begins with its schema, so that a look at the first bytes tells whose file it is, and goes on with the
# names of the files that were written with it, so that a later run knows which are its own.
_BEGINNING = f'{{"schema": "{SCHEMA.rsplit("/")[0]}/'
_LIST = '"files": '
_LOOKED_AT = 1 << 20
_ASIDE = ".unfinished-"


def check(folder: pathlib.Path, extras: Sequence[str] = ()) -> None:
    """Raises InputError when the results may not be written there.

    Earlier results of this program may be replaced; files of the same names from elsewhere may not.

    Args:
        extras: Kinds of results wanted beside FILES, of `EXTRAS`.
    """
    check_extras(extras)
    _check_names(folder, [*FILES, *names_of(extras, ())])


def write(
    recognition: Recognition,
    folder: pathlib.Path,
    extras: Sequence[str] = (),
    footage: Footage | None = None,
    tell: Callable[[str], None] | None = None,
) -> list[pathlib.Path]:
    """Writes poses3d.npz, report.html, report.json and the extras, and returns their paths.

    Files are written aside and moved into place when all are complete. Extras of an earlier run that are not wanted any
    more are removed, and so is what killed runs left unfinished.

    Args:
        extras: Kinds of results wanted, of `EXTRAS`.
        footage: Of the input video, for the overlay; None for black frames.
        tell: Is told in a sentence when an overlay over footage has no sound, and why.
    Raises:
        InputError: `check`, the folder cannot be written, or no dancer has a pose to rig.
    """
    check_extras(extras)
    rigs = _rigs(recognition) if {"bvh", "gltf"} & set(extras) else []
    motions = [motion for motion, _ in rigs]
    names = [*FILES, *names_of(extras, [motion.id for motion in motions])]
    _check_names(folder, names)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_unfinished(folder)
        aside = pathlib.Path(tempfile.mkdtemp(prefix=f"{_ASIDE}{writer_mark()}-", dir=folder))
        try:
            _write_files(recognition, rigs, aside, names)
            silent = _write_extras(recognition, motions, aside, extras, footage)
            _move(aside, folder, names)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from error
    if silent and tell is not None:
        tell(f"The overlay has no sound: {silent}.")
    return [folder / name for name in names]


def _check_names(folder: pathlib.Path, names: Sequence[str]) -> None:
    """Raises InputError when the folder cannot hold results, or holds files of these names that are not results."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: --out must be a folder; this is a file")
    check_place(folder, folder=True)
    ours = _earlier(folder)
    taken = [name for name in names if name not in ours and (folder / name).exists()]
    if taken:
        raise InputError(f"{folder}: holds a {taken[0]} that is not from an earlier run; give another --out")


def _remove_unfinished(folder: pathlib.Path) -> None:
    """Removes folders in which runs that are gone were writing, and which hold nothing else."""
    for aside in folder.glob(f"{_ASIDE}*"):
        mark = aside.name.removeprefix(_ASIDE).rpartition("-")[0]
        # Another run may be removing it at this moment.
        with contextlib.suppress(OSError):
            mine = aside.is_dir() and not aside.is_symlink() and all(map(_written_here, aside.iterdir()))
            if mine and abandoned(aside, mark):
                shutil.rmtree(aside, ignore_errors=True)


def _written_here(path: pathlib.Path) -> bool:
    """Whether a file is a result or the draft of one."""
    return (is_result(path.name) or is_draft(path.name)) and path.is_file() and not path.is_symlink()


def _earlier(folder: pathlib.Path) -> tuple[str, ...]:
    """Names of the files that an earlier run of this program left in a folder."""
    path = folder / "report.json"
    if not path.is_file():
        return ()
    with path.open("rb") as file:
        text = file.read(_LOOKED_AT).decode(errors="replace")
    if not text.startswith(_BEGINNING):
        return ()
    try:
        names, _ = json.JSONDecoder().raw_decode(text, text.index(_LIST) + len(_LIST))
        # Whoever wrote the list, nothing but results in this very folder may be replaced.
        return tuple(name for name in names if is_result(name))
    except (ValueError, TypeError):
        return FILES


def _rigs(recognition: Recognition) -> list[tuple[RiggedMotion, float]]:
    """Rigs of the dancers who have a pose in any frame, and how far their joints are from the poses': metres, mean."""
    posed = [track for track in map(pose_track, recognition.tracks) if has_pose(track)]
    if not posed:
        raise InputError(f"{recognition.source}: no dancer has a pose with both hips; BVH and glTF need one")
    motions = [fit(track) for track in posed]
    return [(motion, float(np.nanmean(fit_error(motion, track)))) for motion, track in zip(motions, posed)]


def _write_files(
    recognition: Recognition, rigs: Sequence[tuple[RiggedMotion, float]], aside: pathlib.Path, names: Sequence[str]
) -> None:
    """Writes what every recognition has; the document also tells the files' names, and how well rigs fit."""
    write_poses(recognition, aside / "poses3d.npz")
    (aside / "report.html").write_text(page(recognition), encoding="utf-8")
    fits = [{"id": motion.id, "mean_error_mm": round(1000 * error, 2)} for motion, error in rigs]
    with (aside / "report.json").open("w", encoding="utf-8") as file:
        file.writelines(document(recognition, files=list(names), rigs=fits))


def _write_extras(
    recognition: Recognition,
    motions: Sequence[RiggedMotion],
    aside: pathlib.Path,
    extras: Sequence[str],
    footage: Footage | None,
) -> str:
    """Writes the extras; what writes them is imported only for those that are wanted. Why an overlay has no sound."""

    def module(name: str):
        return importlib.import_module(f"hdvr_jax.export.{name}")

    if "json" in extras:
        native.write(aside / "poses3d.json", [pose_track(result) for result in recognition.tracks])
    if "csv" in extras:
        module("tables").write_poses_csv(recognition, aside / "poses3d.csv")
        module("tables").write_movements_csv(recognition, aside / "movements.csv")
    if "gltf" in extras:
        module("gltf").write_gltf(motions, aside / "poses.glb")
    if "bvh" in extras:
        for name, motion in zip(names_of(["bvh"], [motion.id for motion in motions]), motions):
            module("bvh").write_bvh(motion, aside / name)
    return module("overlay").write_overlay(recognition, footage, aside / "overlay.mp4") if "overlay" in extras else ""


def _move(aside: pathlib.Path, folder: pathlib.Path, names: Sequence[str]) -> None:
    """Moves finished files into place; their list goes first, so that a run that is killed here leaves no strangers."""
    for name in set(_earlier(folder)) - set(names):
        (folder / name).unlink(missing_ok=True)
    for name in sorted(names, key=lambda name: name != "report.json"):
        os.replace(aside / name, folder / name)
