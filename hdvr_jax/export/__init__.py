"""Results as files for other programs."""

from hdvr_jax.export.arrays import write_poses
from hdvr_jax.export.folder import FILES, check, write

__all__ = ["FILES", "check", "write", "write_poses"]
