"""Whether joints lie in the images that they are said to be in."""

import numpy as np
from jaxtyping import Float

# Detectors guess joints that the edge of an image cuts off, but neither far beyond it nor many.
_MARGIN, _MOST = 0.05, 0.03


def notes(
    points: Float[np.ndarray, "*any 2"], size: tuple[int, int], images: str, way: str = "--image-size"
) -> list[str]:
    """A sentence where more than a few of the joints lie clearly outside.

    Args:
        points: Pixels; NaN where missing.
        size: (width, height) of the images.
        images: What the images are called.
        way: How to tell their right size.
    """
    seen = points[np.isfinite(points).all(-1)]
    width_and_height = np.array(size)
    out = (np.abs(seen - width_and_height / 2) > (0.5 + _MARGIN) * width_and_height).any(-1)
    if not len(seen) or out.mean() <= _MOST:
        return []
    return [
        f"{100 * out.mean():.0f} % of the joints lie outside {images} ({size[0]}x{size[1]}): if the keypoints are of "
        f"images of another size, say so with {way}."
    ]
