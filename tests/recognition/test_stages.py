import contextlib

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.reading import Reading
from hdvr_jax.movements import load_vocabulary, own_labels
from hdvr_jax.recognition import Models, Reader, Settings, recognise, stages
from hdvr_jax.recognition.floor import ANKLE_HEIGHT
from hdvr_jax.recognition.models import Lifted
from hdvr_jax.recognition.results import ModelInfo
from tests.recognition import fabricated

TYPES = len(load_vocabulary())


def lift_perfectly(clip):
    """The true poses about the hips, for the swaying dancer of `fabricated`."""
    points = fabricated.swaying(clip["keypoints"].shape[1])
    return Lifted(points - points[:, :1])


def half_active(clip):
    probabilities = np.full((len(clip["points_world"]), TYPES), 0.2, np.float32)
    probabilities[:, ::2] = 0.9
    return probabilities


def tango(clip):
    running = np.tile(np.float32([0.7, 0.3]), (len(clip["movements"]), 1))
    return {"names": ("tango", "waltz"), "running": running, "overall": running[0]}


INFOS = {stage: ModelInfo(stage, "made up") for stage in ("lifter", "movements", "genre")}
MODELS = Models("nowhere", lift_perfectly, Reader(False, half_active), Reader(False, tango), INFOS)


def test_decisions_do_not_flicker():
    def flickering(clip):
        probabilities = np.full((len(clip["points_world"]), TYPES), 0.2, np.float32)
        probabilities[10:50] = 0.9
        probabilities[20:22] = 0.2
        probabilities[55] = 0.9
        return probabilities

    track = fabricated.seen(fabricated.swaying(), "Ada")
    poses = stages.given_poses(fabricated.three_dimensional(fabricated.track_result()))
    found = stages.movements_by_model(Reader(False, flickering), {"points_world": track.keypoints}, poses, track.fps)
    active = found.active
    assert active[10:50].all()
    # A tap or a stamp is over in a frame; everything else lasts.
    np.testing.assert_array_equal(active[55], load_vocabulary().minimum_seconds <= 0.05)


def test_movements_are_those_of_the_model():
    def nodding(clip):
        probabilities = np.zeros((len(clip["points_world"]), 2), np.float32)
        probabilities[30:32, 0] = 0.9
        return probabilities

    reader = Reader(False, nodding, vocabulary=own_labels.vocabulary(("head/Little nod", "left_arm/wave")))
    track = fabricated.seen(fabricated.swaying(), "Ada")
    models = Models("nowhere", lift_perfectly, reader, infos=INFOS)
    found = recognise(Reading([track], []), models, Settings(), "x.json").tracks[0].movements
    assert [(kind.part, kind.name) for kind in found.types] == [("head", "Little nod"), ("left_arm", "wave")]
    # A user's own type has no least duration.
    assert [(one.movement, one.start, one.end) for one in found.segments] == [(0, 30, 32)]


def test_every_stage_reads_the_one_before():
    track = fabricated.seen(fabricated.swaying(), "Ada")
    stages_run = []

    def watch(stage):
        stages_run.append(stage)
        return contextlib.nullcontext()

    result = recognise(Reading([track], ["A note."]), MODELS, Settings(focal=900.0), "x.json", watch)
    assert stages_run == ["prepare", "lift", "movements", "genre"]
    found = result.tracks[0]
    np.testing.assert_allclose(found.poses.points, fabricated.swaying(), atol=0.06)
    assert found.movements.active[:, ::2].mean() > 0.99
    assert not found.movements.active[:, 1::2].any()
    assert found.genre.names == ("tango", "waltz")
    closed = "Genre is chosen among those that the model knows (tango, waltz); it cannot name another."
    assert result.notes == ("A note.", closed)
    assert result.models == tuple(INFOS.values())


