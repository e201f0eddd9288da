"""Workdirs of models as a training leaves them, but with random parameters: enough to run them."""

import functools
import pathlib
import types

import jax
import jax.numpy as jnp
import numpy as np

from configs import genre_choreo, lifter_choreo, movements_choreo
from hdvr_jax import configurations, families
from hdvr_jax.checkpoints import Checkpoints
from hdvr_jax.update import State
from tests.recognition import fabricated

_FRAMES = 24
_CONFIGS = {"movements": movements_choreo, "genre": genre_choreo}


def write(
    folder: pathlib.Path, *stages: str, lifter: types.ModuleType = lifter_choreo, seeds: int = 1, **model: object
) -> pathlib.Path:
    """Writes workdirs of the given stages under `folder`; `model` changes fields of `config.model`.

    `lifter` is the config file of that stage.
    """
    rng = np.random.default_rng(0)
    for stage in stages:
        config = {**_CONFIGS, "lifter": lifter}[stage].get_config("size=tiny")
        config.model.update(model)
        config.num_seeds = seeds
        family = families.build(config)
        batch = jax.tree.map(jnp.asarray, _batch(stage, config, family))
        # Shapes alone are traced, which takes a tenth of the time of running `init`.
        shapes = jax.eval_shape(family.init, jax.random.key(0), batch)
        drawn = [jax.tree.map_with_path(functools.partial(_values, rng), shapes) for _ in range(seeds)]
        variables = jax.tree.map(lambda *leaves: np.stack(leaves), *drawn) if seeds > 1 else drawn[0]
        configurations.claim(folder / stage, config)
        with Checkpoints(folder / stage) as checkpoints:
            state = State(step=np.int32(5), variables=variables, opt_state={}, ema={})
            checkpoints.save(state, 5, score=0.5)
    return folder


def _values(rng: np.random.Generator, path: tuple, leaf: jax.ShapeDtypeStruct) -> np.ndarray:
    """Small values of both signs, but positive variances and a low temperature, which makes answers differ."""
    if path[-1].key == "temperature":
        return np.full(leaf.shape, 0.2, leaf.dtype)
    variance = path[-1].key in ("var", "variance")
    values = rng.uniform(0.5, 2.0, leaf.shape) if variance else rng.normal(0, 0.05, leaf.shape)
    return values.astype(leaf.dtype)


@functools.cache
def _clip() -> dict:
    from hdvr_jax.recognition.clips import posed_clip

    result = fabricated.track_result(frames=_FRAMES)
    return posed_clip(result.prepared, result.poses, fabricated.CAMERA_USED)


def _batch(stage: str, config, family) -> dict:
    """What the family's `init` reads."""
    if stage == "lifter":
        frames = config.data.window_frames
        inputs = np.zeros((1, frames, 17, 3), np.float32)
        rays, confidence = np.zeros((1, frames, 17, 2), np.float32), np.ones((1, frames, 17), np.float32)
        return {
            "inputs": inputs,
            "rays": rays,
            "confidence": confidence,
            "frame_mask": np.ones((1, frames), np.float32),
        }
    clip = _clip()
    zeros = np.zeros((_FRAMES, 154), np.float32)
    sequence = family.prepare([{**clip, "movements": zeros}], {})[0]
    arrays = {name: np.asarray(value)[None] for name, value in sequence.items() if not isinstance(value, str)}
    frames = next(value.shape[1] for value in arrays.values() if value.ndim > 1)
    return {**arrays, "frame_mask": np.ones((1, frames), np.float32), "example": np.zeros(1, np.int32)}
