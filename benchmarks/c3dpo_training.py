"""C3DPO's own code and our dictionary as two learners of the same images, an epoch at a time.

C3DPO (Novotny et al. 2019, github.com/facebookresearch/c3dpo_nrsfm) comes from a checkout and stays as it is: its
model, losses, optimizer and schedule, with the settings of its cfgs/h36m.yaml. What it imports beside these (plots,
its data sets, torch of 2019) is replaced by empty modules. Needs torch. Its modules have names of no package (`model`,
`config`, `tools`), so its folder goes to the front of the path.

Both get images (F, P, 2) about 1 in size, all points visible; an epoch is as many frames as there are images.
"""

import contextlib
import importlib
import math
import pathlib
import sys
import types
from typing import Any, Protocol

import jax
import numpy as np
from jaxtyping import Float

from benchmarks import nonrigid_training
from benchmarks.nonrigid_baselines import Depths
from hdvr_jax.networks.dictionary import Autoencoder

Images = Float[np.ndarray, "F P 2"]

_ABSENT = ("tools.vis_utils", "tools.stats", "tools.cache_preds", "dataset.dataset_zoo", "dataset.eval_zoo")


class Learner(Protocol):
    """A training that is under way."""

    def epochs(self, count: int) -> None:
        """Trains on; returns when it is done."""

    def depths(self, images: Images) -> Depths:
        """Depths by the weights of now, in the unit of the images."""


def modules(source: pathlib.Path) -> types.SimpleNamespace:
    """torch, and of the checkout: the class C3DPO, `init_optimizer`, and the config of its training on Human3.6M."""
    for name in _ABSENT:
        sys.modules[name] = _empty(name)
    if str(source.resolve()) not in sys.path:
        sys.path.insert(0, str(source.resolve()))
    experiment, yaml = importlib.import_module("experiment"), importlib.import_module("yaml")
    # The file names classes of the checkout, which is run anyway.
    config = yaml.load((source / "cfgs" / "h36m.yaml").read_text(), yaml.UnsafeLoader)
    made = {"C3DPO": experiment.C3DPO, "init_optimizer": experiment.init_optimizer, "config": config}
    return types.SimpleNamespace(torch=importlib.import_module("torch"), **made)


def _empty(name: str) -> types.ModuleType:
    """A module in which every name is a function that takes no arguments."""

    def attribute(wanted: str) -> Any:
        if wanted.startswith("__"):
            raise AttributeError(wanted)
        return lambda: None

    module = types.ModuleType(name)
    module.__getattr__ = attribute
    return module


class Theirs:
    """C3DPO on the CPU. Milestones of its learning rate keep their share of the epochs."""

    def __init__(
        self,
        found: types.SimpleNamespace,
        images: Images,
        epochs: int,
        *,
        seed: int = 0,
        batch: int = 0,
        solver: str = "",
    ) -> None:
        """`batch` and `solver` ("sgd", "adam"): 0 and "" for those of its config."""
        self._torch, config = found.torch, found.config
        self._torch.manual_seed(seed)
        self._images, self._batch = self._given(images), batch or config.batch_size
        solving = {**config.SOLVER, "max_epochs": epochs}
        solving["breed"] = solver or solving["breed"]
        solving["milestones"] = [round(m * epochs / config.SOLVER.max_epochs) for m in config.SOLVER.milestones]
        # It prints what it was given.
        with contextlib.redirect_stdout(None):
            self._model = found.C3DPO(**{**config.MODEL, "n_keypoints": images.shape[1]})
            self._optimizer, self._schedule = found.init_optimizer(self._model, None, **solving)
        self._model._loss_weights_printed = True

    def epochs(self, count: int) -> None:
        """As its `trainvalidate` and `run_training`, fed from memory."""
        self._model.train()
        for _ in range(count):
            for chosen in self._torch.randperm(len(self._images)).split(self._batch):
                # Batch normalization needs two.
                if len(chosen) > 1:
                    self._optimizer.zero_grad()
                    self._run(self._images[chosen])["objective"].backward()
                    self._optimizer.step()
            self._schedule.step()

    def depths(self, images: Images) -> Depths:
        """Depths of its shape in the frame of the camera."""
        self._model.eval()
        with self._torch.no_grad():
            parts = [self._run(part)["shape_image_coord"][:, 2] for part in self._given(images).split(self._batch)]
        return self._torch.cat(parts).numpy().astype(np.float64)

    def objective(self) -> float:
        """Its loss on the images."""
        self._model.eval()
        with self._torch.no_grad():
            return float(self._run(self._images)["objective"])

    def _given(self, images: Images) -> Any:
        return self._torch.from_numpy(np.ascontiguousarray(np.swapaxes(images, 1, 2), np.float32))

    def _run(self, images: Any) -> dict[str, Any]:
        return self._model(kp_loc=images, kp_vis=self._torch.ones(images.shape[0], images.shape[2]))


class Ours:
    """The hierarchical dictionary; its learning rate falls to 0 over `epochs`."""

    def __init__(self, images: Images, epochs: int, *, seed: int = 0, batch: int = nonrigid_training.BATCH) -> None:
        """Compiles nothing yet: the first epochs do."""
        self._steps = math.ceil(len(images) / batch)
        network = Autoencoder(images.shape[1], nonrigid_training.HIERARCHY)
        self._trainer = nonrigid_training.Trainer(network, epochs * self._steps, batch)
        self._images, self._key = nonrigid_training.prepared(images, 1.0), jax.random.key(seed)
        self._state = self._trainer.start(self._key)

    def epochs(self, count: int) -> None:
        """Each epoch is one compiled call."""
        for _ in range(count):
            self._state = nonrigid_training.advance(self._trainer, self._state, self._images, self._key, self._steps)
        jax.block_until_ready(self._state)

    def depths(self, images: Images) -> Depths:
        """Depths of the decoded pose."""
        given = nonrigid_training.prepared(images, 1.0)
        return nonrigid_training.depths(self._trainer.network, self._state.params, given)
