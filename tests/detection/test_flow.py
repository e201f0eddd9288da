"""From a film to the people in its frames, with drawn people and a function that finds those."""

import contextlib
import dataclasses
import importlib
import queue
import threading

import numpy as np
import pytest

from hdvr_jax.detection import Settings, detect, detect_with, flow
from hdvr_jax.detection.people import box
from hdvr_jax.detections import NOBODY
from hdvr_jax.errors import InputError
from hdvr_jax.video import open_video
from tests.detection import drawn

# 20 frames a second: a stretch of 5 frames.
SETTINGS = Settings(search_seconds=0.25)


class Finder:
    """Opens `drawn.find`; stops with an error after so many pictures."""

    def __init__(self, stop_after: int | None = None):
        self.pictures, self.opened, self.closed, self._stop_after = 0, 0, 0, stop_after
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def __call__(self):
        self.opened += 1
        try:
            yield self._find
        finally:
            self.closed += 1

    def _find(self, image):
        with self._lock:
            self.pictures += 1
        if self._stop_after is not None and self.pictures > self._stop_after:
            raise KeyboardInterrupt
        return drawn.find(image)


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "film.mp4"
    return path, drawn.write_dance(path)


def run(path, finder, **options):
    return detect_with(open_video(path), finder, {"model": "drawn"}, settings=SETTINGS, **options)


def same(one, other) -> bool:
    fields = ("keypoints", "confidence", "frame", "person")
    return (
        all(np.array_equal(getattr(one, name), getattr(other, name)) for name in fields) and one.frames == other.frames
    )


def test_the_people_of_a_film(film, capsys):
    path, boxes = film
    finder = Finder()
    found = run(path, finder)
    assert (found.frames, found.fps, found.image_size, found.skeleton) == (25, 20, (160, 120), "mediapipe33")
    assert (found.person == NOBODY).all()
    # Who enters in frame 8 is found at the next search, in frame 10.
    assert [len(found.keypoints[found.in_frame(i)]) for i in range(25)] == [1] * 10 + [2] * 15
    for index in range(25):
        for points, confidence in zip(found.keypoints[found.in_frame(index)], found.confidence[found.in_frame(index)]):
            low, high = box(np.concatenate([points, confidence[:, None]], 1))
            true = [(x, y, x + w, y + h) for x, y, w, h in boxes[index]]
            assert min(np.abs(np.concatenate([low, high]) - t).max() for t in true) < 5
    assert finder.opened == finder.closed > 0
    assert "25 frames" in capsys.readouterr().err


def test_large_films_are_searched_smaller_and_told_in_their_own_pixels(film):
    path, _ = film
    large = run(path, Finder())
    settings = dataclasses.replace(SETTINGS, shorter_side=60)
    small = detect_with(open_video(path), Finder(), {}, settings=settings)
    assert small.frame.tolist() == large.frame.tolist()
    for frame in range(25):
        one, other = (np.sort(found.keypoints[found.in_frame(frame), 0], 0) for found in (small, large))
        assert np.abs(one - other).max() < 4


def test_any_number_of_threads_gives_the_same(film):
    path, _ = film
    results = [run(path, finder, workers=workers) for workers in (1, 2, 5) for finder in (Finder(),)]
    assert all(same(results[0], other) for other in results[1:])


@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.95])
def test_a_run_that_was_stopped_goes_on_with_the_same_result(film, tmp_path, share, capsys):
    path, _ = film
    whole, rest = Finder(), Finder()
    true = run(path, whole)
    stopped = Finder(int(share * whole.pictures))
    with pytest.raises(KeyboardInterrupt):
        run(path, stopped, cache=tmp_path / "kept", workers=1)
    assert stopped.opened == stopped.closed
    kept = len(list((tmp_path / "kept").rglob("0*.npz")))
    assert (kept > 0) == (share > 0.4)
    assert kept < 5
    capsys.readouterr()
    found = run(path, rest, cache=tmp_path / "kept", workers=2)
    assert same(found, true)
    assert ("goes on after" in capsys.readouterr().err) == (kept > 0)
    assert rest.pictures < whole.pictures if kept else rest.pictures == whole.pictures


def test_a_finished_film_is_not_looked_at_again(film, tmp_path):
    path, _ = film
    notes, again, finder = [], [], Finder()
    first = detect_with(
        open_video(path, 10.0), Finder(), {}, notes, fps=10.0, cache=tmp_path / "kept", settings=SETTINGS
    )
    second = detect_with(
        open_video(path, 10.0), finder, {}, again, fps=10.0, cache=tmp_path / "kept", settings=SETTINGS
    )
    assert same(first, second)
    assert second.fps == 10
    assert finder.opened == 0
    assert notes == again
    assert "as given" in notes[0]
    detect_with(open_video(path), finder, {}, cache=tmp_path / "kept", settings=SETTINGS)
    assert finder.opened > 0


def test_a_damaged_piece_is_done_again(film, tmp_path):
    path, _ = film
    whole = Finder()
    true = run(path, whole)
    with pytest.raises(KeyboardInterrupt):
        run(path, Finder(whole.pictures - 5), cache=tmp_path / "kept", workers=1)
    (piece,) = (tmp_path / "kept").rglob("0000001.npz")
    piece.write_bytes(piece.read_bytes()[:100])
    assert same(run(path, Finder(), cache=tmp_path / "kept"), true)


def test_few_frames_are_in_memory_at_a_time():
    taken = 0

    def stretches():
        nonlocal taken
        for _ in range(30):
            taken += 1
            yield [np.zeros((64, 64, 3), np.uint8)] * 3, 1.0

    finders = queue.SimpleQueue()
    for _ in range(2):
        finders.put(drawn.find)
    for given, piece in enumerate(flow.shared_out(stretches(), finders, 2, SETTINGS)):
        assert [found.shape for found in piece] == [(0, 33, 3)] * 3
        assert taken - given <= 4
    assert taken == 30


def test_nobody_in_the_film(tmp_path):
    path = tmp_path / "empty.mp4"
    drawn.write_dance(path, frames=3)
    with pytest.raises(InputError, match="nobody was found in 3 frames") as error:
        detect_with(
            open_video(path), lambda: contextlib.nullcontext(lambda image: np.zeros((0, 33, 3), np.float32)), {}
        )
    assert str(path) in str(error.value)


def test_without_mediapipe_one_line_says_what_to_install_or_to_bring(film, monkeypatch):
    path, _ = film
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "mediapipe" else real(name, *rest)
    )
    with pytest.raises(InputError, match=r"make video.*OpenPose") as error:
        detect(path)
    assert "\n" not in str(error.value)
