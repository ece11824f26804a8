"""Engines: one file per inference library."""
