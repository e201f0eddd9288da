"""What to say of a path that no reader recognises: what is there, which formats it could be, and what to do."""

import ast
import collections
import itertools
import json
import pathlib
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from hdvr_jax.keypoints import json_text, words

_PICTURES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"GIF8": "GIF", b"BM": "BMP", b"II*\x00": "TIFF"}
_MOTION = (".fbx", ".c3d", ".glb", ".gltf", ".trc", ".mot", ".asf", ".amc", ".usd")
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
_SHOWN, _LONGEST, _NEAR = 6, 20, 0.3
_OWN_TRACKS = "if these are keypoints, save them as tracks of this project (hdvr_jax.keypoints.native says how)"
_CAMERA = re.compile(r"/dev/video([0-9]+)")
_ARRAY = re.compile(rb"\{.*?\}", re.DOTALL)


def stream_hint(path: pathlib.Path) -> str:
    """How to read what is no file but a camera, a pipe or an address; nothing for other paths."""
    name = str(path)
    if name == "-" or (name.isascii() and name.isdigit()):
        what = "lines of keypoints on standard input are" if name == "-" else "a camera is"
        return f" ({what} read with --stream)"
    if camera := _CAMERA.fullmatch(name):
        return f" (a camera is read with --stream, as {camera.group(1)})"
    if re.match(r"[a-z][a-z0-9+.-]+:/", name):
        return " (addresses are not opened: save the video as a file, or pipe keypoints into --stream as -)"
    return ""


def about(path: pathlib.Path, known: dict[str, str], marks: dict[str, frozenset[str]]) -> str:
    """One line.

    Args:
        known: Descriptions of the formats, by name.
        marks: Of each format the fields by which it is known; none where it has no fields.
    """
    found, fields, advice = _look(path)
    shares = {name: len(fields & own) / len(own) for name, own in marks.items() if own}
    near = [name for name in sorted(shares, key=shares.get, reverse=True)[:2] if shares[name] >= _NEAR]
    if near:
        nearest = " or ".join(f"{name} ({known[name]})" for name in near)
        advice = f"nearest are {nearest}: --format tells what is missing there"
    elif advice is _OWN_TRACKS:
        advice = f"known are {', '.join(known)}; {advice}"
    return f"{path}: not recognised: {found}; {advice}"


def _look(path: pathlib.Path) -> tuple[str, set[str], str]:
    """(What is there, names of its fields, what to do)."""
    if path.is_dir():
        return _folder(path)
    with path.open("rb") as file:
        begins = file.read(512)
    suffix = path.suffix.lower()
    picture = next((kind for mark, kind in _PICTURES.items() if begins.startswith(mark)), None)
    if picture:
        return f"a {picture} picture", set(), "expected a video, or a file of the keypoints that a detector found"
    if suffix in _MOTION:
        return f"motion as {suffix}", set(), "export it as .bvh"
    if begins.startswith(b"\x93NUMPY"):
        return f"an array {_array(begins)}", set(), _OWN_TRACKS
    if zipfile.is_zipfile(path):
        try:
            return _zip(path)
        except Exception:  # a damaged archive makes zipfile raise nearly anything
            return "a damaged zip archive", set(), "write the file again"
    if suffix in _ARCHIVES:
        return f"an archive ({suffix})", set(), "unpack it first"
    if begins.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        return _json_file(path, begins)
    return _other(path, begins)


def _folder(path: pathlib.Path) -> tuple[str, set[str], str]:
    entries = [entry for entry in path.iterdir() if not entry.name.startswith(".")]
    kinds = collections.Counter(entry.suffix.lower() or "other" for entry in entries if entry.is_file())
    told = [f"{count} {_listed([kind])} file{'s'[: count > 1]}" for kind, count in kinds.most_common(3)]
    if inner := sum(entry.is_dir() for entry in entries):
        told.append(f"{inner} folder{'s'[: inner > 1]}")
    found = f"a folder with {' and '.join(told)}" if told else "an empty folder"
    fields: set[str] = set()
    # A link may lead out of the folder.
    told_by = (entry for entry in sorted(entries) if entry.suffix.lower() == ".json" and not entry.is_symlink())
    if (first := next((entry for entry in told_by if entry.is_file()), None)) is not None:
        content = json_text.head(first)
        found, fields = f"{found}, the first {_json(content)}", set(_keys(content))
    advice = "give the folder that holds a detector's file for every frame" if inner else "give a detector's files"
    return found, fields, advice


