"""From a video or a file to dancers; the detector is replaced by one that knows what was drawn."""

import contextlib
import dataclasses
import json

import cv2
import numpy as np
import pytest

from hdvr_jax import detection, recordings
from hdvr_jax.detections import NOBODY, Detections
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import native
from hdvr_jax.recognition.settings import Settings
from hdvr_jax.recognition.stages import SKELETON
from tests.recognition import fabricated

FRAMES, SIZE, RATE = 40, (640, 360), 25.0


def stages():
    """(Names of the stages so far, what to give as `watch`)."""
    seen = []

    @contextlib.contextmanager
    def watch(stage):
        seen.append(stage)
        yield

    return seen, watch


def film(path, frames=FRAMES):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), RATE, SIZE)
    for number in range(frames):
        writer.write(np.full((*SIZE[::-1], 3), 5 * number, np.uint8))
    writer.release()
    return path


def keypoints(frames=FRAMES, still=False):
    """(T, 2, 17, 2): two people who stand in different places and sway, or of whom the second does not move."""
    one = fabricated.seen(fabricated.swaying(90)).fill_gaps().keypoints[:frames] / 2
    return np.stack([one, (one[:1] if still else one) + np.zeros_like(one) + np.array([150, 0])], 1)


def openpose(folder, still=False):
    """The same as a folder of a detector's files, 25 points each."""
    folder.mkdir()
    # Of body25: nose, thorax, right arm, left arm, hip, right leg, left leg.
    order = [9, 8, 14, 15, 16, 11, 12, 13, 0, 1, 2, 3, 4, 5, 6]
    for number, people in enumerate(keypoints(still=still)):
        points = np.zeros((len(people), 25, 3))
        points[:, :15, :2], points[:, :15, 2] = people[:, order], 0.9
        entries = [{"person_id": [-1], "pose_keypoints_2d": person.ravel().tolist()} for person in points]
        (folder / f"duo_{number:012d}_keypoints.json").write_text(json.dumps({"version": 1.3, "people": entries}))
    return folder


def found(path, notes, *, fps, bundle, cache):
    people = keypoints().reshape(-1, 17, 2).astype(np.float32)
    notes.append("Made up.")
    return Detections(
        people,
        np.ones(people.shape[:2], np.float32),
        np.repeat(np.arange(FRAMES), 2),
        np.full(len(people), NOBODY),
        FRAMES,
        SKELETON,
        fps or RATE,
        SIZE,
    )


def test_a_video_is_searched_and_followed(tmp_path, monkeypatch):
    monkeypatch.setattr(detection, "detect", found)
    seen, watch = stages()
    recording = recordings.read(film(tmp_path / "duo.mp4"), watch)
    assert seen == ["detect", "track"]
    assert [track.id for track in recording.reading.tracks] == ["1", "2"]
    assert recording.reading.notes[0] == "Made up."
    assert recording.reading.risks is not None
    assert len(list(recording.video)) == FRAMES


def test_a_detectors_file_takes_rate_and_size_from_its_video(tmp_path):
    folder, video = openpose(tmp_path / "duo"), film(tmp_path / "duo.mp4")
    seen, watch = stages()
    alone = recordings.read(folder, watch).reading
    assert (seen, alone.tracks[0].fps, alone.tracks[0].image_size) == (["read", "track"], 30.0, None)
    recording = recordings.read(folder, watch, video=video)
    assert seen[2:] == ["read", "track"]
    assert {(track.fps, track.image_size) for track in recording.reading.tracks} == {(RATE, SIZE)}
    slower = recordings.read(folder, watch, video=video, fps=12.5)
    assert slower.reading.tracks[0].fps == 12.5


def test_tracks_keep_their_ids_beside_a_video(tmp_path):
    native.write(tmp_path / "solo.json", [fabricated.seen(fabricated.swaying(), "Ada")])
    recording = recordings.read(tmp_path / "solo.json", stages()[1], video=film(tmp_path / "solo.mp4"))
    assert [track.id for track in recording.reading.tracks] == ["Ada"]
    assert recording.reading.risks is None
    assert recording.video.image_size == SIZE


