"""choreAI's classifier of dance styles: an LSTM over keypoints as they were detected.

    python train.py --config=configs/choreai.py --workdir=work/choreo/choreai                  # the built-in dances
    python train.py --config=configs/choreai.py:raw_dir=FOLDER --workdir=work/own/genre        # your own

FOLDER has a folder for each class, with AlphaPose's JSON (or any other keypoint file) or text of 51 numbers a line. Of
texts that hold clips of 100 frames end to end, clip_frames=100 makes a clip each.

Published: a layer of 20 with ReLU, two LSTM layers of 20 with forget bias 1, the last state classified; Adam, rate
0.0005 * 0.96^(step / 100,000), 0.0015 times half the squared weights, batches of 512 clips of 100 frames, 200 to 300
epochs, on pixels as they are: training=published. By default inputs are standardised, as those of all our models are,
which makes it the better rival.
"""

import ml_collections

from configs.genre_choreo import GENRES
from configs.genre_common import folder_genres, genre_config
from hdvr_jax.configurations import parse_arg

_FRAMES = 100


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: raw_dir, clip_frames, fps = of a folder of keypoint files, else size = of the built-in dances (tiny
    trains in seconds, for tests); training = proper or published."""
    options = parse_arg(
        arg,
        {"size": ("standard", "demo", "tiny"), "training": ("proper", "published")},
        raw_dir="",
        clip_frames=0,
        fps=30.0,
        size="standard",
        training="proper",
    )
    genres = folder_genres(**_folder(options)) if options.raw_dir else GENRES
    config = genre_config("choreai", genres, ("keypoints",))
    config.data.dataset = "keypoint_folder" if options.raw_dir else "choreo"
    _set_data(config, options)
    _set_model(config, published=options.training == "published")
    if options.size == "tiny":
        config.train.batch_size, config.train.epochs, config.train.steps = 8, 0.0, 20
        config.train.log_every = config.train.eval_every = config.train.checkpoint_every = 10
    return config


def _folder(options: ml_collections.ConfigDict) -> dict:
    return {"raw_dir": options.raw_dir, "clip_frames": options.clip_frames, "fps": options.fps}


def _set_data(config: ml_collections.ConfigDict, options: ml_collections.ConfigDict) -> None:
    config.data.options.update(_folder(options) if options.raw_dir else {"size": options.size})
    config.data.fps = options.fps
    config.data.window_frames = config.data.stride_frames = _FRAMES
    config.model.inputs = "2d"


def _set_model(config: ml_collections.ConfigDict, published: bool) -> None:
    config.model.mirror, config.model.noise, config.model.dropout, config.model.running_weight = False, 0.0, 0.0, 0.0
    config.model.features, config.model.layers = 20, 2
    config.model.forget_bias = 1.0
    config.model.standardise = not published
    config.optim.optimizer, config.optim.weight_decay, config.optim.l2 = "adam", 0.0, 0.0015
    config.optim.learning_rate = 5e-4
    config.optim.schedule, config.optim.decay, config.optim.decay_steps = "exponential", 0.96, 100_000
    config.optim.warmup_steps, config.optim.clip_norm = 0, 0.0
    config.train.batch_size = 512
    config.train.epochs = 200.0
    config.train.log_every = config.train.eval_every = config.train.checkpoint_every = 200
