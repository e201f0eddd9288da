"""Switches on runtime checking of shapes and types in the whole package, for every test."""

import atexit
import os
import shutil
import tempfile

from jaxtyping import install_import_hook

os.environ.setdefault("JAX_PLATFORMS", "cpu")
# Most of the time goes into compiling what runs once: without optimisation, by the older emitters, which take half as
# long as those of fusions, and without a pool of threads beside the other workers.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1",
)
if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
    # Workers inherit it: what one of them has compiled, the others read.
    os.environ["JAX_COMPILATION_CACHE_DIR"] = tempfile.mkdtemp(prefix="hdvr_jax_compiled_")
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    atexit.register(shutil.rmtree, os.environ["JAX_COMPILATION_CACHE_DIR"], ignore_errors=True)

import tests.checking  # noqa: F401  (the hook finds the checker among the loaded modules)

install_import_hook("hdvr_jax", "tests.checking.checked")
