"""How long a process takes to start, and to have a program again that was compiled before."""

import pathlib
import subprocess
import sys
import tempfile
import time

_IMPORT = """
import sys
import hdvr_jax.export, hdvr_jax.keypoints, hdvr_jax.recognition
assert "tensorflow" not in sys.modules
"""
_COMPILE = """
import sys, time
import jax, jax.numpy as jnp
from hdvr_jax import devices
from hdvr_jax.networks.lifter import TemporalLifter
devices.enable_compile_cache()
network = TemporalLifter(17, (3, 3, 3, 3, 3), 1024)
shape = jax.ShapeDtypeStruct((1, 1266, 51), jnp.float32)
variables = jax.eval_shape(lambda: network.init(jax.random.key(0), jnp.zeros((1, 243, 51)), strided=False))
lowered = jax.jit(lambda v, x: network.apply(v, x, strided=False)).lower(variables, shape)
start = time.perf_counter()
lowered.compile()
print(time.perf_counter() - start)
"""


def start_seconds() -> float:
    """From nothing to everything that recognition imports."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", _IMPORT], check=True)
    return time.perf_counter() - start


def compile_seconds(cache: pathlib.Path, environment: dict[str, str]) -> float:
    """Compilation of the 243-frame lifter, with the programs in `cache`."""
    environment = {**environment, "JAX_COMPILATION_CACHE_DIR": str(cache)}
    command = [sys.executable, "-c", _COMPILE]
    return float(subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout)


def rows(pairs: int, environment: dict[str, str]) -> list[tuple[str, list[float]]]:
    """(What, seconds of every repetition)."""
    with tempfile.TemporaryDirectory() as folder:
        cold = [compile_seconds(pathlib.Path(folder), environment)]
        warm = [compile_seconds(pathlib.Path(folder), environment) for _ in range(pairs)]
    return [
        ("process start, without TensorFlow", [start_seconds() for _ in range(pairs)]),
        ("compilation of the 243-frame lifter, empty cache", cold),
        ("the same, warm cache", warm),
    ]
