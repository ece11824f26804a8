"""Texts of a skill, page by page, for who reads all of them (``device.call`` and jobs): a result has a bound."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MAX_PAGE_BYTES = 20 * 1024
MAX_PAGE = 100


def page(texts: Iterable[tuple[str, str]], after: str) -> dict[str, Any]:
    """The texts (id, text; sorted by id) that come after an id, as many as a page takes, and whether there are more."""
    found: list[dict[str, str]] = []
    size = 0
    for number, text in texts:
        if number <= after:
            continue
        size += len(number) + len(text.encode("utf-8", "replace"))
        if found and (size > MAX_PAGE_BYTES or len(found) >= MAX_PAGE):
            return {"texts": found, "more": True}
        found.append({"id": number, "text": text})
    return {"texts": found, "more": False}
