"""Genre of the built-in dances; unseen dancers and choreographies in validation and test.

    python train.py --config=configs/genre_choreo.py --workdir=work/choreo/genre
    python evaluate.py --workdir=work/choreo/genre

Needs the models that the streams read: the lifter of configs/lifter_choreo.py (inputs=3d_lifted), and a movement model
of configs/movements_choreo.py (stream movements) of the same kind of poses. `benchmarks.genres` prints what is
measured.
"""

import ml_collections

from configs.genre_common import genre_config, make_tiny, set_sources
from hdvr_jax.configurations import parse_arg

GENRES = ("ballet", "belly_dance", "flamenco", "hip_hop", "rumba", "swing", "tango", "tap", "waltz")
# size: size of the dataset, steps, cells of the LSTM, frames of a window; those of "full" were chosen on validation.
_SIZES = {
    "full": ("standard", 6000, 128, 40),
    "half": ("standard", 3000, 64, 60),
    "demo": ("demo", 600, 64, 60),
    "tiny": ("tiny", 20, 64, 60),
}


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: size = full, half (of the ablation table), demo (minutes) or tiny (seconds, for tests); streams = of
    poses2d, poses3d and movements, joined by +; inputs = 2d, 3d_lifted or 3d_true; labels = model or annotator (where
    movements come from); lifter and movements = workdirs; causal = nothing looks ahead, for streams."""
    options = parse_arg(
        arg,
        {"size": _SIZES},
        size="full",
        streams=("poses3d", "movements"),
        inputs="3d_lifted",
        labels="model",
        lifter="work/choreo/lifter",
        movements="work/choreo/movements",
        causal=False,
    )
    dataset, steps, features, window = _SIZES[options.size]
    config = genre_config("genre_choreo", GENRES, options.streams)
    config.data.dataset = "choreo"
    config.data.options.size = dataset
    set_sources(config, options)
    config.model.level = not options.causal
    config.model.features, config.data.window_frames = features, window
    config.train.steps = steps
    config.train.eval_every = config.train.checkpoint_every = max(10, steps // 6)
    config.evaluate.groups = ("dancer",)
    if options.size == "tiny":
        make_tiny(config)
    return config
