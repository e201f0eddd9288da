"""Movements of body parts by a user's own labels of their own recordings.

    python train.py --config=configs/movements_own.py:raw_dir=FOLDER,labels=labels.csv --workdir=work/own/movements

FOLDER holds keypoint files in any known format (`datasets/keypoint_folder`), labels.csv says who does what when
(`hdvr_jax/movements/own_labels.py`). inputs=3d_lifted reads poses by a lifter, from videos of people of any size and
place the better choice; inputs=2d needs none.
"""

import ml_collections

from configs.movements_common import make_tiny, movements_config
from hdvr_jax.configurations import parse_arg
from hdvr_jax.errors import InputError
from hdvr_jax.movements import own_labels


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: raw_dir, labels; classes = whether FOLDER has a folder for each class; inputs = 2d, 3d_lifted or
    3d_true; lifter = workdir of the lifter that 3d_lifted reads; splitting = a scheme of hdvr_jax.splits; size = full
    or tiny (seconds, for tests)."""
    options = parse_arg(
        arg,
        {"size": ("full", "tiny")},
        raw_dir="",
        labels="",
        classes=True,
        inputs="2d",
        lifter="work/lifter_cmu",
        splitting="",
        size="full",
    )
    config = movements_config("movements_own", options.inputs, options.lifter)
    config.data.dataset = "keypoint_folder"
    config.data.options.raw_dir, config.data.options.classes = options.raw_dir, options.classes
    config.data.options.labels = config.data.labels = options.labels
    config.data.splitting = options.splitting
    if options.labels:
        config.model.types = own_labels.read(options.labels).types()
        if not config.model.types:
            raise InputError(f"{options.labels}: no movements; expected lines with a body part")
        config.model.mirror = own_labels.symmetric(own_labels.vocabulary(config.model.types))
    config.train.steps = 2000
    config.train.eval_every = config.train.checkpoint_every = 500
    config.evaluate.groups = ("genre",)
    if options.size == "tiny":
        make_tiny(config)
    return config
