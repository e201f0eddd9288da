"""What lies around AIST++ keypoints: cameras, mapping, ignore list, splits and the meaning of sequence names.

    ROOT/keypoints2d/SEQUENCE.pkl   keypoints3d/SEQUENCE.pkl
         cameras/mapping.txt        lines "SEQUENCE SETTING"
         cameras/SETTING.json       a list of cameras: name, size, matrix, rotation (axis-angle), translation (cm),
                                    distortions (OpenCV's k1, k2, p1, p2, k3)
         ignore_list.txt, splits/{pose,crossmodal}_{train,val,test}.txt   a sequence per line

All but one keypoints folder is optional. Layout: github.com/google/aistplusplus_api; Li et al., "AI Choreographer",
ICCV 2021.
"""

import json
import pathlib
import re

import numpy as np

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.views import View, rotation_matrix

CM = 0.01
_GENRES = {
    "gBR": "break",
    "gPO": "pop",
    "gLO": "lock",
    "gMH": "middle hip hop",
    "gLH": "LA hip hop",
    "gHO": "house",
    "gWA": "waack",
    "gKR": "krump",
    "gJS": "street jazz",
    "gJB": "ballet jazz",
}
_NAME = re.compile(r"(?P<genre>g[A-Z]{2})_(?P<situation>s[A-Z]{2})_c\w+?_(?P<dancer>d\d+)_m\w+?_(?P<number>ch\d+)")
_OFFICIAL_SPLITS = {"train": "train", "val": "validation", "test": "test"}


def parse_name(sequence: str) -> tuple[str, str, str]:
    """(genre, dancer, choreography) of a sequence name; ("", "", the name) when it does not follow AIST's pattern.

    A choreography is identified by genre, situation (basic or advanced) and number.
    """
    match = _NAME.fullmatch(sequence)
    if match is None:
        return "", "", sequence
    genre = _GENRES.get(match["genre"], match["genre"])
    return genre, match["dancer"], f"{match['genre']}_{match['situation']}_{match['number']}"


def view_names(count: int) -> list[str]:
    """Names of AIST's cameras, in the order of the arrays: c01, c02, ..."""
    return [f"c{index + 1:02d}" for index in range(count)]


def ignored(root: pathlib.Path) -> set[str]:
    """Sequences that the authors advise to leave out; empty without an ignore list."""
    for path in (root / "ignore_list.txt", root / "splits" / "ignore_list.txt"):
        if path.is_file():
            return _sequences(path)
    return set()


def official_splits(root: pathlib.Path, protocol: str = "pose") -> dict[str, set[str]]:
    """Sequences of "train", "validation" and "test" by the published lists; empty without any.

    Args:
        protocol: "pose" (split by dancer) or "crossmodal" (split by choreography and music).
    """
    lists = {ours: root / "splits" / f"{protocol}_{theirs}.txt" for theirs, ours in _OFFICIAL_SPLITS.items()}
    if not any(path.is_file() for path in lists.values()):
        return {}
    return {split: _sequences(path) if path.is_file() else set() for split, path in lists.items()}


def load_views(root: pathlib.Path, sequence: str, notes: list[str]) -> dict[str, View]:
    """The cameras that saw a sequence, by name; empty, with a note, where the layout does not say which they are.

    Raises:
        InputError: a camera file that cannot be used, or that names two cameras alike; names the camera and field.
    """
    folder = root / "cameras"
    settings = sorted(path.stem for path in folder.glob("*.json"))
    mapping = folder / "mapping.txt"
    if mapping.is_file():
        rows = [line.split() for line in mapping.read_text(errors="replace").splitlines() if line.strip()]
        if odd := [row for row in rows if len(row) != 2]:
            raise InputError(f"{mapping}: line {' '.join(odd[0])!r}; expected a sequence and a setting")
        setting = dict(rows).get(sequence)
    else:
        setting = settings[0] if len(settings) == 1 else None
    if setting is None or setting not in settings:
        notes.append(f"No cameras for {sequence}; the views are used without calibration.")
        return {}
    path = folder / f"{setting}.json"
    views: dict[str, View] = {}
    for view in _load_setting(path):
        if view.name in views:
            raise InputError(f"{path}: two cameras have the name {view.name!r}; expected another")
        views[view.name] = view
    return views


def _load_setting(path: pathlib.Path) -> list[View]:
    try:
        entries = json.loads(path.read_text())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not a JSON camera file ({error})") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(f"{path}: expected a list of cameras")
    return [_view(path, entry) for entry in entries]


def _view(path: pathlib.Path, entry: dict) -> View:
    def numbers(field: str, shape: tuple[int, ...]) -> np.ndarray:
        try:
            values = np.array(entry[field], float)
        except (KeyError, TypeError, ValueError):
            raise InputError(f"{path}: camera {entry.get('name', '?')} has no usable {field}") from None
        if values.shape != shape or not np.isfinite(values).all():
            raise InputError(f"{path}: camera {entry.get('name', '?')}: {field} is {values.shape}; expected {shape}")
        return values

    matrix, size = numbers("matrix", (3, 3)), numbers("size", (2,))
    return View(
        name=str(entry.get("name", "?")),
        focal=matrix[[0, 1], [0, 1]],
        center=matrix[:2, 2],
        distortion=numbers("distortions", (5,)),
        rotation=rotation_matrix("rotvec", numbers("rotation", (3,))),
        translation=numbers("translation", (3,)) * CM,
        image_size=(int(size[0]), int(size[1])),
    )


def _sequences(path: pathlib.Path) -> set[str]:
    """Sequence names in a list; names of single videos are brought to their sequence's name."""
    lines = path.read_text(errors="replace").split()
    return {re.sub(r"_c\d\d_", "_cAll_", line) for line in lines}
