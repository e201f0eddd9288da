"""Weights that others published, read without running what is in their files."""
