"""HumanEva-I (Sigal et al. 2010) from VideoPose3D's archives, 60 fps, three cameras of 640 x 480.

The archives `data_3d_humaneva15.npz` (or 20) and `data_2d_humaneva15_<keypoints>.npz` are what VideoPose3D's
`data/prepare_data_humaneva.py` and its download links give. Motion capture that was lost for some frames cuts a
recording into chunks ("Walking 1 chunk0"); each is a clip of its own. The world is turned from Z up to Y up.

Splits are the published ones: subjects "Train/S1" to "Train/S3" train, "Validate/S1" to "Validate/S3" test; there is no
validation split. What 2D archives have under "Unlabeled/..." (no motion capture, or a damaged one) is left out.

Options
    joints     15 (skeleton "humaneva15", the joints of HumanEva's own evaluation) or 20 ("humaneva20").
    keypoints  which 2D archive: gt or detectron_pt_coco. COCO detections are mapped to the skeleton; the published code
               instead gives them to the network as they are.
    actions    beginnings of action names, separated by "," or "+"; "" is every action. The paper's tables have
               "Walk,Jog,Box".

Cameras. Where they stand is published (`cameras.json`, numbers as published), their focal lengths are not. Focal length
and centre are therefore estimated, for each subject and camera, from the training recordings: they are the pinhole
camera that takes the 3D to the 2D with the least squared error (`hdvr_jax/keypoints/pinhole_fit.py`). This uses the gt
archive where it is there and the chosen one otherwise. Assumed: no lens distortion, and the same camera in a subject's
training and test recordings.
"""

import dataclasses
import pathlib
import re
from collections.abc import Iterable, Iterator

import numpy as np
import tensorflow_datasets as tfds

from datasets.raw import find_raw, fingerprint
from datasets.record import examples, features, make_config
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import pinhole_fit
from hdvr_jax.keypoints.arrays import check_file
from hdvr_jax.keypoints.videopose3d_archive import (
    Archive,
    Detections,
    points_2d,
    points_3d,
    read_archive,
    read_detections,
)
from hdvr_jax.keypoints.videopose3d_cameras import load_cameras, y_up
from hdvr_jax.keypoints.views import View, camera_fields
from hdvr_jax.skeletons import get_skeleton

SUBJECTS = ("S1", "S2", "S3")
_PREFIXES = {"train": "Train/", "test": "Validate/"}
_FPS = 60.0
_CAMERAS = pathlib.Path(__file__).parent / "cameras.json"


@dataclasses.dataclass(eq=False, kw_only=True)
class HumanevaConfig(tfds.core.BuilderConfig):
    """Options, see the module; `raw_dir` is where the archives lie ("" for the usual places)."""

    joints: int = 15
    keypoints: str = "gt"
    actions: str = ""
    raw_dir: str = ""


def builder_config(**options: str | int) -> HumanevaConfig:
    """The config of these options, named after them and after the contents of the raw files."""
    config = make_config(HumanevaConfig, **options)
    if str(config.joints) not in ("15", "20"):
        raise InputError(f"humaneva has no layout of {config.joints} joints; expected 15 or 20")
    return make_config(HumanevaConfig, fingerprint(set(_raw_files(config))), **options)


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of `humaneva`."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First version."}  # noqa: RUF012 (TFDS reads this class attribute)
    MANUAL_DOWNLOAD_INSTRUCTIONS = "Put VideoPose3D's data_3d_humaneva*.npz and data_2d_humaneva*.npz into one folder."

    def _info(self) -> tfds.core.DatasetInfo:
        return tfds.core.DatasetInfo(
            builder=self,
            description="HumanEva-I: everyday actions seen by three cameras, one unbroken recording per record.",
            features=features(),
            homepage="http://humaneva.is.tue.mpg.de",
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Iterable]:
        path_3d, path_2d, path_fit = _raw_files(self.builder_config)
        motion, seen = read_archive(path_3d, "positions_3d"), read_detections(path_2d)
        skeleton = f"humaneva{self.builder_config.joints}"
        cameras = calibrated(motion, read_detections(path_fit), skeleton)
        return {
            split: self._generate_examples(motion, seen, cameras, prefix, skeleton)
            for split, prefix in _PREFIXES.items()
        }

    def _generate_examples(
        self, motion: Archive, seen: Detections, cameras: dict[str, list[View]], prefix: str, skeleton: str
    ) -> Iterator[tuple[str, dict]]:
        wanted = tuple(re.split(r"[,+ ]+", self.builder_config.actions))
        return examples(
            _record(motion, seen, cameras[subject], prefix + subject, action, skeleton)
            for subject in SUBJECTS
            for action in motion.actions(prefix + subject)
            if action.startswith(wanted)
        )


