"""Movements of body parts on the built-in dances; unseen dancers and choreographies in validation and test.

    python train.py --config=configs/movements_choreo.py --workdir=work/choreo/movements
    python evaluate.py --workdir=work/choreo/movements

inputs=3d_lifted (the default) first needs the lifter of configs/lifter_choreo.py. `benchmarks.movements` trains three
seeds in a quarter of an hour on two cores: from lifted poses macro-F 0.602, micro-F 0.699 on the test dancers.
"""

import ml_collections

from configs.movements_common import make_tiny, movements_config
from hdvr_jax.configurations import parse_arg

# size: size of the dataset, steps
_SIZES = {"full": ("standard", 1500), "demo": ("demo", 500), "tiny": ("tiny", 20)}


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: size = full, demo (minutes) or tiny (seconds, for tests); inputs = 2d, 3d_lifted or 3d_true; lifter =
    workdir of the lifter that 3d_lifted reads."""
    options = parse_arg(arg, {"size": _SIZES}, size="full", inputs="3d_lifted", lifter="work/choreo/lifter")
    dataset, steps = _SIZES[options.size]
    config = movements_config("movements_choreo", options.inputs, options.lifter)
    config.data.dataset = "choreo"
    config.data.options.size = dataset
    # Evidence of true 3D says nearly all: the rest is learned in fewer steps.
    steps = min(steps, 600) if options.inputs == "3d_true" else steps
    config.train.steps = steps
    config.train.eval_every = config.train.checkpoint_every = max(10, steps // 4)
    config.evaluate.groups = ("genre",)
    if options.size == "tiny":
        make_tiny(config)
    return config
