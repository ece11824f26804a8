"""Floor 2: model cards and engines."""
