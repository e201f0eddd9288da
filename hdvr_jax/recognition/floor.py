"""The floor under lifted dancers, and with it the camera's tilt and height.

A foot that stands is slow, and the lower of the two. The ankles of such feet lie in a plane, which is fitted to those
of all dancers: c and the unit vector n (up, in camera axes) that minimise

    sum_i w_i (n . p_i - c)^2 / s^2 + |n - m|^2 / b^2

where m is the mean upright direction of the standing bodies. Feet that stay on one spot, or on one line, say nothing
about the tilt across it; there m decides, and everywhere else the feet outweigh it. Weights w are reset from the
residuals while s comes down from coarse to fine, so that feet in the air drop out. No frame counts alone: w counts
stances, which last a while. What errors in depth add to the second moments is taken off them (errors in variables).
"""

import dataclasses
import importlib
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from hdvr_jax.levelling import upright_direction
from hdvr_jax.skeletons import get_skeleton

ANKLE_HEIGHT = 0.08  # metres of a standing foot's ankle above the sole
_SLOW = 0.4  # metres a second
_SPEED_SECONDS = 0.1
_STANCE_SECONDS = 0.5
_DEPTH_ERROR = 0.01  # of the distance, standard deviation
_KEPT = 0.9  # the largest share of the spread in any direction that is taken for error in depth
_SCALES = (0.3, 0.2, 0.14, 0.1, 0.07, 0.05, 0.04, 0.04, 0.04)  # metres, s of each round
_BODY_ERROR = np.deg2rad(6)  # b
_DECIDED = 0.5


