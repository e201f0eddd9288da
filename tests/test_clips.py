"""What is read from a clip."""

import subprocess
import sys

import numpy as np
import pytest

from hdvr_jax import cameras, clips
from hdvr_jax.errors import InputError
from tests.families.dancing import make_clip


def test_single_views_hold_what_belongs_to_their_camera():
    clip = make_clip(views=3)
    found = list(clips.single_views(clip))
    assert [one["views"] for one in found] == [("c0",), ("c1",), ("c2",)]
    for view, one in enumerate(found):
        assert one.keys() == clip.keys()
        for field in clips.no_views(40, 17):
            assert len(one[field]) == 1
            np.testing.assert_array_equal(one[field][0], clip[field][view])
        np.testing.assert_array_equal(one["points_world"], clip["points_world"])


def test_views_that_are_left_out_take_their_arrays_along():
    clip = make_clip(views=3)
    found = clips.without_views(clip, ("c0", "c7"))
    assert found["views"] == ("c1", "c2")
    for field in clips.no_views(40, 17):
        np.testing.assert_array_equal(found[field], clip[field][1:])
    np.testing.assert_array_equal(found["points_world"], clip["points_world"])


def test_views_are_added_after_a_clips_own_and_have_names_of_their_own():
    clip = make_clip(views=3)
    first, others = clips.without_views(clip, ("c1", "c2")), clips.without_views(clip, ("c0",))
    found = clips.with_views(first, others)
    assert found["views"] == clip["views"]
    for field in clips.no_views(40, 17):
        np.testing.assert_array_equal(found[field], clip[field])
    with pytest.raises(InputError, match="clip0: it has a view c0 already"):
        clips.with_views(first, clip)


def test_a_clip_without_views_has_the_fields_and_types_of_one_with_views():
    clip, empty = make_clip(views=2), clips.no_views(40, 17)
    for field, value in empty.items():
        assert len(value) == 0
        if field != "views":
            assert value.shape[1:] == clip[field].shape[1:]
            assert value.dtype == clip[field].dtype


def test_what_a_camera_saw_is_the_motion_through_it():
    clip = make_clip(views=2)
    motion = clips.track_3d(clip)
    assert (motion.id, motion.fps, motion.skeleton) == ("clip0", 30.0, "h36m17")
    for view in range(2):
        seen = clips.track_2d(clip, view)
        assert (seen.id, seen.image_size) == (f"clip0, view c{view}", (1920, 1080))
        placed = motion.keypoints @ clip["rotation"][view].T + clip["translation"][view]
        image = cameras.project(clips.camera(clip, view), placed)
        np.testing.assert_allclose(seen.keypoints, image, atol=0.05)


def test_arrays_that_contradict_are_named():
    clip = make_clip(views=2)
    clip["confidence"] = clip["confidence"][:, :-1]
    with pytest.raises(InputError, match="clip0, view c1: confidence"):
        clips.track_2d(clip, 1)


@pytest.mark.parametrize(("views", "name"), [(0, "world"), (1, "c0"), (2, "world")])
def test_labels_name_the_clip_and_its_only_view(views, name):
    expected = {"clip": "clip0", "dancer": "dancer0", "choreography": "c", "take": "take0", "genre": "tango"}
    assert clips.labels(make_clip(views=views, genre="tango")) == {**expected, "view": name}


def test_clips_need_no_tensorflow():
    code = "import sys, hdvr_jax.clips; print([m for m in ('tensorflow', 'tensorflow_datasets') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
