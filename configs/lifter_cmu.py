"""Lifter on CMU motion capture seen by random cameras: varied bodies, fitted detector noise, split by take.

    python train.py --config=configs/lifter_cmu.py --workdir=work/lifter_cmu
    python evaluate.py --workdir=work/lifter_cmu
    python evaluate.py --workdir=work/lifter_cmu --config=configs/lifter_aistpp.py:split=all

Needs the CMU packs (HDVR_REAL_DATA). About half an hour on two cores. Seed 0: 63.3 mm MPJPE on the test takes,
95.6 mm N-MPJPE on AIST++ detections (body joints, all views but c05).
"""

import ml_collections

from configs.lifter_common import lifter_config
from hdvr_jax.configurations import parse_arg


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: size = full or tiny (one that trains in seconds, for tests)."""
    options = parse_arg(arg, {"size": ("full", "tiny")}, size="full")
    tiny = options.size == "tiny"
    config = lifter_config("lifter_cmu", widths=(3, 3) if tiny else (3, 3, 3), outputs=8 if tiny else 64)
    config.data.dataset = "cmu_mocap"
    config.train.batch_size = 4 if tiny else 16
    config.train.steps = 20 if tiny else 30000
    config.train.log_every = 10 if tiny else 500
    config.train.eval_every = config.train.checkpoint_every = 10 if tiny else 5000
    if tiny:
        config.model.channels = 32
        config.evaluate.views = 1
    return config
