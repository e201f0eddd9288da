"""train.py and evaluate.py as their users start them."""

import json
import signal
import subprocess
import sys

import pytest

from tests.processes import ROOT, environment

CONFIG = """
from hdvr_jax.configurations import parse_arg
from tests import toy

def get_config(arg=""):
    return toy.config(train__steps=parse_arg(arg, {"steps": ("3", "4", "100000")}, steps=4).steps)
"""
PATCHED = """
import sys, runpy
from tests import toy

toy.install(setattr)
sys.argv = {argv!r}
runpy.run_path({script!r}, run_name="__main__")
"""


def start(name, *argv, cwd):
    """Starts a script with the toy family in the table."""
    code = PATCHED.format(argv=[name, *argv], script=str(ROOT / name))
    command, pipe = [sys.executable, "-c", code], subprocess.PIPE
    return subprocess.Popen(command, cwd=cwd, env=environment(), stdout=pipe, stderr=pipe, text=True)


def script(name, *argv, cwd):
    """Runs a script to its end; returns (exit code, output, errors)."""
    process = start(name, *argv, cwd=cwd)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a config file and, in w, a training with it."""
    path = tmp_path_factory.mktemp("scripts")
    (path / "toy_config.py").write_text(CONFIG)
    code, out, err = script(
        "train.py", "--config=toy_config.py:steps=3", "--workdir=w", "--config.num_seeds=2", cwd=path
    )
    assert code == 0, err
    assert "step 3/3" in out
    assert err == ""
    return path


@pytest.mark.parametrize("flag", ["--json=w/config.json/found.json", "--pictures=w/config.json"])
def test_places_that_cannot_be_written_are_told_first(folder, flag):
    code, out, err = script("evaluate.py", "--workdir=w", flag, cwd=folder)
    assert (code, out) == (2, "")
    assert err.strip().endswith("config.json is a file")


def test_evaluate_prints_tables_and_writes_json(folder):
    code, out, err = script(
        "evaluate.py", "--workdir=w", "--json=new/found.json", "--set=evaluate.batch_size=3", cwd=folder
    )
    assert (code, err) == (0, "")
    assert "Tango" in out
    assert "±" in out
    assert "division unseen: dancer, choreography, take" in out
    found = json.loads((folder / "new" / "found.json").read_text())
    assert (found["step"], found["seeds"], found["split"]) == (3, [0, 1], "test")
    assert found["mean"]["overall"]["all"]["error"] > 0
    assert found["seen_by"] == []
    assert set(found["seed 1"]["genre"]) == {"Tango", "Tap", "(average)"}


def test_ctrl_c_saves_says_how_to_go_on_and_exits_with_130(folder):
    argv = ["--config=toy_config.py:steps=100000", "--workdir=stopped", "--config.train.checkpoint_every=100000"]
    process = start("train.py", *argv, "--config.train.eval_every=100000", cwd=folder)
    while "steps/s" not in (line := process.stdout.readline()):
        assert line, process.stderr.read()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "saved. The same command continues from there" in err
    assert "Traceback" not in err
    assert list((folder / "stopped" / "checkpoints").iterdir())


FAST = [
    (["train.py", "--config=toy_config.py:stesp=3", "--workdir=w2"], "did you mean 'steps'"),
    (["train.py", "--config=toy_config.py", "--workdir=w"], "another config: num_seeds was 2 and is 1"),
    (["train.py", "--config=toy_config.py", "--workdir=w2", "--config.trian.steps=1"], 'Did you mean "train"'),
    (["evaluate.py", "--workdir=w", "--set=evaluate.batch_size=0"], "config.evaluate.batch_size: expected 1 or more"),
]
SLOW = [
    (["train.py", "--config=toy_config.py:steps=5", "--workdir=w2"], "steps=5: expected one of 3, 4, 100000"),
    (["train.py", "--config=nowhere.py", "--workdir=w2"], "No such file or directory: 'nowhere.py'"),
    (["train.py", "--config=toy_config.py", "--workdir=w2", "--config.train.stesp=1"], 'Did you mean "steps"'),
    (["train.py", "--config=toy_config.py", "--workdir=w2", "--config.train.steps=x"], "steps"),
    (["evaluate.py", "--workdir=nowhere"], "not the workdir of a training"),
]


@pytest.mark.parametrize(("argv", "message"), [*FAST, *(pytest.param(*case, marks=pytest.mark.slow) for case in SLOW)])
def test_errors_are_one_line_and_exit_code_two(folder, argv, message):
    code, _, err = script(*argv, cwd=folder)
    assert code == 2
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") == 1
    assert "Traceback" not in err
