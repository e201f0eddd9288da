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
print("ready", flush=True)
sys.stdin.read()
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


def start_seconds(environment: dict[str, str]) -> float:
    """From nothing to everything imported that recognition imports; the end of the process does not count."""
    start = time.perf_counter()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", _IMPORT], env=environment, **pipes) as process:
        assert process.stdout.readline() == "ready\n"
        return time.perf_counter() - start


def compile_seconds(cache: pathlib.Path, environment: dict[str, str]) -> float:
    """Compilation of the 243-frame lifter, with the programs in `cache`."""
    environment = {**environment, "JAX_COMPILATION_CACHE_DIR": str(cache)}
    command = [sys.executable, "-c", _COMPILE]
    return float(subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout)


def rows(pairs: int, environment: dict[str, str]) -> list[tuple[str, list[float]]]:
    """(What, seconds of every repetition)."""
    with tempfile.TemporaryDirectory() as folder:
        # Where Python was told to write no bytecode it would translate every file again.
        kept = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
        kept["PYTHONPYCACHEPREFIX"] = folder
        start_seconds(kept)
        started = [start_seconds(kept) for _ in range(pairs)]
    with tempfile.TemporaryDirectory() as folder:
        cold = [compile_seconds(pathlib.Path(folder), environment)]
        warm = [compile_seconds(pathlib.Path(folder), environment) for _ in range(pairs)]
    return [
        ("process start, without TensorFlow", started),
        ("compilation of the 243-frame lifter, empty cache", cold),
        ("the same, warm cache", warm),
    ]