def _zip(path: pathlib.Path) -> tuple[str, set[str], str]:
    """Of an .npz its arrays; of another archive its files."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if not names or not all(name.endswith(".npy") for name in names):
            return f"a zip archive with {_listed(names) or 'nothing in it'}", set(), "unpack it first"
        told = []
        for name in names[:_SHOWN]:
            with archive.open(name) as file:
                told.append(f"{_listed([name.removesuffix('.npy')])} {_array(file.read(512))}")
    more = ", ..." if len(names) > _SHOWN else ""
    fields = {name.removesuffix(".npy") for name in names}
    return f"an .npz with the arrays {', '.join(told)}{more}", fields, _OWN_TRACKS


def _array(begins: bytes) -> str:
    """Shape and type from the beginning of an .npy."""
    try:
        header = ast.literal_eval(_ARRAY.search(begins).group().decode("latin1"))
        return f"{tuple(header['shape'])} of {np.dtype(header['descr']).name}"
    except (AttributeError, ValueError, SyntaxError, KeyError, TypeError, MemoryError, RecursionError):
        return "that cannot be read"


def _json_file(path: pathlib.Path, begins: bytes) -> tuple[str, set[str], str]:
    content = json_text.head(path)
    if content is not None:
        whole = "" if _is_whole(path) else ", cut short"
        return f"{_json(content)}{whole}", set(_keys(content)), _OWN_TRACKS
    try:
        line = json.loads(begins.splitlines()[0])
    except ValueError:
        return "a text that is not JSON throughout", set(), "write the file again"
    return f"lines of JSON, the first {_json(line)}", set(), "make one list of them, or pipe them into --stream as -"


def _is_whole(path: pathlib.Path) -> bool:
    """Whether a file ends as it began, with a bracket."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        return file.read().rstrip()[-1:] in (b"]", b"}")


def _json(content: Any, depth: int = 0) -> str:
    """In words, such as "a JSON list of objects with the fields a, b"."""
    what = "" if depth else "JSON "
    if isinstance(content, dict):
        fields = f"with the fields {_listed(content)}" if content else "without fields"
        return f"{'objects' if depth else 'a JSON object'} {fields}"
    if isinstance(content, list):
        inner = next((entry for entry in content if entry not in ([], {}, None)), None)
        of = f" of {_json(inner, depth + 1)}" if content and depth < 4 else ""
        return f"{'lists' if depth else f'a {what}list'}{of}"
    kinds = {str: "text", bool: "truth values", type(None): "nothing"}
    return kinds.get(type(content), "numbers")


def _keys(content: Any, depth: int = 0) -> Iterator[str]:
    """Names of fields, down to those of the first entries."""
    if depth > 4:
        return
    inner = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    if isinstance(content, dict):
        yield from content
    for value in itertools.islice(inner, 8):
        yield from _keys(value, depth + 1)


def _other(path: pathlib.Path, begins: bytes) -> tuple[str, set[str], str]:
    try:
        line = begins[:-4].decode() if len(begins) == 512 else begins.decode()
    except UnicodeDecodeError:
        return f"{path.stat().st_size:,} bytes of no known kind", set(), "expected a video, keypoints or motion"
    line = line.lstrip("\ufeff").splitlines()[0] if line.strip() else ""
    if path.suffix.lower() == ".json":
        return "a text that is not JSON", set(), "write the file again"
    mark = next((mark for mark in (",", ";", "\t") if line.count(mark) > 1), None)
    if mark:
        names = [name.strip(' "') for name in line.split(mark)]
        return f"a table with the columns {_listed(names)}", set(), _OWN_TRACKS
    return "a text file", set(), "expected a video, keypoints or motion"


def _listed(names: Iterable[str]) -> str:
    return words.listed((name[:_LONGEST] for name in names), _SHOWN)
