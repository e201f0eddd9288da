"""The loop: reproducible, resumable to the bit, stopped cleanly, never saving what is broken."""

import itertools
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

import jax
import numpy as np
import pytest

from hdvr_jax import checkpoints, corpus, loop
from hdvr_jax.errors import InputError
from hdvr_jax.interrupts import Interrupted
from tests import toy
from tests.processes import ROOT, environment


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """One folder of compiled programs for all tests: most train the same step."""
    before = jax.config.jax_compilation_cache_dir
    folder = str(tmp_path_factory.mktemp("cache"))
    jax.config.update("jax_compilation_cache_dir", folder)
    yield folder
    jax.config.update("jax_compilation_cache_dir", before)


@pytest.fixture(autouse=True)
def _toy(monkeypatch, cache):
    toy.install(monkeypatch.setattr)
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", cache)


def variables(workdir, step="latest", index=0):
    return checkpoints.restore_for_inference(workdir, step, index)[1]


def same(found, expected):
    jax.tree.map(np.testing.assert_array_equal, found, expected)


def test_the_same_command_gives_the_same_numbers_and_a_finished_training_says_so(tmp_path, capsys):
    for name in ("one", "two"):
        loop.train(toy.config(), tmp_path / name)
    same(variables(tmp_path / "one"), variables(tmp_path / "two"))
    out = capsys.readouterr().out
    assert "step 12/12" in out
    assert "validation error" in out
    loop.train(toy.config(), tmp_path / "one")
    assert "training finished" in capsys.readouterr().out
    assert list((tmp_path / "one" / "tensorboard").glob("events*"))


@pytest.mark.parametrize("fields", [{}, {"optim__ema": 0.9, "num_seeds": 2, "optim__optimizer": "amsgrad"}])
def test_raising_the_steps_continues_as_one_training(tmp_path, fields):
    loop.train(toy.config(train__steps=10, **fields), tmp_path / "whole")
    loop.train(toy.config(train__steps=4, **fields), tmp_path / "parts")
    loop.train(toy.config(train__steps=10, **fields), tmp_path / "parts")
    same(variables(tmp_path / "parts"), variables(tmp_path / "whole"))


def test_seeds_together_end_as_alone(tmp_path):
    fields = {"train__steps": 6, "optim__learning_rate": 0.01}
    loop.train(toy.config(num_seeds=2, seed=3, **fields), tmp_path / "both")
    for index in range(2):
        loop.train(toy.config(seed=3 + index, **fields), tmp_path / str(index))
        jax.tree.map(
            lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6),
            variables(tmp_path / "both", index=index),
            variables(tmp_path / str(index)),
        )


def test_models_of_a_label_end_as_those_trained_on_their_sequences_alone(tmp_path, monkeypatch):
    fields = {"train__steps": 6, "optim__learning_rate": 0.01, "data__validation_split": ""}
    genres = ("Tango", "Tap")
    loop.train(toy.config(train__model_per="genre", train__models=genres, num_seeds=2, **fields), tmp_path / "both")
    _, found = checkpoints.restore_models(tmp_path / "both", "latest", 1)
    assert tuple(found) == genres
    every = toy.clips
    for genre in genres:
        own = [clip for clip in every("toy", "train") if clip["genre"] == genre]
        monkeypatch.setattr(corpus, "load", lambda *_, own=own, **__: own)
        loop.train(toy.config(seed=1, **fields), tmp_path / genre)
        jax.tree.map(
            lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6),
            found[genre],
            variables(tmp_path / genre),
        )
    with pytest.raises(InputError, match="a model for each of Tango, Tap"):
        checkpoints.restore_for_inference(tmp_path / "both")


