"""The trainings that a training starts from: `train.initial`, and `train.initial_parts` for parts of its parameters."""

import dataclasses
from typing import Any

from hdvr_jax.checkpoints import restore_for_inference
from hdvr_jax.errors import InputError
from hdvr_jax.update import State, part_started_from, started_from


@dataclasses.dataclass(frozen=True)
class Weights:
    """Trained variables to start from.

    Attributes:
      part: the first name of the parameters that are taken; "" for everything.
      variables: of the training's first seed, as NumPy arrays.
      where: what errors about them start with.
    """

    part: str
    variables: Any
    where: str


def weights(settings: Any) -> list[Weights]:
    """What `config.train` names, read.

    Raises:
      InputError: a workdir without a model, or a model without the part; names the field.
    """
    found, restored = [], {}
    for part, path in {"": settings.initial, **settings.get("initial_parts", {})}.items():
        if not path:
            continue
        where = f"config.train.{f'initial_parts.{part}' if part else 'initial'}: {path}"
        if path not in restored:
            restored[path] = restore_for_inference(path)
        config, variables = restored[path]
        if part and part not in variables["params"]:
            raise InputError(f"{where}: holds a model of family {config.family}, which has no part called {part!r}")
        found.append(Weights(part, variables, where))
    return found


def started(state: State, given: list[Weights]) -> State:
    """The state with these weights; errors as of `update.started_from` and `update.part_started_from`."""
    for one in given:
        if one.part:
            state = part_started_from(state, one.part, one.variables, one.where)
        else:
            state = started_from(state, one.variables, one.where)
    return state
