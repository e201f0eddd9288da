"""A lifter that reads no frame after its own, for streams: the built-in dances seen by random cameras.

    python train.py --config=configs/lifter_causal.py --workdir=work/stream/lifter

All else is that of configs/lifter_choreo.py, and so is the time it takes. What a stream loses, on the test dancers of
version 1.2 of the dances, seed 0, 8,000 steps: 54.8 mm MPJPE and a velocity error of 11.8 mm, and 51.7 and 10.7 of
configs/lifter_choreo.py (size=demo: 69.9 and 20.0, and 67.3 and 19.5). These are with the size of a sighting taken
from the whole clip, as evaluate.py does; a stream takes that of the last seconds.
"""

import math

import ml_collections

from configs import lifter_choreo
from configs.lifter_common import set_outputs
from hdvr_jax.configurations import parse_arg


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: size = full, demo (minutes) or tiny (seconds, for tests)."""
    options = parse_arg(arg, {"size": ("full", "demo", "tiny")}, size="full")
    config = lifter_choreo.get_config(f"size={options.size}")
    config.name, config.model.causal = "lifter_causal", True
    set_outputs(config, config.data.window_frames - math.prod(config.model.widths) + 1)
    return config
