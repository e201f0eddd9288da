"""Known movements performed by the puppet are found: on the right side, at the right time, and nowhere else."""

import functools

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hdvr_jax.movements import annotate, load_vocabulary
from tests.movements.puppet import (
    END,
    RAMP,
    START,
    circling_arm,
    hold,
    landing_foot,
    mirrored,
    perform,
    resized,
    shake,
    times,
    travel,
)

VOCABULARY = load_vocabulary()
HELD = (START + RAMP + 0.15, END - RAMP - 0.15)
RISING = (START + 0.12, START + RAMP - 0.1)
FALLING = (END - RAMP + 0.12, END - 0.1)
TRAVELLING = (START + 0.4, END - 0.2)

# Type, parameters of the puppet, time during which the label must hold, curve in time.
PLANTED = [
    ("head_turn_left", {"head_turn": 55}, HELD, hold),
    ("head_turning_left", {"head_turn": 60}, RISING, hold),
    ("head_lowered", {"nod": 35}, HELD, hold),
    ("head_raised", {"nod": -35}, HELD, hold),
    ("head_lowering", {"nod": 35}, RISING, hold),
    ("head_raising", {"nod": 35}, FALLING, hold),
    ("head_inclined_left", {"neck_side": 25}, HELD, hold),
    ("neck_lateral_flexion_left", {"neck_side": 25}, HELD, hold),
    ("neck_rotation_left", {"head_turn": 55}, HELD, hold),
    ("neck_flexion", {"neck_forward": 30}, HELD, hold),
    ("neck_extension", {"neck_forward": -30}, HELD, hold),
    ("neck_protraction", {"slide": 0.11}, HELD, hold),
    ("neck_retraction", {"slide": -0.06}, HELD, hold),
    ("torso_flexion", {"trunk_forward": 35}, HELD, hold),
    ("torso_deep_bend", {"trunk_forward": 85}, HELD, hold),
    ("torso_extension", {"trunk_forward": -20}, HELD, hold),
    ("torso_bending_forward", {"trunk_forward": 35}, RISING, hold),
    ("torso_straightening", {"trunk_forward": 35}, FALLING, hold),
    ("torso_lateral_flexion_left", {"trunk_side": 18}, HELD, hold),
    ("torso_lean_left", {"trunk_side": 18}, HELD, hold),
    ("torso_rotation_left", {"twist": 28}, HELD, hold),
    ("torso_shimmy", {"twist": 12}, TRAVELLING, shake(2.0)),
    ("hips_shift_left", {"shift": 0.09}, HELD, hold),
    ("hips_sway_left", {"shift": 0.11}, RISING, hold),
    ("hips_hike_left", {"hike": 14}, HELD, hold),
    ("hips_twist_left", {"heading": 40, "twist": -40}, RISING, hold),
    ("hips_turn_left", {"heading": 200}, TRAVELLING, travel),
    ("hips_spin", {"heading": 720}, TRAVELLING, travel),
    ("left_shoulder_abduction", {"left_shoulder_abduction": 80}, HELD, hold),
    ("left_shoulder_flexion", {"left_shoulder_flexion": 80}, HELD, hold),
    ("left_shoulder_extension", {"left_shoulder_flexion": -40}, HELD, hold),
    ("left_shoulder_adduction", {"left_shoulder_abduction": -38, "left_shoulder_flexion": 30}, HELD, hold),
    ("left_shoulder_horizontal_abduction", {"left_shoulder_abduction": 80}, HELD, hold),
    ("left_shoulder_horizontal_adduction", {"left_shoulder_flexion": 80}, HELD, hold),
    ("left_shoulder_elevation", {"left_shrug": 0.04}, HELD, hold),
    ("left_shoulder_depression", {"left_shrug": -0.04}, HELD, hold),
    ("left_arm_raising", {"left_shoulder_abduction": 80}, RISING, hold),
    ("left_arm_lowering", {"left_shoulder_abduction": 80}, FALLING, hold),
    ("left_arm_opening", {"left_shoulder_abduction": 80}, RISING, hold),
    ("left_arm_closing", {"left_shoulder_abduction": 80}, (END - 0.22, END - 0.08), hold),
    ("left_arm_bent", {"left_elbow": 110}, HELD, hold),
    ("left_arm_bending", {"left_elbow": 110}, RISING, hold),
    ("left_arm_stretching", {"left_elbow": 110}, FALLING, hold),
    ("left_arm_extended", {"left_shoulder_abduction": 70}, HELD, hold),
    ("left_arm_internal_rotation", {"left_elbow": 80, "left_arm_rotation": 60}, HELD, hold),
    ("left_arm_external_rotation", {"left_elbow": 80, "left_arm_rotation": -50}, HELD, hold),
    ("left_hand_overhead", {"left_shoulder_flexion": 165}, HELD, hold),
    ("left_hand_at_head_level", {"left_shoulder_abduction": 100}, HELD, hold),
    ("left_hand_reaching_forward", {"left_shoulder_flexion": 80}, HELD, hold),
    ("left_hand_reaching_sideways", {"left_shoulder_abduction": 80}, HELD, hold),
    ("left_hand_behind_back", {"left_shoulder_flexion": -40}, HELD, hold),
    ("left_hand_reaching_down", {"trunk_side": 35}, HELD, hold),
    ("left_hand_fast", {"left_shoulder_abduction": 110}, RISING, hold),
    ("left_hand_across_midline", {"left_elbow": 75, "left_arm_rotation": 75, "left_shoulder_flexion": 30}, HELD, hold),
    (
        "left_hand_on_hip",
        {"left_shoulder_abduction": 35, "left_shoulder_flexion": -15, "left_elbow": 80, "left_arm_rotation": 90},
        HELD,
        hold,
    ),
    (
        "left_hand_at_head",
        {"left_shoulder_flexion": 60, "left_shoulder_abduction": 30, "left_elbow": 125},
        HELD,
        hold,
    ),
    (
        "left_hand_meets_right_hand",
        {
            f"{side}_{name}": value
            for side in ("left", "right")
            for name, value in (
                ("shoulder_flexion", 60),
                ("shoulder_abduction", -45),
                ("arm_rotation", 20),
                ("elbow", 20),
            )
        },
        HELD,
        hold,
    ),
    ("left_leg_hip_flexion", {"left_hip_flexion": 60, "left_knee": 60}, HELD, hold),
    ("left_leg_hip_extension", {"left_hip_flexion": -30}, HELD, hold),
    ("left_leg_hip_abduction", {"left_hip_abduction": 35}, HELD, hold),
    ("left_leg_hip_adduction", {"left_hip_abduction": -22}, HELD, hold),
    ("left_leg_external_rotation", {"left_hip_flexion": 30, "left_knee": 60, "left_leg_rotation": -40}, HELD, hold),
    ("left_leg_internal_rotation", {"left_hip_flexion": 30, "left_knee": 60, "left_leg_rotation": 40}, HELD, hold),
    ("left_leg_extended_raise", {"left_hip_flexion": 50}, HELD, hold),
    ("left_leg_swing", {"left_hip_flexion": 60}, RISING, hold),
    ("right_leg_support", {"left_hip_flexion": 50, "left_knee": 60}, HELD, hold),
    ("left_knee_flexion", {"left_hip_flexion": 35, "left_knee": 70}, HELD, hold),
    ("left_knee_deep_flexion", {"left_hip_flexion": 50, "left_knee": 110}, HELD, hold),
    ("left_knee_bending", {"left_knee": 70}, RISING, hold),
    ("left_knee_stretching", {"left_knee": 70}, FALLING, hold),
    ("left_knee_lift", {"left_hip_flexion": 80, "left_knee": 80}, HELD, hold),
    (
        "left_knee_turned_out",
        {"left_hip_abduction": 45, "left_hip_flexion": 30, "left_knee": 90, "left_leg_rotation": -60},
        HELD,
        hold,
    ),
    ("left_foot_lifted", {"left_hip_flexion": 40, "left_knee": 70}, HELD, hold),
    ("left_foot_step_forward", {"left_hip_flexion": 40, "left_knee": 30}, RISING, hold),
    ("left_foot_step_backward", {"left_hip_flexion": -30, "left_knee": 25}, RISING, hold),
    ("left_foot_step_sideways", {"left_hip_abduction": 30, "left_knee": 25}, RISING, hold),
    ("left_foot_step_closing", {"left_hip_abduction": 30, "left_knee": 25}, FALLING, hold),
    ("left_foot_crossed_front", {"left_hip_abduction": -26, "left_hip_flexion": 18, "left_knee": 8}, HELD, hold),
    ("left_foot_crossed_behind", {"left_hip_abduction": -26, "left_hip_flexion": -8, "left_knee": 35}, HELD, hold),
    ("left_foot_kicked_up", {"left_knee": 100}, HELD, hold),
]
BOTH_KNEES = {
    f"{side}_{name}": value for side in ("left", "right") for name, value in (("hip_flexion", 55), ("knee", 110))
}
PLANTED += [
    ("hips_low_level", BOTH_KNEES, HELD, hold),
    ("hips_lowering", BOTH_KNEES, RISING, hold),
    ("hips_rising", BOTH_KNEES, FALLING, hold),
]
# Both sides take part by the nature of the movement.
SYMMETRIC = {"left_hand_meets_right_hand"}
# How far the foot comes down, in metres.
LANDINGS = [("left_foot_stamp", 0.16), ("left_foot_tap", 0.07)]


