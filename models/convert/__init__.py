"""Conversion of checkpoints into the files that a device runs. Needs libraries that a device does without."""
