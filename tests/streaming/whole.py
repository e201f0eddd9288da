"""The causal result of a whole clip at once: what a stream must give, by the families' own `predict`.

Slow and plain: whatever a stream keeps from frame to frame is here taken from the whole past anew.
"""

import jax
import numpy as np

from hdvr_jax import lifter_inputs, lifting, normalization, poses
from hdvr_jax.clip_poses import averaged, body_size
from hdvr_jax.lifting import FADING_SECONDS
from hdvr_jax.skeletons import get_mapping, get_skeleton
from hdvr_jax.streaming.bodies import SIZE_SECONDS
from hdvr_jax.streaming.lifter import SCALE_SECONDS

SKELETON = "h36m17"
ROOT = get_skeleton(SKELETON).index("hip")
UP = np.float32([1, -1, -1])


def held(points):
    """(T, J, 2) with every joint where it was last seen; NaN before it was seen at all."""
    frames = np.where(np.isfinite(points).all(-1), np.arange(len(points))[:, None], -1)
    last = np.maximum.accumulate(frames, 0)
    found = np.take_along_axis(points, np.maximum(last, 0)[..., None], 0)
    return np.where(last[..., None] < 0, np.float32(np.nan), found)


def faded(confidence, fps):
    """(T, J) that of joints which are missing (0) as it was when they were last seen, less with the time since."""
    frames = np.arange(len(confidence))[:, None]
    last = np.maximum.accumulate(np.where(confidence > 0, frames, -1), 0)
    known = np.take_along_axis(confidence, np.maximum(last, 0), 0) * np.exp((last - frames) / fps / FADING_SECONDS)
    return np.where(last < 0, 0, known).astype(np.float32)


def present(points, skeleton, frames):
    """(T,) whether a joint of h36m17 is known from the last so many frames and this one."""
    seen = np.isfinite(points).all(-1)
    recent = np.stack([seen[max(0, frame - frames) : frame + 1].any(0) for frame in range(len(seen))])
    mapped = get_mapping(skeleton, SKELETON).apply(np.where(recent[..., None], held(points), np.float32(np.nan)))
    return np.isfinite(mapped).all(-1).any(1)


def inputs_of(config, pixels, confidence, skeleton, camera, fps):
    """The lifter's batch (B = 1), from keypoints (T, J, 2) at its frame rate."""
    kind, target = lifter_inputs.inputs_of(config), config.model.skeleton
    mapping = get_mapping(skeleton, target)
    rays = np.nan_to_num(mapping.apply(lifting.ideal_points(camera, pixels))).astype(np.float32)
    seen = {"rays": rays, "confidence": mapping.confidence(confidence), "frame_mask": np.ones(len(rays), np.float32)}
    size = np.array([2 * camera.center])
    view = {"focal": [camera.focal], "center": [camera.center], "distortion": np.zeros((1, 5)), "image_size": size}
    seen |= lifting.screen_camera(view, 0)
    found = jax.jit(lambda seen: lifter_inputs.represent(kind, seen, lifter_inputs.root_of(target)))(seen)
    inputs = np.array(found["inputs"])
    if kind == "sighting":
        shown = seen["confidence"] > normalization.CONFIDENT
        scale = float(
            jax.jit(lambda *arrays: normalization.sight(*arrays, ROOT).scale)(rays, *list(seen.values())[1:3])
        )
        squares, number = ((inputs[..., :2] * scale).astype(float) ** 2).sum((1, 2)), shown.sum(1)
        for frame in range(len(inputs)):
            weights = np.exp(-np.arange(frame, -1, -1) / (SCALE_SECONDS * fps))
            total, count = weights @ squares[: frame + 1], weights @ number[: frame + 1]
            inputs[frame, :, :2] *= scale / np.sqrt(max(total / max(count, 1e-6), 1e-12))
    batch = {**seen, "inputs": inputs, "rotation": np.asarray(found["rotation"])}
    return {name: np.asarray(value)[None] for name, value in batch.items()}


def sequence(points, measured, visible, lifted, there, fps):
    """Fields of "flat" and "posed" dancers at the lifter's frame rate."""
    frames, span = len(points), round(SIZE_SECONDS * fps)

    def sizes(values):
        windows = (values[max(0, frame + 1 - span) : frame + 1] for frame in range(frames))
        return np.array([body_size(window, SKELETON) for window in windows], np.float32)[:, None, None]

    seen = np.where(there[:, None, None], lifted, np.float32(np.nan))
    flat, posed, root = sizes(measured), sizes(seen), points[:, ROOT] * UP[:2]
    steps = np.nan_to_num(np.diff(root, axis=0, prepend=root[:1]) / flat[:, 0])
    path = np.cumsum(steps, 0).astype(np.float32)
    bodies = {"flat": (points, flat, path), "posed": (held(seen), posed, np.c_[path, np.zeros(frames, np.float32)])}
    return {
        name: {
            "points": np.nan_to_num((body - body[:, ROOT : ROOT + 1]) / size * UP[: body.shape[-1]]),
            "visible": visible,
            "root": moved,
        }
        for name, (body, size, moved) in bodies.items()
    }


def _thinned(fields, fps, fps_to):
    return {name: poses.resample(value, fps, fps_to).astype(np.float32) for name, value in fields.items()}


def _batch(sequence, fps):
    frames = len(next(iter(sequence.values())))
    batch = {name: value[None] for name, value in sequence.items()}
    return {**batch, "fps": np.float32([fps]), "frame_mask": np.ones((1, frames), np.float32)}


def recognised(models, recording, keypoints, confidence):
    """{stage: (T', ...)} at each model's own frame rate, from {stage: Trained}; the first frame shows the dancer."""
    lifter = models["lifter"]
    fps, skeleton = lifter.config.data.fps, recording.skeleton
    points = np.where(confidence[..., None] > 0, keypoints, np.float32(np.nan))
    there = present(points, skeleton, int(recording.max_hold_seconds * recording.fps))
    pixels = poses.resample(held(points), recording.fps, fps)
    trust = poses.resample(confidence, recording.fps, fps)
    camera = lifting.guess_camera(recording.image_size, points)
    trusted = poses.resample(faded(confidence, recording.fps), recording.fps, fps)
    batch = inputs_of(lifter.config, pixels, trusted, skeleton, camera, fps)
    found = {name: value[0] for name, value in lifter.predict(batch).items()}
    found["present"] = there
    if "movements" not in models:
        return found
    mapping = get_mapping(skeleton, SKELETON)
    measured = mapping.apply(np.where(trust[..., None] > 0, pixels, np.float32(np.nan)))
    there = there[:: round(recording.fps / fps)]
    fields = sequence(mapping.apply(pixels), measured, mapping.confidence(trust), found["poses"], there, fps)
    model = models["movements"]
    own = _thinned(fields["posed"], fps, model.config.data.fps)
    found["movements"] = model.predict(_batch(own, model.config.data.fps))["probabilities"][0]
    model = models["genre"]
    rate, genre = (
        model.config.data.fps,
        {"movements": averaged(found["movements"] * there[:, None], fps, model.config.data.fps)},
    )
    for stream, name in (("poses2d", "flat"), ("poses3d", "posed")):
        if stream in model.config.model.streams:
            genre |= {f"{stream}_{field}": value for field, value in _thinned(fields[name], fps, rate).items()}
    found["genre"] = model.predict(_batch(genre, rate))["running"][0]
    return found
