"""Movements of body parts on CMU motion capture, split by take; for 2D and lifted poses filmed by virtual cameras.

    python train.py --config=configs/movements_cmu.py --workdir=work/cmu/movements
    python evaluate.py --workdir=work/cmu/movements

Needs the CMU packs (HDVR_REAL_DATA); inputs=3d_lifted also needs the lifter of configs/lifter_cmu.py. Four
minutes a seed on two cores. Three seeds, true 3D of the dance pack: macro-F 0.952, micro-F 0.968 on the test takes.
"""

import ml_collections

from configs.movements_common import make_tiny, movements_config
from hdvr_jax.configurations import parse_arg

_STEPS = {"full": 600, "demo": 400, "tiny": 20}


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: size = full, demo (minutes) or tiny (seconds, for tests); pack = dance, actions or all; inputs = 2d,
    3d_lifted or 3d_true; lifter = workdir of the lifter that 3d_lifted reads."""
    options = parse_arg(arg, {"size": _STEPS}, size="full", pack="dance", inputs="3d_true", lifter="work/lifter_cmu")
    config = movements_config("movements_cmu", options.inputs, options.lifter)
    config.data.virtual_views = 0 if options.inputs == "3d_true" else 4
    config.data.dataset = "cmu_mocap"
    config.data.options.pack = options.pack
    config.train.steps = _STEPS[options.size]
    config.train.eval_every = config.train.checkpoint_every = config.train.steps // 4
    config.evaluate.groups = ("genre",)
    if options.size == "tiny":
        make_tiny(config)
    return config
