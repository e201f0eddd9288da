"""Where a joint's position in a frame comes from."""

MEASURED, INTERPOLATED, SYNTHESISED, MISSING = range(4)
PROVENANCE_NAMES = ("measured", "interpolated", "synthesised", "missing")
