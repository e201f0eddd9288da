"""CMU motion capture packs as records."""
