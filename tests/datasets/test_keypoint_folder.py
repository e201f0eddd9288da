"""A folder of a user's own keypoint files as a dataset."""

import json

import numpy as np
import pytest

from datasets.keypoint_folder.keypoint_folder_dataset_builder import builder_config
from hdvr_jax import corpus
from hdvr_jax.errors import InputError

_CLASSES = ("afrobeat", "classical", "hiphop")
_STANDING = np.array(
    [(0, -80), (3, -84), (-3, -84), (7, -82), (-7, -82), (18, -60), (-18, -60), (24, -30), (-24, -30), (26, 0),
     (-26, 0), (12, 0), (-12, 0), (13, 45), (-13, 45), (13, 90), (-13, 90)], float,
)  # fmt: skip


def _person(frame, seed=0, x=300.0):
    rng = np.random.default_rng([seed, frame])
    points = _STANDING + np.array([x + 2 * frame, 300]) + rng.normal(0, 1, (17, 2))
    return np.concatenate([points, np.full((17, 1), 0.9)], 1)


def _text(frames, seed):
    return "".join(", ".join(str(v) for v in _person(t, seed).ravel()) + "\n" for t in range(frames))


def _alphapose(frames, seed, people=1, idx="flat"):
    numbers = {"flat": lambda n: n, "nested": lambda n: [[float(n)]], "absent": None}[idx]
    return [
        {
            "image_id": f"{t}.jpg",
            "category_id": 1,
            "score": 2.5,
            "keypoints": list(_person(t, seed, 300 + 700 * n).ravel()),
            **({"idx": numbers(n + 1)} if numbers else {}),
        }
        for t in range(frames)
        for n in range(people)
    ]


def own_recordings(folder):
    """Makes a folder of classes with four texts each, and FOLDER.csv with labels of every recording."""
    lines = ["clip,part,type,start,end"]
    for name in _CLASSES:
        (folder / name).mkdir(parents=True)
        for number in range(4):
            (folder / name / f"clip{number}.txt").write_text(_text(20, number))
            lines += [f"{name}/clip{number},{part},wave,0.1,0.3" for part in ("left_arm", "right_arm")]
    folder.with_suffix(".csv").write_text("\n".join(lines) + "\n")


@pytest.fixture
def folder(tmp_path):
    own_recordings(tmp_path / "own")
    return tmp_path / "own"


def _load(folder, split="all", **options):
    return corpus.load("keypoint_folder", split, folder.parent / "out", raw_dir=str(folder), **options)


def test_a_folder_per_class_of_texts(folder):
    clips = _load(folder)
    assert len(clips) == 12
    assert {clip["genre"] for clip in clips} == set(_CLASSES)
    for split in ("train", "validation", "test"):
        assert {clip["genre"] for clip in clips if clip["split"] == split} == set(_CLASSES)
    clip = next(clip for clip in clips if clip["clip"] == "hiphop/clip2")
    assert clip["keypoints"].shape == (1, 20, 17, 2)
    wanted = np.stack([_person(t, 2) for t in range(20)])
    np.testing.assert_allclose(clip["keypoints"][0], wanted[..., :2], rtol=1e-5)
    np.testing.assert_allclose(clip["confidence"][0], wanted[..., 2], rtol=1e-5)
    assert np.isnan(clip["points_world"]).all()


def test_texts_hold_clips_end_to_end(folder):
    clips = _load(folder, clip_frames=8)
    own = [clip for clip in clips if clip["take"] == "afrobeat/clip0"]
    assert [clip["clip"] for clip in own] == ["afrobeat/clip0@0", "afrobeat/clip0@8"]
    assert len({clip["split"] for clip in own}) == 1
    np.testing.assert_allclose(own[1]["keypoints"][0, 0], _person(8, 0)[:, :2], rtol=1e-5)


@pytest.mark.parametrize("idx", ["flat", "nested", "absent"])
def test_people_of_one_file_are_separate_clips_of_one_take(folder, idx):
    (folder / "hiphop" / "two.json").write_text(json.dumps(_alphapose(20, 0, 2, idx)))
    own = [clip for clip in _load(folder) if clip["take"] == "hiphop/two"]
    assert len(own) == 2
    assert len({clip["clip"] for clip in own}) == 2
    assert len({clip["split"] for clip in own}) == 1
    middles = sorted(np.nanmean(clip["keypoints"][..., 0]) for clip in own)
    np.testing.assert_allclose(np.diff(middles), 700, atol=5)


