import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.errors import InputError
from hdvr_jax.export import names


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=6))
def test_ids_make_names_of_files_that_differ(ids):
    found = names.file_safe(ids)
    assert len({name.casefold() for name in found}) == len(ids)
    for name in found:
        assert name
        assert not set(name) & set('/\\:*?"<>|\0\n. ')
        assert names.is_result(f"poses_{name}.bvh")


def test_ids_that_are_fine_are_kept():
    assert names.file_safe(["1", "dancer_02", "Änne-踊"]) == ["1", "dancer_02", "Änne-踊"]
    assert names.file_safe(["a/b", "a_b", "A_B", "../a", ""]) == ["a_b", "a_b-2", "A_B-3", "___a", "_"]


def test_names_of_all_kinds():
    assert names.names_of(["bvh", "csv"], ["a", "b/c"]) == [
        "poses_a.bvh",
        "poses_b_c.bvh",
        "poses3d.csv",
        "movements.csv",
    ]
    assert names.names_of(["bvh", "overlay"], []) == ["overlay.mp4"]


@pytest.mark.parametrize("name", ["../report.json", "poses_/../x.bvh", "holiday.mp4", "", "poses_a\\b.bvh"])
def test_names_that_are_no_results(name):
    assert not names.is_result(name)


def test_unknown_kinds():
    with pytest.raises(InputError, match="no results of kind 'fbx'; expected bvh, gltf, csv, json, overlay"):
        names.check_extras(["bvh", "fbx"])
