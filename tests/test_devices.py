"""Sharding, the choice of jit or pmap, and the check of what pmap returns."""

import jax
import numpy as np
import pytest

from hdvr_jax import devices
from hdvr_jax.errors import InputError
from tests.processes import run_python

FORGOTTEN_MEAN = """
import jax, jax.numpy as jnp, numpy as np
from hdvr_jax import devices

def update(state, batch, key, *, axis_name=None):
    return state + batch.sum(), {"loss": (jax.lax.psum(batch.sum(), axis_name), 1.0)}

step = devices.make_step(update, 2)
state, metrics = step(jnp.zeros(()), jnp.arange(4.0), jax.random.key(0))
assert float(metrics["loss"][0]) == 6
devices.assert_replicated(metrics)
try:
    devices.assert_replicated({"w": state})
except AssertionError as error:
    print(error)
"""


def test_shards_keep_the_order_of_the_batch():
    x = np.arange(24).reshape(2, 6, 2)
    np.testing.assert_array_equal(devices.shard({"x": x}, 3, axis=1)["x"][:, 1], x[:, 2:4])
    assert devices.shard(x, 2)[1].shape == (1, 6, 2)


def test_a_batch_that_cannot_be_shared_is_an_error():
    devices.check_batch_size(8, 4)
    for size in (6, 0, -4):
        with pytest.raises(InputError, match="multiple of the 4 devices"):
            devices.check_batch_size(size, 4)


def test_a_forgotten_mean_is_found():
    assert run_python(FORGOTTEN_MEAN, devices=2).stdout.strip() == "['w'] differs between devices"


def test_one_device_has_no_axis():
    assert devices.axis_name(1) is None
    assert devices.axis_name(2) == devices.AXIS


def test_the_cache_goes_where_the_environment_says(tmp_path, monkeypatch):
    before = jax.config.jax_compilation_cache_dir
    try:
        monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path))
        devices.enable_compile_cache()
        assert jax.config.jax_compilation_cache_dir == before
        monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR")
        monkeypatch.chdir(tmp_path)
        devices.enable_compile_cache()
        assert jax.config.jax_compilation_cache_dir == str(tmp_path / "work" / "cache" / "jax")
    finally:
        jax.config.update("jax_compilation_cache_dir", before)
