"""The project's own track files."""

import dataclasses
import json
import os

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import native, read
from hdvr_jax.keypoints.reading import Options
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.provenance import INTERPOLATED, MISSING


def _tracks(axes: int = 2) -> list[PoseTrack]:
    random = np.random.default_rng(0)
    flat = random.uniform(2, 1e3, (4, 17, axes)).astype(np.float32)
    flat[1, 3] = np.nan
    first = PoseTrack.from_points(
        flat, "coco17", 59.94, confidence=random.random((4, 17)), image_size=(640, 480), id="Ärmel 1"
    )
    provenance = first.provenance.copy()
    provenance[2] = INTERPOLATED
    second = PoseTrack.from_points(random.normal(size=(1, 17, axes)), "h36m17", 59.94)
    return [dataclasses.replace(first, provenance=provenance), second]


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("suffix", ["npz", "json"])
def test_round_trip_is_exact(tmp_path, suffix, axes):
    path = tmp_path / f"tracks.{suffix}"
    native.write(path, _tracks(axes))
    found = read(path).tracks
    assert len(found) == 2
    for before, after in zip(_tracks(axes), found, strict=True):
        for field in ("skeleton", "fps", "image_size", "id"):
            assert getattr(after, field) == getattr(before, field)
        for field in ("keypoints", "confidence", "provenance"):
            np.testing.assert_array_equal(getattr(after, field), getattr(before, field))
            assert getattr(after, field).dtype == getattr(before, field).dtype


def test_nothing_but_the_whole_file_appears(tmp_path, monkeypatch):
    path = tmp_path / "tracks.npz"
    path.write_text("before")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        native.write(path, _tracks())
    assert [file.name for file in tmp_path.iterdir()] == ["tracks.npz"]
    assert path.read_text() == "before"


def test_what_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match=r"written as \.npz or \.json"):
        native.write(tmp_path / "tracks.csv", _tracks())
    with pytest.raises(InputError, match="no tracks"):
        native.write(tmp_path / "tracks.npz", [])


@pytest.mark.parametrize("suffix", ["npz", "json"])
def test_truncated_files_are_input_errors(tmp_path, suffix):
    path = tmp_path / f"tracks.{suffix}"
    native.write(path, _tracks())
    whole = path.read_bytes()
    for share in np.linspace(0, 0.99, 12):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(InputError, match="tracks"):
            read(path)


def test_fields_that_may_be_left_out(tmp_path):
    path = tmp_path / "small.json"
    entry = {"skeleton": "coco17", "fps": 30, "keypoints": [[[1, 2]] * 16 + [[None, None]]]}
    path.write_text(json.dumps({"format": "hdvr-tracks", "version": 1, "tracks": [entry]}))
    (track,) = read(path, fps=10).tracks
    assert (track.confidence[0] == [1] * 16 + [0]).all()
    assert track.provenance[0, 16] == MISSING
    assert (track.image_size, track.id, track.fps) == (None, "0", 10)


def _with_ids(path, suffix, *ids):
    """A file of one track per id; None leaves the field out."""
    entries = [{"skeleton": "coco17", "fps": 30, "keypoints": [[[1, 2]] * 17]} | ({"id": i} if i else {}) for i in ids]
    path = path / f"ids.{suffix}"
    if suffix == "json":
        path.write_text(json.dumps({"format": "hdvr-tracks", "version": 1, "tracks": entries}))
    else:
        arrays = {f"{n}/{field}": value for n, entry in enumerate(entries) for field, value in entry.items()}
        np.savez(path, format="hdvr-tracks", version=1, tracks=len(entries), **arrays)
    return path


@pytest.mark.parametrize("suffix", ["npz", "json"])
def test_tracks_without_id_are_told_apart_by_number(tmp_path, suffix):
    tracks = read(_with_ids(tmp_path, suffix, None, "Ada", None)).tracks
    assert [track.id for track in tracks] == ["0", "Ada", "2"]


@pytest.mark.parametrize("suffix", ["npz", "json"])
def test_an_id_that_names_two_tracks_is_an_error(tmp_path, suffix):
    with pytest.raises(InputError, match=rf"ids\.{suffix}: tracks 0 and 2 have the same id 'Ada'"):
        read(_with_ids(tmp_path, suffix, "Ada", "Bob", "Ada"))
    with pytest.raises(InputError, match="tracks 0 and 1 have the same id 'Ärmel 1'"):
        native.write(tmp_path / f"out.{suffix}", [_tracks()[0]] * 2)
    assert not (tmp_path / f"out.{suffix}").exists()


