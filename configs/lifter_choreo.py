"""Lifter on the built-in dances, seen by random cameras; unseen dancers and choreographies in validation and test.

    python train.py --config=configs/lifter_choreo.py --workdir=work/choreo/lifter

22 minutes on two cores beside other work. Seed 0: 56.9 mm MPJPE on the test dancers, each clip seen by a random camera;
61.1 mm on the recorded detections (--set=data.observation=detections).
"""

import ml_collections

from configs.lifter_common import lifter_config
from hdvr_jax.configurations import parse_arg

_SIZES = {
    # size: dataset, widths, channels, outputs, batch, steps
    "full": ("standard", (3, 3, 3, 3), 384, 64, 16, 12000),
    "demo": ("demo", (3, 3, 3), 256, 32, 32, 1800),
    "tiny": ("tiny", (3, 3), 32, 8, 4, 20),
}


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: size = full, demo (minutes) or tiny (seconds, for tests)."""
    options = parse_arg(arg, {"size": _SIZES}, size="full")
    dataset, widths, channels, outputs, batch, steps = _SIZES[options.size]
    config = lifter_config("lifter_choreo", widths=widths, outputs=outputs)
    config.model.channels = channels
    config.data.dataset = "choreo"
    config.data.options.size = dataset
    config.data.vary_bodies = False  # every dancer already has a body of its own
    config.train.batch_size, config.train.steps = batch, steps
    config.train.log_every = max(1, steps // 50)
    config.train.eval_every = config.train.checkpoint_every = max(10, steps // 3)
    config.evaluate.views = 1
    return config
