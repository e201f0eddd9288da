"""Which joint set points are."""

import pathlib

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import layouts
from hdvr_jax.skeletons import get_mapping, get_skeleton
from tests.keypoints import detected
from tests.real_data import real_data

PAIRS = [("body25", "body25b"), ("body25b", "body25"), ("coco17", "h36m17"), ("h36m17", "coco17")]


def _choose(points, candidates, wanted=None, usual=None):
    notes: list[str] = []
    return layouts.choose(pathlib.Path("file"), points, candidates, wanted, notes, usual).name, notes


@pytest.mark.parametrize(("true", "other"), PAIRS)
def test_limbs_tell_joint_sets_of_one_size_apart(true, other):
    points = detected.dancers(2, 10, true).reshape(20, -1, 2)
    for candidates in ((true, other), (other, true)):
        assert _choose(points, candidates, usual="coco17")[0] == true


@pytest.mark.parametrize(("true", "other"), PAIRS)
def test_limbs_of_real_dances_tell_joint_sets_apart_from_every_side(true, other):
    pack = np.load(real_data("cmu", "dance_30fps.npz"), allow_pickle=False)
    clips = [name for name in pack.files if pack[name].ndim == 3][::4]
    for angle, name in enumerate(clips):
        across = np.array([[np.cos(angle), 0, np.sin(angle)], [0, -1, 0]], np.float32)
        points = get_mapping("cmu25", true).apply(pack[name][::20]) @ across.T
        assert _choose(points, (true, other), usual="coco17")[0] == true


@pytest.mark.parametrize(("name", "points", "joints"), [("halpe136", 136, 26), ("wholebody133", 133, 23)])
def test_whole_bodies_begin_with_the_joints_of_a_skeleton(name, points, joints):
    layout = layouts.get_layout(name)
    assert (layout.points, layout.joints) == (points, joints)
    chosen, notes = _choose(np.zeros((2, points, 2)), ("coco17", name))
    assert chosen == name
    assert f"{points - joints} points of face and hands were left out." in notes


def test_what_cannot_be_decided_is_asked_or_the_usual():
    for points in (np.full((3, 25, 2), np.nan), np.ones((3, 25, 2))):
        with pytest.raises(InputError, match=r"may be body25 or body25b; say which as the layout \(--layout\)"):
            _choose(points, ("body25", "body25b"))
        assert _choose(points, ("body25", "body25b"), usual="body25")[0] == "body25"
        assert _choose(points, ("body25", "body25b"), wanted="body25b")[0] == "body25b"


def test_layouts_that_do_not_fit():
    with pytest.raises(InputError, match=r"19 points; expected one of: coco17 \(17\), halpe26 \(26\)"):
        _choose(np.zeros((1, 19, 2)), ("coco17", "halpe26"))
    with pytest.raises(InputError, match="layout 'body25' is not one of this format"):
        _choose(np.zeros((1, 17, 2)), ("coco17",), wanted="body25")


def test_names_of_joints_may_differ_in_part():
    names = ["root", *get_skeleton("h36m17").joints[1:]]
    assert layouts.by_names(names, ("coco17", "h36m17")) == "h36m17"
    assert layouts.by_names(["?"] * 17, ("coco17", "h36m17")) is None
    assert layouts.by_names([], ("coco17",)) is None
