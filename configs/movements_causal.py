"""Movements of body parts by LSTMs that read forwards only, for streams: the built-in dances.

    python train.py --config=configs/movements_causal.py --workdir=work/stream/movements

inputs=3d_lifted (the default) first needs the lifter of configs/lifter_causal.py. A genre model for them is trained
by configs/genre_choreo.py:causal=True,lifter=work/stream/lifter,movements=work/stream/movements. All else is that of
configs/movements_choreo.py, but for what looks ahead. What a stream loses, on the test dancers of version 1.2 of the
dances, size=demo of all models, seed 0: macro-F 0.370 and micro-F 0.584, and 0.417 and 0.617 of models that read the
whole clip; genre, macro-F 0.36 and 0.43. On the full lifter, --config.train.steps=600 for movements and genre: 0.426
and 0.648; genre 0.45.
"""

import ml_collections

from configs import movements_choreo
from hdvr_jax.configurations import parse_arg


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: size = full, demo (minutes) or tiny (seconds, for tests); inputs = 2d or 3d_lifted, which a stream
    has, or 3d_true; lifter = workdir of the lifter that 3d_lifted reads."""
    choices = {"size": ("full", "demo", "tiny")}
    options = parse_arg(arg, choices, size="full", inputs="3d_lifted", lifter="work/stream/lifter")
    config = movements_choreo.get_config(f"size={options.size},inputs={options.inputs},lifter={options.lifter}")
    config.name, config.model.bidirectional = "movements_causal", False
    config.model.evidence = 0
    config.model.level = config.model.beside = False
    return config
