"""Fields that all lifter configs share: the network, the observation of motion and the optimiser."""

import math

import ml_collections

from hdvr_jax.configurations import base_config


def lifter_config(
    name: str, *, widths: tuple[int, ...], outputs: int, causal: bool = False
) -> ml_collections.ConfigDict:
    """A lifter trained on windows that each give `outputs` frames (1: the paper's training form)."""
    config = base_config()
    config.name, config.family = name, "lifter"
    config.model.skeleton = "h36m17"
    config.model.widths = widths
    config.model.channels = 384
    config.model.dropout = 0.05
    config.model.causal = causal
    config.model.momentum = 0.9
    past = math.prod(widths) - 1 if causal else math.prod(widths) // 2
    config.data.window_frames = math.prod(widths) + outputs - 1
    config.data.pad_frames = (past, math.prod(widths) - 1 - past)
    _observe_randomly(config.data)
    config.optim.optimizer = "adamw"
    config.optim.learning_rate = 1e-3
    config.optim.weight_decay = 0.01
    config.optim.schedule = "cosine"
    config.optim.final_fraction = 0.01
    config.optim.warmup_steps = 100
    config.optim.clip_norm = 1.0
    config.optim.ema = 0.998
    config.evaluate.views = 4  # random views of every clip outside the training split
    config.evaluate.metric = "mpjpe_mm"
    config.evaluate.groups = ("genre",)
    return config


def _observe_randomly(data: ml_collections.ConfigDict) -> None:
    """Fields of `hdvr_jax.observation.Ranges`, and what else says how motion is seen."""
    data.fps = 30.0
    data.observation = "random"  # "random" cameras, or the recorded "detections"
    data.skip_views = ()  # recorded views to leave out
    data.vary_bodies = True
    data.cameras = ml_collections.ConfigDict(
        {
            "distance": (2.5, 7.0),
            "elevation": (-8.0, 25.0),
            "focal": (0.55, 1.3),
            "off_centre": 0.5,
            "roll": 2.0,
            "lean": (0.1, 57.0),
            "noise": 1.0,
            "noisier": 0.3,
        }
    )
