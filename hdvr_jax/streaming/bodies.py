"""What movement and genre models read of dancers, frame by frame: the causal counterpart of `clip_poses.normalise`.

Two things of the whole clip are here those of the past. The size of a body is that of the last `SIZE_SECONDS`. The path
of the root is added up from steps in units of the size at that time, so that a size that is still being found out does
not look like motion; models read the path's velocity only. Gaps are held, not interpolated.

Symbols: S dancers; joints are those of h36m17.
"""

from typing import Any

import numpy as np
from jaxtyping import Float

from hdvr_jax.axes import upright
from hdvr_jax.clip_poses import LIFTED_SKELETON, body_size
from hdvr_jax.skeletons import get_skeleton

SIZE_SECONDS = 10.0

State = dict[str, Any]


def start(slots: int, fps: float) -> State:
    """The state before the first frame, for so many dancers."""
    joints, frames = len(get_skeleton(LIFTED_SKELETON).joints), max(1, round(SIZE_SECONDS * fps))
    return {
        "seen": np.full((slots, frames, joints, 2), np.nan, np.float32),
        "lifted": np.full((slots, frames, joints, 3), np.nan, np.float32),
        "pose": np.zeros((slots, joints, 3), np.float32),
        "hip": np.full((slots, 2), np.nan, np.float32),
        "path": np.zeros((slots, 2), np.float32),
    }


def nobody(slots: int) -> dict[str, dict[str, np.ndarray]]:
    """What `step` gives, of nobody."""
    joints = len(get_skeleton(LIFTED_SKELETON).joints)
    return {
        name: {
            "points": np.zeros((slots, joints, axes), np.float32),
            "visible": np.zeros((slots, joints), np.float32),
            "root": np.zeros((slots, axes), np.float32),
        }
        for name, axes in (("flat", 2), ("posed", 3))
    }


def step(state: State, number: int, frame: dict[str, np.ndarray]) -> tuple[State, dict[str, dict[str, np.ndarray]]]:
    """The state after a frame, and of "flat" and "posed" dancers the fields of `clip_poses.normalise`.

    Args:
        number: Of the frame.
        frame: `points` (S, J, 2) pixels, held where missing, NaN where never known; `measured` (S, J, 2) without
            those held; `visible` (S, J) confidence; `poses` (S, J, 3) metres, camera axes; `present` (S,), where these
            count; `fresh` (S,), in which rows a dancer begins.
    """
    fresh, present, hip = frame["fresh"], frame["present"], get_skeleton(LIFTED_SKELETON).index("hip")
    poses = np.where(present[:, None, None], frame["poses"], np.float32(np.nan))
    seen = _remembered(state["seen"], frame["measured"], fresh, number)
    lifted = _remembered(state["lifted"], poses, fresh, number)
    pose = np.where((present | fresh)[:, None, None], frame["poses"], state["pose"])
    root = upright(frame["points"][:, hip])
    flat_size, posed_size = (
        np.array([body_size(history, LIFTED_SKELETON) for history in histories], np.float32)[:, None, None]
        for histories in (seen, lifted)
    )
    moved = np.where(fresh[:, None], 0, np.nan_to_num((root - state["hip"]) / flat_size[:, 0]))
    path = (np.where(fresh[:, None], 0, state["path"]) + moved).astype(np.float32)
    last = np.where(np.isfinite(root) | fresh[:, None], root, state["hip"])
    state = {"seen": seen, "lifted": lifted, "pose": pose, "hip": last, "path": path}
    return state, {
        "flat": _fields(frame["points"], flat_size, frame["visible"], path),
        "posed": _fields(pose, posed_size, frame["visible"], np.concatenate([path, np.zeros_like(path[:, :1])], -1)),
    }


def _remembered(history: np.ndarray, new: np.ndarray, fresh: np.ndarray, number: int) -> np.ndarray:
    """The history with one more frame in place of the oldest; of fresh rows that frame alone."""
    kept = np.where(fresh[:, None, None, None], np.float32(np.nan), history)
    kept[:, number % history.shape[1]] = new
    return kept


def _fields(
    points: Float[np.ndarray, "S J D"], size: Float[np.ndarray, "S 1 1"], visible: np.ndarray, path: np.ndarray
) -> dict[str, np.ndarray]:
    hip = get_skeleton(LIFTED_SKELETON).index("hip")
    relative = upright((points - points[:, hip : hip + 1]) / size)
    return {"points": np.nan_to_num(relative).astype(np.float32), "visible": visible, "root": path}
