"""CMU motion capture (mocap.cs.cmu.edu; free for research and commercial use), 30 fps, metres, Y up, no cameras.

Two packs: "dance" (49 clips: salsa couples of subjects 60 and 61, modern 05, Indian 94, martial arts 135) and
"actions" (108 clips of everyday motion, subjects 01-14, genre ""). The option `pack` takes "dance", "actions" or "all".

Frame 0 of nearly every clip is the rig's reference pose, not motion, and is left out.

Splits are by take (`assign_splits` holds the rule); the partners of a salsa take share it and so stay together. With
the published packs the test takes are
    salsa 60/61: 04, 06; Indian: 94_07; martial: 135_07; modern: 05_02, 05_04, 05_07
    actions: 01_14 02_01 03_02 06_01 06_15 07_01 07_11 09_03 10_02 13_09 13_26 13_31 14_04 14_05 14_21 14_22
and the validation takes
    salsa 60/61: 09; Indian: 94_04; martial: 135_08; modern: 05_05, 05_14
    actions: 02_05 06_07 06_12 13_39 14_27
Modern and Indian are one dancer each, and some modern takes repeat a phrase: the field `choreography` (subject and
description) says which. A split by take therefore never measures generalisation to new dancers.
"""

import dataclasses
import hashlib
import pathlib
import re
from collections.abc import Iterable, Iterator

import tensorflow_datasets as tfds

from datasets.raw import find_raw, fingerprint
from datasets.record import examples, features, make_config
from hdvr_jax.choreo.plan import SPLITS
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.arrays import check_file
from hdvr_jax.keypoints.cmu import SKELETON, CmuClip, load_pack

_FILES = {"dance": "dance_30fps.npz", "actions": "actions_30fps.npz"}
# Shares of (validation, test) among the takes of a genre; takes without genre are everyday actions.
_DANCE_SHARES, _ACTION_SHARES = (0.10, 0.20), (0.05, 0.15)
# Action: how descriptions of its takes begin.
_ACTIONS = {
    "basketball": "basketball",
    "climb": "climb (ladder|3 steps)",
    "drink": "(unscrew bottlecap, )?drink",
    "jump": "(forward )?jump( up|$)",
    "laugh": "laugh",
    "run": "run",
    "sit": "sit on",
    "soccer": "soccer",
    "walk": "(slow |brisk )?walk",
}


@dataclasses.dataclass(eq=False, kw_only=True)
class CmuConfig(tfds.core.BuilderConfig):
    """Options: which pack, and where the packs lie ("" for the usual places, see `datasets.raw.find_raw`)."""

    pack: str = "all"
    raw_dir: str = ""


def builder_config(**options: str) -> CmuConfig:
    """The config of these options, named after them and after the contents of the raw files."""
    files = _raw_files(make_config(CmuConfig, **options))
    return make_config(CmuConfig, fingerprint(files), **options)


def assign_splits(takes: dict[str, str]) -> dict[str, str]:
    """Split of every take, from {take: genre}.

    Takes of one genre are ordered by the SHA-256 of their names; the first share is the test split, the next the
    validation split, the rest the training split. A genre of three takes or more has at least one of each; a genre of
    one or two takes is all training.
    """
    splits = {}
    for genre in set(takes.values()):
        names = sorted((take for take in takes if takes[take] == genre), key=_digest)
        shares = _DANCE_SHARES if genre else _ACTION_SHARES
        least = 1 if len(names) >= 3 else 0
        validation, test = (max(least, round(share * len(names))) if least else 0 for share in shares)
        for place, name in enumerate(names):
            splits[name] = "test" if place < test else "validation" if place < test + validation else "train"
    return splits


def action_of(description: str) -> str:
    """The action that the description of a take begins with, "" for none of them."""
    return next((name for name, start in _ACTIONS.items() if re.match(start, description)), "")


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of `cmu_mocap`."""

    VERSION = tfds.core.Version("1.2.0")
    RELEASE_NOTES = {"1.1.0": "Without the reference pose in frame 0.", "1.2.0": "Actions."}  # noqa: RUF012 (TFDS reads it)
    MANUAL_DOWNLOAD_INSTRUCTIONS = "Put dance_30fps.npz and actions_30fps.npz into one folder."

    def _info(self) -> tfds.core.DatasetInfo:
        return tfds.core.DatasetInfo(
            builder=self,
            description="CMU motion capture of dance and everyday actions, one dancer's 3D track per record.",
            features=features(),
            homepage="http://mocap.cs.cmu.edu",
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Iterable]:
        clips = [clip for path in _raw_files(self.builder_config) for clip in load_pack(path)]
        splits = assign_splits({clip.take: clip.genre for clip in clips})
        return {
            split: self._generate_examples([clip for clip in clips if splits[clip.take] == split])
            for split in SPLITS
            if split in splits.values()
        }

    def _generate_examples(self, clips: list[CmuClip]) -> Iterator[tuple[str, dict]]:
        return examples(_record(clip) for clip in clips)


def _record(clip: CmuClip) -> dict:
    return {
        "clip": clip.name,
        "dancer": clip.subject,
        "choreography": f"{clip.subject} {clip.description}" if clip.description else clip.take,
        "take": clip.take,
        "genre": clip.genre,
        "action": "" if clip.genre else action_of(clip.description),
        "skeleton": SKELETON,
        "source3d": "mocap",
        "description": clip.description,
        "fps": clip.fps,
        "points_world": clip.points,
    }


def _raw_files(config: CmuConfig) -> list[pathlib.Path]:
    packs = list(_FILES) if config.pack == "all" else [config.pack]
    if not set(packs) <= set(_FILES):
        raise InputError(f"cmu_mocap has no pack {config.pack!r}; expected {', '.join(_FILES)} or all")
    folder = find_raw("cmu", config.raw_dir)
    files = [folder / _FILES[pack] for pack in packs]
    for file in files:
        check_file(file)
    return files


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
