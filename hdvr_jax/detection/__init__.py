"""People in the frames of a video."""

from hdvr_jax.detection.flow import detect, detect_with
from hdvr_jax.detection.people import Settings

__all__ = ["Settings", "detect", "detect_with"]
