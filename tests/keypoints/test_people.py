"""From people of frames to detections and tracks."""

import contextlib
import pathlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import people
from hdvr_jax.keypoints.people import Person, Source
from hdvr_jax.keypoints.reading import Film, Options
from tests.keypoints import detected

PATH = pathlib.Path("file.json")


def _source(shares=False, **options):
    return Source(PATH, Options(**options), ("coco17",), [], shares=shares)


def _person(frame, **changes):
    points = np.concatenate([detected.dancers(1, 1)[0, 0], np.full((17, 1), 0.5)], -1)
    for joint, values in changes.items():
        points[int(joint[1:])] = values
    return Person(frame, points)


def test_missing_joints_are_at_the_origin_or_not_finite_or_without_confidence():
    person = _person(3, j0=[0, 0, 0.9], j1=[np.nan, 5, 0.9], j2=[5, np.inf, 0.9], j3=[5, 5, 0], j4=[5, 5, np.nan])
    found = people.detections(_source(), [person], 3, 2)
    assert np.flatnonzero(np.isnan(found.keypoints[0]).any(-1)).tolist() == [0, 1, 2, 3, 4]
    assert found.confidence[0].tolist() == [0] * 5 + [0.5] * 12
    assert found.frame.tolist() == [0]
    on_the_edge = people.detections(_source(), [_person(0, j0=[0, 7, 0.9], j1=[-40, -2, 0.9])], 0, 1)
    assert np.isfinite(on_the_edge.keypoints).all()


def test_people_are_ordered_by_frame_and_empty_ones_left_out():
    source = _source(fps=25.0)
    nobody = Person(1, np.zeros((17, 3)))
    found = people.detections(source, [_person(2), nobody, _person(0)], 0, 3)
    assert found.frame.tolist() == [0, 2]
    assert (found.frames, found.fps) == (3, 25.0)
    assert any("no joint was seen were left out: 1." in note for note in source.notes)


def test_shares_are_stretched_to_the_size_told_or_assumed():
    person = Person(0, np.concatenate([detected.dancers(1, 1)[0, 0] / (1280, 720), np.ones((17, 1))], -1))
    for shares in (True, None):
        found = people.detections(_source(shares, image_size=(1280, 720)), [person], 0, 1)
        np.testing.assert_allclose(found.keypoints[0], detected.dancers(1, 1)[0, 0], atol=1e-3)
    source = _source(True)
    assert people.detections(source, [person], 0, 1).image_size == people.IMAGE_SIZE
    assert any("was assumed" in note for note in source.notes)


def test_rate_and_size_of_a_film_count_where_nobody_says_others():
    film = Film("duo.mp4", 25.0, (1280, 720))
    source = _source(film=film)
    found = people.detections(source, [_person(0)], 0, 1)
    assert (found.fps, found.image_size) == (25.0, (1280, 720))
    assert any("25 frames per second, as duo.mp4 has them" in note for note in source.notes)
    found = people.detections(_source(film=film, fps=12.5, image_size=(640, 360)), [_person(0)], 0, 1)
    assert (found.fps, found.image_size) == (12.5, (640, 360))
    other = Source(PATH, Options(film=film), ("coco17",), [], image_size=(1920, 1080))
    with pytest.raises(InputError, match=r"images of 1920 x 1080 pixels, and duo\.mp4 has 1280 x 720"):
        people.detections(other, [_person(0)], 0, 1)


def test_joints_outside_the_images_that_were_told():
    film = Film("duo.mp4", 25.0, (640, 360))
    for options, images in (({"film": film}, "the images of duo.mp4"), ({"image_size": (640, 360)}, "the images")):
        source = _source(**options)
        people.detections(source, [_person(0)], 0, 1)
        (told,) = (note for note in source.notes if "outside" in note)
        assert f"% of the joints lie outside {images} (640x360): if the keypoints are of images" in told
        assert told.endswith("say so with --image-size.")
    right = _source(film=film, image_size=(1280, 720))
    people.detections(right, [_person(0)], 0, 1)
    assert not any("outside" in note for note in right.notes)


@pytest.mark.parametrize(
    ("persons", "message"),
    [
        ([], "no people in it"),
        ([Person(4, np.ones((17, 3))), Person(5, np.ones((16, 3))), Person(6, np.ones((17, 3)))], "frame 5: 16 points"),
        ([_person(9, j6=[2e6, 0, 1])], r"frame 9, right_shoulder: \[2000000\.0, 0\.0\] cannot be a position"),
    ],
)
def test_what_cannot_be_people(persons, message):
    with pytest.raises(InputError, match=rf"file\.json: {message}"):
        people.detections(_source(), persons, 0, 10)


@given(
    values=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
        max_leaves=20,
    )
)
@settings(max_examples=100, deadline=None)
def test_anything_is_triples_of_numbers_or_an_error(values):
    with contextlib.suppress(InputError):
        found = people.triples(values, "file: frame 3")
        assert found.ndim == 2
        assert found.shape[1] == 3
        assert found.size
