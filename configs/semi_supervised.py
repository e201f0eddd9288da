"""Semi-supervised lifter: poses and trajectory, part of the takes labelled (Pavllo et al. 2019, sections 4 and 6.4).

    python train.py --config=configs/semi_supervised.py --workdir=work/semi/10
    python train.py --config=configs/semi_supervised.py:share=0.1,unlabelled=0.0 --workdir=work/semi/10_supervised
    python train.py --config=configs/semi_supervised.py:data=aistpp --workdir=work/semi/aistpp

On CMU motion filmed by four virtual cameras, with exact 2D as in the paper's figure 5c; or on AIST++ detections, of
which ch01 is labelled and ch02, ch05 and ch06 are not, tested on ch03. `unlabelled=0.0` leaves the unlabelled takes
out: the supervised rival on the same labels, with the same network, steps and labelled examples in each step.
About a minute a seed on two cores; `python -m benchmarks.semi_supervised` prints the whole table.
"""

import ml_collections

from configs.lifter_common import lifter_config, observe_detections
from hdvr_jax.configurations import parse_arg
from hdvr_jax.errors import InputError


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: data; share of the labelled CMU takes; unlabelled share of each batch; size = full or tiny."""
    choices = {"data": ("cmu_mocap", "aistpp"), "size": ("full", "tiny")}
    options = parse_arg(arg, choices, data="cmu_mocap", share=0.1, unlabelled=0.5, size="full")
    if options.data == "aistpp" and "share" in arg:
        raise InputError("config argument share: of CMU takes only; with data=aistpp the clip ch01 is labelled")
    tiny = options.size == "tiny"
    config = lifter_config("semi_supervised", widths=(3, 3) if tiny else (3, 3, 3), outputs=8)
    config.family = "lifter_trajectory"
    config.model.update(
        channels=32 if tiny else 128,
        dropout=0.1,
        reprojection_weight=1.0,
        bone_weight=1.0,
        bone_each=True,  # each example, and not only the batch (as published), is to have the labelled bodies' lengths
        warmup_steps=5 if tiny else 300,  # without the unlabelled part
    )
    config.data.unlabelled = options.unlabelled
    config.train.batch_size = _batch(4 if tiny else 16, options.unlabelled)
    config.train.steps = 20 if tiny else 5000
    config.train.eval_every = config.train.checkpoint_every = 10 if tiny else 5000
    config.train.log_every = 10 if tiny else 500
    _choose(config, options, tiny)
    return config


def _batch(labelled: int, unlabelled: float) -> int:
    """A batch with so many labelled examples."""
    if not 0 <= unlabelled < 1:
        raise InputError(f"config argument unlabelled={unlabelled}: expected 0 or more and less than 1")
    return round(labelled / (1 - unlabelled))


def _choose(config: ml_collections.ConfigDict, options: ml_collections.ConfigDict, tiny: bool) -> None:
    config.data.dataset = options.data
    if options.data == "aistpp":
        observe_detections(config.data)
        config.data.labelled.choreography, config.data.skip_views = ("gBR_sBM_ch01",), ("c05",)
        config.data.validation_split = ""
        config.evaluate.metric, config.evaluate.groups = "body_mpjpe_mm", ("view",)
    else:
        observe_detections(config.data, film_views=1 if tiny else 4)
        config.data.cameras.noise, config.data.vary_bodies = 0.0, False
        config.data.labelled_share = options.share
