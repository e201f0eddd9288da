"""Models and compiled programs that the tests of the script share."""

import jax
import pytest

from tests.recognition import workdirs


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return workdirs.write(tmp_path_factory.mktemp("models"), "lifter", "movements", "genre")


@pytest.fixture(scope="module")
def lifter_only(tmp_path_factory):
    return workdirs.write(tmp_path_factory.mktemp("lifter_only"), "lifter")


@pytest.fixture(scope="module", autouse=True)
def compile_cache(tmp_path_factory):
    """Compiled programs of this module are kept together, apart from a user's."""
    folder = str(tmp_path_factory.mktemp("jax_cache"))
    before = jax.config.jax_compilation_cache_dir
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAX_COMPILATION_CACHE_DIR", folder)
        jax.config.update("jax_compilation_cache_dir", folder)
        yield
    jax.config.update("jax_compilation_cache_dir", before)
