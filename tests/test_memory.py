"""Memory kept for the next step."""

import pathlib
import platform
import resource

import pytest

from tests.processes import run_python

_PROGRAM = """
import os, resource
os.environ["NUMPY_MADVISE_HUGEPAGE"] = "0"
import numpy as np
from hdvr_jax import memory

def faults():
    start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        np.ones(12_000_000, np.float32)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - start

{call}
faults()
print(faults())
"""
_HUGE_PAGES = pathlib.Path("/sys/kernel/mm/transparent_hugepage/enabled")


def _faults(call):
    return int(run_python(_PROGRAM.format(call=call)).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has the setting")
@pytest.mark.skipif(
    _HUGE_PAGES.exists() and "[always]" in _HUGE_PAGES.read_text(), reason="huge pages hide what is asked for again"
)
def test_freed_memory_is_used_again():
    pages = 5 * 48_000_000 // resource.getpagesize()
    assert _faults("") > pages // 2
    assert _faults("memory.keep_freed()") < pages // 50


@pytest.mark.skipif(not pathlib.Path("/proc/self/status").exists(), reason="only Linux tells of its memory")
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has the setting")
def test_large_arrays_are_given_back():
    program = """
import pathlib
import numpy as np
from hdvr_jax import memory

def resident():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000

{call}
np.ones(5_000_000, np.float32)  # freed at once: from now on smaller ones are kept
many = [np.ones(2_000_000, np.float32) for _ in range(10)]
held, before = many.pop(), resident()
many.clear()
print(before - resident())
"""
    assert float(run_python(program.format(call="memory.return_freed()")).stdout) > 60
    assert float(run_python(program.format(call="")).stdout) < 30
