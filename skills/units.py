"""Units: what one action, one due thing or one start of a skill does, all or none.

While a skill's code runs, its writes, schedules and announcements gather in a :class:`Unit` that travels with the
task (a context variable, so code that a skill left running finds its unit closed). When the code returns, the host
commits: one Put to the store, then the agenda, and only then what is said and shown.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import msgspec

from ..kernel.errors import CallerError
from .chime import Due
from .messages import Glance, Happened, WantJob
from .strange import Words, bears, marks_of

MAX_WRITES = 200
MAX_ANNOUNCEMENTS = 20

running: ContextVar[Unit | None] = ContextVar("bluerill_unit", default=None)


class Unit:
    """Pending writes (None deletes), agenda changes (None withdraws) and announcements of one skill."""

    __slots__ = (
        "announcements", "closed", "depth", "dues", "given", "grants", "read", "reads", "rows", "skill", "undoing",
    )  # fmt: skip

    def __init__(self, skill: str, grants: frozenset[str], depth: tuple[str, ...] = (), *, reads: bool = False) -> None:
        self.skill = skill
        self.grants = grants
        self.depth = depth
        """Skills waiting for this unit, the outermost first."""
        self.reads = reads
        """It runs an action that says it changes nothing, and so may not call one that does."""
        self.rows: dict[str, Any] = {}
        self.dues: dict[str, Due | None] = {}
        self.announcements: list[Happened | Glance | WantJob] = []
        self.given: list[Words] = []
        """Strange words that it was called with."""
        self.read: list[Words] = []
        """Those that it found in the store."""
        self.undoing = False
        self.closed = False

    def bears(self, value: Any) -> bool:
        """Whether words of a stranger that it was given or read turn up in a value."""
        marks = (*self.given, *self.read)
        if not marks:
            return False
        return any(bears(words, mark) for words in marks_of(msgspec.to_builtins(value)) for mark in marks)

    def write(self, key: str, value: Any) -> None:
        """Add a write. Raises CallerError above MAX_WRITES."""
        if len(self.rows) >= MAX_WRITES and key not in self.rows:
            raise CallerError(f"skill {self.skill!r} may write {MAX_WRITES} rows in one action")
        self.rows[key] = value

    def announce(self, what: Happened | Glance | WantJob) -> None:
        """Add an announcement. Raises CallerError above MAX_ANNOUNCEMENTS."""
        if len(self.announcements) >= MAX_ANNOUNCEMENTS:
            raise CallerError(f"skill {self.skill!r} may announce {MAX_ANNOUNCEMENTS} things in one action")
        self.announcements.append(what)


def unit_of(skill: str) -> Unit:
    """The open unit of a skill in this task. Raises CallerError outside of one."""
    unit = running.get()
    if unit is None or unit.closed or unit.skill != skill:
        raise CallerError(f"skill {skill!r} used its device outside of an action, due, start or undo")
    return unit
