"""A density of poses from CMU's motion capture, a prior for lifting: a mixture of Gaussians, split by take.

    python train.py --config=configs/density_cmu.py --workdir=work/density
    python evaluate.py --workdir=work/density

Needs the CMU packs (HDVR_REAL_DATA). No image is read. A minute on two cores. Seed 0, test takes: surprise -0.96 nats
for each coordinate; 99.8 of 100 poses are likelier than the same with all depths negated.
"""

import ml_collections

from configs.lifter_common import lifter_config
from hdvr_jax.configurations import parse_arg


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: gaussians; size = full or tiny."""
    options = parse_arg(arg, {"size": ("full", "tiny")}, size="full", gaussians=8)
    tiny = options.size == "tiny"
    config = lifter_config("density_cmu", widths=(1,), outputs=1)
    config.family = "density"
    config.model.gaussians = options.gaussians
    config.model.noise = 0.1  # metres, of joints
    config.data.dataset = "cmu_mocap"
    config.train.batch_size = 16 if tiny else 512
    config.train.steps = 20 if tiny else 5000
    config.train.log_every = 10 if tiny else 500
    config.train.eval_every = config.train.checkpoint_every = 10 if tiny else 1000
    config.evaluate.metric = "surprise"
    config.evaluate.views = 1
    config.optim.weight_decay = 0.0
    config.optim.learning_rate = 1e-2
    return config
