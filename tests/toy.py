"""A family small enough for the tests of the training machinery: regression over time with masked batch norm.

`python -m tests.toy WORKDIR [FIELD=VALUE ...]` trains it, for tests that need a process to kill.
"""

import functools
import sys
import types
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hdvr_jax import configurations, corpus, families, loop
from hdvr_jax.families import Family
from hdvr_jax.moments import masked_moments

FEATURES, HIDDEN = 3, 8


def config(**fields: Any) -> Any:
    """A config of the toy family; `fields` are "train.steps"-like names with "__" for the dot."""
    found = configurations.base_config()
    found.name, found.family, found.data.dataset = "toy", "toy", "toy"
    found.data.window_frames, found.data.stride_frames = 5, 2
    found.train.update({"batch_size": 8, "steps": 12, "log_every": 2, "eval_every": 6, "checkpoint_every": 3})
    found.evaluate.metric, found.evaluate.batch_size, found.evaluate.groups = "error", 2, ("genre",)
    found.model.update({"dropout": 0.2, "fail_at": -1.0})
    for name, value in fields.items():
        found.update_from_flattened_dict({name.replace("__", "."): value})
    return found


def clips(dataset: str, split: str, data_dir: Any = None, **options: Any) -> list[dict[str, Any]]:
    """Stands in for `corpus.load`: a few random sequences whose targets are a function of their inputs."""
    del dataset, data_dir, options
    rng = np.random.default_rng({"train": 0, "validation": 1, "test": 2}[split])
    found = []
    for index in range(6):
        x = rng.normal(size=(7 + 3 * index, FEATURES)).astype(np.float32)
        found.append({"x": x, "y": np.tanh(x.sum(-1)), "genre": "Tango" if index % 2 else "Tap", "clip": f"c{index}"})
    return found


def labels(dataset: str, data_dir: Any = None, **options: Any) -> list[dict[str, str]]:
    """Stands in for `corpus.load_labels`."""
    del dataset, data_dir, options
    names = [(split, f"{split}{index}") for split in ("train", "validation", "test") for index in range(6)]
    return [{"split": split, **dict.fromkeys(("dancer", "choreography", "take"), name)} for split, name in names]


def batch(size: int) -> dict[str, Any]:
    """A batch with padding that is spread unevenly, and with one half of the frames missing in some examples."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(size, 5, FEATURES)).astype(np.float32)
    frames = np.ones((size, 5), np.float32)
    frames[::3, 3:] = 0
    found = {
        "x": x,
        "y": np.tanh(x.sum(-1)),
        "mask": (np.arange(size) < size - size // 4 - 1).astype(np.float32),
        "frame_mask": frames,
        "example": np.arange(size, dtype=np.int32),
    }
    return jax.tree.map(jnp.asarray, found)


def _forward(params: Any, x: Any, moments: Any) -> Any:
    h = (x @ params["first"] - moments[0]) * jax.lax.rsqrt(moments[1] + 1e-5)
    return h, lambda h: jnp.tanh(h) @ params["second"]


def _init(key: Any, batch: Any) -> Any:
    first, second = jax.random.split(key)
    width = batch["x"].shape[-1]
    params = {
        "first": jax.random.normal(first, (width, HIDDEN)),
        "second": jax.random.normal(second, (HIDDEN,)) / HIDDEN,
    }
    return {"params": params, "batch_stats": {"mean": jnp.zeros(HIDDEN), "var": jnp.ones(HIDDEN)}}


def _loss(config: Any, axis_name: str | None, variables: Any, batch: Any, key: Any, train: bool) -> Any:
    del train
    params, stats = variables["params"], variables["batch_stats"]
    weight = batch["mask"][:, None] * batch["frame_mask"]
    moments = masked_moments(batch["x"] @ params["first"], weight, axis_name)
    h, head = _forward(params, batch["x"], moments)
    keep = 1 - config.model.dropout
    keys = jax.vmap(lambda example: jax.random.fold_in(key, example))(batch["example"])
    h = h * jax.vmap(lambda k: jax.random.bernoulli(k, keep, h.shape[1:]))(keys) / keep
    error = jnp.square(head(h) - batch["y"])
    error = jnp.where(batch["example"][:, None] == config.model.fail_at, jnp.nan, error)
    total = jnp.sum(error * weight)
    new = {name: 0.9 * stats[name] + 0.1 * moment for name, moment in zip(("mean", "var"), moments)}
    new = jax.lax.stop_gradient(new)
    return total, ({"batch_stats": new}, {"loss": (total, weight.sum()), "examples": (total, batch["mask"].sum())})


def _predict(variables: Any, batch: Any) -> Any:
    stats = variables["batch_stats"]
    h, head = _forward(variables["params"], batch["x"], (stats["mean"], stats["var"]))
    return {"y": head(h)}


def _scores(outputs: Any, batch: Any) -> Any:
    frames = batch["frame_mask"]
    return {"error": ((jnp.abs(outputs["y"] - batch["y"]) * frames).sum(1), frames.sum(1))}


def _augment(batch: Any, key: Any, train: bool) -> Any:
    if not train:
        return batch
    noise = jax.vmap(lambda example, x: jax.random.normal(jax.random.fold_in(key, example), x.shape))
    return {**batch, "x": batch["x"] + 0.1 * noise(batch["example"], batch["x"])}


def make(config: Any, axis_name: str | None = None) -> Family:
    """The toy family."""
    return Family(
        name="toy",
        init=_init,
        loss=functools.partial(_loss, config, axis_name),
        predict=_predict,
        scores=_scores,
        prepare=lambda clips, upstream: [{**clip, "speed": np.float32(1)} for clip in clips],
        augment=_augment,
        on_clip=lambda predict, clip: predict({"x": clip["x"][None]})["y"][0],
    )


def install(patch: Any) -> None:
    """Puts the toy into the table of families and its data in place of the corpus; `patch` is setattr-like."""
    patch(families, "FAMILIES", types.MappingProxyType({"toy": "tests.toy"}))
    patch(corpus, "load", clips)
    patch(corpus, "load_labels", labels)


def main(workdir: str, *fields: str) -> None:
    """Trains in `workdir`, with `train__steps=30`-like changes of integers of the config."""
    install(setattr)
    changed = {name: int(value) for name, value in (field.split("=") for field in fields)}
    loop.train(config(**changed), workdir)


if __name__ == "__main__":
    main(*sys.argv[1:])
