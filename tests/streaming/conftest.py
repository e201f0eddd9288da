"""Models that the tests of streams share: what is compiled for one of them is there for all."""

import pytest

from hdvr_jax import streaming
from tests.streaming import made


@pytest.fixture(scope="session")
def trained():
    """Models whose results depend on what they read and remember: the readers' weights are not small."""
    return {
        "lifter": made.trained("lifter", causal=True),
        "movements": made.trained("movements", size=8.0, bidirectional=False, layers=2),
        "genre": made.trained("genre", size=8.0, streams=("poses2d", "poses3d", "movements")),
    }


@pytest.fixture(scope="session")
def models(trained):
    return made.streaming_models(trained)


@pytest.fixture(scope="session")
def lifts(models):
    """The lifter alone."""
    return streaming.StreamModels(models.lifter)
