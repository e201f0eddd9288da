"""Movements of body parts on CMU motion capture (true 3D), split by take.

    python train.py --config=configs/movements_cmu.py --workdir=work/cmu/movements
    python evaluate.py --workdir=work/cmu/movements

Needs the CMU packs (HDVR_REAL_DATA).
"""

import ml_collections

from configs.movements_common import make_tiny, movements_config
from hdvr_jax.configurations import parse_arg


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: size = full, demo (minutes) or tiny (seconds, for tests); pack = dance, actions or all."""
    options = parse_arg(arg, size="full", pack="dance")
    config = movements_config("movements_cmu", "3d_true", "")
    config.data.dataset = "cmu_mocap"
    config.data.options.pack = options.pack
    config.train.steps = 3000 if options.size == "full" else 400
    config.train.eval_every = config.train.checkpoint_every = config.train.steps // 4
    config.evaluate.groups = ("genre",)
    if options.size == "tiny":
        make_tiny(config)
    return config
