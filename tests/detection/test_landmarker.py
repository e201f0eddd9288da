"""MediaPipe's landmarker itself; skipped where it or its weights are not installed."""

import pathlib
import subprocess
import sys

import cv2
import numpy as np
import pytest

from hdvr_jax.detection import detect, landmarker
from hdvr_jax.detection.bundle import default_bundle
from hdvr_jax.detection.figure import standing_person
from hdvr_jax.detection.people import Settings, box
from hdvr_jax.errors import InputError
from hdvr_jax.skeletons import get_skeleton
from tests.real_data import real_data


@pytest.fixture(scope="module")
def weights() -> pathlib.Path:
    """The bundle in the user's cache; a test downloads nothing."""
    pytest.importorskip("mediapipe", reason="MediaPipe is not installed (make video)")

    def missing(line: str) -> None:
        pytest.skip("the weights of MediaPipe's landmarker are not in the user's cache (a first video brings them)")

    return default_bundle(missing)


def test_the_drawn_figure_is_drawn_the_same_left_and_right():
    image = standing_person()
    assert image.shape == (256, 256, 3)
    assert (image != image[:, ::-1]).mean() < 0.05


def test_a_drawn_person_is_found_where_it_stands(weights):
    index = get_skeleton("mediapipe33").index
    with landmarker.open_landmarker(weights, Settings()) as find:
        (person,) = find(standing_person())
        assert find(np.zeros((64, 64, 3), np.uint8)).shape == (0, 33, 3)
    for joint, place in {
        "nose": (128, 48),
        "left_hip": (142, 140),
        "right_hip": (114, 140),
        "left_knee": (144, 185),
    }.items():
        assert np.linalg.norm(person[index(joint), :2] - place) < 20, joint
    assert (box(person)[1] - box(person)[0])[1] > 150


def test_several_small_people_in_a_film(weights, tmp_path):
    """A fifth as high as the frame is wide: MediaPipe alone sees nobody."""
    figure = cv2.resize(standing_person(), (144, 144), interpolation=cv2.INTER_AREA)
    image = np.full((360, 640, 3), 200, np.uint8)
    for x in (20, 240, 460):
        image[100:244, x : x + 144] = figure
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10.0, (640, 360))
    for _ in range(3):
        writer.write(image)
    writer.release()
    found = detect(path, bundle=weights, cache=tmp_path / "kept")
    assert found.frame.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert sorted(found.keypoints[:3, 0, 0].round(-2)) == [100, 300, 500]


@pytest.mark.parametrize("content", [b"", b"weights", b"PK\x05\x06" + bytes(18)])
def test_weights_that_cannot_be_loaded_stop_the_program(weights, tmp_path, content):
    path = tmp_path / "other.task"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a bundle") as error, landmarker.open_landmarker(path, Settings()):
        pass
    assert "\n" not in str(error.value)
    with (
        pytest.raises(InputError, match="cannot be read"),
        landmarker.open_landmarker(tmp_path / "no.task", Settings()),
    ):
        pass


def test_nothing_but_the_meter_reaches_the_console_and_tensorflow_stays_out(weights):
    script = (
        "import pathlib, sys\n"
        "from hdvr_jax.detection import landmarker, figure, people\n"
        f"with landmarker.open_landmarker(pathlib.Path({str(weights)!r}), people.Settings()) as find:\n"
        "    print(len(find(figure.standing_person())), 'tensorflow' in sys.modules, 'jax' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert (ran.stdout.strip(), ran.stderr) == ("1 False False", "")


@pytest.mark.slow
def test_a_real_clip(weights):
    found = detect(real_data("pose2sim", "cam01.mp4"), bundle=weights)
    assert (found.frames, found.fps, found.image_size) == (100, 60, (1080, 1920))
    assert (np.bincount(found.frame, minlength=100) >= 1).all()