@pytest.mark.parametrize(
    ("frames", "told"), [(1, "1 frame alone (0.03 s)"), (14, "14 frames alone (0.47 s)"), (15, "")]
)
def test_less_than_half_a_second_is_told(frames, told):
    track = fabricated.seen(fabricated.swaying(30), "Ada")
    points = track.keypoints.copy()
    points[frames:] = np.nan
    track = fabricated.PoseTrack.from_points(points, track.skeleton, 30.0, image_size=track.image_size, id="Ada")
    result = recognise(Reading([track], []), MODELS, Settings(), "x.json")
    notes = [note for note in result.tracks[0].notes if "less than half a second" in note]
    assert len(notes) == bool(told)
    assert all(told in note for note in notes)


def test_a_lifters_trajectory_places_the_dancer():
    points = fabricated.swaying()
    track = fabricated.seen(points, "Ada")

    def lift(clip):
        return Lifted(points - points[:, :1], points[:, 0])

    models = Models("nowhere", lift, infos=INFOS)
    found = recognise(Reading([track], []), models, Settings(focal=900.0), "x.json").tracks[0]
    np.testing.assert_allclose(found.poses.points, points, atol=1e-4)
    broken = Models("nowhere", lambda clip: Lifted(points, points[:, 0] * np.nan), infos=INFOS)
    with pytest.raises(InputError, match=r"lifter.*not finite"):
        recognise(Reading([track], []), broken, Settings(), "x.json")


def test_the_floor_turns_all_dancers_and_leaves_their_projection():
    reading = Reading([fabricated.seen(fabricated.swaying(), id) for id in ("Ada", "Eva")], [])
    before = recognise(reading, MODELS, Settings(focal=900.0), "x.json")
    after = recognise(reading, MODELS, Settings(focal=900.0, floor=True), "x.json")
    assert before.floor is None
    assert any(note.startswith("Floor: the camera stands") for note in after.notes)
    rotation, translation = after.floor.to_camera()
    for old, new in zip(before.tracks, after.tracks):
        assert (old.poses.frame, new.poses.frame) == ("camera", "world")
        np.testing.assert_allclose(new.poses.points @ rotation.T + translation, old.poses.points, atol=1e-4)
        np.testing.assert_array_equal(new.poses.projected, old.poses.projected)
        np.testing.assert_array_equal(new.poses.error_px, old.poses.error_px)
        np.testing.assert_array_equal(new.movements.probabilities, old.movements.probabilities)
    lowest = np.nanmin(after.tracks[0].poses.points[..., 1], 1)
    assert abs(np.median(lowest) - ANKLE_HEIGHT) < 0.15  # this dancer hovers up and down


def test_three_dimensions_keep_their_world():
    track = fabricated.three_dimensional(fabricated.track_result())
    found = recognise(Reading([track], []), Models("nowhere"), Settings(floor=True), "x.bvh")
    assert found.floor is None
    np.testing.assert_array_equal(found.tracks[0].poses.points, track.keypoints)
    assert any("No floor was estimated" in note for note in found.notes)


def test_a_model_that_needs_an_image_is_left_out_for_three_dimensions():
    result = fabricated.track_result()
    track = fabricated.three_dimensional(result)
    models = Models("nowhere", None, Reader(True, half_active), Reader(True, tango))
    found = recognise(Reading([track], []), models, Settings(), "x.bvh")
    assert found.tracks[0].genre is None
    assert found.tracks[0].movements.source == "rules"
    assert [model.name for model in found.models] == ["kinematic rules"]
    assert sum("cannot read this input" in note for note in found.notes) == 2


def test_poses_that_are_not_finite_stop_the_program():
    track = fabricated.seen(fabricated.swaying())
    broken = Models("nowhere", lambda clip: Lifted(np.full((90, 17, 3), np.nan)), None, None, INFOS)
    with pytest.raises(InputError, match=r"lifter.*not finite"):
        recognise(Reading([track], []), broken, Settings(), "x.json")


def test_two_dimensions_need_a_lifter():
    track = fabricated.seen(fabricated.swaying())
    with pytest.raises(InputError, match=r"no lifter.*make demo"):
        recognise(Reading([track], []), Models("nowhere"), Settings(), "x.json")
