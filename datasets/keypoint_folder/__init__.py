"""Folders of keypoint files as records."""
