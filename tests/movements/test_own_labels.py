"""A user's own labels."""

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.movements import load_vocabulary, own_labels

_TABLE = """clip,part,type,start,end
hiphop/a,genre,hip hop,,
hiphop/a,left_arm,wave,0.5,1.0
hiphop/a,right_arm,wave,1,1.5
hiphop/a,left_hand,left hand overhead,0,0.25
hiphop/b,left_arm,wave,0,2
"""


def _write(tmp_path, text=_TABLE):
    path = tmp_path / "labels.csv"
    path.write_text(text)
    return path


def test_both_levels_are_read(tmp_path):
    labels = own_labels.read(_write(tmp_path))
    assert labels.genres == {"hiphop/a": "hip hop"}
    assert labels.movements["hiphop/a"][0] == ("left_arm", "wave", 0.5, 1.0)
    assert labels.types() == ("left_arm/wave", "right_arm/wave", "left_hand/left hand overhead")


def test_types_of_the_project_keep_their_rules_and_new_ones_have_none(tmp_path):
    own = own_labels.vocabulary(own_labels.read(_write(tmp_path)).types())
    project = load_vocabulary()
    assert own.types[2] == project.types[project.index("left_hand_overhead")]
    assert own.ids[:2] == ("left_arm_wave", "right_arm_wave")
    assert own.types[0].conditions == ()
    assert own.mirror == (1, 0, 2)
    assert not own_labels.symmetric(own), "the hand has no other side here"
    assert own_labels.symmetric(own_labels.vocabulary(("left_arm/wave", "right_arm/wave", "hips/bounce")))


def test_frames_are_those_between_start_and_end(tmp_path):
    labels = own_labels.read(_write(tmp_path))
    types = labels.types()
    own = own_labels.vocabulary(types)
    found = own_labels.frames(labels, own, types, ["hiphop/a@0", "hiphop/a"], 20, 10.0)
    np.testing.assert_array_equal(np.flatnonzero(found[:, 0]), range(5, 10))
    np.testing.assert_array_equal(np.flatnonzero(found[:, 1]), range(10, 15))
    np.testing.assert_array_equal(np.flatnonzero(found[:, 2]), range(2))
    assert (own_labels.frames(labels, own, types, ["elsewhere"], 4, 10.0) == -1).all()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x,left_arm,wave,1,1", r"line 2, field end: 1 is not after start"),
        ("x,left_arm,wave,-1,1", r"line 2, field start: '-1' is no time"),
        ("x,left_arm,wave,nan,1", r"line 2, field start: 'nan' is no time"),
        ("x,wing,flap,0,1", r"line 2, field part: 'wing'; expected genre or one of head"),
        (",left_arm,wave,0,1", r"line 2, field clip: empty"),
        ("x,genre,tango,,\nx,genre,waltz,,", r"line 3, field type: x has genre 'tango' already"),
        ("", r"no labels"),
    ],
)
def test_wrong_lines_are_named(tmp_path, line, message):
    with pytest.raises(InputError, match=message):
        own_labels.read(_write(tmp_path, "clip,part,type,start,end\n" + line + "\n" * bool(line)))


def test_a_wrong_header_is_refused(tmp_path):
    with pytest.raises(
        InputError, match=r"the header lacks clip, part, type, start, end; expected clip,part,type,start,end"
    ):
        own_labels.read(_write(tmp_path, "a,b\n1,2\n"))
    with pytest.raises(InputError, match="cannot read the labels"):
        own_labels.read(tmp_path / "absent.csv")


def test_without_types_of_ones_own_the_projects_are_meant():
    assert own_labels.vocabulary(()) is load_vocabulary()


def test_names_in_any_script_stay_apart():
    types = own_labels.vocabulary(
        tuple(f"{side}_arm/{name}" for name in ("волна", "круг") for side in ("left", "right"))
    )
    assert len({kind.id for kind in types.types}) == 4
    assert tuple(types.mirror) == (1, 0, 3, 2)