@pytest.mark.parametrize(("identifier", "parameters", "window", "curve"), PLANTED, ids=[row[0] for row in PLANTED])
def test_planted_movement_is_found_in_its_time_and_on_its_side(identifier, parameters, window, curve):
    fps = 60.0
    labels, valid = annotate(perform(parameters, fps, curve), fps, "h36m17")
    column, twin = VOCABULARY.index(identifier), VOCABULARY.mirror[VOCABULARY.index(identifier)]
    t = np.arange(len(labels)) / fps
    inside, outside = (t >= window[0]) & (t <= window[1]), (t < START - 0.15) | (t > END + 0.15)
    assert valid.all()
    assert labels[inside, column].all()
    if curve is not travel:
        assert not labels[outside, column].any()
    if twin != column and identifier not in SYMMETRIC:
        assert not labels[inside, twin].any()


def test_standing_still_is_no_movement():
    labels, _ = annotate(perform({}), 30.0, "h36m17")
    assert not labels.any()


def test_raising_one_arm_sideways_leaves_the_rest_of_the_body_unlabelled():
    labels, _ = annotate(perform({"left_shoulder_abduction": 80}), 30.0, "h36m17")
    moved = {VOCABULARY.parts[column] for column in np.flatnonzero(labels.any(0))}
    assert moved == {"left_shoulder", "left_arm", "left_hand"}


