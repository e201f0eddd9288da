"""Arrays as short text for the page: fixed-point numbers in base64; data.js unpacks them."""

import base64
from typing import Any

import numpy as np

_INT16_MISSING = -32768
_UINT8_MISSING = 255


def pack(values: np.ndarray, step: float) -> dict[str, Any]:
    """Packs an array into 16-bit whole multiples of `step`; non-finite values become the missing mark.

    A range that 16 bits cannot hold in this step gets a coarser one.
    """
    values = np.asarray(values, np.float64)
    finite = np.isfinite(values)
    largest = float(np.abs(values[finite]).max(initial=0.0))
    step = max(step, largest / 32767)
    whole = np.full(values.shape, _INT16_MISSING, "<i2")
    whole[finite] = np.rint(values[finite] / step).astype("<i2")
    return _packed("i16", whole, step)


def pack_bytes(values: np.ndarray, step: float = 1.0) -> dict[str, Any]:
    """Packs numbers between 0 and 254 steps into single bytes; non-finite values become the missing mark."""
    values = np.asarray(values, np.float64)
    finite = np.isfinite(values)
    whole = np.full(values.shape, _UINT8_MISSING, np.uint8)
    whole[finite] = np.clip(np.rint(values[finite] / step), 0, 254).astype(np.uint8)
    return _packed("u8", whole, step)


def _packed(kind: str, whole: np.ndarray, step: float) -> dict[str, Any]:
    data = base64.b64encode(np.ascontiguousarray(whole).tobytes()).decode()
    return {"type": kind, "shape": list(whole.shape), "step": step, "data": data}