def calibrated(motion: Archive, seen: Detections, skeleton: str) -> dict[str, list[View]]:
    """The cameras of every subject, with focal length and centre estimated from the training recordings.

    Raises:
        InputError: a subject or an action is missing or malformed, or no camera takes the 3D to the 2D.
    """
    found = {}
    for subject, views in load_cameras(_CAMERAS).items():
        key = _PREFIXES["train"] + subject
        pairs = [_points(motion, seen, key, action, views, skeleton) for action in motion.actions(key)]
        if not pairs:
            raise InputError(f"{motion.path}: subject {key} has no action to estimate cameras from")
        points = y_up(np.concatenate([points for points, _, _ in pairs])).astype(float)
        pixels = np.concatenate([pixels for _, pixels, _ in pairs], axis=1)
        found[subject] = [
            _with_lens(view, points, pixels[index], f"{seen.archive.path}: subject {key}, camera {view.name}")
            for index, view in enumerate(views)
        ]
    return found


def _with_lens(view: View, points: np.ndarray, pixels: np.ndarray, where: str) -> View:
    lens = pinhole_fit.fit(pinhole_fit.ideal(points @ view.rotation.T + view.translation), pixels, where)
    return dataclasses.replace(view, focal=lens.focal, center=lens.center)


def _points(
    motion: Archive, seen: Detections, subject: str, action: str, views: list[View], skeleton: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Motion (T, J, 3) with Z up, what the cameras see of it (V, T, J, 2), and the confidence (V, T, J)."""
    points = points_3d(motion, subject, action, len(get_skeleton(skeleton).joints))
    names = tuple(view.name for view in views)
    return points, *points_2d(seen, subject, action, names, len(points), skeleton)


def _record(
    motion: Archive, seen: Detections, views: list[View], subject: str, action: str, skeleton: str
) -> dict[str, object]:
    points, keypoints, confidence = _points(motion, seen, subject, action, views, skeleton)
    word, dancer = action.split(" ")[0], subject.split("/")[-1]
    return {
        "clip": f"{subject} {action}",
        "dancer": dancer,
        "choreography": f"{dancer} {word}",
        "take": f"{subject} {action}",
        "genre": "",
        "action": word,
        "skeleton": skeleton,
        "source3d": "mocap",
        "fps": _FPS,
        "points_world": y_up(points),
        "keypoints": keypoints,
        "confidence": confidence,
        **camera_fields(views),
    }


def _raw_files(config: HumanevaConfig) -> tuple[pathlib.Path, pathlib.Path, pathlib.Path]:
    """The 3D archive, the chosen 2D archive and the 2D archive that cameras are estimated from."""
    folder, layout = find_raw("humaneva", config.raw_dir), f"humaneva{config.joints}"
    motion, chosen, true = (
        folder / f"data_{kind}.npz" for kind in (f"3d_{layout}", f"2d_{layout}_{config.keypoints}", f"2d_{layout}_gt")
    )
    for file in (motion, chosen):
        check_file(file)
    return motion, chosen, true if true.is_file() else chosen
