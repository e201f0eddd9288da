"""This project on the work, with memory as the scripts set it."""

import itertools
import os

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax

from benchmarks.augmented import as_given, lifter_batch
from benchmarks.speed import work
from benchmarks.speed.timing import Timed
from configs import videopose3d
from hdvr_jax import families
from hdvr_jax.configurations import normalise
from hdvr_jax.families import lifter
from hdvr_jax.multiseed.solver import optimise
from hdvr_jax.multiseed.terms import Seen, Variables
from hdvr_jax.networks.initializers import orthogonal
from hdvr_jax.networks.lifter import apply_to_sequence
from hdvr_jax.optimizers import make_optimizer
from hdvr_jax.pipeline import Windows, train_batches
from hdvr_jax.poses import mirror
from hdvr_jax.runs import make_runs
from hdvr_jax.update import init_state, make_update

_STEPS = 1_000_000  # of that training: more than are ever asked for


def describe() -> str:
    """Version and devices."""
    return f"jax {jax.__version__}, {jax.devices()}"


def step(row: str, size: int) -> Timed:
    """One step of the loop's own update with the paper's config: dropout, Adam (amsgrad), MPJPE."""
    config = normalise(videopose3d.get_config(f"row={row}"))
    model = config.model
    assert (model.channels, model.dropout, model.widths) == (work.CHANNELS, work.DROPOUT, work.ROWS[row])
    family, optimizer = as_given(families.build(config)), make_optimizer(config.optim, 1000, 100)
    given, key = lifter_batch(*work.windows(row, size)), jax.random.key(0)
    state = init_state(family, optimizer, {name: value[:2] for name, value in given.items()}, key)
    update = jax.jit(make_update(family, optimizer), donate_argnums=0)

    def run() -> None:
        nonlocal state
        state, metrics = update(state, given, key)
        jax.block_until_ready((state, metrics))

    return run


def sequence(flip: bool) -> Timed:
    """What evaluation and recognition do; `flip` averages with the mirrored sequence's poses."""
    config = normalise(videopose3d.get_config(f"row={work.SEQUENCE_ROW}"))
    network = lifter.network(config)
    mirrors = lifter.mirrors_of(config, network) if flip else None
    given = work.sequence()
    variables = lifter.init(network, jax.random.key(0), {"inputs": jnp.asarray(given)})
    compiled = jax.jit(lambda variables, x: apply_to_sequence(network, mirrors, variables, x))
    return lambda: jax.block_until_ready(compiled(variables, given))


class _Classifier(nn.Module):
    @nn.compact
    def __call__(self, x):
        for layer in range(2):
            cell = nn.OptimizedLSTMCell(work.HIDDEN, recurrent_kernel_init=orthogonal, name=f"cell_{layer}")
            x = nn.RNN(cell)(x)
        return nn.Dense(work.CLASSES)(x[:, -1])


def lstm() -> Timed:
    """One step of Adam on the cross-entropy."""
    network, (x, y) = _Classifier(), (jnp.asarray(array) for array in work.features())
    optimizer = optax.adam(1e-3)
    params = network.init(jax.random.key(0), x[:1])
    state = (params, optimizer.init(params))

    def step(params, opt_state):
        def loss(params):
            return optax.softmax_cross_entropy_with_integer_labels(network.apply(params, x), y).mean()

        changes, opt_state = optimizer.update(jax.grad(loss)(params), opt_state, params)
        return optax.apply_updates(params, changes), opt_state

    compiled = jax.jit(step, donate_argnums=(0, 1))

    def run() -> None:
        nonlocal state
        state = jax.block_until_ready(compiled(*state))

    return run


def seeds(count: int, looped: bool) -> Timed:
    """The optimiser of `hdvr_jax.multiseed`, in the form that it takes on this machine."""
    del looped
    points, starts = (jnp.asarray(array) for array in work.seeds(count))
    known = jnp.ones((work.JOINTS, work.SEED_FRAMES))
    empty = jnp.zeros((3, *known.shape))
    seen = Seen(
        points=points.transpose(2, 1, 0), confidence=known, real=known[0],
        starts=jnp.zeros((0, *empty.shape)), scale=jnp.ones(()),
    )  # fmt: skip
    given = Variables(
        pose=starts.transpose(0, 3, 2, 1), place=jnp.zeros((count, 3, work.SEED_FRAMES)), focal=jnp.zeros(count),
        floor=jnp.zeros((count, 3)),
    )  # fmt: skip
    cores = os.cpu_count() if jax.default_backend() == "cpu" else None
    fixed = {"skeleton": "h36m17", "camera": "weak", "steps": work.SEED_STEPS, "cores": cores}
    return lambda: jax.block_until_ready(optimise(seen, given, work.SEED_WEIGHTS, 0.02, **fixed))


def feeding(flip: bool) -> Timed:
    """The next batches of a training that goes on; about half of them mirrored, which is done in the step."""
    pad = (work.PAD, work.PAD)
    windows = Windows(work.sequences(), length=work.WINDOW, pad=pad, targets=("poses",), context=pad)
    batches = train_batches(windows, make_runs(windows, [0], work.BATCH), 0, _STEPS)
    mirrored = jax.jit(_mirrored)

    def run() -> None:
        for batch in itertools.islice(batches, work.BATCHES):
            if flip:
                jax.block_until_ready(mirrored(batch["keypoints"], batch["poses"], batch["example"]))

    return run


def _mirrored(keypoints, poses, example):
    flip = jax.vmap(lambda index: jax.random.bernoulli(jax.random.fold_in(jax.random.key(0), index)))(example)
    return tuple(jnp.where(flip[:, None, None, None], mirror(x, work.MIRROR), x) for x in (keypoints, poses))
