"""Who is who: from the people found in every frame to dancers through time (HDVR, section 2.1)."""

from hdvr_jax.tracking.from_keypoints import track_keypoints
from hdvr_jax.tracking.from_video import track_video
from hdvr_jax.tracking.results import Risk, Tracking
from hdvr_jax.tracking.settings import Settings

__all__ = ["Risk", "Settings", "Tracking", "track_keypoints", "track_video"]
