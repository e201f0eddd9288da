"""Action-wise training (Bai 2021): a lifter for each action, all in one program; or one lifter for all of them.

    python train.py --config=configs/action_wise.py:row=frames_27 --workdir=work/action_wise/own
    python train.py --config=configs/action_wise.py:row=frames_27,models=joint --workdir=work/action_wise/joint
    python evaluate.py --workdir=work/action_wise/own

The six actions of CMU's everyday takes that have test takes, filmed by four virtual cameras. Every model takes as many
steps as the joint one (equation 3). Inputs are keypoints relative to the hips: in the published screen coordinates a
joint model stays near the mean pose for these budgets, and there is nothing to compare. `python -m
benchmarks.action_wise` prints the whole table.
"""

import ml_collections

from configs import videopose3d
from hdvr_jax.configurations import parse_arg

ACTIONS = ("basketball", "climb", "drink", "run", "soccer", "walk")


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: row, as of `configs/videopose3d.py`; models = own or joint; epochs over all actions; size."""
    choices = {"row": videopose3d.ROWS, "models": ("own", "joint"), "size": ("full", "tiny")}
    options = parse_arg(arg, choices, row="frames_27", models="own", epochs=4.0, size="full")
    config = videopose3d.get_config(f"row={options.row},data=cmu_mocap,size={options.size}")
    config.name = "action_wise"
    config.model.inputs = "sighting"
    config.data.options.pack = "actions"
    config.data.keep = ml_collections.ConfigDict({"action": ACTIONS})
    config.data.validation_split = ""  # takes of four of the actions only
    if options.size == "full":
        config.model.channels, config.train.batch_size, config.train.epochs = 128, 128, options.epochs
    # In steps of an epoch, but for the last one, to what the paper's 80 epochs come to.
    config.optim.decay = 0.95 ** (80 / options.epochs)
    if options.models == "own":
        config.train.model_per, config.train.models = "action", ACTIONS
    return config