def test_tracks_that_do_not_fit_their_video(tmp_path):
    """Of images twice as large, at another rate, and longer."""
    track = fabricated.seen(fabricated.swaying(50), "Ada")
    short, whole = film(tmp_path / "solo.mp4"), film(tmp_path / "whole.mp4", track.frames)

    def notes(video, **changes):
        path = tmp_path / "solo.json"
        native.write(path, [dataclasses.replace(track, **changes)])
        return recordings.read(path, stages()[1], video=video).reading.notes

    told = notes(short, image_size=None)
    assert told[:2] == [
        "solo.mp4 has 40 frames, fewer than the keypoints are of: later ones have no picture.",
        "solo.json has 30 frames/s and solo.mp4 25: they are laid together frame by frame.",
    ]
    assert "% of the joints lie outside the images of solo.mp4 (640x360)" in told[2]
    assert told[2].endswith("say so with image_size in solo.json.")
    assert notes(whole, fps=25.1) == []


def test_pictures_are_as_large_as_the_images_of_the_keypoints(tmp_path, monkeypatch):
    shapes, followed = set(), recordings.followed

    def spy(found, path, options, frames):
        frames = list(frames)
        shapes.update(frame.shape for frame in frames)
        return followed(found, path, options, iter(frames))

    monkeypatch.setattr(recordings, "followed", spy)
    folder, video = openpose(tmp_path / "duo"), film(tmp_path / "duo.mp4")
    recordings.read(folder, stages()[1], video=video)
    recordings.read(folder, stages()[1], video=video, image_size=(1280, 720))
    assert shapes == {(360, 640, 3), (720, 1280, 3)}


@pytest.mark.parametrize("given", [{"view": "c01"}, {"layout": "body25"}, {"video": "other.mp4"}])
def test_options_of_files_do_not_apply_to_videos(tmp_path, given):
    with pytest.raises(InputError, match=f"option {next(iter(given))} does not apply to a video"):
        recordings.read(film(tmp_path / "a.mp4", 2), stages()[1], **given)


@pytest.mark.parametrize("name", ["gone.mp4", "text.mp4"])
def test_a_video_that_is_none(tmp_path, name):
    (tmp_path / "text.mp4").write_text("not a film")
    native.write(tmp_path / "solo.json", [fabricated.seen(fabricated.swaying())])
    folder = openpose(tmp_path / "duo")
    with pytest.raises(InputError, match=name):
        recordings.read(tmp_path / name, stages()[1])
    for source in (tmp_path / "solo.json", folder):
        with pytest.raises(InputError, match=name):
            recordings.read(source, stages()[1], video=tmp_path / name)


def test_smoothing_is_off_by_default():
    assert Settings().smoothing == "off"


def test_what_is_a_video(tmp_path):
    video = film(tmp_path / "duo.mp4")
    bare = tmp_path / "duo"
    bare.write_bytes(video.read_bytes())
    assert recordings.is_video(video, None)
    assert recordings.is_video(bare, None)
    assert recordings.is_video(bare, "video")
    assert not recordings.is_video(video, "openpose")
    native.write(tmp_path / "solo.npz", [fabricated.seen(fabricated.swaying())])
    assert not recordings.is_video(tmp_path / "solo.npz", None)
    assert not recordings.is_video(tmp_path, None)


@pytest.mark.parametrize("beside_a_video", [False, True])
def test_bystanders_are_kept_where_that_is_asked_for(tmp_path, beside_a_video):
    folder = openpose(tmp_path / "duo", still=True)
    video = {"video": film(tmp_path / "duo.mp4")} if beside_a_video else {}
    reading = recordings.read(folder, stages()[1], **video).reading
    assert len(reading.tracks) == 1
    assert any("--bystanders" in note for note in reading.notes)
    assert len(recordings.read(folder, stages()[1], bystanders=True, **video).reading.tracks) == 2
