"""Results as files for other programs."""

from hdvr_jax.export.arrays import poses_npz
from hdvr_jax.export.folder import FILES, check, write

__all__ = ["FILES", "check", "poses_npz", "write"]
