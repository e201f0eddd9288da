"""Reading datasets: builds one on first use, then gives its clips as NumPy dicts (fields in `hdvr_jax/clips.py`)."""

import contextlib
import importlib
import logging
import os
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

from hdvr_jax.clips import TEXTS
from hdvr_jax.errors import InputError

DATASETS = ("choreo", "cmu_mocap", "aistpp", "human36m", "humaneva", "mpi_inf_3dhp", "keypoint_folder")
_DEFAULT_DIR = pathlib.Path("work") / "datasets"


def load(dataset: str, split: str, data_dir: str | os.PathLike | None = None, **options: Any) -> list[dict[str, Any]]:
    """Clips of one split, in the builder's order.

    The dataset is generated on first use and reused afterwards. Its folder is named by dataset, options, contents of
    the raw files and version, and gets that name only when it is whole: an interrupted generation is never read.

    Args:
        dataset: One of `DATASETS`.
        split: "train", "validation", "test", or "all" for every clip (its `split` says where it belongs).
        data_dir: Where generated datasets are kept; default the environment variable HDVR_DATA_DIR, else
            `work/datasets` under the current directory.
        options: Options of the dataset's builder config.
    Raises:
        InputError: unknown dataset, split or option, or raw files that are missing or malformed.
    """
    builder = prepare(dataset, data_dir, **options)
    splits = sorted(builder.info.splits)
    if split not in (*splits, "all"):
        raise InputError(f"dataset {dataset} has no split {split!r}; it has {', '.join(splits)}")
    wanted = splits if split == "all" else [split]
    return [clip for name in wanted for clip in _read(builder, name)]


def load_labels(dataset: str, data_dir: str | os.PathLike | None = None, **options: Any) -> list[dict[str, str]]:
    """The texts of every clip and its split, without reading its arrays; arguments and errors as in `load`."""
    builder = prepare(dataset, data_dir, **options)
    return [labels for split in sorted(builder.info.splits) for labels in _read(builder, split, TEXTS)]


def prepare(dataset: str, data_dir: str | os.PathLike | None = None, **options: Any) -> Any:
    """The dataset's TFDS builder, generated if it was not yet; arguments as in `load`."""
    if dataset not in DATASETS:
        raise InputError(f"unknown dataset {dataset!r}; known: {', '.join(DATASETS)}")
    tensorflow()
    module = importlib.import_module(f"datasets.{dataset}.{dataset}_dataset_builder")
    where = pathlib.Path(data_dir or os.environ.get("HDVR_DATA_DIR") or _DEFAULT_DIR)
    config = module.builder_config(**options)
    with _quiet():
        builder = module.Builder(data_dir=str(where), config=config)
        if pathlib.Path(builder.data_dir).exists():
            return builder
        try:
            builder.download_and_prepare(file_format="tfrecord")
        except OSError:
            # Another process may have put the same dataset in place meanwhile.
            if not pathlib.Path(builder.data_dir).exists():
                raise
        return module.Builder(data_dir=str(where), config=config)


def _read(builder: Any, split: str, fields: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Clips of one split of a generated dataset, in the order they were written; of some texts alone, or whole."""
    record = importlib.import_module("datasets.record")
    tfds = importlib.import_module("tensorflow_datasets")
    read_config = tfds.ReadConfig(interleave_cycle_length=1, shuffle_seed=0)
    decoders = tfds.decode.PartialDecoding(dict.fromkeys(fields, True)) if fields else None
    how = {"shuffle_files": False, "read_config": read_config, "decoders": decoders}
    with _quiet():
        found = tfds.as_numpy(builder.as_dataset(split=split, **how))
        if fields:
            return [{"split": split, **{name: value.decode() for name, value in one.items()}} for one in found]
        return [record.from_example(example, split) for example in found]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps TFDS's deprecation warnings about itself off the screen; its progress bars stay."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def tensorflow() -> Any:
    """TensorFlow, which only reads and feeds; accelerators belong to JAX. Imported here: it costs seconds."""
    tf = importlib.import_module("tensorflow")
    tf.config.set_visible_devices([], "GPU")
    return tf
