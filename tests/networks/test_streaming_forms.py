"""Networks given a sequence frame by frame, or piece by piece, compute what they compute of the whole."""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax.networks.lifter import TemporalLifter
from hdvr_jax.networks.lstm import GenreNetwork, MovementNetwork
from tests.networks.made import small_values

KEY = jax.random.key(0)
SLOTS = ((0, 0), (2, 1), (1, 0), (2, 0), (2, 2))


def _empty(step, newest):
    """The cache before the first frame."""
    shapes = jax.eval_shape(step, {}, newest, np.zeros(len(newest), bool))[1]
    return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)


def _streamed(step, inputs, fresh):
    """Outputs frame by frame; inputs (B, T, C), fresh (T, B)."""
    inputs, found = np.asarray(inputs), []
    cache = _empty(step, inputs[:, :1])
    for frame in range(inputs.shape[1]):
        out, cache = step(cache, inputs[:, frame : frame + 1], fresh[frame])
        found.append(out)
    return np.concatenate(found, 1)


def _begin(frames, *starts):
    fresh = np.zeros((frames, len(starts)), bool)
    fresh[list(starts), range(len(starts))] = True
    return fresh


@pytest.mark.parametrize(
    ("widths", "dense"),
    [
        ((3, 3), False),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (((1,), False), ((5, 3), False), ((3, 3, 3), False), ((3, 3), True))
        ),
    ],
)
def test_a_lifter_streams_what_it_gives_of_the_whole(widths, dense):
    net = TemporalLifter(5, widths, 24, causal=True, dense=dense)
    x = jax.random.normal(KEY, (2, net.receptive_field + 20, 10))
    variables = small_values(functools.partial(net.init, strided=False), x)
    whole = jax.jit(lambda x: net.apply(variables, x, strided=False))
    step = jax.jit(
        lambda cache, newest, fresh: net.apply(
            {**variables, **cache}, newest, strided=False, fresh=fresh, mutable=["cache"]
        )
    )
    entered = 7
    streamed = _streamed(step, x, _begin(x.shape[1], 0, entered))
    # Before its first frame a sequence is as if that had been there always.
    x = np.array(x)
    x[1, :entered] = x[1, entered]
    expected = whole(np.pad(x, ((0, 0), net.padding, (0, 0)), "edge"))
    np.testing.assert_allclose(streamed[0], expected[0], atol=2e-5)
    np.testing.assert_allclose(streamed[1, entered:], expected[1, entered:], atol=2e-5)


def test_a_lifter_that_looks_ahead_cannot_stream():
    net = TemporalLifter(5, (3, 3), 8)
    with pytest.raises(ValueError, match="only a causal lifter"):
        jax.eval_shape(functools.partial(net.init, strided=False), KEY, jnp.zeros((1, 1, 10)), fresh=jnp.ones(1, bool))


@functools.cache
def _recurrent(kind, layers):
    """(variables, whole, step) of a network over inputs (B, T, 6)."""
    if kind == "genre":
        net = GenreNetwork(4, features=5, layers=layers)
        shaped, running = (lambda x: x), (lambda out: out[1])
    else:
        net = MovementNetwork(SLOTS, 3, features=4, layers=layers, bidirectional=False)
        shaped, running = (lambda x: jnp.stack([x, 2 * x, x - 1])), (lambda out: out)
    variables = small_values(net.init, shaped(jnp.zeros((2, 3, 6))), jnp.ones((2, 3)))

    def step(cache, x, fresh):
        mask = jnp.ones(x.shape[:2])
        out, cache = net.apply({**variables, **cache}, shaped(x), mask, fresh=fresh, mutable=["cache"])
        return running(out), cache

    return jax.jit(lambda x: running(net.apply(variables, shaped(x), jnp.ones(x.shape[:2])))), jax.jit(step)


@pytest.mark.parametrize(("kind", "layers"), [("movements", 2), ("genre", 1), ("genre", 2)])
def test_lstms_stream_what_they_give_of_the_whole(kind, layers):
    whole, step = _recurrent(kind, layers)
    x = jax.random.normal(KEY, (2, 12, 6))
    streamed = _streamed(step, x, _begin(12, 0, 4))
    expected = whole(np.stack([x[0], np.roll(x[1], -4, 0)]))
    np.testing.assert_allclose(streamed[0], expected[0], atol=1e-5)
    np.testing.assert_allclose(streamed[1, 4:], expected[1, :-4], atol=1e-5)


def test_the_state_does_not_depend_on_how_a_sequence_is_cut():
    _, step = _recurrent("genre", 2)
    x = jax.random.normal(KEY, (2, 9, 6))
    caches = []
    for cuts in ((0, 4, 8, 9), (0, 1, 5, 9), range(10)):
        cache = _empty(step, x[:, :1])
        for start, end in itertools.pairwise(cuts):
            _, cache = step(cache, x[:, start:end], jnp.full(2, start == 0))
        caches.append(cache)
    for other in caches[1:]:
        jax.tree.map(lambda one, two: np.testing.assert_allclose(one, two, atol=1e-6), caches[0], other)


def test_an_lstm_that_reads_backwards_cannot_stream():
    net = MovementNetwork(SLOTS, 3, features=4, bidirectional=True)
    with pytest.raises(ValueError, match="reads backwards"):
        jax.eval_shape(net.init, KEY, jnp.zeros((3, 1, 2, 6)), jnp.ones((1, 2)), fresh=jnp.ones(1, bool))