@dataclasses.dataclass(frozen=True)
class Floor:
    """A floor, seen from a camera.

    Attributes:
        up: (3,) unit vector in camera axes.
        camera_height: metres of the camera above the floor.
        residual: metres, typical distance of standing ankles from their plane; NaN where no foot stands.
        stances: about how many stances of a foot went into it.
        by_feet: share in which feet, not the bodies' mean upright direction, decide on the tilt, in the direction that
            they say most about and in that which they say least about; each 0 to 1.
    """

    up: Float[np.ndarray, " 3"]
    camera_height: float
    residual: float
    stances: float
    by_feet: tuple[float, float]

    @property
    def tilt(self) -> float:
        """Degrees by which the camera looks down."""
        return float(np.rad2deg(-np.arcsin(np.clip(self.up[2], -1, 1))))

    @property
    def roll(self) -> float:
        """Degrees by which the right of the image is above its left."""
        return float(np.rad2deg(np.arcsin(np.clip(self.up[0], -1, 1))))

    @property
    def rotation(self) -> Float[np.ndarray, "3 3"]:
        """From camera axes to the world's: x right, y up, z towards the camera, along the floor."""
        back = np.array([0.0, 0.0, -1.0]) if abs(self.up[2]) < 0.999 else np.array([0.0, 1.0, 0.0])
        across = np.cross(self.up, back)
        across /= np.linalg.norm(across)
        return np.stack([across, self.up, np.cross(across, self.up)])

    def to_world(self, points_camera: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N 3"]:
        """Metres with the floor at y = 0 and the camera above the origin."""
        return (points_camera @ self.rotation.T + [0, self.camera_height, 0]).astype(np.float32)

    def to_camera(self) -> tuple[Float[np.ndarray, "3 3"], Float[np.ndarray, " 3"]]:
        """Rotation and translation of points_camera = rotation @ points + translation, the way back."""
        return self.rotation.T, -self.camera_height * self.up


def words(floor: Floor | None) -> tuple[str, ...]:
    """What was found, and on what it rests, in sentences; None is the floor of an input that allows none."""
    if floor is None:
        return ("No floor was estimated: it takes 2D input in which ankles are seen; 3D input has a world of its own.",)
    looks = "down" if floor.tilt >= 0 else "up"
    found = (
        f"Floor: the camera stands {floor.camera_height:.2f} m above it, looks {looks} by {abs(floor.tilt):.1f}\u00b0 "
        f"and is rolled by {floor.roll:.1f}\u00b0. Poses are in a world with y up and the floor at y = 0, where soles "
        f"are taken to be {100 * ANKLE_HEIGHT:.0f} cm below standing ankles."
    )
    if not floor.stances:
        rests = (
            "No foot rests in any frame: up is the mean direction of the upright body, the floor under the median foot."
        )
        return found, rests
    count = max(1, round(floor.stances))
    rests = (
        f"It rests on about {count} {'stance' if count == 1 else 'stances'} of feet, whose ankles lie within "
        f"{100 * floor.residual:.1f} cm (RMS) of a plane."
    )
    most, least = floor.by_feet
    if most < _DECIDED:
        rests += (
            " They stay on one spot and say little about its tilt: up leans on the mean upright direction of the body."
        )
    elif least < _DECIDED:
        rests += " They stay near one line; across it, up leans on the mean upright direction of the body."
    return found, rests


def estimate(dancers: Sequence[Float[np.ndarray, "T J 3"]], fps: Sequence[float], skeleton: str) -> Floor | None:
    """The floor on which all dancers stand; None where no ankle is known in any frame.

    Args:
        dancers: Points of each in one camera's axes, metres; NaN where there are none.
        fps: Frames per second of each.
        skeleton: Of all; has ankles and a thorax.
    """
    index = get_skeleton(skeleton).index
    feet = [index("left_ankle"), index("right_ankle")]
    ankles = [points[:, feet].astype(np.float64) for points in dancers]
    if not any(np.isfinite(found).all(-1).any() for found in ankles):
        return None
    upright = upright_direction([points[:, index("thorax")] - found.mean(1) for points, found in zip(dancers, ankles)])
    standing = [_standing(found, rate, upright) for found, rate in zip(ankles, fps)]
    if not sum(map(len, standing)):
        return _level(upright, ankles)
    weights = [np.full(len(found), 1 / max(_STANCE_SECONDS * rate, 1)) for found, rate in zip(standing, fps)]
    return _fit(np.concatenate(standing), np.concatenate(weights), upright)


def _standing(ankles: Float[np.ndarray, "T 2 3"], fps: float, up: Float[np.ndarray, " 3"]) -> Float[np.ndarray, "N 3"]:
    """Ankles that are slow and not above the other one."""
    known = np.isfinite(ankles).all(-1)
    span = max(1, round(_SPEED_SECONDS * fps))
    if len(ankles) > 2 * span:
        ends = np.pad(ankles, ((span, span), (0, 0), (0, 0)), "edge")
        moved = ends[2 * span :] - ends[: -2 * span]
        slow = np.linalg.norm(moved, axis=-1) < _SLOW * 2 * span / fps
        # Imported where it is needed, as elsewhere: a tenth of a second of every start.
        slow = importlib.import_module("scipy.ndimage").binary_opening(slow, np.ones((2 * span + 1, 1)))
    else:
        slow = np.ones_like(known)
    height = np.where(known, ankles @ up, np.inf)
    return ankles[known & slow & (height <= height.min(1, keepdims=True))]


def _level(up: Float[np.ndarray, " 3"], ankles: Sequence[Float[np.ndarray, "T 2 3"]]) -> Floor:
    """The floor at the median of the lower ankles, for dancers whose feet never rest."""
    heights = np.concatenate([np.fmin(*(found @ up).T) for found in ankles])
    return Floor(up, float(ANKLE_HEIGHT - np.nanmedian(heights)), float("nan"), 0.0, (0.0, 0.0))


def _moments(
    points: Float[np.ndarray, "N 3"], spread: Float[np.ndarray, "N 3"], weights: Float[np.ndarray, " N"]
) -> Float[np.ndarray, "3 3"]:
    """Second moments of the ankles about their mean, without what errors in depth add to them.

    Depth errs far more than the rest. Left in, it spreads the ankles along the lines of sight and turns the plane
    towards the camera. No more is taken off than keeps the moments positive.
    """
    moments = (weights[:, None] * spread).T @ spread
    noise = (weights[:, None] * points).T @ points * _DEPTH_ERROR**2
    values, vectors = np.linalg.eigh(moments)
    root = np.sqrt(np.maximum(values, 1e-9))
    largest = np.linalg.eigvalsh((vectors / root).T @ noise @ (vectors / root))[-1]
    return moments - noise * min(1.0, _KEPT / max(largest, 1e-12))


def _fit(points: Float[np.ndarray, "N 3"], stance: Float[np.ndarray, " N"], upright: Float[np.ndarray, " 3"]) -> Floor:
    """The plane through standing ankles; `stance` is how much of a stance each is."""
    up, level = upright, np.median(points @ upright)
    weights, information = stance, np.zeros((2, 2))
    for scale in _SCALES:
        residual = points @ up - level
        weights = stance / (1 + (residual / scale) ** 2) ** 2
        mean = weights @ points / weights.sum()
        axes = np.linalg.svd(up[None])[2][1:]
        moments = _moments(points, points - mean, weights)
        information = axes @ moments @ axes.T / scale**2
        pull = axes @ moments @ up / scale**2
        wanted = axes @ upright / _BODY_ERROR**2 - pull
        up = up + np.linalg.solve(information + np.eye(2) / _BODY_ERROR**2, wanted) @ axes
        up /= np.linalg.norm(up)
        level = weights @ (points @ up) / weights.sum()
    strength = np.linalg.eigvalsh(information) * _BODY_ERROR**2
    least, most = strength / (1 + strength)
    spread = np.abs(points @ up - level)
    residual = float(np.sqrt(np.average(spread**2, weights=weights)))
    return Floor(up, float(ANKLE_HEIGHT - level), residual, float(weights.sum()), (float(most), float(least)))
