"""What the report says about its reasons."""

import dataclasses

from hdvr_jax.movements import load_vocabulary, own_labels
from hdvr_jax.recognition.results import Reason
from hdvr_jax.report.words import full_name, reason_caption, reason_words
from tests.recognition import fabricated


def _with(*reasons, agreement=0.9):
    result = fabricated.track_result()
    return dataclasses.replace(result, genre=dataclasses.replace(result.genre, reasons=reasons, agreement=agreement))


def test_the_strongest_three_for_the_genre_and_against_it():
    reasons = [Reason(movement, 30, 75, 1 / (movement + 1), 0.1) for movement in range(5)]
    against = [Reason(20, 0, 9, -0.1, -0.1)]
    named = [kind.name[:1].lower() + kind.name[1:] for kind in fabricated.movements(1).types]
    first = ", ".join(f"{name} (1.0\u20132.5 s)" for name in named[:3])
    assert reason_words(_with(*reasons, *against)) == (
        f"Tango, because of: {first}; against it: {named[20]} (0.0\u20130.3 s)."
    )
    assert reason_words(_with(*against)) == f"Tango, against it: {named[20]} (0.0\u20130.3 s)."
    assert reason_words(_with()) == ""
    assert reason_words(dataclasses.replace(_with(), genre=None)) == ""


def test_the_caption_warns_where_both_ways_differ():
    danced = fabricated.movements(90)
    told = [reason_caption(_with(agreement=value).genre, danced) for value in (0.9, 0.2, float("nan"))]
    sure, unsure, alone = told
    assert "alike (rank correlation 0.90)" in sure
    assert "trust this list less (rank correlation 0.20)" in unsure
    assert "correlation" not in alone
    for text in told:
        assert "log odds" in text
        assert "longest" not in text
        assert "Poses, where the model reads them too, are not explained." in text


def test_the_caption_says_what_was_not_weighed():
    many = fabricated.movements(400)
    assert len(many.segments) > 200
    assert f"The 200 longest of {len(many.segments)} movements were weighed. Poses" in reason_caption(
        _with().genre, many
    )


def test_a_users_own_names_tell_their_part():
    types = ("left_arm/wave", "right_arm/Right arm wave", "head/neck_flexion")
    known = load_vocabulary().types[0]
    own = own_labels.vocabulary((*types, f"{known.part}/{known.id}"))
    names = [full_name(kind) for kind in own.types]
    assert names == ["left arm wave", "Right arm wave", "head neck flexion", known.name]
