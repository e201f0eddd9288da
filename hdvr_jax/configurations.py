"""Configs: the fields that every experiment has, arguments of config files, and configs as JSON beside a training.

A config file is `configs/<name>.py` with `get_config(arg="")`; it starts from `base_config()`.
"""

import ast
import difflib
import json
import os
import pathlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import ml_collections

from hdvr_jax.errors import InputError
from hdvr_jax.files import check_place, whole_file

CONFIG_FILE, CHECKPOINT_FOLDER = "config.json", "checkpoints"


def base_config() -> ml_collections.ConfigDict:
    """The fields that the loop reads, with their defaults. A config file fills in the rest."""
    return ml_collections.ConfigDict(
        {
            "name": "",  # of the experiment
            "family": "",  # an entry of hdvr_jax.families.FAMILIES
            "seed": 0,  # of the parameters, the order of the data and all randomness of the steps
            "num_seeds": 1,  # S > 1 trains the seeds seed, seed + 1, ... seed + S - 1 in one program
            "data": _data(),
            "model": {},
            "optim": _optim(),
            "train": _train(),
            "upstream": {},  # {stage: workdir} of the trained models that this one reads
            "evaluate": _evaluate(),
        }
    )


def _data() -> dict[str, Any]:
    """Where training examples come from and how they are cut."""
    return {
        "dataset": "",  # of hdvr_jax.corpus.DATASETS
        "options": {},  # of that dataset's builder
        "data_dir": "",  # where generated datasets are kept; "" for the default of hdvr_jax.corpus
        "train_split": "train",
        "validation_split": "validation",  # "" trains without evaluation
        "splitting": "",  # a scheme of hdvr_jax.splits; "" for the dataset's own division
        "split_seed": 0,  # of that scheme
        "keep": {},  # {label: values} that sequences must have; all are kept without
        "window_frames": 0,  # length of a training example; 0 for whole sequences
        "stride_frames": 1,  # from the start of one training example to the start of the next
        "unlabelled": 0.0,  # share of each batch from sequences whose 3D is withheld
        "pad_frames": (0, 0),  # repeated frames before and after a sequence that windows may reach into
    }


def _optim() -> dict[str, Any]:
    """The optimiser, see `hdvr_jax.optimizers`."""
    return {
        "optimizer": "adam",  # adam, amsgrad, adamw or sgd
        "learning_rate": 1e-3,
        "schedule": "constant",  # constant, exponential (per epoch) or cosine (over train.steps)
        "decay": 0.95,  # of the exponential schedule, per epoch or
        "decay_steps": 0,  # per so many steps, without stairs
        "final_fraction": 0.0,  # of the cosine schedule
        "warmup_steps": 0,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "momentum": 0.0,  # of sgd
        "weight_decay": 0.0,  # of adamw
        "l2": 0.0,  # times half the sum of all squared weights, added to the mean loss
        "clip_norm": 0.0,  # largest norm of the mean gradient; 0 for no clipping
        "ema": 0.0,  # decay of the moving average of the parameters that is evaluated; 0 for none
    }


def _train() -> dict[str, Any]:
    """Length and rhythm of a training."""
    return {
        "batch_size": 128,  # over all devices
        "steps": 1000,
        "epochs": 0.0,  # above 0, so many passes over the training windows in place of `steps`
        "initial": "",  # workdir of a training whose best model this one starts from
        "model_per": "",  # label of the sequences; trains a model for each of `models`, on its sequences alone
        "models": (),  # values of that label
        "log_every": 50,
        "eval_every": 500,
        "checkpoint_every": 500,
    }


def _evaluate() -> dict[str, Any]:
    """What evaluation reads and reports."""
    return {
        "split": "test",  # what evaluate.py reads unless told otherwise
        "batch_size": 16,
        "window_frames": 0,  # 0 for whole sequences; else windows side by side that cover every frame once
        "metric": "loss",  # of the family's summary; the best checkpoint is chosen by it
        "mode": "min",  # min or max
        "groups": (),  # labels of the sequences to make tables by
    }


def parse_arg(
    arg: str, choices: Mapping[str, Collection[str]] | None = None, **defaults: Any
) -> ml_collections.ConfigDict:
    """The argument of a config file, `key=value,key=value`, over defaults.

    A value gets the type of its default; entries of a tuple are separated by "+" ("3+3+3"). `choices` has the values
    that some of the keys may take.

    Raises:
      InputError: unknown key (with the nearest known one), no "=", a value of another type or not among the choices.
    """
    found = ml_collections.ConfigDict(defaults)
    for part in filter(None, (part.strip() for part in arg.split(","))):
        key, equals, text = part.partition("=")
        if not equals:
            raise InputError(f"config argument {part!r}: expected key=value")
        if key not in defaults:
            raise InputError(f"config argument {key!r} is not known{_hint(key, list(defaults))}")
        found[key] = _parse(key, text, defaults[key])
        if choices and key in choices and text not in choices[key]:
            raise InputError(f"config argument {key}={text}: expected one of {', '.join(choices[key])}")
    return found


def _hint(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known) or 'none'}"


def _parse(key: str, text: str, default: Any) -> Any:
    if isinstance(default, tuple):
        kind = default[0] if default else ""
        return tuple(_parse(key, entry, kind) for entry in _entries(key, text) if entry)
    if isinstance(default, bool):
        values = {"true": True, "1": True, "false": False, "0": False}
        if text.lower() not in values:
            raise InputError(f"config argument {key}={text}: expected true or false")
        return values[text.lower()]
    try:
        return type(default)(text)
    except ValueError as error:
        raise InputError(f"config argument {key}={text}: expected {type(default).__name__}") from error


