"""Action-wise training (Bai 2021): what budgets are equal, and how fast a training gains precision.

One model is trained for each action, on the sequences of that action alone. Training itself is the common loop with
`config.train.model_per = "action"`, in which every model takes the steps of the joint model: equation (3) exactly.
"""

from collections.abc import Mapping


def action_epochs(frames: Mapping[str, int], unit: float) -> dict[str, float]:
    """Epochs over its own frames that each action's model gets where a joint model gets `unit` epochs over all.

    t_0 = t_unit * n, with n = floor(frames of all actions / frames of the action) (equations 1 and 2): but for the
    rounding, each sees as many examples as the joint model does (equation 3).

    Raises:
        ValueError: an action without frames.
    """
    if empty := [action for action, count in frames.items() if count < 1]:
        raise ValueError(f"actions without frames: {', '.join(empty)}")
    total = sum(frames.values())
    return {action: unit * (total // count) for action, count in frames.items()}


def time_precision_rate(error: float, reference: float, seconds: float) -> float:
    """TPR: what the error fell by from `reference`, per second of training (table III); higher is better."""
    return (reference - error) / seconds
