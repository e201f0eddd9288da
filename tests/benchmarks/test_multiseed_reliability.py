"""Expected errors: what is fitted to errors is found again, and no recording judges itself."""

import sys

import numpy as np
import pytest

from benchmarks import multiseed_reliability as reliability
from benchmarks import multiseed_views
from hdvr_jax.multiseed import uncertainty
from tests.families.dancing import make_clip

SCALES = np.linspace(0.01, 0.08, len(uncertainty.SCALES))
EXPONENTS = (0.3, -0.5)


def errors(seed, count=6000, factor=1.0):
    """Joints whose errors are as the model says, but for gamma noise."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(len(SCALES), size=count)
    spread, confidence = rng.uniform(0.001, 0.05, count), rng.uniform(0.05, 1, count)
    apart, sure = uncertainty.features(spread, confidence)
    mean = factor * SCALES[kind] * np.exp(EXPONENTS[0] * apart + EXPONENTS[1] * sure)
    return reliability.Refined(kind, spread, confidence, mean * rng.gamma(4, 1 / 4, count), kind % 2)


def test_constants_are_found_again():
    found = reliability.fit(errors(0))
    np.testing.assert_allclose(np.exp(found[:-2]), SCALES, rtol=0.1)
    np.testing.assert_allclose(found[-2:], EXPONENTS, atol=0.03)


def test_each_recording_is_judged_by_the_others():
    data = {"one": errors(1), "two": errors(2), "three": errors(3, factor=3.0)}
    expected, error = reliability.left_out(data, data)
    assert len(expected) == len(error) == sum(int((own.body > 0).sum()) for own in data.values())
    third = slice(-int((data["three"].body > 0).sum()), None)
    assert error[third].mean() == pytest.approx(3 * expected[third].mean(), rel=0.1)
    # By constants that were fitted to others that err three times as much.
    larger = {name: errors(4, factor=3.0) for name in ("two", "three")}
    expected, error = reliability.left_out({"one": data["one"]}, larger)
    assert expected.mean() == pytest.approx(3 * error.mean(), rel=0.1)


def test_tenths_are_in_the_order_of_what_is_expected():
    expected = np.arange(100.0)[::-1]
    table, ratio = reliability.tenths(expected, 2 * expected)
    np.testing.assert_allclose(table[:, 1], 2 * table[:, 0])
    assert (np.diff(table[:, 0]) > 0).all()
    assert ratio == pytest.approx(94.5 / 24.5)


def test_the_table_and_the_picture(monkeypatch, capsys, tmp_path):
    clips = [{**make_clip(views=2, frames=20), "clip": f"x_{name}"} for name in ("ch01", "ch03")]
    monkeypatch.setattr(multiseed_views.corpus, "load", lambda dataset, split: clips)
    truths = multiseed_views.load("aistpp", "ch01,ch03", "").truths
    rng = np.random.default_rng(0)
    starts = [[truth - truth[:, :1] + rng.normal(0, 0.05, truth.shape) for _ in range(2)] for truth in truths]
    monkeypatch.setattr(multiseed_views.Views, "lifted", lambda self, source, misses: starts)
    out = tmp_path / "reliability.png"
    options = ("--recordings=ch01,ch03", "--skip=", "--seeds=2", "--steps=3", f"--out={out}")
    monkeypatch.setattr(sys, "argv", ["reliability", *options])
    reliability.main()
    lines = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    titles = ["all seeds of the training", "its first seed", "its first seed, fitted to all"]
    assert [line[0] for line in lines] == titles
    assert all(len(line) == 12 and float(line[-1]) > 0 for line in lines)
    assert out.stat().st_size > 1000


def test_one_recording_cannot_judge_itself(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["reliability", "--recordings=ch03"])
    with pytest.raises(SystemExit):
        reliability.main()
    assert "--recordings: expected two or more" in capsys.readouterr().err
