"""Splits and seeds: nothing shared between splits, everything repeatable."""

import numpy as np
import pytest

from hdvr_jax.choreo.grammar import GENRES, sample_choreography
from hdvr_jax.choreo.plan import SIZES, SPLITS, dancers, size_named, takes
from hdvr_jax.choreo.records import records
from hdvr_jax.choreo.streams import stream
from hdvr_jax.errors import InputError


@pytest.mark.parametrize("size", ["demo", "standard"])
def test_splits_share_neither_dancers_nor_choreographies_and_have_all_genres(size):
    seen = {split: list(takes(0, SIZES[size], split)) for split in SPLITS}
    for what in (
        lambda take: {dancer.id for dancer in take.dancers},
        lambda take: {take.choreography.id},
        lambda take: {tuple(item.figure for item in take.choreography.items)},
    ):
        sets = [set().union(*(what(take) for take in seen[split])) for split in SPLITS]
        assert sum(len(one) for one in sets) == len(set().union(*sets))
    for split in SPLITS:
        assert {take.choreography.genre for take in seen[split]} == set(GENRES)
    bodies = [dancer.body for split in SPLITS for dancer in dancers(0, SIZES[size], split)]
    assert len(set(bodies)) == len(bodies)
    assert all(1.50 <= body.height <= 1.95 for body in bodies)


def test_same_seed_same_records_and_another_seed_others():
    first, again = list(records(3, SIZES["tiny"], "test")), list(records(3, SIZES["tiny"], "test"))
    other = list(records(4, SIZES["tiny"], "test"))
    assert [clip["clip"] for clip in first] == [clip["clip"] for clip in again]
    for one, two in zip(first, again, strict=True):
        for name, value in one.items():
            np.testing.assert_array_equal(value, two[name])
    assert not np.array_equal(first[0]["points_world"], other[0]["points_world"])


def test_a_choreography_mixes_its_own_figures_with_neutral_and_borrowed_ones():
    origins = [
        item.origin
        for number in range(40)
        for item in sample_choreography(stream(1, number), GENRES[number % 9], str(number)).items
    ]
    own = origins.count("own") / len(origins)
    borrowed = sum(origin in GENRES for origin in origins) / len(origins)
    assert 0.45 < own < 0.75
    assert 0.02 < borrowed < 0.2


def test_unknown_size():
    with pytest.raises(InputError, match="no size 'huge'; expected tiny, demo, standard"):
        size_named("huge")
