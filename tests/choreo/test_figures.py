"""The tables of figures: spelled right, inside the limits, and mirrored to what they should be."""

import itertools

import pytest

from hdvr_jax.choreo.channels import CHANNELS
from hdvr_jax.choreo.figure import mirror
from hdvr_jax.choreo.figures import BY_GENRE, FIGURES
from hdvr_jax.choreo.figures.shared import SHARED
from hdvr_jax.choreo.grammar import GENRES, GRAMMAR, NEUTRAL


@pytest.mark.parametrize("name", FIGURES)
def test_figure_is_well_formed(name):
    figure = FIGURES[name]
    for channel, keys in figure.channel_keys().items():
        limits = CHANNELS[channel]
        assert [beat for beat, _ in keys] == sorted(beat for beat, _ in keys)
        assert all(0 <= beat <= figure.beats or channel.startswith("free") for beat, _ in keys), channel
        assert all(limits.low <= value <= limits.high for _, value in keys), channel
    assert all(wave.channel in CHANNELS and wave.last <= figure.beats for wave in figure.waves)
    assert all(0 <= step.beat <= figure.beats and step.foot in "lr" for step in figure.steps)
    for foot in "lr":
        landings = sorted((step.beat - step.duration, step.beat) for step in figure.steps if step.foot == foot)
        assert all(before[1] <= after[0] + 1e-9 for before, after in itertools.pairwise(landings)), foot
    assert figure.keys or figure.arms or figure.waves or figure.steps


@pytest.mark.parametrize("name", FIGURES)
def test_mirror_of_the_mirror_is_the_figure(name):
    figure = FIGURES[name]
    assert mirror(mirror(figure)) == figure
    assert mirror(figure).turn == -figure.turn


def test_names_are_unique_and_every_genre_has_a_vocabulary():
    assert len(FIGURES) == len(SHARED) + sum(len(figures) for figures in BY_GENRE.values())
    assert len(GENRES) == 9
    assert all(len(figures) >= 10 for figures in BY_GENRE.values())
    shared = {figure.name for figure in SHARED}
    assert shared >= set(NEUTRAL)
    assert shared >= {name for genre in GRAMMAR.values() for phrase in genre.phrases for name in phrase}
