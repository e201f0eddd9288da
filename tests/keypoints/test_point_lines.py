"""Text of a frame a line."""

import numpy as np
import pytest

from hdvr_jax import keypoints
from hdvr_jax.errors import InputError

_LINE = [float(v) for joint in range(17) for v in (500 + 5 * joint, 200 + 20 * joint, 0.5 + 0.01 * joint)]


def _write(path, rows):
    path.write_text("\n".join(", ".join(map(str, row)) for row in rows) + "\n")
    return path


def test_points_confidences_and_frames_without_anybody(tmp_path):
    reading = keypoints.read(_write(tmp_path / "x.txt", [_LINE] * 5 + [[0.0] * 51] + [_LINE] * 4))
    (track,) = reading.tracks
    assert track.skeleton == "coco17"
    assert track.frames == 10
    assert np.isnan(track.keypoints[5]).all()
    np.testing.assert_allclose(track.keypoints[7], np.reshape(_LINE, (17, 3))[:, :2], rtol=1e-6)
    np.testing.assert_allclose(track.confidence[0], np.reshape(_LINE, (17, 3))[:, 2], rtol=1e-6)


@pytest.mark.parametrize(
    ("row", "message"),
    [(_LINE[:-1], "line 3 has 50 fields; expected 51 numbers"), ([*_LINE[:-1], "x"], "line 3 has 51 fields")],
)
def test_a_wrong_line_is_named(tmp_path, row, message):
    with pytest.raises(InputError, match=message):
        keypoints.read(_write(tmp_path / "x.txt", [_LINE, _LINE, row]))


@pytest.mark.parametrize(("between", "end"), [(" ", ""), ("\t", ""), (",", ","), (", ", " ")])
def test_numbers_stand_between_commas_or_spaces(tmp_path, between, end):
    path = tmp_path / "x.txt"
    path.write_text("".join(between.join(map(str, _LINE)) + end + "\n" for _ in range(5)))
    (track,) = keypoints.read(path).tracks
    np.testing.assert_allclose(track.keypoints[2], np.reshape(_LINE, (17, 3))[:, :2], rtol=1e-6)


def test_nobody(tmp_path):
    with pytest.raises(InputError, match="no people in it"):
        keypoints.read(_write(tmp_path / "x.txt", [[0.0] * 51] * 3))