def _entries(key: str, text: str) -> list[str]:
    if text[:1] not in ("(", "["):
        return text.split("+")
    try:
        found = ast.literal_eval(text)
        return [str(entry) for entry in (found if isinstance(found, tuple | list) else (found,))]
    except (ValueError, SyntaxError, TypeError) as error:
        raise InputError(f'{key}={text}: expected entries with "+" between, or as Python writes a tuple') from error


def normalise(config: Any) -> ml_collections.ConfigDict:
    """The config as it comes back from its JSON: sequences are tuples, placeholders are resolved."""
    return ml_collections.ConfigDict(_tuples(config.to_dict() if hasattr(config, "to_dict") else config))


def _tuples(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _tuples(entry) for key, entry in value.items()}
    return tuple(_tuples(entry) for entry in value) if isinstance(value, list | tuple) else value


def differences(old: Any, new: Any) -> list[tuple[str, Any, Any]]:
    """(field, old, new) of all fields in which two configs differ, in the order of the names; None where missing."""
    before, after = dict(_flat(normalise(old).to_dict())), dict(_flat(normalise(new).to_dict()))
    fields = sorted({*before, *after})
    return [(name, before.get(name), after.get(name)) for name in fields if before.get(name) != after.get(name)]


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def write_json(path: pathlib.Path, value: Any) -> None:
    """Writes a file that is either whole or not there, and the folder that it stands in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        file.write((json.dumps(value, indent=2) + "\n").encode())


def load_config(workdir: str | os.PathLike) -> ml_collections.ConfigDict:
    """The config that a workdir was trained with.

    Raises:
      InputError: there is none, or it cannot be read.
    """
    path = pathlib.Path(workdir) / CONFIG_FILE
    try:
        return normalise(json.loads(path.read_text()))
    except FileNotFoundError as error:
        raise InputError(f"{path}: not found; {workdir} is not the workdir of a training") from error
    except (OSError, UnicodeDecodeError, ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: cannot be read as a config ({error})") from error


def check_claim(workdir: str | os.PathLike, config: Any) -> None:
    """Checks that a workdir may become that of this config, or already is.

    `train.steps` and `train.epochs` may be raised to continue a training, and `data.data_dir` may move. A workdir
    without a checkpoint belongs to nobody: there is nothing to lose.

    Raises:
      InputError: the workdir belongs to another config; names the first fields that differ.
    """
    folder = pathlib.Path(workdir)
    path = folder / CONFIG_FILE
    if path.exists() and any((folder / CHECKPOINT_FOLDER).glob("[0-9]*")):
        old = load_config(folder)
        changed = [entry for entry in differences(old, config) if not _may_change(*entry)]
        if changed:
            changed.sort(key=lambda entry: entry[0] not in ("name", "family"))
            fields = "; ".join(f"{name} was {before!r} and is {after!r}" for name, before, after in changed[:3])
            more = f" (and {len(changed) - 3} more)" if len(changed) > 3 else ""
            raise InputError(
                f"{folder} belongs to another config: {fields}{more}. Use another --workdir, or the old config "
                "(train.steps may be raised to continue)"
            )
    check_place(folder, folder=True)


def claim(workdir: str | os.PathLike, config: Any) -> None:
    """Makes the workdir that of this config; errors as in `check_claim`."""
    check_claim(workdir, config)
    folder = pathlib.Path(workdir)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / CONFIG_FILE, normalise(config).to_dict())


def _may_change(name: str, before: Any, after: Any) -> bool:
    if name in ("train.steps", "train.epochs"):
        return isinstance(before, int | float) and isinstance(after, int | float) and after >= before
    return name == "data.data_dir"


def for_evaluation(
    config: Any,
    other: Any = None,
    dataset: str | None = None,
    split: str | None = None,
    groups: Sequence[str] | None = None,
    assignments: Sequence[str] = (),
) -> ml_collections.ConfigDict:
    """A training's config with other data to evaluate on.

    Args:
      other: a config whose `data` and `evaluate` replace the training's.
      dataset: whose options then are that dataset's defaults.
      groups: labels to make tables by.
      assignments: "field=value" of fields under `data`, `evaluate` and `upstream`; tuples as "a+b" or "('a', 'b')".

    Raises:
      InputError: no such field, one that shaped the model, or a value of another type.
    """
    found = normalise(config)
    if other is not None:
        found.data, found.evaluate = normalise(other.data), normalise(other.evaluate)
    if dataset and dataset != found.data.dataset:
        found.data.dataset, found.data.options = dataset, ml_collections.ConfigDict()
    found.evaluate.split = split or found.evaluate.split
    found.evaluate.groups = found.evaluate.groups if groups is None else tuple(groups)
    for assignment in assignments:
        _assign(found, assignment)
    return found


def _assign(config: ml_collections.ConfigDict, assignment: str) -> None:
    field, equals, text = assignment.partition("=")
    *path, name = field.split(".")
    if not equals or not path or path[0] not in ("data", "evaluate", "upstream"):
        raise InputError(f"{assignment!r}: expected data.FIELD=VALUE, evaluate.FIELD=VALUE or upstream.FIELD=VALUE")
    parent = config
    for key in path:
        parent = parent.get(key)
        if not isinstance(parent, ml_collections.ConfigDict):
            raise InputError(f"config field {field!r} is not known: {key!r} has no fields")
    # A dataset checks its own options; the config need not have named them.
    if name not in parent and path != ["data", "options"]:
        raise InputError(f"config field {field!r} is not known{_hint(name, list(parent))}")
    parent[name] = _parse(field, text, parent.get(name, ""))
