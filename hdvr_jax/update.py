"""One training step as one pure function: augment, gradient of the sum, mean over the whole batch, optimiser.

The same function serves jit, pmap over shards of a batch, vmap over seeds, and both at once. The gradient mean is taken
here and nowhere else: sums of gradients and sums of weights are added over the devices and divided once, which stays
right when masks leave the shards with different numbers of examples.

Symbols: B batch (of one device), K seeds.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import struct

from hdvr_jax.errors import InputError
from hdvr_jax.families import Family
from hdvr_jax.moments import psum

Metrics = dict[str, tuple[Any, Any]]
Update = Callable[..., tuple["State", Metrics]]


@struct.dataclass
class State:
    """Everything that one step hands to the next.

    Attributes:
      step: () int32, steps done. It is also the position in the data and in the stream of random keys.
      variables: {"params": ..., "batch_stats": ... where the family has them}.
      opt_state: of the optax optimiser.
      ema: moving average of the parameters, {} where the config has none.
    """

    step: Any
    variables: Any
    opt_state: Any
    ema: Any


def init_state(family: Family, optimizer: Any, batch: Any, key: Any, *, ema: float = 0.0) -> State:
    """The state before the first step. `key` is the run's key; `batch` gives shapes and is augmented here."""
    init_key, augment_key = jax.random.split(key)
    variables = family.init(init_key, family.augment(batch, augment_key, True))
    averaged = variables["params"] if ema else {}
    return State(jnp.zeros((), jnp.int32), variables, optimizer.init(variables["params"]), averaged)


def evaluation_variables(state: State) -> Any:
    """The variables to evaluate and keep: the averaged parameters where there are any."""
    return {**state.variables, "params": state.ema} if state.ema else state.variables


def started_from(state: State, variables: Any, where: str) -> State:
    """The state with the parameters and statistics of another training, the same for all models of the state.

    Raises:
      InputError: they are not of this model's shapes; starts with `where`.
    """
    return _with_variables(state, _taken(state.variables, variables, where))


def part_started_from(state: State, part: str, variables: Any, where: str) -> State:
    """The state with one part of the parameters, by its first name, as another training has it.

    Raises:
      InputError: the state has no such part, or they are of different shapes; starts with `where`.
    """
    own = state.variables["params"]
    if part not in own:
        raise InputError(f"{where}: this config's model has no part called {part!r}")
    found = _taken(own[part], variables["params"][part], where)
    return _with_variables(state, {**state.variables, "params": {**own, part: found}})


def _taken(own: Any, given: Any, where: str) -> Any:
    """The given arrays, for all models of the state."""

    def take(path: Any, own: Any, given: Any) -> Any:
        if path[-1:] == (jax.tree_util.DictKey("steps"),):
            return own  # of a schedule, which starts anew
        if np.shape(own)[np.ndim(own) - np.ndim(given) :] != np.shape(given):
            name = jax.tree_util.keystr(path)
            raise InputError(f"{where}: {name} is {np.shape(given)}, which does not fit {np.shape(own)}")
        return jnp.broadcast_to(jnp.asarray(given, own.dtype), own.shape)

    if jax.tree.structure(own) != jax.tree.structure(given):
        raise InputError(f"{where}: holds a model of other layers than this config's")
    return jax.tree_util.tree_map_with_path(take, own, given)


def _with_variables(state: State, variables: Any) -> State:
    # A copy: the step consumes every buffer of the state once.
    ema = jax.tree.map(jnp.copy, variables["params"]) if state.ema else state.ema
    return state.replace(variables=variables, ema=ema)


def _average(ema: Any, params: Any, step: Any, decay: float) -> Any:
    # The ramp lets the average forget the random start within a few steps.
    rate = jnp.minimum(decay, (1.0 + step) / (10.0 + step))
    return jax.tree.map(lambda old, new: old + (1.0 - rate) * (new - old), ema, params)


def _gradients(family: Family, state: State, batch: Any, key: Any, axis_name: str | None) -> tuple[Any, Any, Metrics]:
    augment_key, loss_key = jax.random.split(jax.random.fold_in(key, state.step))
    batch = family.augment(batch, augment_key, True)

    def objective(params: Any) -> Any:
        return family.loss({**state.variables, "params": params}, batch, loss_key, True)

    (_, (model_state, terms)), grads = jax.value_and_grad(objective, has_aux=True)(state.variables["params"])
    grads, terms = psum((grads, terms), axis_name)
    weight = jnp.maximum(terms["loss"][1], jnp.finfo(jnp.float32).tiny)
    return jax.tree.map(lambda g: g / weight, grads), model_state, terms


def make_update(family: Family, optimizer: Any, ema: float = 0.0) -> Update:
    """The training step of a family.

    Args:
      family: made with the same `axis_name` that the step will be called with.
      optimizer: an optax GradientTransformation.
      ema: decay of the moving average of the parameters, 0 for none.

    Returns:
      `update(state, batch, key, *, axis_name=None) -> (state, metrics)`. `key` is the key of the run, the same at every
      step: the step's own key is `fold_in(key, state.step)`, the same on all devices. With an `axis_name` the batch is
      this device's shard, and state and metrics come out equal on all devices. `metrics` is {name: (sum, weight)} over
      the whole batch: the family's terms, and `grad_norm`, the norm of the mean gradient before any clipping, with
      weight 1.
    """

    def update(state: State, batch: Any, key: Any, *, axis_name: str | None = None) -> tuple[State, Metrics]:
        grads, model_state, terms = _gradients(family, state, batch, key, axis_name)
        params = state.variables["params"]
        changes, opt_state = optimizer.update(grads, state.opt_state, params)
        params = optax.apply_updates(params, changes)
        averaged = _average(state.ema, params, state.step, ema) if ema else state.ema
        metrics = {**terms, "grad_norm": (optax.tree.norm(grads), jnp.ones(()))}
        variables = {**state.variables, **model_state, "params": params}
        return State(state.step + 1, variables, opt_state, averaged), metrics

    return update
