"""The tracking benchmark as a whole, on one tiny scene."""

import dataclasses
import json
import pathlib
import sys

import cv2
import numpy as np
import pytest

from benchmarks.tracking import __main__ as command
from benchmarks.tracking import boxes, csrt, picture, scenes, sightings, trackers
from hdvr_jax import tracking
from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.tracking.results import Tracking
from tests.benchmarks import tracking_scenes

pytest.importorskip("motmetrics")


@pytest.fixture(scope="module")
def crossing():
    return tracking_scenes.scene(tracking_scenes.crossing(40))


@pytest.fixture(scope="module")
def sighted(crossing):
    return sightings.sight(crossing)


def test_detections_are_near_the_truth_and_miss_who_is_hidden(crossing, sighted):
    found = sighted.detections
    true = crossing.seen()[0][sighted.dancer, found.frame]
    away = np.nanmedian(np.linalg.norm(found.keypoints - true, axis=-1))
    assert away < 0.1 * np.ptp(true[..., 1])
    hidden = sighted.visible[1] < 0.15
    assert hidden.any()
    behind = set(found.frame[sighted.dancer == 1].tolist())
    assert not behind & set(np.flatnonzero(hidden).tolist())
    assert len(behind) > 20


def test_detections_are_the_same_again_and_in_no_order(crossing, sighted):
    again = sightings.sight(crossing)
    np.testing.assert_array_equal(again.detections.keypoints, sighted.detections.keypoints)
    np.testing.assert_array_equal(again.dancer, sighted.dancer)
    firsts = sighted.dancer[np.searchsorted(sighted.detections.frame, np.arange(crossing.frames))]
    assert len(set(firsts.tolist())) == 2


def test_the_better_of_two_near_duplicates_stays():
    box = np.array([[0.0, 0.0, 10.0, 20.0], [1.0, 0.0, 11.0, 20.0], [30.0, 0.0, 40.0, 20.0]])[:, None]
    score = np.array([[0.5], [0.9], [0.2]])
    there = np.ones((3, 1), bool)
    np.testing.assert_array_equal(sightings.suppressed(box, score, there, 0.7)[:, 0], [True, False, False])
    there[1] = False
    assert not sightings.suppressed(box, score, there, 0.7).any()


def test_every_tracker_is_scored_on_a_scene(crossing):
    rows = trackers.run(crossing, ["iou", "sort", "csrt", "keypoints"], None)
    assert list(rows) == ["iou", "sort", "keypoints"]  # no CSRT without its folder
    for counts in rows.values():
        assert counts["num_objects"] == 80
        assert counts["crossings"] == 1
        assert counts["num_misses"] < 40
    assert rows["keypoints"]["frames marked, from 0.5"] <= 40


def test_the_command_prints_tables_and_keeps_counts(tmp_path, monkeypatch, capsys, crossing):
    loaded = []
    monkeypatch.setattr(command.scenes, "load", lambda name, *_: loaded.append(name) or crossing)
    given = [
        "--scenes=choreo_2_a,choreo_2_b",
        "--trackers=iou,keypoints,csrt",
        f"--keep={tmp_path}",
        f"--picture={tmp_path}/a.png",
    ]
    monkeypatch.setattr(sys, "argv", ["tracking", *given])
    command.main()
    printed = capsys.readouterr().out
    assert "| choreo groups | IoU + Hungarian |" in printed
    assert "| choreo groups | ours, from keypoints |" in printed
    assert "2 scenes, 80 frames, 2 crossings" in printed
    assert "CSRT was left out" in printed
    assert sorted(json.loads((tmp_path / "choreo_2_a_20s.json").read_text())) == ["iou", "keypoints"]
    strip = cv2.imread(str(tmp_path / "a.png"))
    assert strip.shape == (2 * 262, 1400, 3)  # two scenes, four pictures of 160 x 120 each
    monkeypatch.setattr(sys, "argv", ["tracking", *given[:3]])
    loaded.clear()
    command.main()
    assert loaded == []
    assert "| choreo groups | IoU + Hungarian |" in capsys.readouterr().out


@pytest.mark.parametrize("given", ["--scenes=nowhere", "--trackers=magic"])
def test_the_command_names_what_there_is(given, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["tracking", given])
    with pytest.raises(SystemExit):
        command.main()
    assert "salsa_01_a" in capsys.readouterr().err


def test_an_unknown_scene_is_an_error():
    with pytest.raises(InputError, match="no scene 'salsa_99_a'"):
        command.scenes.load("salsa_99_a", 1.0)


def test_boxes_of_interpolated_joints_count(crossing):
    points = crossing.seen()[0][0].copy()
    points[10:15] = np.nan
    track = PoseTrack.from_points(points, "coco17", 30.0, id="1").fill_gaps(1.0)
    found = trackers.track_boxes(Tracking([track]), 40)
    assert np.isfinite(found).all()


