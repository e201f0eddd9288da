import dataclasses
import importlib
import json

import numpy as np
import pytest

from hdvr_jax.report import SCHEMA, document
from hdvr_jax.report.document import plain
from tests.recognition import fabricated


def told(recognition, **more):
    return json.loads("".join(document(recognition, **more)))


@pytest.fixture(scope="module")
def written():
    return told(fabricated.recognition())


def test_more_fields_follow_the_schema():
    assert list(told(fabricated.recognition(), files=["a"], rigs=[]))[:3] == ["schema", "files", "rigs"]


def test_document_is_complete(written):
    assert written["schema"] == SCHEMA
    track = written["tracks"][1]
    assert track["id"] == "2"
    assert np.shape(track["poses"]["points"]) == (90, 17, 3)
    assert np.shape(track["provenance"]["joints"]) == (90, 17)
    assert np.shape(track["genre"]["running"]) == (90, 2)
    assert sum(track["provenance"]["shares"].values()) == pytest.approx(1, abs=1e-3)


def test_arrays_are_written_in_blocks_as_in_one(monkeypatch):
    def text():
        return "".join(document(fabricated.recognition()))

    whole = text()
    # To the space. There are 90 frames: 89 leave one over, 90 none.
    assert whole == json.dumps(json.loads(whole))
    for frames in (7, 89, 90):
        monkeypatch.setattr(importlib.import_module("hdvr_jax.report.document"), "_FRAMES_AT_ONCE", frames)
        assert text() == whole


def test_the_audit_of_identities(written):
    (risk,) = written["risks"]
    assert (risk["start_frame"], risk["end_frame"], risk["tracks"]) == (40, 52, ["1", "2"])
    assert (risk["start"], risk["end"], risk["score"]) == (pytest.approx(40 / 30, abs=1e-3), 1.733, 0.62)
    assert risk["reason"] == "dancers 1 and 2 come close; a swap would fit best in frame 47"
    assert told(fabricated.recognition(dancers=1))["risks"] is None


def test_missing_keypoints_are_null(written):
    assert written["tracks"][0]["input"]["keypoints"][30][3] == [None, None]


def test_segments_say_the_same_in_frames_and_seconds(written):
    segments = written["tracks"][0]["movements"]["segments"]
    assert segments
    for segment in segments:
        kind = written["movement_types"][segment["movement"]]
        assert (kind["name"], kind["part"]) == (segment["name"], segment["part"])
        assert segment["start"] == pytest.approx(segment["start_frame"] / 30, abs=1e-3)
        assert segment["end_frame"] > segment["start_frame"]


def test_reasons_are_intervals_of_movements(written):
    track = written["tracks"][0]
    genre, segments = track["genre"], track["movements"]["segments"]
    assert [reason["occlusion"] for reason in genre["reasons"]] == [0.8, -0.5, 0.3, 0.1]
    assert genre["reasons"][0]["gradient"] == 0.4
    assert genre["agreement"] == 0.9
    for reason in genre["reasons"]:
        shared = set(reason) - {"occlusion", "gradient"}
        assert {name: reason[name] for name in shared} in [{name: s[name] for name in shared} for s in segments]


def test_without_image_and_genre():
    result = fabricated.recognition(dancers=1)
    track = result.tracks[0]
    poses = dataclasses.replace(track.poses, frame="world", projected=None, error_px=None, error_body=None)
    bare = dataclasses.replace(result, tracks=(dataclasses.replace(track, poses=poses, genre=None),))
    written = told(bare)["tracks"][0]
    assert (written["input"], written["reprojection"], written["genre"]) == (None, None, None)


def test_the_floor_and_its_camera(written):
    assert written["floor"] is None
    lifted = fabricated.recognition()
    found = told(fabricated.on_floor(lifted))
    assert found["floor"]["camera_height"] == 1
    assert found["floor"]["tilt"] == pytest.approx(10)
    track = found["tracks"][0]
    assert track["poses"]["frame"] == "world"
    points = np.array(track["poses"]["points"]) @ np.transpose(found["floor"]["rotation"])
    np.testing.assert_allclose(points + found["floor"]["translation"], lifted.tracks[0].poses.points, atol=0.002)
    assert track["reprojection"] == written["tracks"][0]["reprojection"]


def test_plain_numbers():
    assert plain(np.float32(np.nan)) is None
    assert plain(np.array([[1.23456, np.inf]]), 2) == [[1.23, None]]
