"""What falls due: durable, exactly once, whatever happens to the process and to the clock.

:class:`Agenda` decides (pure: no clock, no store), :class:`Chime` waits. An entry made with ``at`` is due when the
wall clock says so; one made with ``after`` counts on CLOCK_BOOTTIME, which nobody can set and which goes on while the
machine sleeps, as long as the boot id is the one it was made under, and on the wall clock after a reboot.

Exactly once: an entry is a row of the store. Falling due is one unit (see ``units.py``): the row's removal, what the
skill writes (that it rings now) and what it schedules next are one transaction, and only after that is anything said
or shown. Killed before the commit, the entry is still there and fires late; killed after it, the ringing state is in
the store and the ring goes on. Nothing is fired twice by setting the clock back, because what fired is gone.

The wait re-checks the clocks every RECHECK_S of monotonic time, so a wall clock set forward is noticed within that;
with nothing on the agenda nothing wakes up at all.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..kernel.service import Port, Task

RECHECK_S = 10.0
JUMP_S = 1.0
"""A change of wall minus boot clock by more than this is a set clock, less is drift."""

DUE = "~due/"
"""Prefix of the agenda's rows in a skill's space."""


class Due(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that falls due. ``due`` is Unix seconds; ``boot`` (seconds on the boot clock, under ``boot_id``) is
    set where it counts on that clock."""

    skill: str
    key: str
    due: float
    payload: dict[str, Any]
    boot: float | None = None
    made: float = 0.0
    boot_id: str = ""
    kept: bool = True
    """Whether a row of the store stands for it."""


class Agenda:
    """All that will fall due, and which of it has."""

    def __init__(self, boot_id: str) -> None:
        self.boot_id = boot_id
        self._entries: dict[tuple[str, str], Due] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entry: Due) -> None:
        self._entries[entry.skill, entry.key] = entry

    def remove(self, skill: str, key: str) -> None:
        self._entries.pop((skill, key), None)

    def clear(self, skill: str) -> None:
        """Take everything of one skill off."""
        for each in [key for key in self._entries if key[0] == skill]:
            del self._entries[each]

    def get(self, skill: str, key: str) -> Due | None:
        return self._entries.get((skill, key))

    def left(self, entry: Due, wall: float, boot: float) -> float:
        """Seconds until an entry is due, negative when it is late.

        A boot clock that stands before the moment the entry was made belongs to another boot, whatever its id says.
        """
        if entry.boot is not None and entry.boot_id == self.boot_id != "" and boot >= entry.made - JUMP_S:
            return entry.boot - boot
        return entry.due - wall

    def due(self, wall: float, boot: float) -> list[Due]:
        """What has fallen due, the longest overdue first."""
        late = [(self.left(entry, wall, boot), entry.skill, entry.key) for entry in self._entries.values()]
        return [self._entries[skill, key] for left, skill, key in sorted(late) if left <= 0]

    def wait(self, wall: float, boot: float) -> float | None:
        """Seconds until the next entry is due; None with nothing to wait for."""
        return min((self.left(entry, wall, boot) for entry in self._entries.values()), default=None)


def boot_id() -> str:
    """What tells this boot of the machine from another; '' where the system does not say (then wall time counts)."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def suspended() -> float:
    """Seconds this machine has slept since it booted: what CLOCK_BOOTTIME counts and CLOCK_MONOTONIC does not."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


class Chime:
    """Waits for the agenda and calls ``fire`` for what is due, one at a time; ``jumped`` after the clock was set.

    ``fire`` must take the entry off the agenda (or put another in its place). ``asleep`` gives the seconds the
    machine has been suspended; the boot clock is the port's monotonic clock plus that.
    """

    def __init__(
        self,
        port: Port,
        fire: Callable[[Due], Awaitable[None]],
        jumped: Callable[[], Awaitable[None]],
        boot: str,
        asleep: Callable[[], float] = suspended,
    ) -> None:
        self.agenda = Agenda(boot)
        self._port = port
        self._fire = fire
        self._jumped = jumped
        self._asleep = asleep
        self._task: Task | None = None
        self._target = 0.0
        self._firing = False
        self._running = False
        self._offset = port.wall() - self.boot_now()

    def boot_now(self) -> float:
        """Seconds on the boot clock."""
        return self._port.elapsed() + self._asleep()

    def begin(self) -> None:
        """The agenda is complete: start to fire."""
        self._running = True
        self._arm()

    def at(self, skill: str, key: str, due: float, payload: dict[str, Any]) -> Due:
        """An entry for a moment on the wall clock (not yet on the agenda)."""
        return Due(skill, key, due, payload)

    def after(self, skill: str, key: str, seconds: float, payload: dict[str, Any], kept: bool = True) -> Due:
        """An entry for a time span from now (not yet on the agenda)."""
        boot = self.boot_now()
        return Due(skill, key, self._port.wall() + seconds, payload, boot + seconds, boot, self.agenda.boot_id, kept)

    def put(self, entry: Due) -> None:
        self.agenda.put(entry)
        self._arm()

    def remove(self, skill: str, key: str) -> None:
        self.agenda.remove(skill, key)

    def apply(self, skill: str, dues: Mapping[str, Due | None]) -> None:
        """What a unit scheduled and (None) withdrew."""
        for key, due in dues.items():
            if due is None:
                self.remove(skill, key)
            else:
                self.put(due)

    def left(self, entry: Due) -> float:
        """Seconds until an entry is due."""
        return self.agenda.left(entry, self._port.wall(), self.boot_now())

    def _arm(self) -> None:
        """See to it that something waits for the next entry, and not for too long."""
        wait = self.agenda.wait(self._port.wall(), self.boot_now())
        if wait is None or self._firing or not self._running:
            return
        target = self._port.elapsed() + wait
        if self._task is not None and not self._task.done():
            if self._target <= target:
                return
            self._task.cancel()
        self._target = target
        self._task = self._port.spawn(self._run(), "chime")

    async def _run(self) -> None:
        while True:
            await self._notice_jump()
            wait = self.agenda.wait(self._port.wall(), self.boot_now())
            if wait is None:
                self._task = None
                return
            if wait > 0:
                self._target = self._port.elapsed() + min(wait, RECHECK_S)
                await self._port.rest(min(wait, RECHECK_S))
                continue
            self._firing = True
            try:
                for entry in self.agenda.due(self._port.wall(), self.boot_now()):
                    if self.agenda.get(entry.skill, entry.key) is entry:  # not withdrawn by the one before
                        await self._fire(entry)
            finally:
                self._firing = False

    async def _notice_jump(self) -> None:
        offset = self._port.wall() - self.boot_now()
        changed, self._offset = abs(offset - self._offset) > JUMP_S, offset
        if changed:
            await self._jumped()
