"""Where the dancers of a recognition are in a picture."""

import dataclasses

import numpy as np
from jaxtyping import Float

from hdvr_jax.axes import upright
from hdvr_jax.recognition.results import Recognition, TrackResult

_USUAL_SIZE, _LARGEST, _LEAST = (1280, 720), 1920, 64

Size = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Places:
    """One dancer in pixels of a picture.

    Attributes:
        pose: (T, J, 2) the joints of the 3D poses.
        given: (T, G, 2) the joints that the poses were lifted from, as they were read; None of a 3D input.
    """

    pose: Float[np.ndarray, "T J 2"]
    given: Float[np.ndarray, "T G 2"] | None = None


def canvas_size(recognition: Recognition) -> Size:
    """Width and height, pixels, of a picture without a video: those of the images that the keypoints came from.

    Unless these are larger than a screen, or were not told: then they are what holds the keypoints.
    """
    width, height = _image_size(recognition, None)
    scale = min(1, _LARGEST / max(width, height))
    return max(_LEAST, int(width * scale)), max(_LEAST, int(height * scale))


def places(recognition: Recognition, size: Size, video: bool) -> list[Places]:
    """Every dancer in a picture of some size.

    Lifted poses are where they project to, beside what they were lifted from. Those of a 3D input are seen from the
    front, all at one scale that lets them fit.

    Args:
        video: Whether the picture is of the video itself, whose pixels keypoints of unknown image size are in.
    """
    low, high = _extent([result for result in recognition.tracks if not result.poses.lifted])
    scale = 0.8 * min(np.array(size) / np.maximum(high - low, 0.1))
    usual = _image_size(recognition, size if video else None)
    found = []
    for result in recognition.tracks:
        if result.poses.lifted:
            larger = np.array(size) / np.array(result.given.image_size or usual)
            found.append(Places(result.poses.projected * larger, result.given.keypoints * larger))
        else:
            from_middle = result.poses.upright()[..., :2] - (low + high) / 2
            found.append(Places(upright(from_middle) * scale + np.array(size) / 2))
    return found


def _extent(results: list[TrackResult]) -> tuple[Float[np.ndarray, "2"], Float[np.ndarray, "2"]]:
    """Least and greatest x and y of 3D poses, metres."""
    points = np.concatenate([np.zeros((0, 3)), *(result.poses.upright().reshape(-1, 3) for result in results)])[:, :2]
    points = points[np.isfinite(points).all(-1)]
    return (points.min(0), points.max(0)) if len(points) else (np.zeros(2), np.ones(2))


def _image_size(recognition: Recognition, video: Size | None) -> Size:
    """Width and height of the images that the keypoints are in, as told, of the video, or of what holds them."""
    lifted = [result.given for result in recognition.tracks if result.poses.lifted]
    told = [track.image_size for track in lifted if track.image_size is not None]
    if told or video is not None or not lifted:
        return told[0] if told else video or _USUAL_SIZE
    points = np.concatenate([track.keypoints.reshape(-1, 2) for track in lifted])
    points = points[np.isfinite(points).all(-1)]
    # Single joints may be far out.
    reach = np.percentile(points, 99.9, axis=0) if len(points) else np.array(_USUAL_SIZE)
    width, height = np.maximum(_LEAST, np.ceil(1.05 * reach)).astype(int).tolist()
    return width, height
