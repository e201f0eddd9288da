"""Running the training step on the devices there are: jit on one, pmap over several. pmap appears only here.

The state is not stacked: it goes in and comes out once (`in_axes` and `out_axes` None), equal on all devices.
"""

import functools
import os
import pathlib
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from hdvr_jax.errors import InputError
from hdvr_jax.update import Metrics, State, Update

AXIS = "devices"
_CACHE_VARIABLE = "JAX_COMPILATION_CACHE_DIR"
_CACHE = pathlib.Path("work") / "cache" / "jax"


def enable_compile_cache() -> None:
    """Keeps compiled programs in `work/cache/jax`, or where JAX_COMPILATION_CACHE_DIR says."""
    if not os.environ.get(_CACHE_VARIABLE):
        jax.config.update("jax_compilation_cache_dir", str(_CACHE.resolve()))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)


def axis_name(num_devices: int) -> str | None:
    """The name of the axis that the step is mapped over, None on one device."""
    return AXIS if num_devices > 1 else None


def check_batch_size(batch_size: int, num_devices: int) -> None:
    """Raises InputError where a batch cannot be cut into equal shards."""
    if batch_size < 1 or batch_size % num_devices:
        raise InputError(
            f"config.train.batch_size: expected a positive multiple of the {num_devices} devices, got {batch_size}"
        )


def shard(batch: Any, num_devices: int, axis: int = 0) -> Any:
    """Arrays (..., B, ...) with B at `axis` as (..., devices, B / devices, ...)."""

    def cut(x: Any) -> Any:
        return x.reshape(*x.shape[:axis], num_devices, x.shape[axis] // num_devices, *x.shape[axis + 1 :])

    return jax.tree.map(cut, batch)


def make_step(update: Update, num_devices: int, batch_axis: int = 0) -> Callable[[State, Any, Any], Any]:
    """The compiled step `(state, batch, key) -> (state, metrics)` on whole batches.

    Args:
      update: from `update.make_update`, or the same over seeds.
      num_devices: how many of the local devices share each batch.
      batch_axis: where B is in the batch's arrays: 1 where seeds come first.

    Returns:
      A function that consumes its state: the buffers are reused for the new one.
    """
    if num_devices == 1:
        return jax.jit(update, donate_argnums=0)
    mapped = jax.pmap(
        functools.partial(update, axis_name=AXIS),
        axis_name=AXIS,
        in_axes=(None, batch_axis, None),
        out_axes=(None, None),
        donate_argnums=0,
        devices=jax.local_devices()[:num_devices],
    )

    def step(state: State, batch: Any, key: Any) -> tuple[State, Metrics]:
        state, metrics = mapped(state, shard(batch, num_devices, batch_axis), key)
        if jax.default_backend() == "cpu":
            # Several devices on few cores deadlock when steps pile up.
            jax.block_until_ready(metrics)
        return state, metrics

    return step


def assert_replicated(tree: Any) -> None:
    """Raises AssertionError where the devices' copies of an array differ: a mean over the devices was forgotten."""
    for path, leaf in jax.tree_util.tree_leaves_with_path(tree):
        copies = [np.asarray(piece.data) for piece in leaf.addressable_shards] if isinstance(leaf, jax.Array) else []
        for copy in copies[1:]:
            if copies[0].tobytes() != copy.tobytes():
                raise AssertionError(f"{jax.tree_util.keystr(path)} differs between devices")
