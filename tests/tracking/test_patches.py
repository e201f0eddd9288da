"""Patches are read where the pose says; what is seen of them turns and grows into shifts."""

import math

import cv2
import numpy as np
import pytest

from hdvr_jax.tracking import patches


def _ramp(height=200, width=300):
    """A picture whose first two channels are x and y, in halves of a pixel."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x / 2, y / 2, 0 * x], -1).astype(np.uint8)


@pytest.mark.parametrize(("scale", "angle"), [(1.0, 0.0), (0.5, 0.3), (2.0, -1.0), (3.5, 2.0)])
def test_a_patch_is_read_at_its_pose(scale, angle):
    patch = patches.sample(patches.view(_ramp(), scale), (150.0, 100.0), scale, angle, 33)
    across, down = 6.0 * scale, -4.0 * scale
    x = 150 + across * math.cos(angle) - down * math.sin(angle)
    y = 100 + across * math.sin(angle) + down * math.cos(angle)
    np.testing.assert_allclose(patch[16, 16, :2], (75, 50), atol=1)
    np.testing.assert_allclose(patch[12, 22, :2], (x / 2, y / 2), atol=1)


def test_fine_texture_does_not_alias_in_a_coarse_patch():
    checks = np.repeat((np.indices((240, 240)).sum(0) % 2 * 255).astype(np.uint8)[..., None], 3, 2)
    patch = patches.sample(patches.view(checks, 4.0), (120.0, 120.0), 4.3, 0.0, 32)
    assert np.ptp(patch.astype(int)) < 3


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 200, 3), (200, 1, 3)])
def test_thin_pictures_and_places_outside_have_patches_too(shape):
    picture = np.full(shape, 9, np.uint8)
    for scale in (0.5, 7.0, 900.0):
        patch = patches.sample(patches.view(picture, scale), (-500.0, 900.0), scale, 0.4, 16)
        np.testing.assert_array_equal(patch, np.full((16, 16, 3), 9))


def _noise():
    noise = np.random.default_rng(0).integers(0, 256, (257, 257, 3), dtype=np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 4), None, 0, 255, cv2.NORM_MINMAX)


def test_turning_and_growing_shift_the_log_polar_patch():
    whole = patches.view(_noise(), 1.0)
    radii = patches.log_radii(129, 64, 4.0)
    ratio = radii[1] / radii[0]
    plain = patches.log_polar(patches.sample(whole, (128.0, 128.0), 1.0, 0.0, 129), 128, 64, 4.0).astype(float)
    # The grid turned by five lines, and made larger by three columns.
    turned = patches.sample(whole, (128.0, 128.0), ratio**3, 5 * 2 * np.pi / 128, 129)
    turned = patches.log_polar(turned, 128, 64, 4.0).astype(float)
    expected = np.roll(plain, -5, 0)[:, 3:]
    assert np.abs(turned[:, :-3] - expected).mean() < 0.03 * np.ptp(plain)
    assert np.abs(turned - plain).mean() > 0.08 * np.ptp(plain)


def test_features_have_no_light_in_them_and_none_come_from_flat_pictures():
    picture = _noise()[:256, :256]
    seen = patches.features(picture, 4)
    assert seen.shape == (15, 64, 64)
    np.testing.assert_array_equal(patches.features(np.full_like(picture, 120), 4), 0)
    darker = patches.features(cv2.convertScaleAbs(picture, alpha=0.7, beta=30), 4)
    assert np.corrcoef(seen[:12].ravel(), darker[:12].ravel())[0, 1] > 0.98


def test_a_gradient_counts_for_its_direction():
    ramp = np.repeat((np.arange(64, dtype=np.uint8) * 3)[None, :, None], 64, 0).repeat(3, 2)
    middle = patches.features(ramp, 4)[:12, 4:-4, 4:-4].mean((1, 2))
    assert middle.argmax() == 0
    assert middle[1] == pytest.approx(0, abs=1e-4)
    turned = patches.features(np.ascontiguousarray(ramp[:, ::-1]), 4)[:12, 4:-4, 4:-4].mean((1, 2))
    assert turned.argmax() == 1
