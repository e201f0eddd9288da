"""C3DPO's own code as a learner. HDVR_C3DPO names a checkout of facebookresearch/c3dpo_nrsfm; needs torch."""

import os
import pathlib
import sys

import numpy as np
import pytest

from benchmarks import c3dpo_training
from tests.benchmarks.test_nonrigid_baselines import deforming

torch = pytest.importorskip("torch", reason="torch is not installed")
SOURCE = os.environ.get("HDVR_C3DPO")
if not SOURCE:
    pytest.skip("no checkout of C3DPO; HDVR_C3DPO names one", allow_module_level=True)
WIDTH = 32
THEIR_MODULES = {"config", "dataset", "experiment", "model", "tools"}


@pytest.fixture
def found(monkeypatch):
    """Their code with narrow networks; what it imports is gone afterwards."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    made = c3dpo_training.modules(pathlib.Path(SOURCE))
    made.config.MODEL.n_fully_connected = made.config.MODEL.canonicalization.n_fully_connected = WIDTH
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield made
    torch.set_num_threads(threads)
    for name in [name for name in sys.modules if name.partition(".")[0] in THEIR_MODULES]:
        del sys.modules[name]


@pytest.fixture
def images():
    return deforming(0, 64)[..., :2]


def test_settings_are_those_of_their_training_on_human36m(found):
    assert (found.config.batch_size, found.config.SOLVER.max_epochs, found.config.SOLVER.breed) == (1024, 90, "sgd")
    assert found.config.MODEL.shape_basis_size == 10
    assert found.config.MODEL.canonicalization.use


def test_its_own_loss_falls(found, images):
    learner = c3dpo_training.Theirs(found, images, 60, batch=16, solver="adam")
    before = learner.objective()
    learner.epochs(30)
    assert learner.objective() < 0.8 * before


def test_the_same_seed_gives_the_same_depths_about_the_unit_of_the_images(found, images):
    depths = []
    for seed in (0, 0, 1):
        learner = c3dpo_training.Theirs(found, images, 10, seed=seed, batch=16)
        learner.epochs(2)
        depths.append(learner.depths(images))
    assert depths[0].shape == images.shape[:2]
    np.testing.assert_array_equal(depths[0], depths[1])
    assert np.abs(depths[0] - depths[2]).max() > 0


def test_milestones_keep_their_share_and_a_last_batch_of_one_is_left_out(found, images):
    learner = c3dpo_training.Theirs(found, images[:33], 9, batch=16)
    rates = []
    for _ in range(9):
        learner.epochs(1)
        rates.append(learner._optimizer.param_groups[0]["lr"])
    np.testing.assert_allclose(rates, [1e-3] * 5 + [1e-4] * 2 + [1e-5] * 2, rtol=1e-6)
