"""TFDS builders: somebody's raw files, or a seeded choreographer, to records of one schema."""
