"""A trained model in the hands of later stages."""

import dataclasses

import jax
import numpy as np
import optax
import pytest

from hdvr_jax import configurations, seeds, trained
from hdvr_jax.checkpoints import Checkpoints
from hdvr_jax.errors import InputError
from tests import toy
from tests.processes import run_python


@pytest.fixture
def workdir(tmp_path, monkeypatch):
    """A workdir with a checkpoint of the toy family's first state."""
    toy.install(monkeypatch.setattr)
    configurations.claim(tmp_path, toy.config())
    with Checkpoints(tmp_path) as checkpoints:
        checkpoints.save(seeds.init_states(toy.make(toy.config()), optax.sgd(0.1), toy.batch(4), (0,)), 1)
    return tmp_path


def test_the_trained_variables_predict(workdir):
    model = trained.load(workdir)
    x = toy.clips("toy", "test")[0]["x"][None]
    expected = jax.jit(model.family.predict)(model.variables, {"x": x})["y"]
    np.testing.assert_array_equal(model.predict({"x": x})["y"], expected)
    assert model.config.name == "toy"


def test_a_trained_model_serves_later_stages(workdir):
    clip = toy.clips("toy", "test")[0]
    upstream = trained.load_upstream({"lifter": str(workdir), "movements": ""})
    assert set(upstream) == {"lifter"}
    expected = trained.load(workdir).predict({"x": clip["x"][None]})["y"][0]
    for _ in range(2):
        np.testing.assert_array_equal(upstream["lifter"](clip), expected)


def test_a_model_that_was_trained_further_is_asked_anew(workdir):
    clip = toy.clips("toy", "test")[0]
    before = trained.load_upstream({"lifter": str(workdir)})["lifter"](clip)
    with Checkpoints(workdir) as checkpoints:
        checkpoints.save(seeds.init_states(toy.make(toy.config()), optax.sgd(0.1), toy.batch(4), (1,)), 2, score=0.0)
    after = trained.load_upstream({"lifter": str(workdir)})["lifter"](clip)
    np.testing.assert_array_equal(after, trained.load(workdir).predict({"x": clip["x"][None]})["y"][0])
    assert np.abs(after - before).max() > 0


def test_a_family_with_nothing_for_later_stages_is_an_error(workdir, monkeypatch):
    make = toy.make
    monkeypatch.setattr(toy, "make", lambda *args, **kwargs: dataclasses.replace(make(*args, **kwargs), on_clip=None))
    with pytest.raises(InputError, match=r"config.upstream.lifter: a toy model"):
        trained.load_upstream({"lifter": str(workdir)})


def test_restoring_needs_no_tensorflow():
    code = "import sys; import hdvr_jax.trained; print([m for m in ('tensorflow', 'clu') if m in sys.modules])"
    assert run_python(code).stdout.strip() == "[]"
