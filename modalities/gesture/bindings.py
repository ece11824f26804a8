"""What gestures mean: the map that ships, and the owner's map over it (``gestures.toml`` beside the store)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ...kernel.errors import ManifestError

__all__ = ["MEANINGS", "check_means", "read_bindings"]

MEANINGS: Final = frozenset(
    ["dismiss", "snooze", "yes", "no", "hush", "stop", "listen", "unlisten", "wake", "sleep"]
)  # fmt: skip
MAX_FILE: Final = 64 * 1024
MAX_MEANS: Final = 8
MAX_WORDS: Final = 300
"""Characters of a request that a gesture stands for."""


def read_bindings(own: Path | None) -> dict[str, list[str]]:
    """Gesture to meanings. Raises ManifestError in one line: the file, the gesture, what was expected and found."""
    shipped = Path(__file__).with_name("bindings.toml")
    bound = _checked(tomllib.loads(shipped.read_text("utf-8")), str(shipped.name))
    if own is None:
        return bound
    try:
        with own.open("rb") as file:
            data = file.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            raise ManifestError(f"{own}: expected at most {MAX_FILE} bytes of TOML, got more")
        return {**bound, **_checked(tomllib.loads(data.decode("utf-8")), str(own))}
    except FileNotFoundError:
        return bound
    except OSError as error:
        raise ManifestError(f"{own}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ManifestError(f"{own}: is not TOML: {error}") from error


def _checked(table: Mapping[str, Any], file: str) -> dict[str, list[str]]:
    return {
        name: check_means([value] if isinstance(value, str) else value, f"{file}: {name}")
        for name, value in table.items()
    }


def check_means(means: Any, where: str) -> list[str]:
    """Meanings as they are kept. Raises ManifestError for what is none."""
    if not isinstance(means, list) or not all(isinstance(each, str) for each in means) or len(means) > MAX_MEANS:
        raise ManifestError(f"{where}: expected a list of at most {MAX_MEANS} meanings, got {str(means)[:80]!r}")
    for each in means:
        words = each.removeprefix("ask ").strip() if each.startswith("ask ") else ""
        if each not in MEANINGS and not 0 < len(words) <= MAX_WORDS:
            raise ManifestError(f"{where}: expected {', '.join(sorted(MEANINGS))} or 'ask WORDS', got {each[:80]!r}")
    return list(means)