def test_circling_arm_but_not_swinging_arm():
    circle = circling_arm(60.0)
    swing = circle.copy()
    swing[:, 13, 1] = circle[:, 11, 1]
    column = VOCABULARY.index("left_arm_circling")
    assert annotate(circle, 60.0, "h36m17")[0][30:-30, column].all()
    assert not annotate(swing, 60.0, "h36m17")[0][:, column].any()


@pytest.mark.parametrize(("identifier", "drop"), LANDINGS)
def test_landing_foot(identifier, drop):
    fps = 60.0
    labels, _ = annotate(landing_foot(drop, fps), fps, "h36m17")
    found = times(fps)[labels[:, VOCABULARY.index(identifier)]]
    assert len(found) > 0
    assert np.abs(found - 2.0).max() < 0.15
    stamped = labels[:, VOCABULARY.index("left_foot_stamp")].any()
    assert stamped == (identifier == "left_foot_stamp")
    assert not labels[:, VOCABULARY.index("right_foot_stamp")].any()


OVERHEAD = [
    {"left_shoulder_flexion": 175},
    {"left_shoulder_flexion": 165, "left_elbow": 30},
    {"left_shoulder_abduction": 165},
]


@pytest.mark.parametrize("parameters", OVERHEAD)
def test_an_arm_overhead_is_raised_but_neither_carried_across_nor_behind_the_back(parameters):
    labels, _ = annotate(perform(parameters, 60.0), 60.0, "h36m17")
    held = (times(60.0) >= HELD[0]) & (times(60.0) <= HELD[1])
    seen = {VOCABULARY.ids[column] for column in np.flatnonzero(labels[held].any(0))}
    assert {"left_shoulder_flexion", "left_shoulder_abduction", "left_hand_overhead"} <= seen
    assert not seen & {f"left_shoulder_horizontal_{way}" for way in ("abduction", "adduction")}
    assert "left_hand_behind_back" not in seen


