"""Memory kept for the next step."""

import resource
import subprocess
import sys

import pytest

_PROGRAM = """
import resource, sys
import numpy as np
from hdvr_jax import memory

def faults():
    start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        np.ones(12_000_000, np.float32)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - start

if sys.argv[1] == "keep":
    memory.keep_freed()
faults()
print(faults())
"""


def _faults(mode):
    environment = {"NUMPY_MADVISE_HUGEPAGE": "0"}
    command = [sys.executable, "-c", _PROGRAM, mode]
    return int(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc has the setting")
def test_freed_memory_is_used_again():
    pages = 5 * 48_000_000 // resource.getpagesize()
    assert _faults("leave") > pages // 2
    assert _faults("keep") < pages // 50