def test_epochs_count_passes_over_the_windows(tmp_path):
    fields = {"data__validation_split": ""}
    loop.train(toy.config(train__epochs=1.5, **fields), tmp_path)
    windows = sum(1 + -(-max(0, len(clip["x"]) - 5) // 2) for clip in toy.clips("toy", "train"))
    assert checkpoints.resolve_step(tmp_path, "latest") == round(1.5 * (windows // 8))


def test_a_training_starts_from_another(tmp_path):
    fields = {"optim__learning_rate": 0.0, "optim__ema": 0.9, "data__validation_split": ""}
    loop.train(toy.config(train__steps=6, data__validation_split=""), tmp_path / "first")
    loop.train(toy.config(train__initial=str(tmp_path / "first"), num_seeds=2, **fields), tmp_path / "second")
    for index in range(2):
        same(variables(tmp_path / "second", index=index)["params"], variables(tmp_path / "first")["params"])
    with pytest.raises(InputError, match="third is not the workdir of a training"):
        loop.train(toy.config(train__initial=str(tmp_path / "third")), tmp_path / "fourth")
    assert not (tmp_path / "fourth").exists()


def test_a_part_of_the_parameters_starts_from_another_training(tmp_path):
    fields = {"data__validation_split": "", "optim__learning_rate": 0.0}
    loop.train(toy.config(train__steps=6, data__validation_split=""), tmp_path / "first")
    loop.train(toy.config(**fields), tmp_path / "random")
    given, random = (variables(tmp_path / name)["params"] for name in ("first", "random"))
    part, *others = given
    config = toy.config(num_seeds=2, optim__ema=0.9, **fields)
    config.train.initial_parts = {part: str(tmp_path / "first")}
    loop.train(config, tmp_path / "second")
    for index in range(2):
        same(variables(tmp_path / "second", index=index)["params"][part], given[part])
    found = variables(tmp_path / "second")["params"]
    same({name: found[name] for name in others}, {name: random[name] for name in others})
    config.train.initial_parts = {"dictionary": str(tmp_path / "first")}
    with pytest.raises(InputError, match="first: holds a model of family toy, which has no part called 'dictionary'"):
        loop.train(config, tmp_path / "third")
    assert not (tmp_path / "third").exists()


def test_training_learns(tmp_path, capsys):
    fields = {"train__steps": 200, "train__log_every": 10, "train__eval_every": 100, "train__checkpoint_every": 100}
    loop.train(toy.config(optim__learning_rate=0.02, **fields), tmp_path)
    lines = [line for line in capsys.readouterr().out.splitlines() if "loss " in line]
    losses = [float(line.split("loss ")[1].split()[0]) for line in lines]
    assert np.mean(losses[-5:]) < 0.5 * losses[0]


def test_a_loss_that_is_not_finite_names_step_and_term_and_is_never_saved(tmp_path):
    # Example 33 is the second one of step 5.
    with pytest.raises(InputError, match=r"step 5: not finite: examples, loss"):
        loop.train(toy.config(model__fail_at=33.0, train__log_every=100), tmp_path)
    assert checkpoints.resolve_step(tmp_path, "latest") == 3
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(variables(tmp_path)))


def test_the_workdir_of_another_config_is_refused(tmp_path):
    loop.train(toy.config(train__steps=2), tmp_path)
    with pytest.raises(InputError, match=r"another config: model.dropout was 0.2 and is 0.3"):
        loop.train(toy.config(train__steps=2, model__dropout=0.3), tmp_path)


def test_a_training_that_cannot_start_leaves_nothing(tmp_path, monkeypatch):
    def none(*_, **__):
        raise InputError("there is no data")

    monkeypatch.setattr(corpus, "load", none)
    with pytest.raises(InputError, match="there is no data"):
        loop.train(toy.config(), tmp_path / "new" / "workdir")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"train__steps": 0}, "config.train.steps"),
        ({"train__batch_size": 0}, "config.train.batch_size"),
        ({"num_seeds": 0}, "config.num_seeds"),
        ({"evaluate__mode": "low"}, "config.evaluate.mode"),
        ({"evaluate__metric": "mpjpe"}, "config.evaluate.metric"),
        ({"family": "toi"}, "did you mean 'toy'"),
        ({"optim__optimizer": "adan"}, "config.optim.optimizer"),
    ],
)
def test_bad_configs_are_errors(tmp_path, fields, message):
    with pytest.raises(InputError, match=message):
        loop.train(toy.config(**fields), tmp_path)
    assert not list(tmp_path.glob("checkpoints/[0-9]*"))


@pytest.mark.parametrize(
    ("module", "name", "call"), [(loop.pipeline, "batch_at", 6), (loop, "_summary", 1), (loop, "_evaluate", 0)]
)
def test_ctrl_c_at_any_point_saves_and_the_next_run_goes_on(tmp_path, monkeypatch, module, name, call):
    loop.train(toy.config(), tmp_path / "whole")
    original, calls = getattr(module, name), itertools.count()

    def interrupting(*args):
        if next(calls) == call:
            os.kill(os.getpid(), signal.SIGINT)
        return original(*args)

    with monkeypatch.context() as patch:
        patch.setattr(module, name, interrupting)
        with pytest.raises(Interrupted) as caught:
            loop.train(toy.config(), tmp_path / "parts")
    stopped = checkpoints.resolve_step(tmp_path / "parts", "latest")
    assert f"stopped at step {stopped} of 12; saved" in str(caught.value)
    loop.train(toy.config(), tmp_path / "parts")
    same(variables(tmp_path / "parts"), variables(tmp_path / "whole"))
    assert checkpoints.resolve_step(tmp_path / "parts", "best") == checkpoints.resolve_step(tmp_path / "whole", "best")


def start(workdir: pathlib.Path, steps: int) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.toy", str(workdir), f"train__steps={steps}", "train__checkpoint_every=5"]
    return subprocess.Popen(
        [*command, "train__eval_every=20"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.mark.slow
def test_killed_at_any_moment_a_training_ends_bit_for_bit_as_one_left_alone(tmp_path):
    steps, rng = 300, random.Random(0)
    loop.train(toy.config(train__steps=steps, train__checkpoint_every=5, train__eval_every=20), tmp_path / "whole")
    for wait in (rng.uniform(0.0, 0.5) for _ in range(3)):
        process = start(tmp_path / "parts", steps)
        # Steps are under way once the first line about one is out; the kill then comes at a random moment.
        while b"step " not in (line := process.stdout.readline()) or b"from step" in line:
            assert line, "the training ended before it made a step"
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    killed_at = checkpoints.resolve_step(tmp_path / "parts", "latest")
    assert killed_at < steps
    assert start(tmp_path / "parts", steps).wait(timeout=300) == 0
    for name in ("latest", "best"):
        assert checkpoints.resolve_step(tmp_path / "parts", name) == checkpoints.resolve_step(tmp_path / "whole", name)
        same(variables(tmp_path / "parts", name), variables(tmp_path / "whole", name))
