"""The table of cameras found from 2D joints: what its errors count, and its rows."""

import sys

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from benchmarks import rig
from tests.families.dancing import make_clip

TURN = Rotation.from_rotvec([0, 0.1, 0]).as_matrix()


def clip(name="one", views=4, frames=40):
    """A dancer who moves about, seen with an error of a pixel; the last view sees something else."""
    found = make_clip(views=views, frames=frames)
    rng = np.random.default_rng(0)
    found["points_world"] += np.float32(rng.uniform(-0.5, 0.5, (frames, 1, 3)))
    camera = np.einsum("vij,tkj->vtki", found["rotation"], found["points_world"]) + found["translation"][:, None, None]
    pixels = 1000 * camera[..., :2] / camera[..., 2:] + [960, 540]
    pixels[-1] = rng.uniform(0, 1000, pixels[-1].shape)
    return {**found, "clip": name, "keypoints": np.float32(pixels + rng.normal(0, 1, pixels.shape))}


def test_errors_are_those_in_the_frame_of_the_first_view():
    calibrated = make_clip(views=3)
    centers = -np.einsum("vji,vj->vi", calibrated["rotation"], calibrated["translation"])
    # Another world, in which the last camera is turned by 0.1 about itself and stands 5 cm away.
    world = Rotation.from_rotvec([0.3, -0.5, 1.0]).as_matrix()
    rotation = calibrated["rotation"] @ world.T
    moved = centers @ world.T + [1.0, 2.0, 3.0]
    rotation[2], moved[2] = TURN @ rotation[2], moved[2] + [0, 0.03, 0.04]
    found = {"rotation": rotation, "translation": -np.einsum("vij,vj->vi", rotation, moved)}
    degrees, centimetres = rig.errors(found, calibrated)
    np.testing.assert_allclose(degrees, [0, np.degrees(0.1)], atol=0.05)
    np.testing.assert_allclose(centimetres, [0, 5], atol=1e-3)


def run(monkeypatch, *options):
    monkeypatch.setattr(rig.corpus, "load", lambda dataset, split: [clip("other"), clip("two"), clip("one")])
    monkeypatch.setattr(sys, "argv", ["rig", *options])
    rig.main()


def test_the_table_has_every_way_of_every_recording(monkeypatch, capsys):
    run(monkeypatch, "--recordings=one,two", "--skip=c3")
    told, table = capsys.readouterr().out.split("\n\n")
    assert "cores; without c3" in told
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    assert [row[:2] for row in rows] == [[name, method] for name in ("one", "two") for method in rig.METHODS]
    numbers = np.array([row[2:] for row in rows], float)
    assert (numbers[:, 0::2] <= numbers[:, 1::2]).all()
    assert 0 < numbers[2, 1] < 0.5
    assert 0 < numbers[2, 3] < 3
    assert numbers[1, 3] > numbers[2, 3]


def test_recordings_that_are_not_there_are_named(monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, "--recordings=one,three")
    assert "no recording three; it has one, other, two" in capsys.readouterr().err