def test_a_table_says_more(folder):
    rows = ["clip,dancer,choreography,split"]
    rows += [f"{name}/clip{n},d{n},c{n % 2},{('train', 'test', 'validation', 'train')[n]}"
             for name in _CLASSES for n in range(4)]  # fmt: skip
    (folder / "clips.csv").write_text("\n".join(rows) + "\n")
    test = _load(folder, "test")
    assert [(clip["clip"], clip["dancer"], clip["choreography"]) for clip in test] == [
        (f"{name}/clip1", "d1", "c1") for name in _CLASSES
    ]
    (folder / "clips.csv").write_text("\n".join(rows[:-1]) + "\n")
    with pytest.raises(InputError, match=r"recording clip3\.txt is not in it"):
        _load(folder)


def test_genres_may_come_from_a_table_of_labels(folder, tmp_path):
    for name in _CLASSES:
        for number in range(4):
            (folder / name / f"clip{number}.txt").rename(folder / f"{name}{number}.txt")
        (folder / name).rmdir()
    lines = ["clip,part,type,start,end", *(f"{name}{n},genre,{name},," for name in _CLASSES for n in range(4))]
    (tmp_path / "labels.csv").write_text("\n".join([*lines, "hiphop0,left_arm,wave,0,1"]) + "\n")
    clips = _load(folder, classes=False, labels=str(tmp_path / "labels.csv"))
    assert {(clip["clip"][:-1], clip["genre"]) for clip in clips} == {(name, name) for name in _CLASSES}
    (tmp_path / "labels.csv").write_text("\n".join([*lines, "nobody,genre,a,,"]) + "\n")
    with pytest.raises(InputError, match=r"labels\.csv: there is no recording 'nobody'"):
        _load(folder, classes=False, labels=str(tmp_path / "labels.csv"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{}/clip9,left_arm,wave,0,0.2", "there is no clip or recording '{}/clip9'; there are {}/clip"),
        ("{}/clip0,left_arm,wave,5,6", r"{}/clip0, left_arm wave starts at 5 s, and the recording ends at 0\.6"),
    ],
)
def test_labels_of_what_is_not_there(folder, tmp_path, line, message):
    table = tmp_path / "labels.csv"
    table.write_text("clip,part,type,start,end\n" + line.replace("{}", _CLASSES[0]) + "\n")
    with pytest.raises(InputError, match=message.replace("{}", _CLASSES[0])):
        _load(folder, labels=str(table))


def test_too_few_recordings_to_divide(folder):
    for path in folder.glob("*/clip[1-9].txt"):
        path.unlink()
    with pytest.raises(InputError, match=r"into the column split of .*clips\.csv"):
        _load(folder)
    rows = [f"{name}/clip0,test" for name in _CLASSES]
    (folder / "clips.csv").write_text("\n".join(["clip,split", *rows]) + "\n")
    assert len(_load(folder, split="test")) == len(_CLASSES)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("clip,style\na,b\n", r"the header has unknown style; expected clip,genre"),
        ("clip,genre\nnobody,b\n", r"no recording 'nobody'"),
        ("clip,split\nhiphop/clip0,dev\n", r"line 2, field split: expected one of train"),
        ("clip,genre\nhiphop/clip0,a\nhiphop/clip0,b\n", r"line 3: 'hiphop/clip0' is there twice"),
    ],
)
def test_a_wrong_table_is_refused(folder, table, message):
    (folder / "clips.csv").write_text(table)
    with pytest.raises(InputError, match=message):
        _load(folder)


def test_too_few_recordings_for_a_split(folder):
    for number in (1, 2):
        (folder / "hiphop" / f"clip{number}.txt").unlink()
    with pytest.raises(InputError, match="genre 'hiphop' has 2 groups that share no take; 3 are needed"):
        _load(folder)


def test_a_moved_recording_is_another_dataset(folder):
    before = builder_config(raw_dir=str(folder)).name
    (folder / "hiphop" / "clip3.txt").rename(folder / "hiphop" / "clip9.txt")
    assert builder_config(raw_dir=str(folder)).name != before


def test_folders_that_hold_nothing(tmp_path):
    with pytest.raises(InputError, match="expected the option raw_dir"):
        builder_config(raw_dir=str(tmp_path / "absent"))
    with pytest.raises(InputError, match="holds no folders with keypoint files; expected CLASS/RECORDING"):
        builder_config(raw_dir=str(tmp_path))
