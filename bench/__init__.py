"""Floor 5: the on-device benchmarks."""
