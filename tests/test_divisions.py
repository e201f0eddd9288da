"""What a training has seen of the clips of a test."""

import ml_collections
import pytest

from hdvr_jax import corpus, divisions, splits
from hdvr_jax.errors import InputError

NAMES = [f"{dancer}{take}" for dancer in "abcde" for take in range(2)]
CLIPS = [
    {"clip": name, "dancer": name[0], "choreography": "c", "take": name, "genre": "g", "split": "train"}
    for name in NAMES
]


@pytest.fixture
def data(monkeypatch):
    monkeypatch.setattr(corpus, "load_labels", lambda *_, **__: CLIPS)
    fields = {"splitting": "cross_dancer", "split_seed": 3, "train_split": "train"}
    return ml_collections.ConfigDict({"dataset": "any", "options": {}, "data_dir": "", "keep": {}, **fields})


def _in(data, split):
    return [clip for clip in splits.divided(CLIPS, data.splitting, data.split_seed) if clip["split"] == split]


def test_another_division_has_seen_what_is_unseen(data):
    dancers = {clip["dancer"] for clip in _in(data, "test")}
    assert divisions.described(data, "test") == "unseen: dancer, take"
    other = data.copy_and_resolve_references()
    other.update(split_seed=4)
    seen = divisions.seen_before(data, "test", other)
    assert seen == {"dancer": (len(dancers),) * 2, "take": (2 * len(dancers),) * 2}
    assert divisions.seen_before(data, "train", other) == {}
    other.update(split_seed=3)
    assert divisions.seen_before(data, "test", other) == {}
    other.update(train_split="all")
    assert divisions.seen_before(data, "test", other) == seen
    other.update(train_split="train", splitting=splits.RANDOM_WINDOW)
    assert divisions.seen_before(data, "test", other) == seen
    other.update(keep={"genre": "another"})
    assert divisions.seen_before(data, "test", other) == {}
    other.update(keep={}, dataset="others")
    assert divisions.seen_before(data, "test", other) == {}


def test_clips_that_were_written_down_count_whatever_the_division_says_now(data, tmp_path):
    assert divisions.of_training(tmp_path) is None
    trained = [*_in(data, "train"), _in(data, "test")[0]]
    divisions.write_clips(tmp_path, trained)
    clips = divisions.of_training(tmp_path)
    assert [clip["clip"] for clip in clips] == [clip["clip"] for clip in trained]
    tests = len(_in(data, "test"))
    assert divisions.seen_before(data, "test", data, clips) == {"dancer": (1, tests // 2), "take": (1, tests)}
    assert divisions.divided_alike(data, data)


def test_a_training_goes_on_with_the_clips_that_it_began_on(tmp_path):
    divisions.check_clips(tmp_path, CLIPS[1:])  # nothing is known of those that it began on
    divisions.write_clips(tmp_path, CLIPS)
    divisions.check_clips(tmp_path, [*CLIPS[::-1], *CLIPS])
    with pytest.raises(InputError, match=r"clips\.json: .* began on 10 clips, and now there are 9 \(a0 is gone\)"):
        divisions.check_clips(tmp_path, CLIPS[1:])
    with pytest.raises(InputError, match=r"now there are 11 \(z is new\)"):
        divisions.check_clips(tmp_path, [*CLIPS, {**CLIPS[0], "clip": "z"}])


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"clip": "a"}]'])
def test_a_damaged_list_is_named(tmp_path, text):
    (tmp_path / divisions.FILE).write_text(text)
    with pytest.raises(InputError, match=r"clips\.json: cannot be read"):
        divisions.of_training(tmp_path)


def test_sequences_without_names_are_not_written_down(tmp_path):
    divisions.write_clips(tmp_path, CLIPS)
    divisions.write_clips(tmp_path, [{"genre": "tap"}])
    assert not (tmp_path / divisions.FILE).exists()
