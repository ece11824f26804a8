"""What timers and reminders do alike when they ring: fall silent, or come again later.

A skill that rings keeps rows with an ``id`` and a ``state``; what its own is, it says in the four methods below.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ..contract import Reply, Skill

Row = dict[str, Any]


class Ringing(Skill):
    """Dismissing and snoozing of rows whose state is ``ringing``."""

    async def _all(self) -> Sequence[Row]:
        """Every row there is."""
        raise NotImplementedError

    async def _drop(self, row: Row) -> None:
        """Forget a row and what is scheduled for it."""
        raise NotImplementedError

    async def _later(self, row: Row, delay: timedelta) -> None:
        """Let a row that rings come again after ``delay``."""
        raise NotImplementedError

    async def _show(self) -> None:
        """Tell the screen how things stand now."""
        raise NotImplementedError

    async def _dismissed(self, number: str | None) -> Reply:
        """Silence one ring, or all of them."""
        rows = await self._ringing(number)
        for row in rows:
            await self._drop(row)
        await self._show()
        return Reply("", {"dismissed": [row["id"] for row in rows]})

    async def _snoozed(self, number: str | None, delay: timedelta, speech: str) -> Reply:
        """Put one ring off, or all of them; ``speech`` is said if there was one."""
        rows = await self._ringing(number)
        for row in rows:
            await self._later(row, delay)
        await self._show()
        until = (self.device.now() + delay).replace(tzinfo=None).isoformat() if rows else ""
        return Reply(speech if rows else "", {"snoozed": [row["id"] for row in rows], "until": until})

    async def _ringing(self, number: str | None) -> list[Row]:
        return [row for row in await self._all() if row["state"] == "ringing" and number in (None, row["id"])]
