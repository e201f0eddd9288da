"""Evaluates a trained model and prints its tables, for all seeds of its training.

python evaluate.py --workdir=DIR [--config=FILE] [--dataset=NAME] [--split=NAME] [--set=FIELD=VALUE ...] [--json=FILE]
    [--pictures=DIR]

--config takes `data` and `evaluate` from another config file, to evaluate on what that one trains on. --set changes a
field of `data`, `evaluate` or `upstream` of the model's config, such as --set=data.options.raw_dir=DIR.
"""

import importlib
import pathlib
from collections.abc import Sequence

from absl import flags
from ml_collections import config_flags

from hdvr_jax import checkpoints, configurations, devices, divisions, evaluation, files, scripts, tables

_WORKDIR = flags.DEFINE_string("workdir", None, "Folder of the training.")
_JSON = flags.DEFINE_string("json", None, "File to write the tables to.")
_PICTURES = flags.DEFINE_string("pictures", None, "Folder for pictures: learning curves, confusion matrices.")
_CONFIG = config_flags.DEFINE_config_file("config", None, "File whose data to evaluate on, and how.")
_STEP = flags.DEFINE_string("step", "best", "Which checkpoint: best, latest or a number of steps.")
_DATASET = flags.DEFINE_string("dataset", None, "Another dataset than the model was trained on.")
_SPLIT = flags.DEFINE_string("split", None, "Another split than the config's evaluate.split.")
_GROUPS = flags.DEFINE_list("groups", None, "Labels to make tables by, instead of the config's evaluate.groups.")
_SET = flags.DEFINE_multi_string("set", [], "FIELD=VALUE, a changed field of the config.")


def main(argv: Sequence[str]) -> None:
    """Evaluates."""
    del argv
    devices.enable_compile_cache()
    for place, is_folder in ((_JSON.value, False), (_PICTURES.value, True)):
        if place:
            files.check_place(place, folder=is_folder)
    asked = (_CONFIG.value, _DATASET.value, _SPLIT.value, _GROUPS.value, _SET.value)
    config = configurations.for_evaluation(configurations.load_config(_WORKDIR.value), *asked)
    step = checkpoints.resolve_step(_WORKDIR.value, _STEP.value)
    found, settings = evaluation.evaluate_workdir(config, _WORKDIR.value, step), config.evaluate
    mean, spread = tables.mean_and_deviation(found)
    seeds = list(range(config.seed, config.seed + config.num_seeds))
    source = {"config": config.name, "family": config.family, "dataset": config.data.dataset, "split": settings.split}
    source |= {"division": divisions.described(config.data, settings.split), "step": step, "seeds": seeds}
    seen = evaluation.seen_by_models(config, _WORKDIR.value)
    print("\n".join([", ".join(f"{key} {value}" for key, value in source.items()), *seen]) + "\n")
    print(tables.format_tables(mean, spread if len(seeds) > 1 else None))
    if _JSON.value:
        configurations.write_json(pathlib.Path(_JSON.value), source | {"seen_by": seen} | tables.to_json(seeds, found))
    if _PICTURES.value:
        importlib.import_module("hdvr_jax.pictures").draw(_PICTURES.value, _WORKDIR.value, mean, settings.metric)


if __name__ == "__main__":
    scripts.run(main, required=("workdir",))
