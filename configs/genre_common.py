"""Fields that all genre configs share."""

from typing import Any

import ml_collections

from hdvr_jax import corpus
from hdvr_jax.configurations import base_config


def genre_config(name: str, genres: tuple[str, ...], streams: tuple[str, ...]) -> ml_collections.ConfigDict:
    """A genre model over some of "poses2d", "poses3d" and "movements"; true 3D until the config file says otherwise."""
    config = base_config()
    config.name, config.family = name, "genre"
    config.model.genres = genres  # in the order of the outputs
    config.model.streams = streams
    config.model.inputs = "3d_true"  # where poses come from: 2d, 3d_lifted or 3d_true
    config.model.movements = "model"  # of upstream.movements; or the annotator's labels of the true 3D
    config.model.types = ()  # of upstream.movements, where it knows a user's own types
    config.model.skeleton = "h36m17"
    config.model.own_axes = True  # 3D along the dancer's own axes, not the viewer's
    config.model.level = True  # lifted poses are turned upright, by their whole clip
    config.model.mirror = True  # mirrors every other training example
    config.model.noise = 0.005  # joints are moved by this much in training, in body sizes
    config.model.standardise = True  # inputs have mean 0 and variance 1 over the training
    config.model.features = 64  # cell size of the LSTM
    config.model.layers = 1
    config.model.forget_bias = 0.0  # of the LSTM's forget gates at the start
    config.model.dropout = 0.4
    config.model.running_weight = 0.5  # of the cross-entropy over all states, beside that of the last
    config.data.fps = 10.0
    config.data.piece_seconds = 0.0  # divided clips are cut into pieces of this length; 0 for whole clips
    config.data.virtual_views = 0  # cameras that film a clip which has none
    config.data.window_frames = 60
    config.data.stride_frames = 5
    config.optim.optimizer = "adamw"
    config.optim.weight_decay = 0.01
    config.optim.learning_rate = 2e-3
    config.optim.schedule = "cosine"
    config.optim.final_fraction = 0.02
    config.optim.warmup_steps = 30
    config.optim.clip_norm = 1.0
    config.train.batch_size = 64
    config.upstream.lifter = ""
    config.upstream.movements = ""
    config.evaluate.batch_size = 16
    config.evaluate.metric, config.evaluate.mode = "macro_f", "max"
    return config


def folder_genres(**options: Any) -> tuple[str, ...]:
    """The genres of a folder of keypoint files, by the options of `datasets/keypoint_folder`."""
    return tuple(sorted({labels["genre"] for labels in corpus.load_labels("keypoint_folder", **options)} - {""}))


def set_sources(config: ml_collections.ConfigDict, options: ml_collections.ConfigDict) -> None:
    """Where the streams come from, by the arguments inputs, labels, lifter and movements of a config file."""
    config.model.inputs, config.model.movements = options.inputs, options.labels
    config.upstream.lifter = options.lifter if options.inputs == "3d_lifted" else ""
    reads_model = "movements" in config.model.streams and options.labels == "model"
    config.upstream.movements = options.movements if reads_model else ""


def make_tiny(config: ml_collections.ConfigDict) -> None:
    """Turns a config into one that trains in seconds, for tests."""
    config.model.features = 8
    config.data.window_frames, config.data.stride_frames = 16, 16
    config.train.batch_size = 4
    config.train.steps, config.train.log_every = 20, 10
    config.train.eval_every = config.train.checkpoint_every = 10
