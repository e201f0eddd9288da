"""Every notebook runs from top to bottom, and is committed without outputs."""

import json
import pathlib

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

_FOLDER = pathlib.Path(__file__).resolve().parent.parent / "notebooks"
NOTEBOOKS = sorted(_FOLDER.glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path, tmp_path, monkeypatch):
    monkeypatch.setenv("HDVR_DATA_DIR", str(tmp_path))
    matplotlib.use("Agg")
    cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in cells)
    names: dict = {}
    for cell in cells:
        exec(compile("".join(cell["source"]), str(path), "exec"), names)
    pictures = [plt.figure(number) for number in plt.get_fignums()]
    assert len(pictures) >= 4
    for picture in pictures:
        picture.savefig(tmp_path / "picture.png")
        drawn = plt.imread(tmp_path / "picture.png")
        assert np.unique(drawn[..., :3].reshape(-1, 3), axis=0).shape[0] > 20, "something is drawn"
    plt.close("all")
