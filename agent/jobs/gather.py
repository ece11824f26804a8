"""Reading all of the owner's notes and reminders, as the first steps of a job."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .acts import Document, Gather, Gathered
from .job import Step

MAX_PAGES = 200


def gathered(source: str) -> Generator[Step, Any, list[Document]]:
    """All texts of a source, page by page (``yield from`` it)."""
    found: list[Document] = []
    for _ in range(MAX_PAGES):
        page: Gathered = yield Step(Gather(source, found[-1].id if found else ""))
        found += page.documents
        if not page.more or not page.documents:
            break
    return found
