"""What lifters read: sequences of a dataset, and batches of them as a network's inputs and targets.

Two kinds of sequences. `observation = "detections"`: what a detector saw in each view, with the 3D of the clip in that
camera; motion that no camera saw may be filmed first (`data.film_views`). `observation = "random"`: the clip's 3D
motion seen by a new random camera at every step. A share of the detections' examples (`data.random_share`) may be
seen so too in training.

Four kinds of inputs (`model.inputs`). "sighting": relative to the hips, of unit size, as if the camera were turned to
look at the dancer (`hdvr_jax.normalization`), with confidence; "frames": the same, with every frame of unit size;
"rays": image points of a camera of focal length one, with confidence; "screen": image points in the published code's
coordinates, width from -1 to 1 (Pavllo et al. 2019). The network works in the frame of its inputs, and `rotation` leads
there from the camera's axes.

Symbols: B batch, T frames, J joints.
"""

from collections.abc import Iterable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hdvr_jax import cameras, detector_noise, filming, lifting, normalization, observation, poses, rotations
from hdvr_jax.clips import without_views
from hdvr_jax.errors import InputError
from hdvr_jax.labelled import labelled_clips
from hdvr_jax.padding import own_frames
from hdvr_jax.skeletons import get_mapping, get_skeleton

OBSERVATIONS = ("random", "detections")
INPUTS = ("sighting", "frames", "rays", "screen")
# Names of the prepared arrays that belong to the camera, without a time axis.
CAMERA = ("focal", "center", "distortion")
# And to where it stands, which only sequences of several views tell.
PLACE = ("camera_rotation", "camera_translation")
# Those that are true only, read where the loss is taken.
TARGETS = ("points_camera",)

Batch = dict[str, Any]


def check(config: Any) -> None:
    """Raises InputError for an unknown kind of observation or of inputs."""
    for field, value, known in (
        ("data.observation", config.data.observation, OBSERVATIONS),
        ("model.inputs", inputs_of(config), INPUTS),
    ):
        if value not in known:
            raise InputError(f"config.{field}: {value!r} is not one of {', '.join(known)}")


def root_of(skeleton: str) -> int:
    """The joint that poses are relative to: the one without a parent."""
    return get_skeleton(skeleton).root


def inputs_of(config: Any) -> str:
    """The kind of inputs; lifters trained before there was a choice read sightings."""
    return config.model.get("inputs", "sighting")


def sequences(config: Any, clips: Iterable[dict]) -> list[dict]:
    """Sequences at the lifter's frame rate, each with `labelled` (0 where its 3D is withheld in training)."""
    data, skeleton = config.data, config.model.skeleton
    clips = list(clips)
    labelled = labelled_clips(clips, data.get("labelled_share", 1.0), dict(data.get("labelled", {})))
    found = []
    seen = {"noise": noise_of(data), "vary_body": data.vary_bodies}
    for clip in filming.film_unseen(clips, data.get("film_views", 0), ranges_of(data), **seen):
        if data.observation == "detections":
            views = lifting.recorded_views(without_views(clip, data.skip_views), skeleton, data.fps)
            if data.get("random_share", 0.0):
                views = ({**lifting.world_motion(clip, skeleton, data.fps), **view} for view in views)
        else:
            count = 1 if clip["split"] == "train" else config.evaluate.views
            motion = lifting.world_motion(clip, skeleton, data.fps)
            views = ({**motion, "view": f"random{view}"} for view in range(count))
        known = np.float32(clip["clip"] in labelled)
        found += [{**view, "labelled": known} for view in views]
    if not found:
        raise InputError(f"dataset {data.dataset}: no clip can be used with observation {data.observation!r}")
    return found


def augment(
    config: Any, noise: detector_noise.NoiseParams, context: tuple[int, int], batch: Batch, key: Any, train: bool
) -> Batch:
    """Adds `inputs` (B, T, J, 2 or 3), `rotation` (B, T, 3, 3) camera -> inputs' frame, `targets` (B, T', J, 3) about
    the root and `trajectory` (B, T', 3) of the root, both in metres and camera axes, NaN where unknown; and what
    reprojection needs: rays, confidence and the camera in screen coordinates. In training T' leaves the context out, as
    training windows do.
    """
    root = root_of(config.model.skeleton)

    def see(entry: Batch) -> Batch:
        own_key = jax.random.fold_in(key, entry["example"])
        if config.data.observation == "random":
            seen = _observed(config, noise, context, entry, own_key, train)
        else:
            names = ("rays", "confidence", "points_camera", *CAMERA, *(name for name in PLACE if name in entry))
            seen = {name: entry[name] for name in names}
            if train:
                seen = _varied(config, noise, context, {**entry, **seen}, seen, own_key)
        truth = seen.pop("points_camera")
        truth = jnp.where(entry["labelled"] > 0, truth, jnp.nan) if train else truth
        found = represent(inputs_of(config), {**seen, "frame_mask": entry["frame_mask"]}, root)
        trajectory = truth[:, root]
        return {**seen, **found, "targets": truth - trajectory[:, None], "trajectory": trajectory}

    return {**batch, **jax.vmap(see)(batch)}


