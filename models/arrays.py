"""Plain arrays out of an ``.npz`` of bounded size, as the small networks in numpy are kept."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ..kernel.errors import CallerError

__all__ = ["made_of"]

Made = TypeVar("Made")


def made_of(path: Path, make: Callable[[dict[str, Any]], Made], what: str, most: int) -> Made:
    """What ``make`` makes of the arrays in a file. Raises CallerError, saying ``what`` was expected, for a file of more
    than ``most`` bytes or one that is none."""
    try:
        if path.stat().st_size > most:
            raise CallerError(f"{path.name}: expected {what} of at most {most >> 20} MiB")
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return make({name: arrays[name] for name in arrays.files})
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise CallerError(f"{path.name}: expected {what} as an .npz of arrays, got: {error}") from None
