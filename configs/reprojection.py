"""Transform re-projection: a lifter learnt from pairs of views without 3D (Li's thesis, chapter 3).

    python train.py --config=configs/reprojection.py --workdir=work/reprojection
    python train.py --config=configs/reprojection.py:data=cmu,row=trans_reproj --workdir=work/reprojection_cmu
    python evaluate.py --workdir=work/reprojection

Trained on detections of AIST++ (ch01, ch02, ch05 and ch06, eight cameras), tested on ch03, one view at a time. The rows
of tables 3.1 and 3.2 are named after them; at full size, 1,024 channels, they take hours on two cores, and
`benchmarks.self_supervised` trains them all at a smaller one. "fitted_temporal", the default, goes beyond the thesis:
27 frames, no root branch but the place where a pose fits both views, large errors counted linearly. 256 channels and
3,000 steps, some seven minutes a seed.
"""

import ml_collections

from configs.lifter_common import lifter_config
from configs.self_supervised_common import DATA, SKIP, see_views, set_budget
from hdvr_jax.configurations import parse_arg

# Of each row, what differs from the thesis' own method: four residual blocks, a root branch, pre-training.
_TEMPORAL = {"backbone": "temporal"}
ROWS = {
    # Single views know nothing of the pre-training either, in which poses of both are compared.
    "reproj": {"transform_weight": 0.0, "pretraining": 0.0},
    "reproj_adv": {"transform_weight": 0.0, "pretraining": 0.0, "adversarial_weight": 0.1},
    "trans_reproj": {},
    "trans_reproj_da": {"virtual_views": 8},
    "res_linear": {"virtual_views": 8, "blocks": 2},
    "temporal_dilated": {"virtual_views": 8, **_TEMPORAL},
    "published_root": {"root": "published"},
    "no_pretraining": {"root": "published", "pretraining": 0.0},
    "squared": {"knee": 0.0},
    "fitted_root": {"root": "fit", "pretraining": 0.0},
    "fitted_root_da": {"root": "fit", "pretraining": 0.0, "virtual_views": 8},
    "fitted_temporal": {"root": "fit", "pretraining": 0.0, "virtual_views": 8, **_TEMPORAL},
}
_OF_DATA = ("virtual_views",)


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: data = aistpp or cmu; row; extrinsics = given or estimated; skip = view to leave out, or none;
    channels, steps; layers = of the temporal rows, each of which sees three times as many frames; size."""
    choices = {"data": DATA, "skip": SKIP, "row": ROWS, "extrinsics": ("given", "estimated"), "size": ("full", "tiny")}
    options = parse_arg(
        arg, choices, data="aistpp", row="fitted_temporal", extrinsics="given", skip="c05", channels=0, steps=0,
        layers=3, size="full",
    )  # fmt: skip
    row, tiny = dict(ROWS[options.row]), options.size == "tiny"
    temporal = row.get("backbone") == "temporal"
    widths = (3,) * (2 if tiny else options.layers) if temporal else (1,)
    # One output a window: neighbouring frames in a batch teach little more than one of them.
    config = lifter_config("reprojection", widths=widths, outputs=1)
    config.family = "reprojection"
    see_views(config, options.data, options.skip, tiny=tiny)
    config.data.extrinsics = options.extrinsics
    _method(config.model)
    config.model.channels = options.channels or (32 if tiny else 256 if temporal else 1024)
    set_budget(config.train, 512, options.steps or (20 if tiny else 3000 if temporal else 12000), tiny=tiny)
    config.model.pretraining_steps = round(config.train.steps * row.pop("pretraining", 1 / 16))
    for name, value in row.items():
        config["data" if name in _OF_DATA else "model"][name] = value
    config.data.unpaired = config.model.adversarial_weight > 0
    if tiny:
        config.data.virtual_views = min(1, config.data.virtual_views)
    return config


def _method(model: ml_collections.ConfigDict) -> None:
    """The thesis' own method, but for the root branch's form and the knee."""
    model.inputs = "frames"
    model.backbone, model.blocks = "residual", 4
    model.root = "branch"  # of hdvr_jax.families.reprojection
    model.transform_weight = 1.0  # lambda of equation 3.7
    model.knee = 0.02  # reprojection errors beyond it, in metres, count linearly; 0 for squares, as published
    model.adversarial_weight = 0.0
