"""What the owner writes: TOML files of tables beside the store."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from ..kernel.errors import ManifestError

__all__ = ["read_tables"]

MAX_BYTES = 256 * 1024


def read_tables(path: Path, each: str) -> dict[str, dict[str, Any]]:
    """The tables of a file, none if it is not there; ``each`` says in an error what a table stands for.

    Raises ManifestError in one line: the file, what was expected and found.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ManifestError(f"{path}: expected at most {MAX_BYTES} bytes of TOML, got more")
        tables = tomllib.loads(data.decode("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path}: is not TOML: {error}") from error
    wrong = [name for name, table in tables.items() if not isinstance(table, dict)]
    if wrong:
        raise ManifestError(f"{path}: expected a table for each {each}, got {wrong[0]} = …")
    return tables
