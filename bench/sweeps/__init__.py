"""Sweeps of the benchmark: many configurations on many devices, here or on a Ray cluster, by the same code."""
