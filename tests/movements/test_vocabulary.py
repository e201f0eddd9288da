"""The vocabulary file: the project's own, a user's, and broken ones."""

import csv
import pathlib
import re

import numpy as np
import pytest

import hdvr_jax
from hdvr_jax.errors import InputError
from hdvr_jax.movements import annotate, load_vocabulary, signal_table
from hdvr_jax.movements.vocabulary import FIELDS, PLANES
from hdvr_jax.skeletons import BODY_PARTS
from tests.movements.puppet import perform

DEFAULT = pathlib.Path(hdvr_jax.__file__).parent / "data" / "movements.csv"


def test_the_projects_vocabulary_has_154_types_over_16_parts():
    vocabulary = load_vocabulary()
    assert len(vocabulary) == len(set(vocabulary.ids)) == len(set(vocabulary.names)) == 154
    assert set(vocabulary.parts) == set(BODY_PARTS)
    assert len(BODY_PARTS) == 16
    assert min(len(vocabulary.indices(part)) for part in BODY_PARTS) >= 6
    rules = [entry.conditions for entry in vocabulary.types if "meets" not in entry.id]
    assert len(set(rules)) == len(rules)
    assert {entry.plane for entry in vocabulary.types} <= set(PLANES)
    for entry in vocabulary.types:
        assert entry.description.endswith(".")
        assert all(condition.on != condition.off for condition in entry.conditions)


def test_mirror_is_an_involution_that_swaps_sides():
    vocabulary = load_vocabulary()
    mirror = np.array(vocabulary.mirror)
    np.testing.assert_array_equal(mirror[mirror], np.arange(154))
    assert vocabulary.ids[mirror[vocabulary.index("left_knee_flexion")]] == "right_knee_flexion"
    assert vocabulary.ids[mirror[vocabulary.index("torso_flexion")]] == "torso_flexion"
    for index, twin in enumerate(mirror):
        assert (index == twin) == (not any(side in vocabulary.ids[index] for side in ("left", "right")))


SIDE = r"\b(?:left|right)\b"


def _swapped(text):
    return re.sub(SIDE, lambda side: {"left": "right", "right": "left"}[side[0]], text)


def test_words_of_twins_are_mirror_images():
    vocabulary = load_vocabulary()
    for entry, twin in zip(vocabulary.types, vocabulary.mirror, strict=True):
        other = vocabulary.types[twin]
        assert (_swapped(entry.name), _swapped(entry.description)) == (other.name, other.description)
        assert entry.plane == other.plane
        sides = set(re.findall("left|right", entry.id))
        assert set(re.findall(SIDE, entry.description)) <= sides | set(re.findall(SIDE, entry.name))
        assert bool(sides) == bool(re.search(SIDE, entry.description)), entry.id
        assert not re.search("(left|right) angle", entry.description)


def test_the_side_of_a_type_is_that_of_its_rule():
    for entry in load_vocabulary().types:
        for condition in entry.conditions:
            if signal_table()[condition.signal].lateral:
                assert ("left" in entry.id) == (condition.comparison == "above"), entry.id
            elif condition.signal.startswith(("left", "right")):
                assert condition.signal.split("_")[0] == entry.id.split("_")[0], entry.id


# Degrees to the positive and the negative side of a signal: normal ranges as they are commonly tabulated (after the
# American Academy of Orthopaedic Surgeons); tables differ by five to ten degrees. Adduction of the shoulder is meant in
# front of the trunk. A face turns against the hips by neck and trunk.
RANGES = {
    "neck_flexion": (45, 45),
    "neck_side_bend": (45, 45),
    "neck_turn": (60, 60),
    "head_turn": (105, 105),
    "trunk_flexion": (80, 25),
    "trunk_side_bend": (35, 35),
    "trunk_rotation": (45, 45),
    "shoulder_flexion": (180, 60),
    "shoulder_abduction": (180, 45),
    "arm_rotation": (70, 90),
    "elbow_flexion": (150, 0),
    "hip_flexion": (120, 30),
    "hip_abduction": (45, 30),
    "leg_rotation": (45, 45),
    "knee_flexion": (135, 0),
}


def test_thresholds_of_joint_angles_lie_well_within_the_range_of_motion():
    checked = set()
    for entry in load_vocabulary().types:
        for condition in entry.conditions:
            signal = condition.signal.removeprefix("left_").removeprefix("right_")
            # "Below 35 degrees of flexion" asks for a straight joint, which needs no range.
            if signal in RANGES and condition.sign * condition.on > 0:
                limit = RANGES[signal][0 if condition.on > 0 else 1]
                assert 5 < abs(condition.on) < 0.7 * limit, entry.id
                checked.add(signal)
    assert checked == set(RANGES)


