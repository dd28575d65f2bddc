"""Reads growing files, folds what they say, and commits it together with the place reached."""
