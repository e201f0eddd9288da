"""Lifter on AIST++: real detections of nine cameras, trained on the 3D of ch01, ch02 and ch05, tested on ch03.

    python train.py --config=configs/lifter_aistpp.py --workdir=work/lifter_aistpp

With evaluate.py, its data part is the benchmark of any other lifter on real detections; split=all takes all five
recordings, for lifters that were trained without any of them. Camera c05 is out of step with the others and left out.
Half of the examples are seen by a random camera instead, through the fitted detector.
"""

import ml_collections

from configs.lifter_common import lifter_config, observe_detections
from hdvr_jax.configurations import parse_arg


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: size = full or tiny (seconds, for tests); split = what to evaluate on (test or all)."""
    options = parse_arg(arg, {"size": ("full", "tiny"), "split": ("test", "all")}, size="full", split="test")
    tiny = options.size == "tiny"
    config = lifter_config("lifter_aistpp", widths=(3, 3) if tiny else (3, 3, 3, 3), outputs=8 if tiny else 32)
    config.data.dataset = "aistpp"
    observe_detections(config.data)
    config.data.labelled_clips = ("ch01", "ch02", "ch05")
    config.data.random_share = 0.5
    config.data.skip_views = ("c05",)
    config.data.validation_split = ""  # five recordings: none to spare, so that the last step is taken
    config.evaluate.split = options.split
    config.evaluate.metric = "body_mpjpe_mm"
    config.evaluate.groups = ("clip", "view")
    config.train.batch_size = 4 if tiny else 32
    config.train.steps = 20 if tiny else 3000
    config.train.eval_every = config.train.checkpoint_every = 10 if tiny else 1000
    if tiny:
        config.model.channels = 32
    return config
