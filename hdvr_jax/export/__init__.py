"""Results as files for other programs."""

from hdvr_jax.export.arrays import write_poses
from hdvr_jax.export.folder import check, write
from hdvr_jax.export.names import EXTRAS, FILES

__all__ = ["EXTRAS", "FILES", "check", "write", "write_poses"]
