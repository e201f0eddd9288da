"""train.py and evaluate.py as their users start them."""

import json
import subprocess
import sys

import pytest

from tests.processes import ROOT, environment

CONFIG = """
from hdvr_jax.configurations import parse_arg
from tests import toy

def get_config(arg=""):
    return toy.config(train__steps=parse_arg(arg, steps=4).steps)
"""
PATCHED = """
import sys, runpy
from tests import toy

toy.install(setattr)
sys.argv = {argv!r}
runpy.run_path({script!r}, run_name="__main__")
"""


def script(name, *argv, cwd):
    """Runs a script with the toy family in the table; returns (exit code, output, errors)."""
    code = PATCHED.format(argv=[name, *argv], script=str(ROOT / name))
    env = environment() | {"JAX_COMPILATION_CACHE_DIR": str(cwd / "cache")}
    found = subprocess.run([sys.executable, "-c", code], cwd=cwd, env=env, capture_output=True, text=True, timeout=300)
    return found.returncode, found.stdout, found.stderr


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


def test_evaluate_prints_tables_and_writes_json(folder):
    code, out, err = script(
        "evaluate.py", "--workdir=w", "--json=found.json", "--set=evaluate.batch_size=3", cwd=folder
    )
    assert (code, err) == (0, "")
    assert "Tango" in out
    assert "±" in out
    found = json.loads((folder / "found.json").read_text())
    assert (found["step"], found["seeds"], found["split"]) == (3, [0, 1], "test")
    assert found["mean"]["overall"]["all"]["error"] > 0
    assert set(found["seed 1"]["genre"]) == {"Tango", "Tap"}


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["train.py", "--config=toy_config.py:stesp=3", "--workdir=w2"], "did you mean 'steps'"),
        (["train.py", "--config=toy_config.py", "--workdir=w"], "another config: num_seeds was 2 and is 1"),
        (["evaluate.py", "--workdir=nowhere"], "not the workdir of a training"),
    ],
)
def test_errors_are_one_line_and_exit_code_two(folder, argv, message):
    code, _, err = script(*argv, cwd=folder)
    assert code == 2
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") == 1
