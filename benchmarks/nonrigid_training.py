"""Training of the dictionary's encoder and decoder on the frames of one subject.

Li's thesis, section 4.5, without the rest of the package's training: images in, equation 4.7 down. Every step turns
the images it draws about the camera's axis: the cameras were turned at random anyway. Axes: F frames, P points,
B frames of a step. `seen` (F, P, 2) are image points; networks get them about the root and in units in which their
coordinates are about 1.
"""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, ArrayLike, Float, PRNGKeyArray

from benchmarks.nonrigid_baselines import Depths, Fit, Seen
from configs.dictionary import LEVELS
from hdvr_jax import dictionary
from hdvr_jax.networks.dictionary import Autoencoder

SINGLE, HIERARCHY = LEVELS[-1:], LEVELS  # sizes of the levels
STEPS, BATCH, RATE = 10_000, 128, 1e-3
CHUNK = 100  # steps in one compiled call
STARTS = 3  # of `fit`


class State(NamedTuple):
    """What a step hands to the next."""

    params: Any
    opt_state: Any
    step: Any


class Trainer(NamedTuple):
    """A network and how it trains: with Adam, whose rate falls to 0 over `steps`. Equal ones share compiled code."""

    network: Autoencoder
    steps: int
    batch: int = BATCH
    rate: float = RATE

    @property
    def optimizer(self) -> optax.GradientTransformation:
        """Adam of clipped gradients."""
        schedule = optax.cosine_decay_schedule(self.rate, self.steps)
        return optax.chain(optax.clip_by_global_norm(1.0), optax.adam(schedule))

    def start(self, key: PRNGKeyArray) -> State:
        """The state before the first step."""
        params = _init(self.network, key)
        return State(params, self.optimizer.init(params), jnp.zeros((), jnp.int32))


@functools.partial(jax.jit, static_argnums=0)
def _init(network: Autoencoder, key: PRNGKeyArray) -> Any:
    return network.init(key, jnp.zeros((1, network.joints, 2)))


@functools.partial(jax.jit, static_argnums=0)
def loss(network: Autoencoder, params: Any, images: Float[ArrayLike, "B P 2"]) -> Float[Array, ""]:
    """Mean reprojection error (equation 4.7)."""
    canonical, rotation, _ = network.apply(params, images)
    weights = jnp.ones(images.shape[:-1])
    return dictionary.reprojection(dictionary.view(canonical, rotation), images, weights).mean()


@functools.partial(jax.jit, static_argnums=0, donate_argnums=1)
def advance(trainer: Trainer, state: State, images: Array, key: PRNGKeyArray, steps: int) -> State:
    """`steps` steps on frames drawn from `images` (F, P, 2)."""

    def step(_: Array, state: State) -> State:
        draw, turn = jax.random.split(jax.random.fold_in(key, state.step))
        chosen = images[jax.random.randint(draw, (trainer.batch,), 0, len(images))]
        turned = about_axis(chosen, jax.random.uniform(turn, (trainer.batch,), maxval=2 * jnp.pi))
        gradients = jax.grad(functools.partial(loss, trainer.network))(state.params, turned)
        updates, opt_state = trainer.optimizer.update(gradients, state.opt_state)
        return State(optax.apply_updates(state.params, updates), opt_state, state.step + 1)

    return jax.lax.fori_loop(0, steps, step, state)


def about_axis(images: Float[Array, "B P 2"], angles: Float[Array, "B"]) -> Float[Array, "B P 2"]:
    """Images of cameras that are turned about their axes."""
    cos, sin = jnp.cos(angles)[:, None], jnp.sin(angles)[:, None]
    x, y = images[..., 0], images[..., 1]
    return jnp.stack([cos * x - sin * y, sin * x + cos * y], -1)


def prepared(seen: Seen, scale: float) -> Array:
    """Image points about the root, in units of `scale`."""
    return jnp.asarray((seen - seen[:, :1]) / scale, jnp.float32)


def depths(network: Autoencoder, params: Any, images: Float[ArrayLike, "F P 2"]) -> Depths:
    """Depths of the points of each image, in its unit."""
    canonical, rotation, _ = _apply(network, params, images)
    return np.asarray(dictionary.view(canonical, rotation)[..., 2], np.float64)


@functools.partial(jax.jit, static_argnums=0)
def _apply(network: Autoencoder, params: Any, images: Array) -> Any:
    return network.apply(params, images)


def fit(seen: Seen, levels: tuple[int, ...], steps: int = STEPS, seed: int = 0, **options: Any) -> Fit:
    """A dictionary of these levels trained on these frames; `options` of `Trainer`.

    Of `STARTS` random starts, each a tenth of the way, the one that explains the images best goes on: some never find
    the shape.
    """
    scale = float(np.sqrt(np.square(seen).mean()))
    trainer = Trainer(Autoencoder(seen.shape[1], levels), max(1, steps), **options)
    images, keys = prepared(seen, scale), jax.random.split(jax.random.key(seed), STARTS)
    begun = [_run(trainer, trainer.start(key), images, key, 0, steps // 10) for key in keys]
    best = int(np.argmin([loss(trainer.network, state.params, images) for state in begun]))
    state = _run(trainer, begun[best], images, keys[best], steps // 10, steps)

    def find(other: Seen) -> Depths:
        return scale * depths(trainer.network, state.params, prepared(other, scale))

    return find(seen), find


def _run(trainer: Trainer, state: State, images: Array, key: PRNGKeyArray, first: int, last: int) -> State:
    for done in range(first, last, CHUNK):
        state = advance(trainer, state, images, key, min(CHUNK, last - done))
    return state
