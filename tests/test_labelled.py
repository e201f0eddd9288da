"""Which clips keep their 3D."""

import itertools

import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.labelled import labelled_clips


def clips():
    """Ten takes of two dancers each in training, and a test clip."""
    training = [
        {"clip": f"{take:02d}_{who}", "take": f"{take:02d}", "split": "train"} for take in range(10) for who in "ab"
    ]
    return [*training, {"clip": "t", "take": "t", "split": "test"}]


def test_a_smaller_share_is_a_part_of_a_larger_one_and_takes_stay_whole():
    shares = [labelled_clips(clips(), share) - {"t"} for share in (0.01, 0.2, 0.5, 1.0)]
    assert [len(found) for found in shares] == [2, 4, 10, 20]
    for less, more in itertools.pairwise(shares):
        assert less < more
    for found in shares:
        assert {f"{name[:2]}_{who}" for name in found for who in "ab"} == found


def test_nothing_outside_the_training_split_is_withheld():
    assert "t" in labelled_clips(clips(), 0.01)
    assert "t" in labelled_clips(clips(), wanted={"clip": ("03_a",)})


def test_clips_may_be_chosen_by_a_label():
    assert labelled_clips(clips(), 0.1, {"take": "03"}) == {"t", "03_a", "03_b"}


@pytest.mark.parametrize(
    ("asked", "named"), [({"share": 0.0}, "0.0"), ({"share": 1.5}, "1.5"), ({"wanted": {"clip": "x"}}, "'x'")]
)
def test_what_cannot_be_is_refused(asked, named):
    with pytest.raises(InputError, match=named):
        labelled_clips(clips(), **asked)
