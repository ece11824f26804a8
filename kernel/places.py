"""Where a device keeps its files on this machine: one directory of the owner's choice, or the XDG directories.

Source: XDG Base Directory Specification 0.8. With ``BLUERILL_HOME`` everything is below that one directory.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["cache_directory", "data_directory", "state_directory"]


def state_directory() -> Path:
    """What must survive: BLUERILL_HOME, else the XDG state directory."""
    return _place("", "XDG_STATE_HOME", ".local/state")


def cache_directory() -> Path:
    """What can be made again."""
    return _place("cache", "XDG_CACHE_HOME", ".cache")


def data_directory() -> Path:
    """What is large and comes from elsewhere: weights of models. BLUERILL_HOME, else the XDG data directory."""
    return _place("", "XDG_DATA_HOME", ".local/share")


def _place(below: str, variable: str, default: str) -> Path:
    home = os.environ.get("BLUERILL_HOME")
    if home:
        return Path(home) / below
    return Path(os.environ.get(variable) or Path.home() / default) / "bluerill"
