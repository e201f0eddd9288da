"""TFDS builders: somebody's raw files, or a seeded choreographer, to records of one schema (`datasets/record.py`).

A dataset NAME is a module `datasets.NAME.NAME_dataset_builder` with a class `Builder` and a function
`builder_config(**options)` that gives the config to build it with; `hdvr_jax.corpus` asks for nothing else.
"""
