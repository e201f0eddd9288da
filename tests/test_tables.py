"""Tables over seeds, as text and as JSON."""

import json

import numpy as np
import pytest

from hdvr_jax import tables


def tables_of(*values):
    return [{"overall": {"all": {"sequences": 2, "error": value, "f": float("nan")}}} for value in values]


def test_mean_and_deviation():
    mean, deviation = tables.mean_and_deviation(tables_of(1.0, 3.0))
    assert mean["overall"]["all"]["error"] == 2
    assert deviation["overall"]["all"]["error"] == pytest.approx(2**0.5)
    assert tables.mean_and_deviation(tables_of(1.0))[1]["overall"]["all"]["error"] == 0


def test_text_and_json():
    (found,) = tables_of(12.345)
    assert tables.format_tables(found).splitlines() == ["overall  sequences  error  f", "all              2   12.3  -"]
    many = {"overall": {"all": {"sequences": 2, **{f"metric{i}": float(i + 1) for i in range(12)}}}}
    assert tables.format_tables(many).splitlines()[:3] == ["overall      all", "sequences      2", "metric0    1.000"]
    both = tables.format_tables(*tables.mean_and_deviation(tables_of(12.345, 12.345)))
    assert "12.3 ± 0.0" in both
    content = json.loads(json.dumps(tables.to_json([4], [found]), allow_nan=False))
    assert list(content) == ["mean", "deviation", "seed 4"]
    assert content["seed 4"]["overall"]["all"] == {"sequences": 2, "error": 12.345, "f": None}


def test_matrices_are_tables_of_their_own():
    counts = np.array([[3.0, 1.5], [0.0, 2.0]])
    cells = {f"confusion/{a}/{b}": counts[i, j] for i, a in enumerate("xy") for j, b in enumerate("xy")}
    row = {"sequences": 7.0, "f/x": 0.5, **cells}
    ((name, (labels, values)),) = tables.matrices(row).items()
    assert (name, labels) == ("confusion", ["x", "y"])
    np.testing.assert_array_equal(values, counts)
    assert tables.format_tables({"overall": {"all": row}}).splitlines() == [
        "overall  sequences    f/x",
        "all              7  0.500",
        "",
        "confusion  x    y",
        "x          3  1.5",
        "y          .    2",
    ]
