"""What keeps the code readable: short functions, short files, no leftovers, nothing private to one machine."""

import ast
import pathlib
import re

import pytest

_ROOT = pathlib.Path(__file__).resolve().parent.parent
_FOLDERS = ("hdvr_jax", "datasets", "configs", "benchmarks", "tests")
FILES = sorted(path for folder in _FOLDERS for path in (_ROOT / folder).rglob("*.py")) + sorted(_ROOT.glob("*.py"))
_LONGEST_FILE, _LONGEST_FUNCTION = 300, 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(_ROOT)))
def test_files_and_functions_are_short(path):
    text = path.read_text()
    assert text.count("\n") <= _LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("test_"):
            assert node.end_lineno - node.lineno < _LONGEST_FUNCTION, f"{node.name} is too long"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(_ROOT)))
def test_no_leftovers(path):
    text = path.read_text()
    leftovers = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", "allow_pickle=" + "True")
    assert not [word for word in leftovers if word in text]
    assert not re.search(r"[\"'](/home|/root|/work|/Users)/", text)


@pytest.mark.parametrize("script", ["train.py", "evaluate.py"])
def test_scripts_are_thin(script):
    assert (_ROOT / script).read_text().count("\n") < 70
