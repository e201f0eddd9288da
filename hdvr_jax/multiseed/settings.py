"""How a clip is lifted: weights of the terms, windows, seeds and steps; and what settings mean nothing."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from hdvr_jax.errors import InputError
from hdvr_jax.multiseed import uncertainty
from hdvr_jax.multiseed.priors import Prior, all_terms
from hdvr_jax.multiseed.terms import CAMERAS

# Terms and weights as HDVR has them; none of its weights is published.
PUBLISHED = {"projection": 1.0, "smooth_2d": 0.1, "smooth_3d": 0.1}
# What is known of bodies, too.
BODIES = {"projection": 1.0, "accelerations": 0.5, "root_accelerations": 0.03, "constant": 0.1, "symmetric": 0.1}
# Without P*: knees and noses in front, and what a learned prior takes for likely (`LEARNED`).
ALONE = {**BODIES, "limits": 0.3}
# With P*: L_3D beside what is known of bodies.
NEAR = {**BODIES, "consistency": 0.15}
# Weights of the term "learned", whose unit is the prior's, by the family of what is asked: without P*, and with it.
LEARNED = {"dictionary": (0.2, 0.02), "density": (0.15, 0.01)}


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a clip is lifted; what HDVR does not publish is our choice.

    Attributes:
        seeds: K; as many as there are starts, where those are more.
        weights: of the terms of `priors.all_terms` by name; "consistency", that of staying near P*. Numbers, or
            arrays of a sweep (`hdvr_jax.multiseed.sweep`).
        window_seconds, overlap_seconds: of the sliding windows.
        steps, learning_rate: of Adam on every seed.
        camera: one of `terms.CAMERAS`.
        noise: metres by which seeds are perturbed.
        temperature: metres of mean error by which a seed may be worse to count e times less in what is given; 0 for
            the best seed alone, as published.
        jump_weight: of the distance between neighbouring windows' seeds, beside their errors.
        one_by_one: whether seeds and windows, and what is swept, are optimised by themselves, seeds on all cores; None:
            where JAX computes on processors.
    """

    seeds: int = 8
    weights: Mapping[str, Any] = dataclasses.field(default_factory=NEAR.copy)
    window_seconds: float = 2.0
    overlap_seconds: float = 0.5
    steps: int = 200
    learning_rate: float = 0.02
    camera: str = "perspective"
    noise: float = 0.1
    temperature: float = uncertainty.TEMPERATURE
    jump_weight: float = 1.0
    one_by_one: bool | None = None

    @property
    def in_turn(self) -> bool:
        """`one_by_one`, decided."""
        return jax.default_backend() == "cpu" if self.one_by_one is None else self.one_by_one

    def check(self, skeleton: str, prior: Prior | None = None, *, swept: bool = False) -> None:
        """Raises InputError for settings that mean nothing; names the field. Of a sweep, weights are (W,)."""
        for field in ("seeds", "steps"):
            value = getattr(self, field)
            _expect(isinstance(value, (int, np.integer)) and value >= 1, field, "a whole number of 1 or more", value)
        for field in ("learning_rate", "noise", "temperature", "jump_weight"):
            value = getattr(self, field)
            _expect(np.isfinite(value) and value >= 0, field, "a finite number of 0 or more", value)
        window, overlap = self.window_seconds, self.overlap_seconds
        _expect(np.isfinite(window) and window > 0, "window_seconds", "a finite number above 0", window)
        _expect(0 <= overlap < window, "overlap_seconds", f"0 to below window_seconds ({window})", overlap)
        _expect(self.camera in CAMERAS, "camera", f"one of {', '.join(CAMERAS)}", repr(self.camera))
        self._check_weights(skeleton, prior, swept)

    def _check_weights(self, skeleton: str, prior: Prior | None, swept: bool) -> None:
        if "learned" in self.weights and prior is None:
            raise InputError("multiseed.weights: the term 'learned' needs a learned prior")
        known, sizes = all_terms(skeleton, prior), set()
        for name, weight in self.weights.items():
            if name not in known:
                raise InputError(f"multiseed.weights: no term is called {name!r}; there are {', '.join(known)}")
            usable = isinstance(weight, jax.core.Tracer) or (np.isfinite(weight) & np.greater_equal(weight, 0)).all()
            _expect(usable, "weights", "finite numbers of 0 or more", f"{name} = {weight}")
            _expect(np.ndim(weight) == swept, "weights", "arrays (W,)" if swept else "numbers", f"{name} = {weight}")
            sizes.add(np.shape(weight))
        _expect(bool(sizes), "weights", "one or more terms", "none")
        _expect(len(sizes) == 1, "weights", "equally many of every term", f"shapes {sorted(sizes)}")


def _expect(met: bool | np.bool_, field: str, expected: str, value: Any) -> None:
    if not met:
        raise InputError(f"multiseed.{field}: expected {expected}, got {value}")
