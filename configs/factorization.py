"""The consistent factorization network: poses and cameras learnt from pairs of views, no 3D (Li's thesis, chapter 4).

    python train.py --config=configs/dictionary.py --workdir=work/dictionary
    python train.py --config=configs/factorization.py:dictionary=work/dictionary --workdir=work/factorization
    python train.py --config=configs/factorization.py:row=baseline --workdir=work/factorization_baseline
    python evaluate.py --workdir=work/factorization

Trained on detections of AIST++ (ch01, ch02, ch05 and ch06, eight cameras), tested on ch03, one view at a time; or, with
data=cmu, on motion capture filmed by four virtual cameras. Where the cameras stand is not read. Rows of tables 4.1 and
4.2: baseline, hd, adv (which reads unpaired 3D), cf and sd (see hdvr_jax.families.factorization). Without dictionary=
the dictionary is learnt along with the network, as that of sd is (of a single level; Novotny et al. 2019).
"""

import ml_collections

from configs.dictionary import LEVELS, tiny_levels
from configs.dictionary import ROWS as DICTIONARIES
from configs.lifter_common import lifter_config
from configs.self_supervised_common import DATA, SKIP, see_views, set_budget
from hdvr_jax.configurations import parse_arg
from hdvr_jax.networks.dictionary import PARTS

CAMERAS = ("columns", "exponential")
BACKBONES = ("residual", "temporal")
# (Sizes of the dictionary's levels, lambda of equation 4.8, weight of the adversarial loss). The thesis does not tell
# lambda: with 0.5 in place of 2, a short training drew poses out in depth.
ROWS = {
    "baseline": ((), 0.0, 0.0),
    "hd": (LEVELS, 0.0, 0.0),
    "adv": (LEVELS, 0.0, 0.1),
    "cf": (LEVELS, 2.0, 0.0),
    "sd": (LEVELS[-1:], 2.0, 0.0),
}
# Of the dictionary's learning rate, where it has been learnt before (0.0001 beside 0.001).
_FINE_TUNING = 0.1


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: data = aistpp or cmu; row; dictionary = workdir of one learnt before; channels, steps; backbone =
    residual (single frames, as published) or temporal (27); virtual = views added to every clip; camera = columns, or
    exponential as published; skip = view to leave out, or none; size.
    """
    choices = {
        "data": DATA,
        "skip": SKIP,
        "row": ROWS,
        "backbone": BACKBONES,
        "camera": CAMERAS,
        "size": ("full", "tiny"),
    }
    options = parse_arg(
        arg, choices, data="aistpp", row="cf", dictionary="", channels=0, steps=0, backbone="temporal", virtual=8,
        camera="columns", skip="c05", size="full",
    )  # fmt: skip
    tiny, temporal = options.size == "tiny", options.backbone == "temporal"
    widths = (3,) * (2 if tiny else 3) if temporal else (1,)
    config = lifter_config("factorization", widths=widths, outputs=1)
    config.family = "factorization"
    see_views(config, options.data, options.skip, tiny=tiny)
    config.data.virtual_views = min(1, options.virtual) if tiny else options.virtual
    config.data.unpaired = options.row == "adv"
    _network(config.model, options.channels or (33 if tiny else 256 if temporal else 1024), options.camera)
    config.model.backbone, config.model.inputs = options.backbone, "frames"
    model, row = config.model, ROWS[options.row]
    model.levels, model.consistency_weight, model.adversarial_weight = row
    model.levels = tiny_levels(model.levels) if tiny else model.levels
    model.keep_image = True
    set_budget(config.train, 512, options.steps or (20 if tiny else 3000 if temporal else 12000), tiny=tiny)
    model.warmup_steps = config.train.steps // 4  # over which lambda rises
    model.imitated = DICTIONARIES["hierarchical"][1] if options.dictionary else ""  # the camera of that dictionary
    parts = PARTS if options.dictionary else ()
    config.train.initial_parts = dict.fromkeys(parts, options.dictionary)
    config.optim.slower = dict.fromkeys(parts, 0.0) | ({"dictionary": _FINE_TUNING} if parts else {})
    return config


def _network(model: ml_collections.ConfigDict, channels: int, camera: str) -> None:
    model.blocks = 4  # of the residual backbone
    model.channels = channels
    model.head_channels = channels // 3 * 3  # of either head; a multiple of 3
    model.camera = camera
