"""MPI-INF-3DHP (Mehta et al. 2017): eight people in a studio of 14 cameras, and a test set of six recordings.

Files as published: `S1/Seq1/annot.mat` and `S1/Seq1/camera.calibration`, to S8/Seq2, and
`mpi_inf_3dhp_test_set/TS1/annot_data.mat`, to TS6. Points become metres in the dataset's world, Y up.

Splits are the published ones: S1 to S8 train, TS1 to TS6 test; there is no validation split. Training clips are whole
recordings on skeleton "mpi3dhp28", cut to the frames that have video, at 25 or 50 fps, both as the dataset's own
`mpii_get_sequence_info` says; they are not labelled by activity. One camera's 3D gives the world; the others must agree
with it to 5 cm in the median.

Test clips are on "mpi3dhp17". There is one for every activity of a recording: each has all the frames of the 2D, so
that a model sees what came before and after, and 3D only in frames of this activity that the dataset calls valid. Over
all clips every valid frame is scored once. 2D at exactly (0, 0) is taken as missing. Their frame rate is not published;
25 fps is assumed.

Test cameras. Where they stand is published (`test_cameras.json`, numbers as published). Focal length and centre are
those that take annot3 to annot2 with the least squared error, with the published lens distortion or without it,
whichever fits better: whether annot2 of TS5 and TS6 is distorted is not documented.

Options
    cameras         "vnect" (0, 1, 2, 4, 5, 6, 7, 8: at chest and knee height, and two angled down) or "all" 14.
    points          "annot3" (true size) or "univ_annot3" (everybody scaled to one height, as the published evaluation
                    has it), which is put where annot3 has the pelvis; its projection is not exactly the 2D.
    train_subjects  subjects of the training split, separated by "," or "+".
"""

import dataclasses
import json
import pathlib
import re
from collections.abc import Iterable, Iterator

import numpy as np
import tensorflow_datasets as tfds

from datasets.raw import find_raw, fingerprint
from datasets.record import examples, features, make_config
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import mpi_inf_3dhp, pinhole_fit
from hdvr_jax.keypoints.arrays import check_file
from hdvr_jax.keypoints.views import View, camera_fields
from hdvr_jax.skeletons import get_skeleton

ACTIVITIES = (
    "Standing/Walking",
    "Exercise",
    "Sitting",
    "Crouch/Reach",
    "On the Floor",
    "Sports",
    "Misc",
)
TRAIN, TEST = tuple(f"S{number}" for number in range(1, 9)), tuple(f"TS{number}" for number in range(1, 7))
CAMERAS = {"vnect": (0, 1, 2, 4, 5, 6, 7, 8), "all": tuple(range(14))}
# Frames that have video in Seq1 and Seq2, and frames per second of each.
_SEQUENCES = {
    "S1": ((6416, 25), (12430, 50)),
    "S2": ((6502, 25), (6081, 25)),
    "S3": ((12488, 50), (12283, 50)),
    "S4": ((6171, 25), (6675, 25)),
    "S5": ((12820, 50), (12312, 50)),
    "S6": ((6188, 25), (6145, 25)),
    "S7": ((6239, 25), (6320, 25)),
    "S8": ((6468, 25), (6054, 25)),
}
_TEST_FPS = 25.0
_TEST_CAMERAS = pathlib.Path(__file__).parent / "test_cameras.json"
_DISAGREEMENT = 0.05


@dataclasses.dataclass(eq=False, kw_only=True)
class MpiInf3dhpConfig(tfds.core.BuilderConfig):
    """Options, see the module; `raw_dir` is where the folders lie ("" for the usual places)."""

    cameras: str = "vnect"
    points: str = "annot3"
    train_subjects: str = ",".join(TRAIN)
    raw_dir: str = ""


def builder_config(**options: str) -> MpiInf3dhpConfig:
    """The config of these options, named after them and after the contents of the raw files."""
    config = make_config(MpiInf3dhpConfig, **options)
    if config.cameras not in CAMERAS:
        raise InputError(f"mpi_inf_3dhp has no cameras {config.cameras!r}; expected {' or '.join(CAMERAS)}")
    if config.points not in ("annot3", "univ_annot3"):
        raise InputError(f"mpi_inf_3dhp has no points {config.points!r}; expected annot3 or univ_annot3")
    root = find_raw("mpi_inf_3dhp", config.raw_dir)
    train = [folder / name for folder in _train(root, config) for name in ("annot.mat", "camera.calibration")]
    files = [*train, *(_test_file(root, sequence) for sequence in TEST)]
    for file in files:
        check_file(file)
    return make_config(MpiInf3dhpConfig, fingerprint(files), **options)


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of `mpi_inf_3dhp`."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First version."}  # noqa: RUF012 (TFDS reads this class attribute)
    MANUAL_DOWNLOAD_INSTRUCTIONS = "Get the dataset by its own get_dataset.sh and get_testset.sh."

    def _info(self) -> tfds.core.DatasetInfo:
        return tfds.core.DatasetInfo(
            builder=self,
            description="MPI-INF-3DHP: exercises and everyday actions, one recording per record.",
            features=features(),
            homepage="https://vcai.mpi-inf.mpg.de/3dhp-dataset",
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Iterable]:
        root = find_raw("mpi_inf_3dhp", self.builder_config.raw_dir)
        return {"train": self._generate_examples(root, "train"), "test": self._generate_examples(root, "test")}

    def _generate_examples(self, root: pathlib.Path, split: str) -> Iterator[tuple[str, dict]]:
        config = self.builder_config
        if split == "train":
            return examples(_train_record(folder, config) for folder in _train(root, config))
        return examples(record for sequence in TEST for record in _test_records(root, sequence, config.points))


