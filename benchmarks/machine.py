"""What a table was measured on."""

import os
import pathlib
import platform
import re


def machine() -> str:
    """Processor and number of cores."""
    told = pathlib.Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", told.read_text()) if told.exists() else []
    return f"{names[0] if names else platform.processor() or platform.machine()}, {os.cpu_count()} cores"
