"""Giving memory back: what a process does so that thirty pictures of a megabyte do not become thirty holes.

glibc keeps what was freed between what is in use, and raises the size from which it asks the system for pages of their
own each time such a piece is freed (mallopt(3), "dynamic mmap threshold"). Pictures come and go with every frame; with
a fixed threshold each of them goes back to the system when it goes.
"""

from __future__ import annotations

import gc
from typing import Final

__all__ = ["be_frugal", "give_back"]

MMAP_THRESHOLD: Final = 128 << 10
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3


def be_frugal(above: int = MMAP_THRESHOLD) -> None:
    """Fix glibc's thresholds for this process, in bytes; where there is no glibc nothing happens."""
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, above)
        mallopt(_M_TRIM_THRESHOLD, above)


def give_back() -> None:
    """Collect what refers to itself (a compiled face does), and return what is free to the system."""
    import ctypes

    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
