import base64
import dataclasses
import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdvr_jax.provenance import INTERPOLATED, MISSING
from hdvr_jax.report import page
from hdvr_jax.report.packing import pack, pack_bytes
from hdvr_jax.report.payload import bones, floor_height
from hdvr_jax.report.words import longest_run, movement_label, provenance_words, share
from hdvr_jax.skeletons import get_skeleton, skeleton_names
from tests.recognition import fabricated


def content_of(text):
    found = re.search(r'<script type="application/json" id="payload">(.*?)</script>', text, re.DOTALL)
    return json.loads(found.group(1))


def unpack(packed):
    kind, missing = (np.uint8, 255) if packed["type"] == "u8" else ("<i2", -32768)
    whole = np.frombuffer(base64.b64decode(packed["data"]), kind).reshape(packed["shape"])
    return np.where(whole == missing, np.nan, whole * packed["step"])


def test_page_holds_the_poses_to_a_millimetre():
    result = fabricated.recognition()
    track = content_of(page(result))["tracks"][0]
    np.testing.assert_allclose(unpack(track["points"]), result.tracks[0].poses.upright(), atol=0.00051)
    np.testing.assert_allclose(unpack(track["input"]), result.tracks[0].given.keypoints, atol=0.051)


def test_page_is_self_contained():
    text = page(fabricated.recognition())
    assert not re.search(r"https?://|<link|<img|@import|url\(|\bfetch\(|XMLHttpRequest", text)
    assert "default-src 'none'" in text


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>.json", "</script><b>", "<!--<script>", "{{SCRIPT}}", "a & \u2028 'b\".json"]
)
def test_names_of_files_are_inert(name):
    text = page(fabricated.recognition(source=name, dancers=1))
    assert content_of(text)["source"]["name"] == name
    assert text.count("<script") == page(fabricated.recognition(source="x", dancers=1)).count("<script")
    assert "<b>" not in text


@given(
    st.lists(st.floats(-40, 40) | st.just(float("nan")), min_size=1, max_size=20),
)
def test_packing_keeps_numbers_within_half_a_step(values):
    packed = pack(np.array(values), 0.001)
    found = unpack(packed)
    assert packed["step"] >= 0.001
    np.testing.assert_array_equal(np.isnan(found), np.isnan(values))
    np.testing.assert_allclose(found, values, atol=0.5001 * packed["step"])


def test_packing_bytes():
    np.testing.assert_allclose(unpack(pack_bytes(np.array([0, 1, np.nan, 0.5]), 1 / 250)), [0, 1, np.nan, 0.5])


@pytest.mark.parametrize("name", skeleton_names())
def test_lines_join_symmetric_joints_alike(name):
    mirror = get_skeleton(name).mirror
    drawn = {frozenset(bone) for bone in bones(name)}
    assert {frozenset(mirror[joint] for joint in bone) for bone in drawn} == drawn


def test_floor_is_where_the_lowest_joint_stays():
    points = np.random.default_rng(0).uniform(0.5, 2, (50, 17, 3))
    points[:, 3, 1] = 0.1
    points[10:20, 3, 1] = 0.4
    assert floor_height(points) == pytest.approx(0.1)
    assert floor_height(np.full((3, 2, 3), np.nan)) is None


def test_an_estimated_floor_is_at_zero_and_the_camera_is_told():
    lifted = fabricated.recognition()
    before, after = (content_of(page(result)) for result in (lifted, fabricated.on_floor(lifted)))
    assert (before["floor"], after["floor"]) == (False, True)
    assert [track["floor"] for track in after["tracks"]] == [0, 0]
    assert all(track["lifted"] for track in after["tracks"])
    told = {figure["name"]: figure for figure in after["tracks"][0]["figures"]}
    assert told["Camera"]["value"] == "1.00 m"
    assert told["Camera"]["more"] == "above the floor, looks down by 10.0\u00b0"
    assert "Camera" not in {figure["name"] for figure in before["tracks"][0]["figures"]}


def test_words_name_every_kind_of_joint():
    result = fabricated.track_result()
    kinds = result.prepared.provenance
    assert (kinds == INTERPOLATED).any()
    assert (kinds == MISSING).any()
    text = " ".join(provenance_words(result))
    assert "right ankle" in text
    assert "longest 0.13 s" in text
    assert "model's guess" in text


def test_the_audit_of_identities_is_told():
    content = content_of(page(fabricated.recognition()))
    assert content["risks"][0]["tracks"] == [0, 1]
    assert content["risks"][0]["reason"].startswith("dancers 1 and 2 come close")
    assert content["tracks"][0]["seen"] == [[0, 90]]
    assert (
        content["audit"]
        == "Dancers could have been taken for each other once; most doubtful at 1.3 s (score 0.62 of 1)."
    )
    alone = content_of(page(fabricated.recognition(dancers=1)))
    assert alone["risks"] == []
    assert alone["audit"].startswith("Who is who stands in the input")


def test_share_never_rounds_away_something():
    assert share(0.0001) == "less than 0.1 %"
    assert share(0.99999) == "more than 99.9 %"
    assert share(1.0) == "100 %"
    assert share(0.1234) == "12.3 %"


def test_small_words():
    assert longest_run(np.array([1, 0, 1, 1, 0], bool)) == 2
    assert longest_run(np.zeros(3, bool)) == 0
    kinds = fabricated.movements(3).types
    assert movement_label(kinds[-1]) == "circle"
    assert movement_label(dataclasses.replace(kinds[-1], name="Step")) == "step"