def _train_record(folder: pathlib.Path, config: MpiInf3dhpConfig) -> dict:
    subject, sequence = folder.parent.name, folder.name
    frames, fps = _SEQUENCES[subject][int(sequence[-1]) - 1]
    cameras, calibration = CAMERAS[config.cameras], mpi_inf_3dhp.read_calibration(folder / "camera.calibration")
    if missing := [camera for camera in cameras if camera not in calibration]:
        raise InputError(f"{folder / 'camera.calibration'}: no camera {missing[0]}")
    views = [calibration[camera] for camera in cameras]
    seen = mpi_inf_3dhp.read_training(folder / "annot.mat", cameras, frames)
    worlds = [_to_world(view, points) for view, points in zip(views, seen.points, strict=True)]
    for view, other in zip(views, worlds, strict=True):
        away = float(np.median(np.linalg.norm(other - worlds[0], axis=-1)))
        if not away <= _DISAGREEMENT:
            raise InputError(
                f"{folder / 'annot.mat'}: annot3 of camera {view.name} is {away:.2f} m from that of camera "
                f"{views[0].name} in the world of camera.calibration; expected less than {_DISAGREEMENT} m"
            )
    return {
        **_texts(f"{subject} {sequence}", subject, "mpi3dhp28"),
        "clip": f"{subject} {sequence}",
        "fps": float(fps),
        "points_world": _chosen(views[0], worlds[0], seen.universal[0], config.points, "mpi3dhp28"),
        **_seen_fields(seen.pixels, views),
    }


def _test_records(root: pathlib.Path, sequence: str, points: str) -> Iterator[dict]:
    path = _test_file(root, sequence)
    found = mpi_inf_3dhp.read_test(path)
    view = _test_view(path, sequence, found)
    world = _chosen(view, _to_world(view, found.seen.points[0]), found.seen.universal[0], points, "mpi3dhp17")
    pixels = np.where((found.seen.pixels == 0).all(-1, keepdims=True), np.float32(np.nan), found.seen.pixels)
    for number in np.unique(found.activity[found.valid]):
        if not 1 <= number <= len(ACTIVITIES):
            raise InputError(f"{path}: activity_annotation has {number} in a valid frame; expected 1 to 7")
        action = ACTIVITIES[number - 1]
        counted = found.valid & (found.activity == number)
        yield {
            **_texts(sequence, sequence, "mpi3dhp17"),
            "clip": f"{sequence} {action}",
            "action": action,
            "fps": _TEST_FPS,
            "points_world": np.where(counted[:, None, None], world, np.float32(np.nan)),
            **_seen_fields(pixels, [view]),
        }


def _texts(take: str, dancer: str, skeleton: str) -> dict[str, str]:
    texts = {"dancer": dancer, "choreography": take, "take": take, "genre": "", "skeleton": skeleton}
    return {**texts, "source3d": "mocap"}


def _seen_fields(pixels: np.ndarray, views: list[View]) -> dict[str, object]:
    confidence = np.isfinite(pixels).all(-1).astype(np.float32)
    return {"keypoints": pixels, "confidence": confidence, **camera_fields(views)}


def _to_world(view: View, points_camera: np.ndarray) -> np.ndarray:
    return ((points_camera - view.translation) @ view.rotation).astype(np.float32)


def _chosen(view: View, world: np.ndarray, universal: np.ndarray, points: str, skeleton: str) -> np.ndarray:
    """The points (T, J, 3) in the world: `world` itself, or the universal ones with the pelvis where `world` has it."""
    if points == "annot3":
        return world
    pelvis = get_skeleton(skeleton).index("pelvis")
    turned = (universal - universal[:, pelvis : pelvis + 1]) @ view.rotation
    return (world[:, pelvis : pelvis + 1] + turned).astype(np.float32)


def _test_view(path: pathlib.Path, sequence: str, found: mpi_inf_3dhp.LabelledAnnotations) -> View:
    """The camera of a test recording, focal length and centre fitted on its valid frames."""
    published = json.loads(_TEST_CAMERAS.read_text())["TS1-TS4" if sequence in TEST[:4] else "TS5-TS6"]
    right, up = np.array(published["right"]), np.array(published["up"])
    # Published directions are rounded: the nearest rotation.
    left, _, other = np.linalg.svd(np.stack([right, -up, np.cross(up, right)]))
    rotation = left @ other
    points, pixels = found.seen.points[0][found.valid], found.seen.pixels[0][found.valid]
    lenses = {
        distortion: pinhole_fit.fit(pinhole_fit.ideal(points, distortion), pixels, str(path))
        for distortion in ((0.0,) * 5, tuple(map(float, published["distortion"])))
    }
    distortion = min(lenses, key=lambda known: lenses[known].residual)
    return View(
        name="0",
        focal=lenses[distortion].focal,
        center=lenses[distortion].center,
        distortion=np.array(distortion),
        rotation=rotation,
        translation=-rotation @ np.array(published["origin_mm"]) / 1000,
        image_size=tuple(published["image_size"]),
    )


def _train(root: pathlib.Path, config: MpiInf3dhpConfig) -> list[pathlib.Path]:
    """Folders of the training recordings."""
    subjects = re.split(r"[,+ ]+", config.train_subjects)
    if len(set(subjects)) < len(subjects) or not set(subjects) <= set(TRAIN):
        raise InputError(f"mpi_inf_3dhp: train_subjects {config.train_subjects!r}; expected some of {', '.join(TRAIN)}")
    return [root / subject / sequence for subject in subjects for sequence in ("Seq1", "Seq2")]


def _test_file(root: pathlib.Path, sequence: str) -> pathlib.Path:
    return root / "mpi_inf_3dhp_test_set" / sequence / "annot_data.mat"
