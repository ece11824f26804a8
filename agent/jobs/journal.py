"""What is kept of jobs in the store: a record for each, and the answers of those that are not finished.

The space ``jobs`` holds the records by number, the space ``jobs/NUMBER`` the answers by step: one row for each chunk,
durable before the next chunk begins. What ended keeps its record and gives its answers up.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...kernel.errors import CallerError
from ...kernel.service import Port
from ...skills.messages import Put, Rows, Scan, Stored
from .acts import MAX_ANSWER, Act, Answer
from .messages import JobLine
from .queue import Record

SPACE = "jobs"
_BATCH = 200


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer as it lies in the store."""

    mark: int
    answer: Any
    at: float = 0.0


class Journal:
    """The jobs' part of the store."""

    def __init__(self, port: Port, store: str = "store") -> None:
        self._port = port
        self._store = store

    async def records(self) -> list[Record]:
        """Every job; a row that is none is logged and left alone."""
        found: list[Record] = []
        for key, row in (await self._scan(SPACE)).items():
            try:
                found.append(msgspec.convert(row, Record))
            except msgspec.ValidationError as error:
                self._port.log.error("job row %r is not readable: %s", key, error)
        return found

    async def save(self, record: Record) -> None:
        """Make a record durable."""
        await self._put(SPACE, {f"{record.id:06}": msgspec.to_builtins(record)})

    async def drop(self, record: Record) -> None:
        """Forget a job and its answers."""
        await self._put(SPACE, {f"{record.id:06}": None})
        await self.forget(record.id)

    async def answers(self, number: int) -> list[Kept]:
        """The answers of a job, by step, up to the first that is missing."""
        rows = await self._scan(self._space(number))
        found: list[Kept] = []
        for at, (key, row) in enumerate(rows.items()):
            if key != f"{at:05}":
                break
            found.append(msgspec.convert(row, Kept))
        return found

    async def append(self, number: int, at: int, act: Act, answer: Answer, when: float) -> None:
        """Make one answer durable. Raises CallerError if it is too large to be kept."""
        kept = msgspec.to_builtins(Kept(act.mark, msgspec.to_builtins(answer), when))
        if len(msgspec.json.encode(kept)) > MAX_ANSWER:
            raise CallerError(f"the answer to {type(act).__name__} is too large to be kept ({MAX_ANSWER} bytes)")
        await self._put(self._space(number), {f"{at:05}": kept})

    async def forget(self, number: int) -> None:
        """Delete a job's answers."""
        keys = list(await self._scan(self._space(number)))
        for at in range(0, len(keys), _BATCH):
            await self._put(self._space(number), dict.fromkeys(keys[at : at + _BATCH]))

    async def log(self, record: Record, most: int) -> list[JobLine]:
        """The latest lines of a job: its events, and the notes of its answers."""
        lines = list(record.events)
        for kept in (await self.answers(record.id))[-most:]:
            note = kept.answer.get("note", "") if isinstance(kept.answer, dict) else ""
            if note:
                lines.append(JobLine(kept.at, note))
        return sorted(lines, key=lambda line: line.at)[-most:]

    # the rows of other things that jobs make

    async def rows(self, space: str) -> dict[str, Any]:
        """All rows of a space below ours."""
        return await self._scan(f"{SPACE}/{space}")

    async def write(self, space: str, rows: dict[str, Any]) -> None:
        """Write (or with None delete) rows of a space below ours, all or none."""
        await self._put(f"{SPACE}/{space}", rows)

    def _space(self, number: int) -> str:
        return f"{SPACE}/{number:06}"

    async def _put(self, space: str, rows: dict[str, Any]) -> None:
        await self._port.ask(self._store, Put(space, rows), Stored)

    async def _scan(self, space: str) -> dict[str, Any]:
        page = await self._port.ask(self._store, Scan(space), Rows)
        rows = dict(page.rows)
        while page.more:
            page = await self._port.ask(self._store, Scan(space, after=max(page.rows)), Rows)
            rows.update(page.rows)
        return rows
