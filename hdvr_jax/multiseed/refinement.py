"""A lifter's poses refined on the clip that they were lifted from: semi-supervised HDVR (section 2.2, P* of L_3D)."""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from hdvr_jax import lifting, poses
from hdvr_jax.multiseed import clip as multiseed_clip
from hdvr_jax.multiseed import uncertainty
from hdvr_jax.multiseed.clip import Found
from hdvr_jax.multiseed.priors import Prior
from hdvr_jax.multiseed.settings import Settings
from hdvr_jax.multiseed.terms import Seen

# Frames a second that clips are optimised at; weights of terms over time are meant for it.
FPS = 30.0


def solve(
    clip: Mapping[str, Any],
    lifted: Float[np.ndarray, "S T J 3"] | None,
    skeleton: str,
    settings: Settings | None = None,
    seed: int = 0,
    prior: Prior | None = None,
) -> Found:
    """What the seeds about a lifter's poses, or random ones, come to, at `FPS`.

    Args:
        clip, lifted, skeleton: as in `see`.
        seed: of the perturbations.
        prior: what the term "learned" asks.
    Raises:
        InputError: as `Settings.check`.
    """
    seen = see(clip, lifted, skeleton)
    return multiseed_clip.lift(jax.random.key(seed), seen, FPS, settings or Settings(), skeleton, prior)


def see(clip: Mapping[str, Any], lifted: Float[np.ndarray, "S T J 3"] | None, skeleton: str) -> Seen:
    """A clip as the optimiser sees it, at `FPS`.

    Args:
        clip: one view and its camera.
        lifted: of S trainings of a lifter, metres about the root in the camera's axes, at the clip's frames, finite;
            None where there is none.
        skeleton: of `lifted`.
    """
    rays = lifting.view_rays(clip, 0, skeleton, FPS)
    starts = None
    if lifted is not None:
        starts = np.stack([poses.resample(np.asarray(each, np.float32), clip["fps"], FPS) for each in lifted])
    return multiseed_clip.see(rays["rays"], rays["confidence"], skeleton, starts)


def refine(
    clip: Mapping[str, Any],
    lifted: Float[np.ndarray, "S T J 3"],
    skeleton: str,
    settings: Settings | None = None,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """`solve`, at the clip's frames: "poses" (T, J, 3), "trajectory" (T, 3) of the root and "expected_error" (T, J) of
    the poses (`uncertainty.expected_error`), metres."""
    seen = see(clip, lifted, skeleton)
    found = multiseed_clip.lift(jax.random.key(seed), seen, FPS, settings or Settings(), skeleton)
    off = uncertainty.expected_error(found.spread, np.asarray(seen.confidence).T, skeleton)
    values = {"poses": found.poses, "trajectory": found.trajectory, "expected_error": off}
    return {name: lifting.on_frames(value, FPS, len(lifted[0]), clip["fps"]) for name, value in values.items()}
