"""Tracking on drawn dancers whose motion is known: scenes, what a detector sees of them, trackers and their scores."""
