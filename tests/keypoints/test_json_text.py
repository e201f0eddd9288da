"""JSON read whole, entry by entry and by its beginning."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import json_text

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(values=st.lists(_VALUES, max_size=6), block=st.integers(1, 9), indent=st.sampled_from([None, 1]))
@settings(max_examples=60, deadline=None)
def test_entries_are_those_of_the_whole_file(tmp_path_factory, values, block, indent):
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps(values, indent=indent, ensure_ascii=False), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "_BLOCK", block)
        assert list(json_text.entries(path)) == json_text.load(path) == values


@given(values=st.lists(_VALUES, min_size=1, max_size=6), share=st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_a_cut_file_gives_the_entries_before_the_cut_then_an_error(tmp_path_factory, values, share):
    path = tmp_path_factory.mktemp("json") / "a.json"
    text = json.dumps(values)
    path.write_text(text[: 1 + int(share * (len(text) - 2))])
    found: list[object] = []
    with pytest.raises(InputError, match=r"a\.json: not a whole JSON file"):
        found.extend(json_text.entries(path))
    # A number may lose its last digits with the comma that ended it; then it is not given.
    assert found == values[: len(found)]


@given(value=st.lists(_VALUES, min_size=1, max_size=6) | st.dictionaries(st.text(), _VALUES, min_size=1))
@settings(max_examples=60, deadline=None)
def test_the_head_of_a_small_file_is_the_file(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps(value))
    assert json_text.head(path) == value


def test_the_head_of_a_large_file_is_its_beginning(tmp_path):
    entries = [{"image_id": f"{number}.jpg", "keypoints": [0.5] * 51} for number in range(1000)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(entries))
    found = json_text.head(path)
    assert 100 < len(found) < 1000
    assert found[:-1] == entries[: len(found) - 1]


@pytest.mark.parametrize("text", ["[" * 70_000, "[" * 30_000 + "," * 30_000, '{"a":' * 20_000, '"' * 60_000, "\\" * 9])
def test_heads_that_are_no_json_are_none_and_soon(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text)
    start = time.perf_counter()
    assert json_text.head(path) is None
    for read in (json_text.load, lambda path: list(json_text.entries(path))):
        with pytest.raises(InputError, match="not a whole JSON file"):
            read(path)
    assert time.perf_counter() - start < 5


def test_marks_of_byte_order_are_no_content(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf[1, 2]")
    assert list(json_text.entries(path)) == json_text.load(path) == json_text.head(path) == [1, 2]
    assert json_text.holds_array(path)
    path.write_text("[1, 2]", encoding="utf-16")
    assert json_text.load(path) == [1, 2]


def test_what_is_too_large_to_be_read_at_once(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    path.write_text("[" + "1, " * 50 + "1]")
    monkeypatch.setattr(json_text, "_LARGEST", 100)
    with pytest.raises(InputError, match=r"a\.json: 0\.0 GiB of JSON in one value"):
        json_text.load(path)
    assert len(list(json_text.entries(path))) == 51


@pytest.mark.parametrize(("text", "message"), [("{}", "expected an array"), ("[1 2]", "entry 0 is malformed")])
def test_what_is_no_array(tmp_path, text, message):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        list(json_text.entries(path))
