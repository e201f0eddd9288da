"""From people of frames to detections and tracks."""

import contextlib
import pathlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.detections import NOBODY, Detections
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import people
from hdvr_jax.keypoints.people import Person, Source
from hdvr_jax.keypoints.reading import Options
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


def test_numbers_of_people_are_used_only_where_each_names_one_in_a_frame():
    points = detected.dancers(2, 4)
    for numbers, kept in (([0, 1], True), ([0, 0], False), ([NOBODY, NOBODY], True)):
        found = Detections(
            keypoints=points.transpose(1, 0, 2, 3).reshape(8, 17, 2).astype(np.float32),
            confidence=np.ones((8, 17), np.float32),
            frame=np.repeat(np.arange(4), 2),
            person=np.tile(numbers, 4),
            frames=4,
            skeleton="coco17",
            fps=30.0,
        )
        notes: list[str] = []
        assert len(people.reading(found, notes, PATH).tracks) == 2
        assert (notes == []) == kept


def test_nobody_at_all_is_an_error():
    empty = np.zeros((0, 17, 2), np.float32)
    none = np.zeros(0, np.int64)
    with pytest.raises(InputError, match=r"file\.json: no people in it: all 7 frames are empty"):
        people.reading(Detections(empty, empty[..., 0], none, none, 7, "coco17", 30.0), [], PATH)


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
