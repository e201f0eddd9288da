"""Switches on runtime checking of shapes and types in the whole package, for every test."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

from jaxtyping import install_import_hook

import tests.checking  # noqa: F401  (the hook finds the checker among the loaded modules)

install_import_hook("hdvr_jax", "tests.checking.checked")
