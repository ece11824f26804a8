"""What ``skills`` and ``studio`` say to each other of a skill that is to be made."""

from __future__ import annotations

import msgspec

from ..kernel.message import Body, message


class Tried(msgspec.Struct, frozen=True, omit_defaults=True):
    """One check of a made skill, and what was wrong (nothing, if ``lines`` is empty)."""

    check: str
    summary: str
    lines: list[str] = []


@message("studio.draft")
class Draft(Body, frozen=True):
    """Ask ``studio`` to write and try a skill; the message's payload is the catalogue (JSON) that it must get along
    with. → Drafted | Undrafted"""

    asked: str
    version: str = "1.0.0"
    now: str = ""
    """Local time, ISO 8601."""
    patience_s: float = 15.0
    """How long a language model may take in all, where one writes."""


@message("studio.drafted")
class Drafted(Body, frozen=True):
    """A skill that passed every check. ``files`` are the texts of its package by path, ``examples`` what one may say,
    ``repairs`` how often it was written anew."""

    name: str
    package: str
    sketch: str
    summary: str
    files: dict[str, str]
    entries: list[str]
    examples: list[str]
    tried: list[Tried] = []
    repairs: int = 0
    writer: str = ""
    """Who wrote it: a sketch, or which model."""


@message("studio.undrafted")
class Undrafted(Body, frozen=True):
    """There is no such skill, and why, in words for the owner. ``tried`` is what the last try failed at."""

    reply: str
    tried: list[Tried] = []
