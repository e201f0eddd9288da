"""AIST++ (annotations CC BY 4.0; Li et al., ICCV 2021): nine cameras' 2D detections and 3D points of one dancer each.

Points are in metres, in the dataset's world frame: Y up, the floor of the published clips near y = 0.68 m. Detections
are as detected, swaps and all; views without calibration are left out, and a clip without any has no views. Cameras
named in the data as unsynchronised (c05 of gBR_sBM_cAll_d04_mBR0_ch01 in the authors' own pipeline) are kept.

3D comes from keypoints3d (`source3d` "published"), or from `triangulated_keypoints3d_cm.npz` ("triangulated"), or is
NaN ("none"). Of the two published fields, `keypoints3d_optim` is the default of the option `points`: reprojected into
the eight synchronised cameras, its body joints lie 4.95 px (ch01) and 5.65 px (ch03) from the detections in the median,
those of `keypoints3d` 4.98 and 7.84 px, with bone lengths varying by 0.46 and 0.43 cm against 1.62 and 1.71 cm.

Splits: the published lists where the folder `splits/` is there (option `protocol`: "pose" or "crossmodal"), and
otherwise by choreography: ch03 is the test split, everything else (ch01, ch02, ch05, ch06) the training split. Reading
the split "all" gives every clip. Sequences on the ignore list are left out.
"""

import dataclasses
import pathlib
from collections.abc import Iterable, Iterator

import tensorflow_datasets as tfds

from datasets.raw import find_raw, fingerprint
from datasets.record import examples, features, make_config
from hdvr_jax.choreo.plan import SPLITS
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import aistpp, aistpp_layout
from hdvr_jax.keypoints.aistpp_sequence import load_sequence
from hdvr_jax.keypoints.views import camera_fields

_TEST_NUMBERS = ("ch03",)


@dataclasses.dataclass(eq=False, kw_only=True)
class AistppConfig(tfds.core.BuilderConfig):
    """Options: which published 3D, which published lists, and where the annotations lie ("" for the usual places)."""

    points: str = "keypoints3d_optim"
    protocol: str = "pose"
    raw_dir: str = ""


def builder_config(**options: str) -> AistppConfig:
    """The config of these options, named after them and after the contents of the raw files."""
    root = _root(make_config(AistppConfig, **options))
    files = [path for pattern in ("*", "*/*") for path in root.glob(pattern) if path.is_file()]
    return make_config(AistppConfig, fingerprint(files), **options)


def assign_split(sequence: str, official: dict[str, set[str]]) -> str | None:
    """Split of a sequence: by the published lists (None when they do not name it), else by choreography number."""
    if official:
        return next((split for split in SPLITS if sequence in official.get(split, ())), None)
    return "test" if sequence.rsplit("_", 1)[-1] in _TEST_NUMBERS else "train"


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of `aistpp`."""

    VERSION = tfds.core.Version("1.1.0")
    RELEASE_NOTES = {"1.0.0": "First version.", "1.1.0": "Actions."}  # noqa: RUF012 (TFDS reads this class attribute)
    MANUAL_DOWNLOAD_INSTRUCTIONS = "Unpack the AIST++ annotations (google.github.io/aistplusplus_dataset)."

    def _info(self) -> tfds.core.DatasetInfo:
        return tfds.core.DatasetInfo(
            builder=self,
            description="AIST++ street dance: 2D detections of nine cameras, and 3D.",
            features=features(),
            homepage="https://google.github.io/aistplusplus_dataset",
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Iterable]:
        root = _root(self.builder_config)
        official = aistpp_layout.official_splits(root, self.builder_config.protocol)
        kept = {path: assign_split(path.stem, official) for path in _sequences(root)}
        if not any(kept.values()):
            protocol = self.builder_config.protocol
            raise InputError(f"{root}: the {protocol} lists in splits name none of the {len(kept)} sequences")
        return {
            split: self._generate_examples(root, [path for path in kept if kept[path] == split])
            for split in SPLITS
            if split in kept.values()
        }

    def _generate_examples(self, root: pathlib.Path, paths: list[pathlib.Path]) -> Iterator[tuple[str, dict]]:
        return examples(_record(root, path.stem, self.builder_config.points) for path in paths)


def _sequences(root: pathlib.Path) -> list[pathlib.Path]:
    """2D files that are not on the ignore list."""
    skip = aistpp_layout.ignored(root)
    found = [path for path in sorted((root / "keypoints2d").glob("*.pkl")) if path.stem not in skip]
    if not found:
        raise InputError(f"{root}: no sequences in keypoints2d that the ignore list leaves")
    return found


def _record(root: pathlib.Path, sequence: str, field: str) -> dict:
    found = load_sequence(root, sequence, field)
    genre, dancer, choreography = aistpp_layout.parse_name(sequence)
    return {
        "clip": sequence,
        "dancer": dancer,
        "choreography": choreography,
        "take": sequence,
        "genre": genre,
        "skeleton": aistpp.SKELETON,
        "source3d": found.source3d,
        "fps": found.fps,
        "points_world": found.points_world,
        "keypoints": found.keypoints,
        "confidence": found.confidence,
        **camera_fields(found.views),
    }


def _root(config: AistppConfig) -> pathlib.Path:
    if config.points not in ("keypoints3d", "keypoints3d_optim"):
        raise InputError(f"aistpp has no points {config.points!r}; expected keypoints3d or keypoints3d_optim")
    if config.protocol not in ("pose", "crossmodal"):
        raise InputError(f"aistpp has no protocol {config.protocol!r}; expected pose or crossmodal")
    return find_raw("aistpp", config.raw_dir)
