"""Bluerill: an agent operating layer for small devices. See docs/architecture.md."""

__version__ = "0.1.0"
