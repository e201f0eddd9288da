"""Fields that all movement configs share."""

import ml_collections

from hdvr_jax.configurations import base_config
from hdvr_jax.errors import InputError

# On how many scales evidence is added to the logits, by kind of poses.
_EVIDENCE = {"2d": 0, "3d_lifted": 1, "3d_true": 3}


def movements_config(name: str, inputs: str, lifter: str) -> ml_collections.ConfigDict:
    """A movement model of "2d", "3d_lifted" (by the model in the workdir `lifter`) or "3d_true" poses."""
    if inputs not in _EVIDENCE:
        raise InputError(f"config argument inputs={inputs}: expected one of {', '.join(_EVIDENCE)}")
    config = base_config()
    config.name, config.family = name, "movements"
    config.model.inputs = inputs
    config.model.skeleton = "h36m17"
    config.model.own_axes = True  # 3D along the dancer's own axes, not the viewer's
    config.model.turn = False  # random yaw of true 3D; without effect along the dancer's own axes
    # How far poses are beyond the thresholds of the vocabulary's rules: on how many scales that adds to the logits.
    config.model.evidence = _EVIDENCE[inputs]
    # Of evidence about a threshold; what is lifted is noisy.
    config.model.sharpness = 16.0 if inputs == "3d_true" else 2.0
    config.model.level = inputs == "3d_lifted"  # lifted poses are turned upright, by their whole clip
    config.model.beside = inputs == "3d_lifted"  # reads the detections beside lifted poses
    config.model.whole_body = inputs != "3d_true"  # every part's LSTM reads all joints, not its part's alone
    config.model.mirror = True  # mirrors every other training example, labels and all
    config.model.features = 32  # cell size of every part's LSTM, per direction
    config.model.layers = 1
    config.model.bidirectional = True  # False: causal, for streaming
    config.model.dropout = 0.1 if inputs == "3d_true" else 0.0
    config.model.max_positive_weight = 8.0
    config.data.fps = 30.0
    config.model.types = ()  # "part/name" of a user's own movement types; () for the project's vocabulary
    config.data.labels = ""  # table of a user's own labels; "" for the annotator's
    config.data.label_doubt = 0.0  # frames so near a threshold that nobody could tell are left out; 0 for none
    config.data.virtual_views = 0  # cameras that film a clip which has none
    config.data.window_frames = 96
    config.data.stride_frames = 24
    config.optim.learning_rate = 1e-2
    config.optim.schedule = "cosine"
    config.optim.final_fraction = 0.02
    config.optim.warmup_steps = 50
    config.optim.clip_norm = 1.0
    config.train.batch_size = 32
    config.upstream.lifter = lifter if inputs == "3d_lifted" else ""
    config.evaluate.batch_size = 16
    config.evaluate.metric, config.evaluate.mode = "macro_f", "max"
    return config


def make_tiny(config: ml_collections.ConfigDict) -> None:
    """Turns a config into one that trains in seconds, for tests."""
    config.model.features = 8
    config.data.window_frames, config.data.stride_frames = 24, 24
    config.train.batch_size = 4
    config.train.steps, config.train.log_every = 20, 10
    config.train.eval_every = config.train.checkpoint_every = 10
