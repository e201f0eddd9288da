"""Reasons for a genre, from a model's answer to the report."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from configs.genre_choreo import get_config
from hdvr_jax import families
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.reading import Reading
from hdvr_jax.recognition import Models, Reader, Settings, reasons, recognise
from hdvr_jax.recognition.results import ModelInfo
from hdvr_jax.report import document
from tests.recognition import fabricated
from tests.recognition.test_stages import TYPES, lift_perfectly, tango

PLANTED, AGAINST = 40, 90
INFOS = {stage: ModelInfo(stage, "made up") for stage in ("lifter", "movements", "genre")}


def stand_in(batch):
    """Running probabilities of genres one and two: type 40 speaks for one as long as it lasts and thereafter, type 90
    against it, a tenth as much as the others do at random."""
    factors = np.random.default_rng(0).normal(0, 0.02, TYPES).astype(np.float32)
    factors[[PLANTED, AGAINST]] = 0.5, -0.2
    score = jnp.cumsum(batch["movements"] @ factors, 1)
    return {"running": jax.nn.softmax(jnp.stack([score, jnp.zeros_like(score)], -1))}


def danced(clip):
    """Many movements, two of which count."""
    frames = len(clip["points_world"])
    phase = np.arange(frames)[:, None] + 11 * np.arange(TYPES)
    found = np.where(phase % 60 < 30, 0.9, 0.1).astype(np.float32)
    found[:, [PLANTED, AGAINST]] = 0.1
    found[30:60, PLANTED] = found[45:75, AGAINST] = 0.9
    return found


def reader_of(predict):
    explain = families.build(get_config("size=tiny,streams=movements,inputs=3d_true")).explain
    return Reader(False, tango, lambda *of_clip: explain(predict, *of_clip))


def recognised(frames=90, genre=None, movements=danced):
    track = fabricated.seen(fabricated.swaying(frames), "Ada")
    models = Models("nowhere", lift_perfectly, Reader(False, movements), genre or reader_of(stand_in), INFOS)
    return recognise(Reading([track], []), models, Settings(focal=900.0), "x.json")


def test_planted_causes_come_first_and_stand_in_the_report():
    result = recognised()
    found = result.tracks[0].genre
    first, second = found.reasons[:2]
    assert (first.movement, first.start, first.end) == (PLANTED, 30, 60)
    assert (second.movement, second.start, second.end) == (AGAINST, 45, 75)
    assert first.occlusion > 0 > second.occlusion
    assert found.agreement > 0.9
    assert len(found.reasons) <= 12
    written = json.loads("".join(document(result)))["tracks"][0]
    reason = written["genre"]["reasons"][0]
    named = {"movement", "part", "name", "start_frame", "end_frame", "start", "end", "occlusion", "gradient"}
    assert set(reason) == named
    kind = result.tracks[0].movements.types[PLANTED]
    assert (reason["part"], reason["name"], reason["start"], reason["end"]) == (kind.part, kind.name, 1.0, 2.0)
    assert written["genre"]["agreement"] == pytest.approx(found.agreement, abs=1e-3)


def test_what_the_two_ways_differ_on_and_what_hardly_weighs_is_left_out():
    def explain(clip, causes, genre):
        del clip, genre
        weights = np.zeros((2, len(causes)))
        weights[:, :4] = [[0.5, -0.9, 0.3, 0.001], [0.1, -0.2, -0.3, 0.002]]
        return weights

    result = recognised(genre=Reader(False, tango, explain))
    longest = sorted(result.tracks[0].movements.segments, key=lambda segment: segment.start - segment.end)
    found = result.tracks[0].genre.reasons
    assert [reason.occlusion for reason in found] == pytest.approx([-0.9, 0.5])
    assert [reason.movement for reason in found] == [longest[1].movement, longest[0].movement]


def test_the_most_probable_genre_is_explained_by_the_longest_movements():
    asked = []

    def explain(clip, causes, genre):
        asked.append((clip["movements"].shape, len(causes), genre))
        return np.ones((2, len(causes)))

    def waltz(clip):
        found = tango(clip)
        return {**found, "overall": found["overall"][::-1], "running": found["running"][:, ::-1]}

    result = recognised(frames=240, genre=Reader(False, waltz, explain))
    assert len(result.tracks[0].movements.segments) > 200
    assert asked == [((240, TYPES), 200, 1)]
    assert len(result.tracks[0].genre.reasons) == 12


def test_long_recordings_have_no_reasons_and_say_so(monkeypatch):
    monkeypatch.setattr(reasons, "LONGEST_SECONDS", 2.9)
    result = recognised()
    assert result.tracks[0].genre.reasons == ()
    assert np.isnan(result.tracks[0].genre.agreement)
    assert reasons.TOO_LONG in result.notes
    assert json.loads("".join(document(result)))["tracks"][0]["genre"]["agreement"] is None
    monkeypatch.setattr(reasons, "LONGEST_SECONDS", 3.0)
    assert reasons.TOO_LONG not in recognised().notes


def test_no_movement_and_no_explanation_give_none():
    still = recognised(movements=lambda clip: np.zeros((len(clip["points_world"]), TYPES), np.float32))
    assert still.tracks[0].genre.reasons == ()
    silent = recognised(genre=Reader(False, tango))
    assert silent.tracks[0].genre.reasons == ()
    assert reasons.TOO_LONG not in silent.notes


def test_weights_that_are_not_finite_stop_the_program():
    broken = Reader(False, tango, lambda clip, causes, genre: np.full((2, len(causes)), np.nan))
    with pytest.raises(InputError, match=r"genre model.*not finite"):
        recognised(genre=broken)
