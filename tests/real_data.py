"""Where tests find real recordings; they skip, with a reason, where there are none."""

import os
import pathlib

import pytest

_ROOT = pathlib.Path(__file__).resolve().parent.parent


def real_data(*parts: str) -> pathlib.Path:
    """Path of a real recording under HDVR_REAL_DATA (default ../shared/data); skips the test when missing."""
    base = pathlib.Path(os.environ.get("HDVR_REAL_DATA", _ROOT.parent / "shared" / "data"))
    path = base.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no real data at {path}; set HDVR_REAL_DATA to the folder that holds it")
    return path
