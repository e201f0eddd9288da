"""PoseTrack: one dancer through time, with what is known of every joint in every frame."""

import dataclasses

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.errors import InputError
from hdvr_jax.provenance import INTERPOLATED, MEASURED, MISSING
from hdvr_jax.skeletons import get_mapping, get_skeleton

SLOWEST, FASTEST = 1.0, 1000.0  # frames per second


@dataclasses.dataclass(frozen=True)
class PoseTrack:
    """One dancer through time.

    Attributes:
        keypoints: (T, J, 2) pixels or (T, J, 3) metres; NaN where missing.
        confidence: (T, J) in [0, 1]; 0 where missing.
        provenance: (T, J) MEASURED, INTERPOLATED, SYNTHESISED or MISSING.
        skeleton: Name of the joint set.
        fps: Frames per second.
        image_size: (width, height) in pixels, or None when unknown.
        id: Name of the dancer or track.
    """

    keypoints: Float[np.ndarray, "T J D"]
    confidence: Float[np.ndarray, "T J"]
    provenance: Int[np.ndarray, "T J"]
    skeleton: str
    fps: float
    image_size: tuple[int, int] | None = None
    id: str = "0"

    @classmethod
    def from_points(
        cls,
        points: np.ndarray,
        skeleton: str,
        fps: float,
        *,
        confidence: np.ndarray | None = None,
        image_size: tuple[int, int] | None = None,
        id: str = "0",
    ) -> "PoseTrack":
        """Builds and validates a track; non-finite joints are missing, confidence defaults to 1.

        Args:
            points: (T, J, 2) or (T, J, 3), NaN where missing.
            confidence: (T, J), or None.
        Raises:
            InputError: a shape, the frame rate or the joint count does not fit.
        """
        points = np.array(points, np.float32)
        if points.ndim != 3 or points.shape[-1] not in (2, 3):
            raise InputError(f"track {id}: keypoints have shape {points.shape}; expected (frames, joints, 2 or 3)")
        seen = np.isfinite(points).all(-1)
        given = np.ones(seen.shape, np.float32) if confidence is None else np.array(confidence, np.float32)
        if given.shape != seen.shape:
            raise InputError(f"track {id}: confidence has shape {given.shape}; expected {seen.shape}")
        points[~seen] = np.nan
        given = np.where(seen & np.isfinite(given), np.clip(given, 0, 1), 0).astype(np.float32)
        provenance = np.where(seen, MEASURED, MISSING).astype(np.int8)
        track = cls(points, given, provenance, skeleton, float(fps), image_size, str(id))
        track.validate()
        return track

    @property
    def frames(self) -> int:
        """Number of frames."""
        return self.keypoints.shape[0]

    def validate(self) -> None:
        """Raises InputError when the fields contradict each other or the skeleton."""
        joints = len(get_skeleton(self.skeleton).joints)
        if self.keypoints.ndim != 3 or self.keypoints.shape[-1] not in (2, 3):
            raise InputError(f"track {self.id}: keypoints {self.keypoints.shape} are not (frames, joints, 2 or 3)")
        if self.keypoints.shape[1] != joints:
            raise InputError(
                f"track {self.id}: {self.keypoints.shape[1]} joints; skeleton {self.skeleton} has {joints}"
            )
        if self.frames == 0:
            raise InputError(f"track {self.id}: no frames; expected at least one")
        for field in ("confidence", "provenance"):
            if getattr(self, field).shape != self.keypoints.shape[:2]:
                raise InputError(
                    f"track {self.id}: {field} has shape {getattr(self, field).shape}, "
                    f"expected {self.keypoints.shape[:2]}"
                )
        check_fps(self.fps, f"track {self.id}")

    def to_skeleton(self, name: str) -> "PoseTrack":
        """The same track on another joint set; combined joints become SYNTHESISED, others keep their provenance."""
        mapping = get_mapping(self.skeleton, name)
        points = mapping.apply(self.keypoints)
        sources = mapping.weights.argmax(-1)
        provenance = np.where(mapping.provenance == MEASURED, self.provenance[:, sources], mapping.provenance)
        missing = ~np.isfinite(points).all(-1)
        provenance = np.where(missing, MISSING, provenance).astype(np.int8)
        confidence = np.where(missing, 0, mapping.confidence(self.confidence)).astype(np.float32)
        return dataclasses.replace(
            self, keypoints=points, confidence=confidence, provenance=provenance, skeleton=mapping.target
        )

    def fill_gaps(self, max_seconds: float = np.inf) -> "PoseTrack":
        """Interpolates missing joints linearly in time, and holds the nearest value at the ends.

        Gaps longer than `max_seconds` stay missing. Filled joints are INTERPOLATED with confidence 0.
        """
        points, provenance = self.keypoints.copy(), self.provenance.copy()
        limit = max_seconds * self.fps
        frames = np.arange(self.frames)
        for joint in range(points.shape[1]):
            seen = np.flatnonzero(np.isfinite(points[:, joint]).all(-1))
            if seen.size in (0, self.frames):
                continue
            missing = np.setdiff1d(frames, seen)
            missing = missing[_gap_lengths(missing) <= limit]
            for axis in range(points.shape[2]):
                points[missing, joint, axis] = np.interp(missing, seen, points[seen, joint, axis])
            provenance[missing, joint] = INTERPOLATED
        return dataclasses.replace(self, keypoints=points, provenance=provenance)


def check_fps(fps: float, where: str) -> None:
    """Raises InputError for what cannot be a number of frames per second (0.033, say, is the time between two)."""
    if not SLOWEST <= fps <= FASTEST:
        raise InputError(f"{where}: fps is {fps}; expected frames per second, {SLOWEST:g} to {FASTEST:g}")


def _gap_lengths(missing: np.ndarray) -> np.ndarray:
    """Length of the run of consecutive frames that each missing frame belongs to."""
    runs = np.cumsum(np.r_[0, np.diff(missing) != 1])
    return np.bincount(runs)[runs]
