"""A skeleton with bones of constant length and joints that turn, fitted to 3D poses."""

from hdvr_jax.rigging.fit import fit, fit_error, has_pose
from hdvr_jax.rigging.rig import Rig, RiggedMotion

__all__ = ["Rig", "RiggedMotion", "fit", "fit_error", "has_pose"]
