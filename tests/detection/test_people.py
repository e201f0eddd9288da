"""Everybody in a frame once, near or far, followed from frame to frame."""

import numpy as np
import pytest

from hdvr_jax.detection.people import Settings, box, distinct, found_in, found_next, look_at, paint_over, search, shrunk
from hdvr_jax.skeletons import get_skeleton
from tests.detection import drawn

SIZE = (640, 360)


def boxes_of(people) -> list[tuple[int, ...]]:
    return sorted(tuple(box(person).round().astype(int).ravel()) for person in people)


def test_small_and_large_people_are_all_found():
    """The one who fills the frame, and one who is a sixth as high: of whom the landmarker alone sees nothing."""
    people = [(20, 10, 110, 330), (400, 200, 25, 60), (560, 30, 40, 100)]
    image = drawn.picture(SIZE, people)
    assert len(drawn.find(np.pad(image, ((140, 140), (0, 0), (0, 0))))) < 3
    found = look_at(image, drawn.find, search(image, drawn.find, Settings()), Settings().margin)
    assert boxes_of(found) == sorted((x, y, x + w - 1, y + h - 1) for x, y, w, h in people)


def test_who_is_too_small_is_left():
    assert search(drawn.picture(SIZE, [(300, 100, 8, 20)]), drawn.find, Settings(smallest=0.3)) == []


def test_dancers_are_followed_and_those_who_enter_are_found_at_the_next_search():
    walk = [[(20 + 6 * i, 100, 40, 120)] + ([(500, 60, 50, 150)] if i >= 3 else []) for i in range(8)]
    frames = [drawn.picture(SIZE, boxes) for boxes in walk]
    calls = []

    def find(image):
        calls.append(len(image))
        return drawn.find(image)

    found, places = [], []
    for number, frame in enumerate(frames):
        people, places = found_next(frame, find, places, Settings(), anew=number % 5 == 0)
        found.append(people)
    assert [len(people) for people in found] == [1, 1, 1, 1, 1, 2, 2, 2]
    for people, boxes in zip(found, walk):
        assert set(boxes_of(people)) <= {(x, y, x + w - 1, y + h - 1) for x, y, w, h in boxes}
    # Between searches there is one look at every dancer.
    searches = len(list(found_in(frames[:1], find, Settings()))) and calls
    assert calls[:6].count(calls[-1]) <= len(searches)
    assert [len(people) for people in found_in(frames, drawn.find, Settings())] == [1] * 8


def test_a_dancer_missed_in_a_frame_is_found_again_without_a_search():
    frames = [drawn.picture(SIZE, [(100 + i, 100, 40, 120)] if i != 2 else []) for i in range(5)]
    assert [len(people) for people in found_in(frames, drawn.find, Settings())] == [1, 1, 0, 1, 1]


def test_of_two_who_are_close_the_one_behind_is_found_too():
    """A landmarker that sees the one with the red face, and the one with the green face only where nobody is red."""
    body = drawn.joints((0, 0, 60, 160)) - np.append(drawn.joints((0, 0, 60, 160))[0, :2], 0).astype(np.float32)
    faces = {(0, 0, 255): (300, 150), (0, 255, 0): (385, 155)}

    def find(image):
        for colour in faces:
            seen = np.argwhere((image == colour).all(-1))
            if len(seen) >= 40:
                return (body + np.append(seen.mean(0)[::-1], 0).astype(np.float32))[None]
        return np.zeros((0, 33, 3), np.float32)

    image = drawn.picture(SIZE, [])
    for colour, (x, y) in faces.items():
        image[y - 4 : y + 5, x - 4 : x + 5] = colour
    before = image.copy()
    frames = list(found_in([image, image], find, Settings()))
    for found in frames:
        assert sorted(map(tuple, found[:, 0, :2].round())) == sorted(faces.values())
    np.testing.assert_array_equal(image, before)


def test_painting_over_stays_within_the_frame_and_bears_anything():
    for box_ in ((-50, -80, 60, 160), (620, 340, 60, 160), (-500, -500, 60, 160), (10, 10, 1, 1)):
        image = drawn.picture(SIZE, [(0, 0, *SIZE)])
        image[::2] = 0
        before = image.copy()
        paint_over(image, drawn.joints(box_))
        assert (image != before).any() == (box_[0] > -400)


def test_empty_frames():
    assert [people.shape for people in found_in([drawn.picture(SIZE, [])] * 2, drawn.find, Settings())] == [
        (0, 33, 3)
    ] * 2
    assert list(found_in([], drawn.find, Settings())) == []


def test_one_person_found_twice_or_turned_around_is_one():
    person = drawn.joints((10, 10, 60, 180))
    turned = person[list(get_skeleton("mediapipe33").mirror)]
    shifted = person + np.array([3, -2, 0], np.float32)
    other = drawn.joints((40, 10, 60, 180))
    found = distinct(np.stack([turned, person, shifted, other]), np.array([0.5, 0.9, 0.7, 0.8]))
    np.testing.assert_array_equal(found, np.stack([person, other]))


def test_an_arm_taken_for_somebody_is_left_out():
    names = get_skeleton("mediapipe33").joints
    person = np.full((33, 3), 0.9, np.float32)
    ends = {"shoulder": (0, 100), "elbow": (60, 100), "wrist": (120, 100), "hip": (0, 220), "knee": (0, 300)}
    for index, name in enumerate(names):
        x, y = next((place for word, place in ends.items() if word in name), (0, 60))
        y = 380 if any(word in name for word in ("ankle", "heel", "foot")) else y
        person[index, :2] = (200 + (x + 15) * (1 if name.startswith("left_") else -1), y)
    arm = person.copy()
    arm[:, 0] = np.linspace(220, 320, 33)
    arm[:, 1] = 100
    child = drawn.joints((330, 250, 40, 120))
    found = distinct(np.stack([arm, person, child]), np.array([0.99, 0.9, 0.8]))
    np.testing.assert_array_equal(found, np.stack([person, child]))


@pytest.mark.parametrize("size", [(3840, 2160), (1080, 1920), (64, 48)])
def test_large_frames_are_shrunk(size):
    small, scale = shrunk(np.zeros((size[1], size[0], 3), np.uint8), 1080)
    assert min(small.shape[:2]) == min(1080, *size)
    assert small.shape[1] * scale == pytest.approx(size[0])
