"""The store service: rows of JSON in a namespace per skill, durable before the reply.

Who may touch what follows from who asks, never from what the message claims: a service owns the space named like its
address and every space below it (``skills`` owns ``skills/alarms``). Everything a sender can grow is bounded: the size
of a row, rows in a space, spaces, bytes in a page of a scan. SQLite runs in the core process, without a thread: a row
is written and fsynced in about a millisecond, and a store that answers in order needs no locks.

The file format is ``rows.py``, broken files ``salvage.py``, full disks ``reserve.py``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..kernel.errors import BudgetExceeded, CallerError, CapabilityError, ServiceFault
from ..kernel.service import Call, Leased, Service, handles
from .messages import Export, Exported, Get, Put, Row, Rows, Scan, Stored
from .reserve import RESERVE_BYTES, Reserve
from .rows import Damaged, RowFile, is_damage, is_full
from .salvage import copy_path, make_copy, open_or_restore

MAX_ROW_BYTES = 48 * 1024
MAX_KEY = 256
MAX_SPACE_NAME = 128
MAX_ROWS_PER_PUT = 256
MAX_ROWS_PER_SPACE = 5_000
MAX_SPACES = 256
MAX_PAGES = 3072
"""Of 4 KiB, for both copies of every row, before only what has to ring is still written."""
PAGE_BYTES = 64 * 1024
COPY_FIRST_S = 20.0
COPY_EVERY_S = 900.0

ESSENTIAL = ("skills/alarms", "skills/timers", "skills/reminders")
"""Spaces that may still write when the disk is full: what has to ring."""


class StoreService(Service):
    """Answers Get, Put and Scan from one file; see the module's docstring for the rules."""

    def __init__(
        self,
        path: str,  # a folder; the store and what belongs to it are files in it
        essential: Sequence[str] = ESSENTIAL,
        reserve_bytes: int = RESERVE_BYTES,
        copy_every_s: float = COPY_EVERY_S,
        owners: Sequence[str] = ("control",),
    ) -> None:
        self._path = Path(path).expanduser() / "store.db"
        self._essential = tuple(essential)
        self._reserve = Reserve(self._path.with_name(self._path.name + ".reserve"), reserve_bytes)
        self._copy_every = copy_every_s
        self._owners = frozenset(owners)
        self._changed = False
        self._rows: RowFile | None = None

    async def start(self) -> None:
        """Open (mend, restore, migrate) the file. Raises ServiceFault with one line if that is impossible."""
        self._rows = open_or_restore(self._path, self.port.log)
        if not self._reserve.hold():
            self.port.log.warning("the disk is full: only alarms, timers and reminders can be stored")
        self._changed = not copy_path(self._path).exists()
        self.port.spawn(self._keep_copies(), "copies")

    async def stop(self) -> None:
        if self._rows is not None:
            self._rows.close()
            self._rows = None

    @handles(Get)
    def get(self, request: Get, call: Call) -> Row:
        self._check(request.space, call)
        value = self._tried(lambda rows: rows.get(request.space, request.key))
        return Row(value is not None, value)

    @handles(Scan)
    def scan(self, request: Scan, call: Call) -> Rows:
        self._check(request.space, call)
        limit = min(max(request.limit, 1), 1000)
        rows, more = self._tried(
            lambda file: file.scan(request.space, request.prefix, request.after, limit, PAGE_BYTES)
        )
        return Rows(rows, more)

    @handles(Put)
    def put(self, request: Put, call: Call) -> Stored:
        self._check(request.space, call)
        encoded = _encode(request)
        self._check_room(request.space, encoded)
        try:
            self._tried(lambda rows: rows.put(request.space, encoded))
        except sqlite3.Error as error:
            if not is_full(error):
                raise ServiceFault(f"store could not write to {request.space!r}: {error}") from error
            self._put_on_full_disk(request.space, encoded)
        self._changed = True
        return Stored(len(encoded))

    @handles(Export)
    def export(self, request: Export, call: Call) -> Leased:
        if call.sender not in self._owners:
            raise CapabilityError(f"only the owner takes the whole store away, and {call.sender!r} is not the owner's")
        spaces: dict[str, dict[str, Any]] = {}
        for row in self._tried(lambda file: list(file.all())):
            spaces.setdefault(row.space, {})[row.key] = msgspec.Raw(row.value)
        count = sum(map(len, spaces.values()))
        return Leased(Exported(count), self.port.offer(msgspec.json.encode(spaces)))

    def _check(self, space: str, call: Call) -> None:
        owner = call.sender
        if space != owner and not space.startswith(owner + "/"):
            raise CapabilityError(
                f"service {owner!r} may not use the store's space {space!r}; it owns {owner + '/…'!r}"
            )
        if len(space) > MAX_SPACE_NAME:
            raise CallerError(f"store space names have at most {MAX_SPACE_NAME} characters, got {len(space)}")

    def _check_room(self, space: str, encoded: dict[str, bytes | None]) -> None:
        counts = self._file.counts
        adds = sum(value is not None for value in encoded.values())
        if adds == 0:
            return
        if space not in counts and len(counts) >= MAX_SPACES:
            raise BudgetExceeded(f"the store has {MAX_SPACES} spaces already, none is left for {space!r}")
        if counts.get(space, 0) + adds > MAX_ROWS_PER_SPACE:
            new = sum(value is not None and self._file.get(space, key) is None for key, value in encoded.items())
            if counts.get(space, 0) + new > MAX_ROWS_PER_SPACE:
                raise BudgetExceeded(f"store space {space!r} is full: {MAX_ROWS_PER_SPACE} rows")
        if self._file.pages > MAX_PAGES and not self._is_essential(space):
            raise BudgetExceeded(f"the store is full ({MAX_PAGES * 4} KiB); {space!r} was not written")
        if not self._reserve.held and not self._is_essential(space):
            if not self._reserve.hold():
                raise BudgetExceeded(f"the disk is full; {space!r} was not written, only what rings still is")
            self.port.log.info("the disk has room again")

    def _is_essential(self, space: str) -> bool:
        return any(space == each or space.startswith(each + "/") for each in self._essential)

    def _put_on_full_disk(self, space: str, encoded: dict[str, bytes | None]) -> None:
        only_deletes = all(value is None for value in encoded.values())
        if self._reserve.held:
            self.port.log.warning("the disk is full: the reserve is given up for what has to ring")
        self._reserve.give_up()
        if not only_deletes and not self._is_essential(space):
            raise BudgetExceeded(f"the disk is full; {space!r} was not written, only what rings still is")
        try:
            self._file.put(space, encoded)
        except sqlite3.Error as error:
            raise BudgetExceeded(f"the disk is full, also its reserve; {space!r} was not written: {error}") from error

    @property
    def _file(self) -> RowFile:
        if self._rows is None:
            raise ServiceFault("the store is not open")
        return self._rows

    def _tried(self, work: Any) -> Any:
        """Do it; if SQLite finds the file broken meanwhile, restore it and do it once more."""
        try:
            return work(self._file)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
        self._restore()
        return work(self._file)

    def _restore(self) -> None:
        """Reopening finds the damage (or, where it was a passing read error, nothing) and deals with it."""
        if self._rows is not None:
            self._rows.close()
            self._rows = None
        self._rows = open_or_restore(self._path, self.port.log)

    async def _keep_copies(self) -> None:
        await self.port.sleep(COPY_FIRST_S)
        while True:
            if self._changed:
                self.copy_now()
            await self.port.sleep(self._copy_every)

    def copy_now(self) -> None:
        """Make the last good copy, if the rows are sound and there is room; logs one line where not."""
        try:
            self._tried(lambda rows: rows.audit())
            make_copy(self._file, self.port.log)
            self._changed = False
        except (ServiceFault, sqlite3.Error, Damaged) as error:
            self.port.log.warning("no new copy of the store: %s", error)


def _encode(request: Put) -> dict[str, bytes | None]:
    """The rows as JSON. Raises CallerError naming what is too long, too large or no JSON."""
    if len(request.rows) > MAX_ROWS_PER_PUT:
        raise CallerError(f"one put writes at most {MAX_ROWS_PER_PUT} rows, got {len(request.rows)}")
    encoded: dict[str, bytes | None] = {}
    for key, value in request.rows.items():
        if not 0 < len(key) <= MAX_KEY:
            raise CallerError(f"store keys have 1 to {MAX_KEY} characters, got {len(key)}")
        if value is None:
            encoded[key] = None
            continue
        try:
            data = msgspec.json.encode(value)
            key.encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise CallerError(f"row {key!r} of {request.space!r} is not plain JSON: {error}") from error
        if len(data) > MAX_ROW_BYTES:
            raise CallerError(f"row {key!r} of {request.space!r} has {len(data)} bytes, at most {MAX_ROW_BYTES}")
        encoded[key] = data
    return encoded
