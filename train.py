"""Trains what a config file describes.

python train.py --config=configs/NAME.py[:key=value,...] --workdir=DIR [--config.FIELD=VALUE ...]

Run again with the same workdir, it continues where it stopped. Ctrl-C saves first.
"""

from collections.abc import Sequence

from absl import flags
from ml_collections import config_flags

from hdvr_jax import loop, scripts

_CONFIG = config_flags.DEFINE_config_file("config", None, "File of the experiment.", lock_config=True)
_WORKDIR = flags.DEFINE_string("workdir", None, "Folder of this training.")


def main(argv: Sequence[str]) -> None:
    """Trains."""
    del argv
    loop.train(_CONFIG.value, _WORKDIR.value)


if __name__ == "__main__":
    scripts.run(main, required=("config", "workdir"))
