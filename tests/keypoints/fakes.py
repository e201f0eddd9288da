"""Tiny files in other tools' formats, made of random numbers."""

import json
import pathlib
import pickle

import numpy as np

from hdvr_jax.skeletons import get_skeleton

SEQUENCE = "gBR_sBM_cAll_d04_mBR0_ch01"


def detections(views: int = 2, frames: int = 5, joints: int = 17, seed: int = 0) -> dict:
    """Content of a keypoints2d file, array schema, at 60 fps."""
    random = np.random.default_rng(seed)
    points = random.uniform(0, 1000, (views, frames, joints, 3)).astype(np.float32)
    points[..., 2] = random.uniform(0, 1, (views, frames, joints))
    return {
        "keypoints2d": points,
        "det_scores": np.ones((views, frames), np.float32),
        "timestamps": np.rint(np.arange(frames) * 1e6 / 60).astype(np.int64),
    }


def points3d(frames: int = 5, seed: int = 1) -> dict:
    """Content of a keypoints3d file, centimetres."""
    points = np.random.default_rng(seed).uniform(0, 200, (frames, 17, 3))
    return {"keypoints3d": points + 1, "keypoints3d_optim": points}


def camera(name: str = "c01") -> dict:
    """One entry of a camera setting."""
    return {
        "name": name,
        "size": [1920, 1080],
        "matrix": [[1300.0, 0.0, 960.0], [0.0, 1300.0, 540.0], [0.0, 0.0, 1.0]],
        "distortions": [-0.1, 0.0, 0.0, 0.0, 0.0],
        "rotation": [np.pi, 0.0, 0.0],
        "translation": [0.0, 180.0, 450.0],
    }


def dump(path: pathlib.Path, content: object) -> pathlib.Path:
    """Pickles `content` to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(content))
    return path


def aistpp_root(root: pathlib.Path, sequences: tuple[str, ...] = (SEQUENCE,), cameras: bool = True) -> pathlib.Path:
    """A folder in AIST++'s layout; 3D for the first sequence only."""
    for number, sequence in enumerate(sequences):
        dump(root / "keypoints2d" / f"{sequence}.pkl", detections(seed=number))
    dump(root / "keypoints3d" / f"{sequences[0]}.pkl", points3d())
    if cameras:
        (root / "cameras").mkdir(parents=True)
        (root / "cameras" / "setting1.json").write_text(json.dumps([camera("c01"), camera("c02")]))
        (root / "cameras" / "mapping.txt").write_text("".join(f"{name} setting1\n" for name in sequences))
    return root


def cmu_pack(path: pathlib.Path, clips: dict[str, dict], frames: int = 4, **changes: np.ndarray) -> pathlib.Path:
    """A CMU pack with `clips` {name: entry of meta}; `changes` replaces or adds arrays."""
    random = np.random.default_rng(0)
    arrays = {
        "joint_names": np.array(get_skeleton("cmu25").aliases),
        "fps": np.array(30),
        "up": np.array("Y"),
        "unit": np.array("m"),
        "meta": np.array(json.dumps(clips)),
    }
    arrays |= {name: random.normal(size=(frames, 25, 3)).astype(np.float32) for name in clips}
    arrays |= changes
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})
    return path


def bvh_body(folder: pathlib.Path, offsets: float = 1.0, prefix: str = "", head: bool = True) -> pathlib.Path:
    """A whole body of the convention "uparm" at rest, 1.7 units large times `offsets`."""
    bodies = [("Hips", -1, (0, 0.9, 0)), ("Spine", 0, (0, 0.2, 0)), ("Head", 1, (0, 0.4, 0))]
    for side, sign in (("Left", 1), ("Right", -1)):
        arm = len(bodies)
        bodies += [(f"{side}Arm", 1, (0.2 * sign, 0.3, 0)), (f"{side}ForeArm", arm, (0.3 * sign, 0, 0))]
        bodies += [(f"{side}Hand", arm + 1, (0.25 * sign, 0, 0)), (f"{side}UpLeg", 0, (0.1 * sign, 0, 0))]
        bodies += [(f"{side}Leg", arm + 3, (0, -0.45, 0)), (f"{side}Foot", arm + 4, (0, -0.45, 0))]

    def block(index):
        name, _, offset = bodies[index]
        inside = "".join(block(child) for child, body in enumerate(bodies) if body[1] == index)
        if name == "Head" and head:
            inside += f"End Site\n{{\nOFFSET 0 {0.2 * offsets} 0\n}}\n"
        kind = "ROOT" if index == 0 else "JOINT"
        place = " ".join(str(value * offsets) for value in offset)
        return f"{kind} {prefix}{name}\n{{\nOFFSET {place}\nCHANNELS 3 Zrotation Xrotation Yrotation\n{inside}}}\n"

    rows = "\n".join(" ".join(["30"] + ["0"] * (3 * len(bodies) - 1)) for _ in range(3))
    path = folder / "body.bvh"
    path.write_text(f"HIERARCHY\n{block(0)}MOTION\nFrames: 3\nFrame Time: 0.01\n{rows}\n")
    return path
