"""Genre of a user's own recordings: a folder for each class.

    python train.py --config=configs/genre_own.py:raw_dir=FOLDER --workdir=work/own/genre
    python train.py --config=configs/genre_own.py:raw_dir=FOLDER,streams=movements,movements=work/own/movements \
        --workdir=work/own/genre

FOLDER is as `datasets/keypoint_folder` says. The first reads poses that a lifter makes of the detections, the second
what a movement model says of them, whose types (a user's own or the project's) it takes over.
"""

import ml_collections

from configs.genre_common import folder_genres, genre_config, make_tiny, set_sources
from hdvr_jax.configurations import load_config, parse_arg


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: raw_dir; streams = of poses2d, features2d, poses3d and movements, joined by +; inputs = 2d, 3d_lifted
    or 3d_true; labels = model or annotator (where movements come from); lifter and movements = workdirs; splitting = a
    scheme of hdvr_jax.splits; size = full or tiny (seconds, for tests)."""
    options = parse_arg(
        arg,
        {"size": ("full", "tiny")},
        raw_dir="",
        streams=("poses3d",),
        inputs="3d_lifted",
        lifter="work/demo/models/lifter",
        movements="work/demo/models/movements",
        labels="model",
        splitting="",
        size="full",
    )
    genres = folder_genres(raw_dir=options.raw_dir) if options.raw_dir else ()
    config = genre_config("genre_own", genres, options.streams)
    config.data.dataset = "keypoint_folder"
    config.data.options.raw_dir, config.data.splitting = options.raw_dir, options.splitting
    set_sources(config, options)
    if config.upstream.movements and options.raw_dir:
        config.model.types = load_config(config.upstream.movements).model.get("types", ())
    config.train.steps = 1500
    config.train.eval_every = config.train.checkpoint_every = 500
    if options.size == "tiny":
        make_tiny(config)
    return config
