"""A recurrent model gives of a sequence in pieces what it gives of the whole."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax import pieces
from hdvr_jax.networks import lstm
from tests.networks.made import small_values

PIECE, SHORT = 8, 4
SLOTS = ((0, 0), (2, 1), (1, 0), (2, 0), (2, 2))
PARTS = 3
# One frame, less than a piece, whole pieces, one more and one less, and many.
LENGTHS = (1, 3, 7, 8, 9, 16, 17, 41)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    monkeypatch.setattr(pieces, "FRAMES", PIECE)
    monkeypatch.setattr(pieces, "SHORT_FRAMES", SHORT)


def _change(batch):
    """(B, T, C) values and their change since the frame before, as a family's features."""
    real = batch["frame_mask"]
    both = (real[:, 1:] * real[:, :-1])[..., None]
    change = jnp.pad((batch["points"][:, 1:] - batch["points"][:, :-1]) * both, ((0, 0), (1, 0), (0, 0)))
    return jnp.concatenate([batch["points"] * real[..., None], change], -1)


@functools.cache
def _model(kind, layers, bidirectional=False):
    """(network's state before a sequence, compiled predict)."""
    if kind == "genre":
        net, parts, shaped = lstm.GenreNetwork(4, features=5, layers=layers), (), lambda x: x
    else:
        net = lstm.MovementNetwork(SLOTS, PARTS, features=4, layers=layers, bidirectional=bidirectional)
        parts, shaped = (PARTS,), lambda x: jnp.stack([x, 2 * x, x - 1])
    variables = small_values(net.init, shaped(jnp.zeros((1, 3, 6))), jnp.ones((1, 3)))

    @jax.jit
    def predict(batch):
        found, after = lstm.read(net, variables["params"], shaped(_change(batch)), batch)
        if found is None:
            return after
        outputs = {"overall": found[0], "running": found[1]} if kind == "genre" else {"running": found}
        return {**outputs, **after}

    return lstm.no_state(net, *parts), predict


def _sequence(frames):
    return {
        "points": np.random.default_rng(frames).normal(size=(frames, 3)).astype(np.float32),
        "fps": np.float32(30),
        "view": "left",
    }


def _whole(predict, sequence):
    """Without pieces, padded so that all lengths are one program."""
    frames = len(sequence["points"])
    batch = {
        "points": np.pad(sequence["points"], ((0, max(LENGTHS) - frames), (0, 0)))[None],
        "frame_mask": (np.arange(max(LENGTHS)) < frames).astype(np.float32)[None],
    }
    found = {name: np.asarray(value)[0] for name, value in predict(batch).items()}
    return {name: value[:frames] if value.ndim > 1 else value for name, value in found.items()}


@pytest.mark.parametrize(
    ("kind", "layers", "bidirectional"),
    [
        ("movements", 1, True),
        ("movements", 1, False),
        ("movements", 2, True),
        ("genre", 1, False),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (("movements", 2, False), ("movements", 3, True), ("genre", 2, False))
        ),
    ],
)
def test_pieces_give_what_the_whole_gives(kind, layers, bidirectional):
    state, predict = _model(kind, layers, bidirectional)
    for frames in LENGTHS:
        sequence = _sequence(frames)
        found, expected = pieces.run(predict, sequence, state, layers), _whole(predict, sequence)
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_allclose(found[name], value, atol=1e-5)


def test_the_first_and_last_frames_of_a_long_sequence_know_of_each_other_where_read_both_ways():
    state, predict = _model("movements", 1, True)
    sequence = _sequence(20)
    for frame, other in ((0, 19), (19, 0)):
        moved = {**sequence, "points": sequence["points"].copy()}
        moved["points"][frame] += 100
        before, after = (pieces.run(predict, one, state, 1)["running"] for one in (sequence, moved))
        assert np.abs(before[other] - after[other]).max() > 1e-7


def test_long_sequences_share_their_compiled_programs():
    state, predict = _model("movements", 1, True)
    pieces.run(predict, _sequence(9), state, 1)
    compiled = predict._cache_size()
    for frames in (10, 16, 17, 100):
        pieces.run(predict, _sequence(frames), state, 1)
    assert predict._cache_size() == compiled


def test_only_sequences_read_both_ways_are_read_twice():
    for bidirectional, expected in ((True, ["back", "back", "on", "on", "on"]), (False, ["on", "on", "on"])):
        state, predict = _model("movements", 1, bidirectional)
        asked = []

        def watched(piece, predict=predict, asked=asked):
            asked.append("back" if "backwards" in piece else "on")
            assert piece["points"].shape[1] == PIECE + 1
            return predict(piece)

        pieces.run(watched, _sequence(20), state, 1)
        assert asked == expected


def test_a_piece_begins_with_the_frame_before_and_ends_with_its_last_frame_repeated():
    arrays = {"points": np.arange(11.0)[:, None], "fps": np.float32(25)}
    first, last = (pieces.piece(arrays, 11, index) for index in range(2))
    np.testing.assert_array_equal(first["points"][0, :, 0], [0, 0, 1, 2, 3, 4, 5, 6, 7])
    np.testing.assert_array_equal(first["frame_mask"][0], [0, 1, 1, 1, 1, 1, 1, 1, 1])
    np.testing.assert_array_equal(last["points"][0, :, 0], [7, 8, 9, 10, 10, 10, 10, 10, 10])
    np.testing.assert_array_equal(last["frame_mask"][0], [1, 1, 1, 1, 0, 0, 0, 0, 0])
    assert [*first["fresh"], *first["ending"], *last["fresh"], *last["ending"]] == [True, False, False, True]
    np.testing.assert_array_equal(last["fps"], [25.0])
    short = pieces.piece({"points": np.arange(5.0)[:, None]}, 5, 0)
    assert short["points"].shape == (1, 2 * SHORT + 1, 1)
    assert [*short["fresh"], *short["ending"]] == [True, True]


def test_no_state_is_of_zeros():
    for kind, bidirectional, names in (
        ("genre", False, {"cache"}),
        ("movements", False, {"cache"}),
        ("movements", True, {"cache", "cache_backward"}),
    ):
        state, _ = _model(kind, 1, bidirectional)
        assert set(state) == names
        assert all(not leaf.any() for leaf in jax.tree.leaves(state))
