"""The built-in dataset: procedural dance of nine genres."""