def test_an_id_of_null_is_one_left_out(tmp_path):
    entry = {"skeleton": "coco17", "fps": 30, "keypoints": [[[1, 2]] * 17], "id": None}
    path = tmp_path / "null.json"
    path.write_text(json.dumps({"format": "hdvr-tracks", "version": 1, "tracks": [entry] * 2}))
    assert [track.id for track in read(path).tracks] == ["0", "1"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"keypoints": None}, "keypoints have shape"),
        ({"keypoints": [[[1, 2]] * 16]}, "16 joints; skeleton coco17 has 17"),
        ({"keypoints": [[[1, 2, 3, 4]] * 17]}, "shape"),
        ({"keypoints": [[[1, 2]] * 17, [[1, 2]]]}, "track 0: keypoints is not a regular array"),
        ({"keypoints": "points"}, "track 0: keypoints is not a regular array"),
        ({"keypoints": []}, "keypoints"),
        ({"skeleton": "octopus"}, "unknown skeleton 'octopus'"),
        ({"fps": 0}, "fps is 0"),
        ({"fps": [30]}, "fps has shape"),
        ({"fps": "fast"}, "fps is not"),
        ({"confidence": [[1]]}, "confidence has shape"),
        ({"provenance": [[9] * 17]}, "provenance is not"),
        ({"image_size": [640]}, "image_size is"),
        ({"image_size": [-1, 5]}, "image_size is"),
    ],
)
def test_malformed_fields_are_named(tmp_path, change, message):
    path = tmp_path / "bad.json"
    entry = {"skeleton": "coco17", "fps": 30, "keypoints": [[[1, 2]] * 17]} | change
    path.write_text(json.dumps({"format": "hdvr-tracks", "version": 1, "tracks": [entry]}))
    with pytest.raises(InputError, match=message):
        read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"version": 2, "tracks": []}, "version 2; expected 'hdvr-tracks' version 1"),
        ({"version": 1}, "no list of tracks"),
        ({"version": 1, "tracks": []}, "no people in it"),
        ({"version": 1, "tracks": [3]}, "track 0 is not an object"),
        ({"version": 1, "tracks": [{"fps": 3}]}, "track 0: no field keypoints"),
    ],
)
def test_malformed_files(tmp_path, content, message):
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({"format": "hdvr-tracks", **content}))
    with pytest.raises(InputError, match=message):
        read(path)


def test_archives_of_objects_and_of_odd_counts_are_refused(tmp_path):
    path = tmp_path / "bad.npz"
    head = {"format": "hdvr-tracks", "version": 1}
    np.savez(path, **head, tracks=np.array([{}], dtype=object))
    with pytest.raises(InputError, match=r"bad\.npz: cannot be read as \.npz"):
        read(path)
    for count in (10**9, -1, "two", [1, 2]):
        np.savez(path, **head, tracks=count)
        with pytest.raises(InputError, match="expected the number of tracks"):
            read(path)


def written(tmp_path, **fields):
    entry = {"keypoints": [[[10.0 + joint, 20.0] for joint in range(17)]], "skeleton": "coco17", "fps": 30, **fields}
    path = tmp_path / "track.json"
    path.write_text(json.dumps({"format": "hdvr-tracks", "version": 1, "tracks": [entry]}))
    return path


def test_what_detectors_put_for_missed_joints_is_missing(tmp_path):
    points = [[[10.0 + joint, 20.0] for joint in range(17)]]
    points[0][9] = [0, 0]
    (track,) = native.read(written(tmp_path, keypoints=points, confidence=[[1.0] * 16 + [0.0]]), Options()).tracks
    assert np.flatnonzero(~np.isfinite(track.keypoints[0, :, 0])).tolist() == [9, 16]
    assert np.flatnonzero(track.confidence[0] == 0).tolist() == [9, 16]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"keypoints": [[[300.0 + joint, 20.0, 0.9] for joint in range(17)]]}, "x, y and confidence"),
        ({"keypoints": [[[joint / 17, 0.4] for joint in range(17)]]}, "shares of the image"),
        ({"confidence": [[90.0] * 17]}, "confidence 90; expected 0 to 1"),
        ({"confidences": [[0.9] * 17]}, "unknown field 'confidences'"),
        ({"fps": 0.033}, "fps is 0.033; expected frames per second"),
        ({"fps": 1e300}, "expected frames per second"),
    ],
)
def test_units_and_names_are_checked(tmp_path, fields, told):
    with pytest.raises(InputError, match=told):
        native.read(written(tmp_path, **fields), Options())


def test_tracks_of_one_file_are_of_one_recording(tmp_path):
    path = written(tmp_path)
    content = json.loads(path.read_text())
    for change, told in (({"fps": 25}, "fps is 25; expected 30"), ({"keypoints": [[[0.1, 1, 2]] * 17]}, "is 3D")):
        path.write_text(json.dumps({**content, "tracks": [*content["tracks"], {**content["tracks"][0], **change}]}))
        with pytest.raises(InputError, match=told):
            native.read(path, Options())