def test_a_picture_shows_the_boxes_that_are_there():
    empty = np.zeros((60, 60, 3), np.uint8)
    shown = picture.annotated(empty, np.array([[10.0, 10.0, 40.0, 50.0], [np.nan] * 4]))
    assert shown.any()
    assert not shown[:, :8].any()
    assert not empty.any()


def test_csrt_follows_boxes_through_a_video(crossing, tmp_path, monkeypatch):
    class Still:
        """Stands for the tracker that only opencv-contrib has: it stays where it was started, then gives up."""

        create = classmethod(lambda cls: cls())

        def init(self, image, box):
            self.box, self.left = box, 5

        def update(self, image):
            self.left -= 1
            return self.left > 0, self.box

    monkeypatch.setattr(csrt.cv2, "TrackerCSRT", Still, raising=False)
    video, first = tmp_path / "v.avi", boxes.around(crossing.seen()[0][:, 0])
    trackers.film(crossing, video)
    np.save(tmp_path / "first.npy", first)
    csrt.main(str(video), str(tmp_path / "first.npy"), str(tmp_path / "found.npz"))
    with np.load(tmp_path / "found.npz") as arrays:
        found = arrays["boxes"]
    assert found.shape == (2, 40, 4)
    assert np.isfinite(found[:, :5]).all()
    assert np.isnan(found[:, 5:]).all()
    np.testing.assert_allclose(found[:, 3], np.clip(first, 0, (160, 120, 160, 120)), atol=1.01)
    assert pathlib.Path(video).stat().st_size > 10_000


def test_hard_conditions_film_fewer_frames_and_miss_and_shake_more(crossing):
    conditions = dataclasses.replace(scenes.HARD, missed=0.3)
    hard = dataclasses.replace(crossing, points=crossing.points[:, ::3], conditions=conditions)
    assert hard.fps == 10.0
    seen, usual = sightings.sight(hard), sightings.sight(crossing)
    assert seen.detections.fps == 10.0
    assert len(seen.dancer) / hard.frames < len(usual.dancer) / crossing.frames

    def error(found, scene):
        true = scene.seen()[0][found.dancer, found.detections.frame]
        return np.nanmedian(np.linalg.norm(found.detections.keypoints - true, axis=-1))

    assert error(seen, hard) > 1.2 * error(usual, crossing)


def test_there_are_larger_groups_under_hard_conditions_alone():
    more = set(scenes.names(scenes.HARD)) - set(scenes.names())
    assert more == {f"choreo_{count}_{camera}" for count in (6, 8) for camera in "abcd"}
    with pytest.raises(InputError, match="no scene 'choreo_8_a'"):
        scenes.load("choreo_8_a", 1.0)
    assert scenes.names(dataclasses.replace(scenes.HARD, missed=0.3)) == scenes.names(scenes.HARD)


def test_larger_groups_are_dressed_by_the_same_rule():
    conditions = scenes.Conditions(crowds=(6, 8))
    found = {name for name in scenes.names(conditions) if scenes.dressed_alike(name)}
    assert 3 * len(found) == pytest.approx(len(scenes.names(conditions)), abs=2)
    assert {name for name in found if name.startswith(("salsa_01", "choreo"))} == {
        "salsa_01_c", "choreo_2_b", "choreo_3_c", "choreo_4_a", "choreo_4_d", "choreo_5_b", "choreo_6_c",
        "choreo_8_b",
    }  # fmt: skip
    scene = scenes.load("choreo_6_c", 0.2, conditions)
    assert (scene.dancers, scene.alike) == (6, True)


def test_the_hard_command_keeps_its_counts_apart(tmp_path, monkeypatch, capsys, crossing):
    asked = []
    monkeypatch.setattr(command.scenes, "load", lambda *given: asked.append(given) or crossing)
    given = ["--scenes=choreo_8_a", "--trackers=keypoints", "--hard", f"--keep={tmp_path}"]
    monkeypatch.setattr(sys, "argv", ["tracking", *given])
    command.main()
    assert asked == [("choreo_8_a", 20.0, scenes.HARD)]
    assert [path.name for path in tmp_path.iterdir()] == ["choreo_8_a_20s_hard.json"]
    assert capsys.readouterr().out.count("| all, hard | ours, from keypoints | 0.") == 5


@pytest.mark.parametrize(("name", "always"), [("video", False), ("always", True)])
def test_one_row_follows_in_every_frame(name, always, crossing, sighted, tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(tracking, "track_video", lambda *args: given.append(args) or Tracking([]))
    work = trackers.Work(crossing, tmp_path / "none.avi", sighted, crossing.seen()[0])
    assert trackers.OURS[name](work)[0].tracks == []
    ((detections, _, settings),) = given
    assert detections is sighted.detections
    assert settings.follow_always == always