_ROWS = [
    {
        "id": "arm_up_left", "name": "left arm up", "part": "left_arm", "plane": "frontal", "description": "Arm up.",
        "minimum_seconds": "0.1", "signal": "left_arm_elevation", "comparison": "above", "on": "60", "off": "50",
    },
    {
        "id": "arm_up_right", "name": "right arm up", "part": "right_arm", "plane": "frontal", "description": "Arm up.",
        "minimum_seconds": "0.1", "signal": "right_arm_elevation", "comparison": "above", "on": "60", "off": "50",
    },
    {
        "id": "bow", "name": "bow", "part": "torso", "plane": "sagittal", "description": "A bow, from the hips.",
        "minimum_seconds": "0.2", "signal": "trunk_flexion", "comparison": "above", "on": "20", "off": "15",
    },
]  # fmt: skip


def _write(path, rows, fields=FIELDS):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_users_own_vocabulary_labels_motion(tmp_path):
    vocabulary = load_vocabulary(_write(tmp_path / "own.csv", _ROWS))
    assert vocabulary.ids == ("arm_up_left", "arm_up_right", "bow")
    assert vocabulary.mirror == (1, 0, 2)
    labels, valid = annotate(perform({"left_shoulder_abduction": 80}), 30.0, "h36m17", vocabulary=vocabulary)
    assert valid.all()
    assert labels.any(0).tolist() == [True, False, False]


def test_a_changed_file_is_read_again(tmp_path):
    path = _write(tmp_path / "own.csv", _ROWS)
    assert len(load_vocabulary(path)) == 3
    _write(path, _ROWS[2:])
    assert len(load_vocabulary(path)) == 1


def test_a_type_that_needs_two_conditions(tmp_path):
    second = {"signal2": "trunk_rotation", "comparison2": "below", "on2": "-5", "off2": "-2"}
    path = _write(tmp_path / "own.csv", [{**_ROWS[2], **second, "id": "twisted_bow_right"},
                                         {**_ROWS[2], **second, "id": "twisted_bow_left", "comparison2": "above",
                                          "on2": "5", "off2": "2"}], (*FIELDS, *second))  # fmt: skip
    vocabulary = load_vocabulary(path)
    bow, twist = {"trunk_forward": 35}, {"trunk_forward": 35, "twist": -20}
    assert not annotate(perform(bow), 30.0, "h36m17", vocabulary=vocabulary)[0].any()
    assert annotate(perform(twist), 30.0, "h36m17", vocabulary=vocabulary)[0].any(0).tolist() == [True, False]


@pytest.mark.parametrize(
    ("row", "change", "words"),
    [
        (2, {"part": "tail"}, ("line 4", "part", "tail")),
        (2, {"signal": "trunk_wobble"}, ("line 4", "signal", "trunk_wobble")),
        (2, {"comparison": "over"}, ("line 4", "comparison", "over")),
        (2, {"off": "25"}, ("line 4", "off", "25")),
        (2, {"comparison": "below"}, ("line 4", "off", "15")),
        (2, {"on": "much"}, ("line 4", "on", "much")),
        (2, {"on": "nan"}, ("line 4", "on", "nan")),
        (2, {"minimum_seconds": "-1"}, ("line 4", "minimum_seconds", "-1")),
        (2, {"id": ""}, ("line 4", "id")),
        (2, {"description": " "}, ("line 4", "description")),
        (2, {"plane": "astral"}, ("line 4", "plane", "astral")),
        (2, {"id": "arm_up_left"}, ("line 4", "id", "line 2")),
        (1, {"id": "arm_up"}, ("line 2", "id", "arm_up_right")),
        (1, {"on": "65"}, ("line 2", "conditions", "line 3")),
        (1, {"part": "right_hand"}, ("line 2", "part", "line 3")),
    ],
)
def test_a_broken_file_is_named_with_line_and_field(tmp_path, row, change, words):
    rows = [dict(entry) for entry in _ROWS]
    rows[row].update(change)
    path = _write(tmp_path / "bad.csv", rows)
    with pytest.raises(InputError) as error:
        load_vocabulary(path)
    message = str(error.value)
    assert "bad.csv" in message
    assert all(word in message for word in words), message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "lacks"),
        (b"id,name\nx,y\n", "lacks"),
        (",".join(FIELDS).encode() + b"\n", "no movement types"),
        ((",".join(FIELDS) + ",colour\n").encode(), "colour"),
        (b"\xff\xfe\x00\x81", "cannot read"),
        ((",".join(FIELDS) + "\na,a,torso,sagittal,One, two,0.1,trunk_flexion,above,20,15\n").encode(), "line 2"),
        ((",".join(FIELDS) + "\na,a,torso\n").encode(), "line 2"),
    ],
)
def test_files_that_are_no_vocabulary(tmp_path, content, word):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=word):
        load_vocabulary(path)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        load_vocabulary(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match="cannot read"):
        load_vocabulary(tmp_path)


def test_signals_have_unit_and_meaning():
    for signal in signal_table().values():
        assert signal.unit
        assert signal.meaning
