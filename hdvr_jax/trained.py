"""A trained model as later stages, evaluation and recognition use it. Never imports TensorFlow."""

import dataclasses
import functools
import os
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from hdvr_jax import families
from hdvr_jax.checkpoints import restore_for_inference
from hdvr_jax.errors import InputError
from hdvr_jax.families import Family
from hdvr_jax.remembered import remembering


@dataclasses.dataclass(frozen=True)
class Trained:
    """A family with its trained variables.

    Attributes:
      config: the config of its training.
      family: made from that config.
      variables: of one seed.
      predict: batch -> outputs of `family.predict`, compiled, as NumPy arrays.
    """

    config: Any
    family: Family
    variables: Any
    predict: Callable[[dict[str, Any]], dict[str, np.ndarray]]


def load(workdir: str | os.PathLike, step: str | int = "best", seed_index: int = 0) -> Trained:
    """The model of a workdir; arguments and errors as in `checkpoints.restore_for_inference`."""
    config, variables = restore_for_inference(workdir, step, seed_index)
    family = families.build(config)
    variables = jax.tree.map(jax.numpy.asarray, variables)
    compiled = jax.jit(family.predict)

    def predict(batch: dict[str, Any]) -> dict[str, np.ndarray]:
        return jax.device_get(compiled(variables, batch))

    return Trained(config, family, variables, predict)


def load_upstream(upstream: Mapping[str, str]) -> dict[str, Callable[[Any], Any]]:
    """What `Family.prepare` gets: {stage: function of a clip} from {stage: workdir} (empty workdirs are left out).

    What the models say is kept in their workdirs (`hdvr_jax.remembered`).

    Raises:
      InputError: a workdir holds no trained model, or one of a family that gives later stages nothing.
    """
    return {stage: _on_clip(stage, workdir) for stage, workdir in upstream.items() if workdir}


def _on_clip(stage: str, workdir: str) -> Callable[[Any], Any]:
    model = load(workdir)
    if model.family.on_clip is None:
        raise InputError(
            f"config.upstream.{stage}: a {model.family.name} model ({workdir}) has nothing for later stages"
        )
    on_clip = functools.partial(model.family.on_clip, model.predict)
    return remembering(on_clip, workdir, {"config": model.config.to_dict(), "variables": model.variables})
