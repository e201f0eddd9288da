"""Writing all results of a recognition into a folder: all of them or none."""

import json
import os
import pathlib
import shutil
import tempfile

from hdvr_jax.errors import InputError
from hdvr_jax.export.arrays import write_poses
from hdvr_jax.files import check_place
from hdvr_jax.recognition.results import Recognition
from hdvr_jax.report import SCHEMA, document, page

FILES = ("poses3d.npz", "report.html", "report.json")
# A document begins with its schema, so that a look at the first bytes tells whose file it is.
_BEGINNING = f'{{"schema": "{SCHEMA.rsplit("/")[0]}/'


def check(folder: pathlib.Path) -> None:
    """Raises InputError when the results may not be written there.

    Earlier results of this program may be replaced; files of the same names from elsewhere may not.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: --out must be a folder; this is a file")
    check_place(folder, folder=True)
    taken = [name for name in FILES if (folder / name).exists()]
    if taken and not _ours(folder / "report.json"):
        raise InputError(f"{folder}: holds a {taken[0]} that is not from an earlier run; give another --out")


def write(recognition: Recognition, folder: pathlib.Path) -> list[pathlib.Path]:
    """Writes poses3d.npz, report.html and report.json and returns their paths.

    Files are written aside and moved into place when all are complete.

    Raises:
        InputError: `check`, or the folder cannot be written.
    """
    check(folder)
    texts = {"report.html": page(recognition), "report.json": json.dumps(document(recognition), allow_nan=False)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = pathlib.Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
        try:
            write_poses(recognition, aside / "poses3d.npz")
            for name, text in texts.items():
                (aside / name).write_text(text, encoding="utf-8")
            for name in FILES:
                os.replace(aside / name, folder / name)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from error
    return [folder / name for name in FILES]


def _ours(path: pathlib.Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_BEGINNING)).decode(errors="replace") == _BEGINNING
