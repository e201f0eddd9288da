"""Weights around those that are used, and the table and picture of a sweep."""

import sys
import types

import jax
import jax.numpy as jnp
import pytest

from benchmarks import multiseed_sweeps, multiseed_views
from hdvr_jax.errors import InputError
from hdvr_jax.multiseed.settings import ALONE, LEARNED, NEAR
from tests.families.dancing import make_clip


def _deep(poses):
    return jnp.abs(poses[..., 2]).mean(-1)


TRIED = ("contact", "floor", "learned")


@pytest.mark.parametrize("prior", ["dictionary", "density"])
@pytest.mark.parametrize(("source", "used", "more"), [("random", ALONE, ()), ("w", NEAR, TRIED)])
def test_every_weight_is_left_out_halved_and_doubled_by_itself(source, used, more, prior):
    titles, weights = multiseed_sweeps.settings_of(source, prior)
    used = used if more else {**used, "learned": LEARNED[prior][0]}
    assert titles[0] == "as used"
    assert len(titles) == len(set(titles)) == 1 + 3 * (len(used) - 1) + len(more)
    assert {name: float(values[0]) for name, values in weights.items() if values[0]} == pytest.approx(used)
    for number, title in enumerate(titles[1:], 1):
        changed = [name for name, values in weights.items() if values[number] != values[0]]
        assert changed == [title.removeprefix("and ").split(",")[0]]
    assert not more or weights["learned"].max() == pytest.approx(LEARNED[prior][1])


def test_the_sweep_is_printed_and_drawn(monkeypatch, capsys, tmp_path):
    clip = {**make_clip(views=2, frames=20), "clip": "x_ch03"}
    monkeypatch.setattr(multiseed_views.corpus, "load", lambda dataset, split: [clip])
    monkeypatch.setattr(multiseed_sweeps, "prior_of", lambda workdir: jax.tree_util.Partial(_deep))
    monkeypatch.setattr(multiseed_sweeps, "load_config", lambda workdir: types.SimpleNamespace(family="density"))
    out = tmp_path / "sweep.png"
    options = ("--sources=random", "--counts=1,2", "--views=c1", "--steps=2", f"--out={out}")
    monkeypatch.setattr(sys, "argv", ["sweeps", *options])
    multiseed_sweeps.main()
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(multiseed_sweeps.settings_of("random", "density")[0])
    assert all(float(cell) > 0 for line in lines[2:] for cell in line.strip("| ").split(" | ")[1:])
    assert out.stat().st_size > 1000


@pytest.mark.parametrize("views", ["c77", "c1,c77"])
def test_views_that_are_not_there_are_named(monkeypatch, tmp_path, views):
    clip = {**make_clip(views=2, frames=4), "clip": "x_ch03"}
    monkeypatch.setattr(multiseed_views.corpus, "load", lambda dataset, split: [clip])
    monkeypatch.setattr(sys, "argv", ["sweeps", f"--views={views}", f"--out={tmp_path / 'x.png'}"])
    with pytest.raises(InputError, match="--views: there is no 'c77'; there are c0, c1"):
        multiseed_sweeps.main()
