"""An example of what a sentence means, as the owner gives it: light enough for the core."""

from __future__ import annotations

import msgspec

__all__ = ["Example"]


class Example(msgspec.Struct, frozen=True):
    """A sentence in the planner's normal form, and the action it means; '' is none."""

    words: list[str]
    action: str
