"""Pictures of a training and of its scores."""

import numpy as np
import pytest
from clu import metric_writers

from hdvr_jax import pictures
from hdvr_jax.errors import InputError


def _workdir(folder):
    for first in (0, 2):  # a training that was resumed at step 2
        writer = metric_writers.SummaryWriter(str(folder / "tensorboard"))
        for step in range(first, first + 3):
            writer.write_scalars(step, {"train/loss": float(first + step), "validation/f": 0.5})
        writer.close()
    return folder


def _tables():
    cells = {f"confusion/{a}/{b}": float(i == j) for i, a in enumerate("xyz") for j, b in enumerate("xyz")}
    return {"overall": {"all": {"sequences": 3.0, "f": 0.5, **cells}}}


def test_curves_go_over_a_resumption(tmp_path):
    steps, values = pictures.read_curves(_workdir(tmp_path))["train/loss"]
    assert steps == [0, 1, 2, 3, 4]
    assert values == [0.0, 1.0, 4.0, 5.0, 6.0]


def test_pictures_are_written(tmp_path):
    pictures.draw(tmp_path / "out", _workdir(tmp_path), _tables(), "f")
    paths = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in paths] == ["confusion.png", "learning_curves.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_a_workdir_without_curves_gives_empty_axes(tmp_path):
    assert pictures.read_curves(tmp_path) == {}
    drawn = pictures.learning_curves({}, "f")
    assert [axes.get_title() for axes in drawn.axes] == ["train/loss", "validation/f"]


def test_the_matrix_shows_counts_and_shares():
    drawn = pictures.matrix("confusion", ["x", "y"], np.array([[3.0, 1.0], [0.0, 0.0]]))
    (axes,) = drawn.axes
    np.testing.assert_allclose(axes.images[0].get_array(), [[0.75, 0.25], [0, 0]])
    assert [text.get_text() for text in axes.texts] == ["3", "1", "", ""]


def test_a_file_in_the_way_is_an_error(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="out: cannot be written"):
        pictures.draw(tmp_path / "out", tmp_path, _tables(), "f")
