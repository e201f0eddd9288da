"""choreo: procedural dance of nine genres, generated from a seed; no files are read.

Genres: ballet, belly_dance, flamenco, hip_hop, rumba, swing, tango, tap, waltz. 30 fps, metres, Y up, floor at y = 0,
COCO-17 joints. Each take is filmed by three static cameras whose 2D detections are noisy, incomplete and sometimes
wrong. Some takes are duets or trios: their records share the field `take`. No dancer and no choreography is in two
splits.

`description` names what was danced when: "solo: walk 0.00-1.83, tendu 1.83-4.02" (seconds).

Options: `size` ("tiny" for tests, "demo" about 200 takes of 8 s, "standard" about 700 takes of 8 to 12 s) and `seed`.
"""

import dataclasses
from collections.abc import Iterable, Iterator

import tensorflow_datasets as tfds

from datasets.record import examples, features, make_config
from hdvr_jax.choreo.plan import SPLITS, size_named
from hdvr_jax.choreo.records import records


@dataclasses.dataclass(eq=False, kw_only=True)
class ChoreoConfig(tfds.core.BuilderConfig):
    """Options: the name of a size of `hdvr_jax.choreo.plan.SIZES`, and the seed."""

    size: str = "demo"
    seed: int = 0


def builder_config(**options: str | int) -> ChoreoConfig:
    """The config of these options. InputError for an unknown option or size."""
    config = make_config(ChoreoConfig, **options)
    size_named(config.size)
    return config


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of `choreo`."""

    VERSION = tfds.core.Version("1.3.0")

    def _info(self) -> tfds.core.DatasetInfo:
        return tfds.core.DatasetInfo(
            builder=self,
            description="Procedural dance of nine genres with several cameras and noisy 2D detections.",
            features=features(),
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Iterable]:
        return {split: self._generate_examples(split) for split in SPLITS}

    def _generate_examples(self, split: str) -> Iterator[tuple[str, dict]]:
        config = self.builder_config
        return examples(records(config.seed, size_named(config.size), split))
