"""Every config trains for a step, in its tiny size."""

import importlib
import math
import pathlib

import pytest

from hdvr_jax import checkpoints, corpus, loop, splits
from tests.datasets.test_keypoint_folder import own_recordings
from tests.real_data import real_data

_ROOT = pathlib.Path(__file__).resolve().parent.parent
CONFIGS = sorted(path.stem for path in (_ROOT / "configs").glob("*.py") if "def get_config" in path.read_text())
_RAW = {"cmu_mocap": "cmu", "aistpp": "aistpp"}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("datasets")


def _argument(name, folder=""):
    if name == "movements_own":
        return f"size=tiny,raw_dir={folder},labels={folder}.csv" if folder else "size=tiny"
    if name == "genre_own":
        return f"size=tiny,raw_dir={folder},inputs=2d,streams=poses2d" if folder else "size=tiny"
    # Later stages read true 3D and rule-based labels here, so that no stage has to be trained first.
    if name.startswith("movements"):
        return "size=tiny,inputs=3d_true"
    if name.startswith("genre"):
        return "size=tiny,inputs=3d_true,labels=annotator"
    return "size=tiny"


def test_there_are_configs_of_every_family():
    families = {importlib.import_module(f"configs.{name}").get_config(_argument(name)).family for name in CONFIGS}
    assert families == {
        "lifter",
        "lifter_trajectory",
        "reprojection",
        "dictionary",
        "factorization",
        "density",
        "movements",
        "genre",
    }


@pytest.fixture
def few_clips(monkeypatch):
    """Whatever is loaded is cut to its first seconds; of many clips, one of each genre and action."""
    load = corpus.load

    def few(*args, **options):
        clips = load(*args, **options)
        kinds = {(clip["genre"], clip["action"]): clip for clip in clips}.values()
        return [splits.cut([clip], 8.0)[0] for clip in (kinds if len(clips) > 12 else clips)]

    monkeypatch.setattr(corpus, "load", few)


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.usefixtures("few_clips")
def test_config_trains_for_a_step(name, data_dir, tmp_path, monkeypatch):
    own_recordings(tmp_path / "own")
    config = importlib.import_module(f"configs.{name}").get_config(_argument(name, tmp_path / "own"))
    if config.data.dataset in _RAW:
        config.data.options.raw_dir = str(real_data(_RAW[config.data.dataset]))
    config.data.data_dir = str(data_dir)
    config.data.validation_split = ""
    config.train.steps = 1
    loop.train(config, tmp_path / name)
    restored, models = checkpoints.restore_models(tmp_path / name, "latest")
    assert restored.name == name
    assert all(math.isfinite(float(abs(leaf).sum())) for leaf in _leaves(models))


def _leaves(tree):
    for value in tree.values():
        yield from _leaves(value) if isinstance(value, dict) else (value,)


@pytest.mark.parametrize("name", CONFIGS)
def test_full_config_says_how_to_run_it(name):
    module = importlib.import_module(f"configs.{name}")
    assert module.get_config().name == name
    assert f"--config=configs/{name}.py" in module.__doc__
