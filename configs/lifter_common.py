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
    _lift(config.model, widths, causal)
    set_outputs(config, outputs)
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


def set_outputs(config: ml_collections.ConfigDict, outputs: int) -> None:
    """Windows that each give `outputs` frames of the config's network."""
    model, data = config.model, config.data
    field = math.prod(model.widths)
    past = field - 1 if model.causal else field // 2
    data.window_frames = field + outputs - 1
    data.pad_frames = (past, field - 1 - past)


def observe_detections(data: ml_collections.ConfigDict, *, film_views: int = 0) -> None:
    """Recorded views; motion that no camera saw filmed by `film_views` virtual cameras."""
    data.observation, data.film_views = "detections", film_views


def _lift(model: ml_collections.ConfigDict, widths: tuple[int, ...], causal: bool) -> None:
    model.skeleton = "h36m17"
    model.inputs = "sighting"  # of hdvr_jax.lifter_inputs
    model.widths = widths
    model.channels = 384
    model.dropout = 0.05
    model.causal = causal
    model.dense = False
    model.momentum = 0.9  # decay of the running batch statistics ...
    model.final_momentum = 0.0  # ... and what it comes to at the end of the training; 0 where it stays
    model.kernel_variance = 2.0  # of the first weights, times the number of inputs
    model.flip = False  # whether predictions are averaged with those of the mirrored input


def _observe_randomly(data: ml_collections.ConfigDict) -> None:
    """Fields of `hdvr_jax.observation.Ranges`, and what else says how motion is seen."""
    data.fps = 30.0
    data.observation = "random"  # "random" cameras, or the recorded "detections"
    data.film_views = 0  # virtual cameras that film clips without views first
    data.random_share = 0.0  # of the detections' training examples, seen by a random camera instead
    data.detector_noise = ""  # a file of benchmarks.fit_detector_noise; without one, as fitted to AIST++ detections
    data.skip_views = ()  # recorded views to leave out
    data.labelled_share = 1.0  # of the training takes; the 3D of the others is withheld
    data.labelled = ml_collections.ConfigDict()  # {label: values} of the labelled training clips, in place of a share
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
