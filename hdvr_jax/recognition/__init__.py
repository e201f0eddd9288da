"""Recognition: from the dancers of a recording to 3D poses, movements and genre, in stages that only look forward."""

from hdvr_jax.recognition.flow import recognise
from hdvr_jax.recognition.models import Models, Reader, with_published_lifter, with_refinement
from hdvr_jax.recognition.models import load as load_models
from hdvr_jax.recognition.settings import Settings

__all__ = [
    "Models",
    "Reader",
    "Settings",
    "load_models",
    "recognise",
    "with_published_lifter",
    "with_refinement",
]
