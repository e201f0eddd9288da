"""Switches on runtime checking of shapes and types in the whole package, for every test."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

from jaxtyping import install_import_hook

install_import_hook("hdvr_jax", "tests.checking.checked")
