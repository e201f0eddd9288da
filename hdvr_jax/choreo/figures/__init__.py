"""The vocabulary of figures, one module per genre."""

from hdvr_jax.choreo.figure import Figure
from hdvr_jax.choreo.figures.ballet import BALLET
from hdvr_jax.choreo.figures.belly import BELLY
from hdvr_jax.choreo.figures.flamenco import FLAMENCO
from hdvr_jax.choreo.figures.hiphop import HIPHOP
from hdvr_jax.choreo.figures.rumba import RUMBA
from hdvr_jax.choreo.figures.shared import SHARED
from hdvr_jax.choreo.figures.swing import SWING
from hdvr_jax.choreo.figures.tango import TANGO
from hdvr_jax.choreo.figures.tap import TAP
from hdvr_jax.choreo.figures.waltz import WALTZ

BY_GENRE: dict[str, tuple[Figure, ...]] = {
    "ballet": BALLET,
    "belly_dance": BELLY,
    "flamenco": FLAMENCO,
    "hip_hop": HIPHOP,
    "rumba": RUMBA,
    "swing": SWING,
    "tango": TANGO,
    "tap": TAP,
    "waltz": WALTZ,
}

FIGURES: dict[str, Figure] = {f.name: f for group in (SHARED, *BY_GENRE.values()) for f in group}
