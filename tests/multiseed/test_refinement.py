"""Lifted poses are refined, and given at the clip's own frames."""

import numpy as np
import pytest

from hdvr_jax import cameras
from hdvr_jax.multiseed import refinement
from hdvr_jax.multiseed.settings import Settings
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.recognition.clips import seen_clip
from tests.multiseed.scenes import SKELETON, moving

QUICK = Settings(seeds=1, steps=60, window_seconds=1.0, overlap_seconds=0.3)
CAMERA = cameras.Perspective(np.full(2, 1000.0, np.float32), np.array([960.0, 540.0], np.float32))
AWAY = np.array([0.2, 0.1, 4.0], np.float32)


def _clip(frames=60, fps=60.0):
    """(Truth (T, J, 3), a clip of one view that saw it)."""
    truth = moving(frames).transpose(2, 1, 0)
    placed = truth + AWAY
    pixels = 1000 * placed[..., :2] / placed[..., 2:] + [960, 540]
    track = PoseTrack.from_points(pixels.astype(np.float32), SKELETON, fps, id="one", image_size=(1920, 1080))
    return truth, seen_clip(track, CAMERA)


@pytest.mark.parametrize(("frames", "fps"), [(60, 60.0), (41, 25.0), (1, 30.0)])
def test_every_frame_of_the_clip_is_refined(frames, fps):
    truth, clip = _clip(frames, fps)
    wrong = truth * np.array([1.0, 1.0, 0.7], np.float32)
    found = refinement.refine(clip, wrong[None], SKELETON, QUICK)
    assert found["poses"].shape == truth.shape
    assert found["trajectory"].shape == (frames, 3)
    assert found["expected_error"].shape == truth.shape[:2]
    assert all(np.isfinite(values).all() for values in found.values())
    np.testing.assert_allclose(found["trajectory"][:, 2], AWAY[2], rtol=0.2)
    image = found["poses"] + found["trajectory"][:, None]
    pixels = image[..., :2] / image[..., 2:] * 1000 + [960, 540]
    assert np.abs(pixels - clip["keypoints"][0]).mean() < 5


def test_the_seed_decides():
    truth, clip = _clip()
    # All seeds count, perturbed ones too.
    settings = Settings(seeds=3, steps=5, window_seconds=1.0, temperature=1e3)
    found = [refinement.solve(clip, truth[None], SKELETON, settings, seed).poses for seed in (0, 0, 1)]
    np.testing.assert_array_equal(found[0], found[1])
    assert np.abs(found[0] - found[2]).max() > 1e-3
