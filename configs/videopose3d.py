"""The rows of Pavllo et al. 2019: the published network, inputs and training, on any dataset of the project.

    python train.py --config=configs/videopose3d.py:row=frames_27,data=cmu_mocap --workdir=work/videopose3d/frames_27
    python train.py --config=configs/videopose3d.py:row=frames_243,data=human36m --workdir=work/videopose3d/frames_243

Keypoints in screen coordinates, 1,024 channels, batches of 1,024 windows with one output each, Adam with amsgrad, a
learning rate times 0.95 after every epoch, batch-norm momentum from 0.9 to 0.999, mirrored examples in training and in
evaluation, 80 epochs (HumanEva-I: batches of 128, decay 0.996, dropout 0.5, 1,000 epochs). Tables by action. On
Human3.6M with CPN detections the paper has 51.8 / 40.0 (single frame) to 46.8 / 36.5 (243 frames) MPJPE / P-MPJPE in
millimetres; those archives were not at hand here. Motion without cameras is filmed by four virtual ones first.
"""

import ml_collections

from configs.lifter_common import lifter_config, observe_detections, set_outputs
from hdvr_jax.configurations import parse_arg

ROWS = {
    # row: widths, causal, dense
    "single_frame": ((1, 1, 1, 1, 1), False, False),
    "frames_9": ((3, 3), False, False),
    "frames_27": ((3, 3, 3), False, False),
    "frames_81": ((3, 3, 3, 3), False, False),
    "frames_243": ((3, 3, 3, 3, 3), False, False),
    "causal_27": ((3, 3, 3), True, False),
    "causal_243": ((3, 3, 3, 3, 3), True, False),
    "dense_27": ((3, 3, 3), False, True),
}
DATASETS = {
    # dataset: frames per second, skeleton
    "cmu_mocap": (30.0, "h36m17"),
    "aistpp": (30.0, "h36m17"),
    "choreo": (30.0, "h36m17"),
    "human36m": (50.0, "h36m17"),
    "humaneva": (60.0, "humaneva15"),
    "mpi_inf_3dhp": (25.0, "mpi3dhp17"),
}
_VALIDATED = ("cmu_mocap", "choreo")


def get_config(arg: str = "") -> ml_collections.ConfigDict:
    """Arguments: row of the paper; data, a dataset; size = full or tiny (seconds, for tests)."""
    choices = {"row": ROWS, "data": DATASETS, "size": ("full", "tiny")}
    options = parse_arg(arg, choices, row="frames_27", data="cmu_mocap", size="full")
    widths, causal, dense = ROWS[options.row]
    config = lifter_config("videopose3d", widths=widths, outputs=1, causal=causal)
    config.name = "videopose3d"
    config.model.update(inputs="screen", channels=1024, dropout=0.25, dense=dense, final_momentum=0.999, flip=True)
    config.model.kernel_variance = 1 / 3
    config.data.dataset = options.data
    config.data.fps, config.model.skeleton = DATASETS[options.data]
    observe_detections(config.data, film_views=4)
    config.data.validation_split = "validation" if options.data in _VALIDATED else ""
    _train_as_published(config)
    config.evaluate.groups = ("action",)
    if options.data == "humaneva":
        config.model.dropout, config.optim.decay = 0.5, 0.996
        config.train.batch_size, config.train.epochs = 128, 1000.0
    if options.size == "tiny":
        config.model.channels, config.train.batch_size, config.train.epochs, config.train.steps = 16, 4, 0.0, 20
        config.data.film_views = 1
        set_outputs(config, 1)
    return config


def _train_as_published(config: ml_collections.ConfigDict) -> None:
    """Section 5 of the paper, and what its code adds to it."""
    config.optim.update(
        optimizer="amsgrad", learning_rate=1e-3, schedule="exponential", decay=0.95, weight_decay=0.0, warmup_steps=0,
        clip_norm=0.0, ema=0.0,
    )  # fmt: skip
    config.train.update(batch_size=1024, epochs=80.0, eval_every=5000, checkpoint_every=5000)
