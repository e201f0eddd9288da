"""Tests that need a process of their own: several devices, exit codes, kills."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent


def environment(devices: int = 1) -> dict[str, str]:
    """Environment of a child with so many fake CPU devices."""
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={devices}"
    return {**os.environ, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": flags, "PYTHONPATH": str(ROOT)}


def run_python(code: str, devices: int = 1) -> subprocess.CompletedProcess:
    """Runs code in a new interpreter at the root of the repository; fails the test where it fails."""
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment(devices), cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found
