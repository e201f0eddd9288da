"""AIST++ as records."""
