"""Genre of the CMU dance takes (salsa, modern, Indian, martial arts), split by take; for 2D and lifted poses filmed by
virtual cameras.

    python train.py --config=configs/genre_cmu.py --workdir=work/cmu/genre
    python evaluate.py --workdir=work/cmu/genre

Needs the CMU packs (HDVR_REAL_DATA) and the movement model of configs/movements_cmu.py. Modern and Indian are one
dancer each: this never measures generalisation to new dancers. `benchmarks.genres` prints what is measured.
"""

import ml_collections

from configs.genre_common import genre_config, make_tiny, set_sources
from hdvr_jax.configurations import parse_arg

GENRES = ("salsa", "modern", "indian", "martial")
_STEPS = {"full": 1500, "demo": 400, "tiny": 20}


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: size = full, demo (minutes) or tiny (seconds, for tests); streams = of poses2d, poses3d and movements,
    joined by +; inputs = 2d, 3d_lifted or 3d_true; labels = model or annotator (where movements come from); lifter and
    movements = workdirs."""
    options = parse_arg(
        arg,
        {"size": _STEPS},
        size="full",
        streams=("poses3d", "movements"),
        inputs="3d_true",
        labels="model",
        lifter="work/lifter_cmu",
        movements="work/cmu/movements",
    )
    config = genre_config("genre_cmu", GENRES, options.streams)
    config.data.dataset = "cmu_mocap"
    config.data.options.pack = "dance"
    config.data.virtual_views = 0 if options.inputs == "3d_true" and "poses2d" not in options.streams else 4
    set_sources(config, options)
    config.train.steps = _STEPS[options.size]
    config.train.eval_every = config.train.checkpoint_every = config.train.steps // 4
    if options.size == "tiny":
        make_tiny(config)
    return config
