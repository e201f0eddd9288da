"""Human3.6M (Ionescu et al. 2014) from VideoPose3D's archives, 50 fps, four calibrated cameras.

The archives `data_3d_h36m.npz` and `data_2d_h36m_<keypoints>.npz` are what VideoPose3D's `data/prepare_data_h36m.py`
and its download links give; the motion itself needs a licence from vision.imar.ro/human3.6m. Of the 32 joints of the
3D, the 17 that the published code keeps become "h36m17", as they are: hip, spine, thorax, nose ("Neck/Nose") and head
are measured places here, not this project's midpoints. The world is turned from Z up to Y up.

Splits are the published ones: train S1, S5, S6, S7, S8; test S9, S11; there is no validation split. The archives have
no "Directions" of S11. Detections of the unlabelled subjects S2 to S4, which some 2D archives have, are left out.

Options
    keypoints        which 2D archive: gt, cpn_ft_h36m_dbb, detectron_ft_h36m, detectron_pt_coco, sh_pt_mpii, ...
                     Detections of other joint sets (COCO, MPII), which their metadata tell, are mapped to h36m17: the
                     published code instead gives them to the network as they are.
    train_subjects   subjects of the training split, separated by "," or "+". For semi-supervised
                     training leave all in, and label some in the config: data.labelled.dancer = ("S1",).
    subset           share of each training sequence: one piece, its place decided as the published code does.
    downsample       every how many frames one is kept, in training and test; fps is 50 / downsample, and a lifter's
                     `data.fps` has to say so, or frames are interpolated again.

Cameras are the published ones (`cameras.json` holds the numbers as published). Their tangential distortion is not
OpenCV's: `hdvr_jax/keypoints/videopose3d_cameras.py` says how it is expressed and what remains (0.1 px in the mean).
"""

import contextlib
import dataclasses
import pathlib
import re
from collections.abc import Iterable, Iterator

import tensorflow_datasets as tfds

from datasets.raw import find_raw, fingerprint
from datasets.record import examples, features, make_config
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.arrays import check_file
from hdvr_jax.keypoints.videopose3d_archive import (
    Archive,
    Detections,
    frames_kept,
    points_2d,
    points_3d,
    read_archive,
    read_detections,
)
from hdvr_jax.keypoints.videopose3d_cameras import load_cameras, y_up
from hdvr_jax.keypoints.views import View, camera_fields

TRAIN, TEST = ("S1", "S5", "S6", "S7", "S8"), ("S9", "S11")
SKELETON = "h36m17"
# Of the 32 joints: hip, right leg, left leg, spine, thorax, nose, head, left arm, right arm.
JOINTS = (0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27)
_ALL_JOINTS = 32
_FPS = 50.0
_CAMERAS = pathlib.Path(__file__).parent / "cameras.json"


@dataclasses.dataclass(eq=False, kw_only=True)
class Human36mConfig(tfds.core.BuilderConfig):
    """Options, see the module; `raw_dir` is where the archives lie ("" for the usual places)."""

    keypoints: str = "cpn_ft_h36m_dbb"
    train_subjects: str = ",".join(TRAIN)
    subset: float = 1.0
    downsample: int = 1
    raw_dir: str = ""


def builder_config(**options: str | float | int) -> Human36mConfig:
    """The config of these options, named after them and after the contents of the raw files."""
    # A command line gives text.
    for name, kind in (("subset", float), ("downsample", int)):
        if isinstance(options.get(name), str):
            with contextlib.suppress(ValueError):
                options[name] = kind(options[name])
    config = make_config(Human36mConfig, **options)
    _subjects(config)
    if not (isinstance(config.subset, float | int) and 0 < config.subset <= 1):
        raise InputError(f"human36m: subset {config.subset!r}; expected more than 0 and at most 1")
    if not (isinstance(config.downsample, int) and config.downsample >= 1):
        raise InputError(f"human36m: downsample {config.downsample!r}; expected a whole number, 1 or more")
    return make_config(Human36mConfig, fingerprint(_raw_files(config)), **options)


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of `human36m`."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First version."}  # noqa: RUF012 (TFDS reads this class attribute)
    MANUAL_DOWNLOAD_INSTRUCTIONS = "Put VideoPose3D's data_3d_h36m.npz and data_2d_h36m_*.npz into one folder."

    def _info(self) -> tfds.core.DatasetInfo:
        return tfds.core.DatasetInfo(
            builder=self,
            description="Human3.6M: everyday actions seen by four cameras, one recording per record.",
            features=features(),
            homepage="http://vision.imar.ro/human3.6m",
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Iterable]:
        path_3d, path_2d = _raw_files(self.builder_config)
        archives = read_archive(path_3d, "positions_3d"), read_detections(path_2d)
        train, test = _subjects(self.builder_config), TEST
        return {
            "train": self._generate_examples(*archives, train, self.builder_config.subset),
            "test": self._generate_examples(*archives, test, 1.0),
        }

    def _generate_examples(
        self, motion: Archive, detections: Detections, subjects: tuple[str, ...], subset: float
    ) -> Iterator[tuple[str, dict]]:
        cameras, downsample = load_cameras(_CAMERAS), self.builder_config.downsample
        return examples(
            _record(motion, detections, cameras[subject], subject, action, subset, downsample)
            for subject in subjects
            for action in motion.actions(subject)
        )


def _record(
    motion: Archive,
    detections: Detections,
    views: list[View],
    subject: str,
    action: str,
    subset: float,
    downsample: int,
) -> dict:
    points = points_3d(motion, subject, action, _ALL_JOINTS)[:, list(JOINTS)]
    names = tuple(view.name for view in views)
    keypoints, confidence = points_2d(detections, subject, action, names, len(points), SKELETON)
    kept = frames_kept(len(points), subset, downsample)
    if not len(points[kept]):
        raise InputError(f"human36m: subset {subset} leaves none of the {len(points)} frames of {subject} {action}")
    word = action.split(" ")[0]
    return {
        "clip": f"{subject} {action}",
        "dancer": subject,
        "choreography": f"{subject} {word}",
        "take": f"{subject} {action}",
        "genre": "",
        "action": word,
        "skeleton": SKELETON,
        "source3d": "mocap",
        "fps": _FPS / downsample,
        "points_world": y_up(points[kept]),
        "keypoints": keypoints[:, kept],
        "confidence": confidence[:, kept],
        **camera_fields(views),
    }


def _subjects(config: Human36mConfig) -> tuple[str, ...]:
    subjects = tuple(re.split(r"[,+ ]+", config.train_subjects))
    wrong = [name for name in subjects if name not in TRAIN]
    if wrong or len(set(subjects)) < len(subjects):
        raise InputError(f"human36m: train_subjects {config.train_subjects!r}; expected some of {', '.join(TRAIN)}")
    return subjects


def _raw_files(config: Human36mConfig) -> tuple[pathlib.Path, pathlib.Path]:
    folder = find_raw("human36m", config.raw_dir)
    files = folder / "data_3d_h36m.npz", folder / f"data_2d_h36m_{config.keypoints}.npz"
    for file in files:
        check_file(file)
    return files
