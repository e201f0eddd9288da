"""Joint sets, mappings between them and the sixteen body parts."""

from hdvr_jax.skeletons.definitions import Skeleton, get_skeleton, kind_of, mirrored_name, skeleton_names
from hdvr_jax.skeletons.mappings import Mapping, get_mapping
from hdvr_jax.skeletons.parts import BODY_PARTS, part_joints

__all__ = [
    "BODY_PARTS",
    "Mapping",
    "Skeleton",
    "get_mapping",
    "get_skeleton",
    "kind_of",
    "mirrored_name",
    "part_joints",
    "skeleton_names",
]