def _varied(
    config: Any, noise: detector_noise.NoiseParams, context: tuple[int, int], entry: Batch, seen: Batch, key: Any
) -> Batch:
    """A detected sequence, its mirror image, or (`data.random_share` of the labelled) its motion seen anew."""
    flip_key, choice_key, view_key = jax.random.split(key, 3)
    flip = jax.random.bernoulli(flip_key)
    turned = mirrored(seen, get_skeleton(config.model.skeleton).mirror)
    seen = jax.tree.map(lambda there, here: jnp.where(flip, there, here), turned, seen)
    share = config.data.get("random_share", 0.0)
    if not share:
        return seen
    anew = jax.random.bernoulli(choice_key, share) & (entry["labelled"] > 0)
    other = _observed(config, noise, context, entry, view_key, True)
    return jax.tree.map(lambda there, here: jnp.where(anew, there, here), other, seen)


def _observed(
    config: Any, noise: detector_noise.NoiseParams, context: tuple[int, int], entry: Batch, key: Any, train: bool
) -> Batch:
    """A motion as a random camera sees it; in training the truth leaves the context out."""
    data, joints = config.data, get_mapping("coco17", config.model.skeleton)
    ranges = ranges_of(data)
    motion, fps = entry["points_world"], jnp.float32(data.fps)
    seen = observation.observe(key, motion, fps, ranges, noise, vary_body=data.vary_bodies, train=train)
    used = jnp.asarray(joints.weights != 0)
    own = own_frames(len(motion), context if train else (0, 0))
    return {
        "rays": joints.apply(seen.rays),
        "confidence": jnp.where(used, seen.confidence[:, None], jnp.inf).min(-1),
        "points_camera": joints.apply(seen.points_camera[own]),
        "focal": seen.focal * (2 / observation.IMAGE_WIDTH),
        "center": jnp.zeros(2),
        "distortion": jnp.zeros(5),
    }


def noise_of(data: Any) -> detector_noise.NoiseParams:
    """The errors of the detector that `config.data.detector_noise` names."""
    return detector_noise.load_params(data.get("detector_noise", "") or None)


def ranges_of(data: Any) -> observation.Ranges:
    """What random cameras vary over, from `config.data.cameras`."""
    return observation.Ranges(
        **{name: tuple(value) if isinstance(value, list | tuple) else value for name, value in data.cameras.items()}
    )


def mirrored(seen: Batch, order: tuple[int, ...]) -> Batch:
    """What a mirror shows of a detected sequence, its truth and its camera."""
    across, left_right = jnp.array([-1.0, 1.0]), jnp.array([-1.0, 1.0, 1.0])
    # p2, the fourth coefficient, is the one that is odd in x.
    odd = jnp.array([1.0, 1.0, 1.0, -1.0, 1.0])
    placed = {}
    if "camera_rotation" in seen:
        # The camera is mirrored, and so is the world.
        placed["camera_rotation"] = left_right[:, None] * seen["camera_rotation"] * left_right
        placed["camera_translation"] = left_right * seen["camera_translation"]
    return {
        **placed,
        "rays": poses.mirror(seen["rays"], order),
        "confidence": jnp.asarray(seen["confidence"])[:, jnp.array(order)],
        "points_camera": poses.mirror(seen["points_camera"], order),
        "focal": jnp.asarray(seen["focal"]),
        "center": seen["center"] * across,
        "distortion": seen["distortion"] * odd,
    }


def represent(kind: str, seen: Batch, root: int) -> Batch:
    """`inputs` and `rotation` of one sequence, from its rays (T, J, 2), confidence, frame_mask and camera."""
    if kind == "sighting":
        sighting = normalization.sight(seen["rays"], seen["confidence"], seen["frame_mask"], root)
        return {"inputs": sighting.inputs, "rotation": sighting.rotation}
    if kind == "frames":
        sighting = normalization.sight_frames(seen["rays"], seen["confidence"], root)
        return {"inputs": sighting.inputs, "rotation": sighting.rotation}
    straight = jnp.broadcast_to(jnp.eye(3), (seen["rays"].shape[0], 3, 3))
    if kind == "screen":
        return {"inputs": screen_points(seen["rays"], seen), "rotation": straight}
    return {"inputs": jnp.concatenate([seen["rays"], seen["confidence"][..., None]], -1), "rotation": straight}


def screen_points(ideal: Float[Array, "*N 2"], camera: Batch) -> Float[Array, "*N 2"]:
    """Ideal image points (x / z, y / z) in screen coordinates: focal length, centre and distortion applied."""
    lens = cameras.Perspective(*(camera[name] for name in CAMERA))
    return cameras.project(lens, jnp.concatenate([ideal, jnp.ones_like(ideal[..., :1])], -1))


def to_camera(points: Float[Array, "B T J 3"], rotation: Float[Array, "B T 3 3"]) -> Float[Array, "B T J 3"]:
    """Points in the frame of the inputs -> camera axes."""
    return rotations.rotate(jnp.swapaxes(rotation, -1, -2)[:, :, None], points)
