"""Trained models with random weights, as `trained.load` gives them, without a file."""

import functools
import types
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from configs import genre_choreo, lifter_choreo, movements_choreo
from configs.lifter_common import set_outputs
from hdvr_jax import families
from hdvr_jax.streaming import models
from hdvr_jax.trained import Trained
from tests.recognition import workdirs

_CAUSAL = {
    "movements": dict.fromkeys(("evidence", "level", "beside"), False),
    "genre": {"level": False},
}
_MAKERS = {"lifter": models.of_lifter, "movements": models.of_movements, "genre": models.of_genre}


def trained(stage: str, size: float = 1.0, lifter: types.ModuleType = lifter_choreo, **fields: Any) -> Trained:
    """A model of the tiny config of a stage; `fields` change `config.model`, `size` is that of the weights."""
    modules = {"lifter": lifter, "movements": movements_choreo, "genre": genre_choreo}
    config = modules[stage].get_config("size=tiny")
    config.model.update({**_CAUSAL.get(stage, {}), **fields})
    if stage == "lifter":
        set_outputs(config, 1)
    family, rng = families.build(config), np.random.default_rng(0)
    batch = jax.tree.map(jnp.asarray, workdirs._batch(stage, config, family))
    if fields.get("inputs") == "screen":
        batch["inputs"] = batch["inputs"][..., :2]
    shapes = jax.eval_shape(family.init, jax.random.key(0), batch)
    values = jax.tree.map_with_path(functools.partial(workdirs._values, rng), shapes)
    variables = jax.tree.map(lambda value: jnp.asarray(size * value), values)
    predict = jax.jit(family.predict)
    return Trained(config, family, variables, lambda batch: jax.device_get(predict(variables, batch)))


def streaming_models(found: dict[str, Trained]) -> models.StreamModels:
    """The models of a stream from those of its stages."""
    return models.StreamModels(**{stage: _MAKERS[stage](model, stage) for stage, model in found.items()})
