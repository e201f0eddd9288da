"""The lines of the table of HDVR's lifting (`benchmarks.multiseed`)."""

import argparse
import dataclasses
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.multiseed_views import FLAT, MISSES, RANDOM, TRIED
from hdvr_jax.multiseed.settings import ALONE, BODIES, LEARNED, NEAR, PUBLISHED, Settings

_PAPER = {**PUBLISHED, "consistency": NEAR["consistency"]}
# A third of the weight with which refined poses stay near P*.
_LOOSE = {**NEAR, "consistency": 0.05}
# Of many random seeds the best is taken, as published.
_BEST = {"temperature": 0.0}


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        title: in the table.
        source: whose poses are P*: `FLAT`, `RANDOM` for none, or the workdir of a training.
        settings: of the optimiser; None where the source's own poses are scored.
        together: whether all seeds of that training are starts of one optimisation, and runs draw anew; else every one
            of them is a run.
        misses: what is taken out of the detections, one of `MISSES`.
        prior: workdir of what the term "learned" asks.
    """

    title: str
    source: str
    settings: Settings | None = None
    together: bool = False
    misses: str = ""
    prior: str = ""

    @property
    def drawn(self) -> bool:
        """Whether runs draw seeds anew; else each is a seed of the source's training."""
        return self.together or self.source == RANDOM

    @property
    def trainings(self) -> list[str]:
        """Workdirs that it reads."""
        return [source for source in (self.source, self.prior) if source not in (FLAT, RANDOM, "")]


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """The table's lines; none of trainings that are not given."""
    yield Row("every depth that of the root", FLAT)
    for name, weights, more in (
        ("random seeds, losses of the paper", PUBLISHED, {"camera": "weak"}),
        ("+ perspective", PUBLISHED, {}),
        ("accelerations in place of steps", {name: BODIES[name] for name in ("projection", "accelerations")}, {}),
        ("+ bones constant and symmetric", BODIES, {}),
        ("+ knees and noses in front", ALONE, {}),
    ):
        yield Row(name, RANDOM, _settings(options, weights, **_BEST, **more))
    for name, prior in _priors(options):
        weights = {**ALONE, "learned": LEARNED[name][0]}
        title = f"random seeds, and the {name} as learned prior"
        yield Row(title, RANDOM, _settings(options, weights, **_BEST), prior=prior)
    if options.dictionary:
        yield from _of_dictionary(options)
    for lifter in filter(None, options.lifters.split(",")):
        yield from _of_lifter(lifter, options)


def _settings(options: argparse.Namespace, weights: Mapping[str, float], **more: Any) -> Settings:
    return Settings(options.seeds, weights, steps=options.steps, **more)


def _priors(options: argparse.Namespace) -> list[tuple[str, str]]:
    """Names and workdirs of the learned priors that are given."""
    return [(name, getattr(options, name)) for name in LEARNED if getattr(options, name)]


def _of_dictionary(options: argparse.Namespace) -> Iterator[Row]:
    source = options.dictionary
    yield Row("dictionary", source)
    yield Row("seeds from the dictionary", source, _settings(options, BODIES))
    for name, weights in (("near the dictionary", NEAR), ("loosely near the dictionary", _LOOSE)):
        yield Row(name, source, _settings(options, weights))
        yield Row(f"{name}, from all seeds", source, _settings(options, weights), together=True)


def _of_lifter(source: str, options: argparse.Namespace) -> Iterator[Row]:
    name, near = pathlib.Path(source).name, _settings(options, NEAR)
    yield Row(f"lifter {name}", source)
    yield Row("refined, losses of the paper", source, _settings(options, _PAPER, **_BEST))
    yield Row("refined loosely", source, _settings(options, _LOOSE))
    yield Row("refined", source, near)
    together = Row("refined, from all seeds", source, near, together=True)
    yield together
    best = _settings(options, NEAR, **_BEST)
    yield dataclasses.replace(together, title="the same, the best seed alone", settings=best)
    tried = [(term, {term: weight}, "") for term, weight in TRIED.items()]
    tried += [
        (f"the {name} as learned prior", {"learned": LEARNED[name][1]}, prior) for name, prior in _priors(options)
    ]
    for term, weights, prior in tried:
        settings = _settings(options, {**NEAR, **weights})
        yield dataclasses.replace(together, title=f"the same, and {term}", settings=settings, prior=prior)
    for misses in MISSES[1:]:
        yield Row(f"lifter without {misses}", source, misses=misses)
        yield dataclasses.replace(together, title=f"refined without {misses}", misses=misses)