@functools.cache
def _performances(fps=30.0):
    """Names and one clip in which every type is performed in turn, on its left side or without a side."""
    names = [row[0] for row in PLANTED] + ["left_arm_circling"] + [identifier for identifier, _ in LANDINGS]
    clips = [perform(parameters, fps, curve) for _, parameters, _, curve in PLANTED] + [circling_arm(fps)]
    return names, np.concatenate(clips + [landing_foot(drop, fps) for _, drop in LANDINGS])


def _per_performance(labels, names):
    return labels.reshape(len(names), -1, len(VOCABULARY))


def test_every_type_of_the_vocabulary_is_performed_and_seen_on_its_side_and_in_the_mirror():
    names, points = _performances()
    columns = [VOCABULARY.index(identifier) for identifier in names]
    labels, _ = annotate(points, 30.0, "h36m17")
    shown = _per_performance(labels, names).any(1)[np.arange(len(names)), columns]
    assert [name for name, seen in zip(names, shown, strict=True) if not seen] == []
    assert sorted({*columns, *(VOCABULARY.mirror[column] for column in columns)}) == list(range(154))
    seen, _ = annotate(mirrored(points), 30.0, "h36m17")
    np.testing.assert_array_equal(seen, labels[:, list(VOCABULARY.mirror)])


def test_no_two_types_are_one():
    points = _performances()[1]
    labels = np.concatenate([annotate(motion, 30.0, "h36m17")[0] for motion in (points, mirrored(points))])
    columns = {}
    for identifier, column in zip(VOCABULARY.ids, labels.T, strict=True):
        columns.setdefault(column.tobytes(), []).append(identifier)
    alike = [tuple(identifiers) for identifiers in columns.values() if len(identifiers) > 1]
    assert alike == [("left_hand_meets_right_hand", "right_hand_meets_left_hand")]


# Longer in legs and trunk. Arms that are 5 % long for the trunk would seem to reach down while they hang.
LANKY = {"knee": 1.15, "ankle": 1.15, "spine": 1.04, "thorax": 1.04, "shoulder": 0.95}


@pytest.mark.parametrize(
    ("fps", "factors", "size", "view"),
    [(30.0, LANKY, 1.1, (0, 160, 0)), (50.0, {}, 0.55, (12, -70, 8)), (24.0, LANKY, 0.7, (-150, 35, 20))],
)
def test_planted_movements_are_found_from_any_camera_in_any_body_at_any_frame_rate(fps, factors, size, view):
    turn = Rotation.from_euler("xyz", view, degrees=True).as_matrix()
    names, points = _performances(fps)
    moved = size * resized(points, factors) @ turn.T + [1.0, -2.0, 5.0]
    labels = _per_performance(annotate(moved, fps, "h36m17", up=tuple(turn[:, 1]))[0], names)
    t = times(fps)
    for found, (identifier, _, window, curve) in zip(labels, PLANTED, strict=False):
        label = found[:, VOCABULARY.index(identifier)]
        assert label[(t >= window[0]) & (t <= window[1])].all(), identifier
        if curve is not travel:
            assert not label[(t < START - 0.15) | (t > END + 0.15)].any(), identifier
