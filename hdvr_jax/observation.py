"""Motion seen by random cameras: bodies varied, cameras placed, detections drawn.

Motion capture has no image. Here every training example is seen anew, inside the training step, by a camera that
looks at the dancer from anywhere around, through a detector that errs as measured (`hdvr_jax.detector_noise`).

Symbols: T frames, J joints of COCO-17, on which detections are drawn.
"""

from typing import Any

import chex
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from hdvr_jax import bodies, cameras, detector_noise, rotations
from hdvr_jax.skeletons import get_skeleton

IMAGE_WIDTH = 1920.0


@chex.dataclass(frozen=True)
class Ranges:
    """What observations vary over; uniform between two bounds unless said otherwise.

    Attributes:
        distance: metres from the camera to the dancer.
        elevation: degrees of the camera above the dancer's hips.
        focal: focal length in image widths.
        off_centre: standard deviation in metres of where the camera looks, from the hips.
        roll: standard deviation in degrees.
        lean: share of the examples whose whole motion is tipped over, and by how many degrees (standard deviation):
            floor work is rare in motion capture of everyday actions.
        noise: strength of the detector's errors, 1 as measured.
        noisier: in training, the strength is drawn between `noise` and (1 + `noisier`) times that: recordings of one
            studio do not show all that a detector can get wrong.
    """

    distance: tuple[float, float] = (2.5, 7.0)
    elevation: tuple[float, float] = (-8.0, 25.0)
    focal: tuple[float, float] = (0.55, 1.3)
    off_centre: float = 0.5
    roll: float = 2.0
    lean: tuple[float, float] = (0.0, 57.0)
    noise: float = 1.0
    noisier: float = 0.0


@chex.dataclass(frozen=True)
class Observation:
    """One motion as one camera and one detector saw it.

    Attributes:
        rays: (T, J, 2) detections as ideal image points (x / z, y / z).
        confidence: (T, J), 0 where missed.
        points_camera: (T, J, 3) the truth, metres.
        focal: (2,) focal length of the camera, pixels of an image IMAGE_WIDTH wide.
    """

    rays: Float[Array, "T J 2"]
    confidence: Float[Array, "T J"]
    points_camera: Float[Array, "T J 3"]
    focal: Float[Array, " 2"]


def _uniform(key: PRNGKeyArray, bounds: tuple[Any, Any]) -> Float[Array, ""]:
    return jax.random.uniform(key, (), minval=bounds[0], maxval=bounds[1])


def hips(points: Float[Array, "T J 3"]) -> Float[Array, "T 3"]:
    """Middle of the hips of COCO-17 joints."""
    index = get_skeleton("coco17").index
    return (points[:, index("left_hip")] + points[:, index("right_hip")]) / 2


def mirrored(points_world: Float[Array, "T J 3"]) -> Float[Array, "T J 3"]:
    """The motion in a mirror: x negated, left and right exchanged."""
    return (points_world * jnp.array([-1.0, 1.0, 1.0]))[:, jnp.array(get_skeleton("coco17").mirror)]


def tipped(key: PRNGKeyArray, points_world: Float[Array, "T J 3"], lean: tuple[float, float]) -> Float[Array, "T J 3"]:
    """With probability `lean[0]`, the motion turned about a random horizontal axis through its middle."""
    chance, size, heading = jax.random.split(key, 3)
    angle = jnp.deg2rad(lean[1]) * jax.random.normal(size) * jax.random.bernoulli(chance, lean[0])
    turn = jax.random.uniform(heading, maxval=2 * jnp.pi)
    rotation = rotations.about_axis(jnp.stack([jnp.cos(turn), 0.0, jnp.sin(turn)]), angle)
    pivot = hips(points_world)[points_world.shape[0] // 2]
    return rotations.rotate(rotation, points_world - pivot) + pivot


def place_camera(
    key: PRNGKeyArray, subject: Float[Array, " 3"], ranges: Ranges
) -> tuple[cameras.Perspective, cameras.Extrinsics]:
    """A camera somewhere around the subject, looking at about it. Its centre is (0, 0): nothing depends on it."""
    azimuth, elevation, distance, focal, target, roll = jax.random.split(key, 6)
    around = jax.random.uniform(azimuth, maxval=2 * jnp.pi)
    above = jnp.deg2rad(_uniform(elevation, ranges.elevation))
    offset = jnp.stack([jnp.cos(above) * jnp.sin(around), jnp.sin(above), jnp.cos(above) * jnp.cos(around)])
    position = subject + _uniform(distance, ranges.distance) * offset
    looked_at = subject + ranges.off_centre * jax.random.normal(target, (3,)) * jnp.array([1.0, 0.5, 1.0])
    upright = cameras.look_at(position, looked_at)
    spin = rotations.about_axis(jnp.array([0.0, 0.0, 1.0]), jnp.deg2rad(ranges.roll) * jax.random.normal(roll))
    extrinsics = cameras.compose(cameras.Extrinsics(spin, jnp.zeros(3)), upright)
    pixels = jnp.full((2,), IMAGE_WIDTH * _uniform(focal, ranges.focal))
    return cameras.Perspective(pixels, jnp.zeros(2)), extrinsics


def observe(
    key: PRNGKeyArray,
    points_world: Float[Array, "T J 3"],
    fps: Float[Array, ""],
    ranges: Ranges,
    noise: detector_noise.NoiseParams,
    *,
    vary_body: bool = True,
    train: bool = True,
) -> Observation:
    """Sees a motion (COCO-17, metres, Y up) once. `train` adds mirroring, leaning and stronger noise."""
    body_key, camera_key, noise_key, mirror_key, lean_key, strength_key = jax.random.split(key, 6)
    points, strength = points_world, ranges.noise
    if train:
        strength *= 1 + ranges.noisier * jax.random.uniform(strength_key)
        points = jnp.where(jax.random.bernoulli(mirror_key), mirrored(points), points)
        points = tipped(lean_key, points, ranges.lean) if ranges.lean[0] > 0 else points
    if vary_body:
        points = bodies.retarget(points, bodies.sample_body(body_key))
    camera, extrinsics = place_camera(camera_key, hips(points)[points.shape[0] // 2], ranges)
    points_camera = cameras.world_to_camera(extrinsics, points)
    pixels = cameras.project(camera, points_camera)
    seen, confidence = detector_noise.sample(noise_key, pixels, points_camera[..., 2], fps, noise, scale=strength)
    return Observation(
        rays=seen / camera.focal, confidence=confidence, points_camera=points_camera, focal=jnp.asarray(camera.focal)
    )
