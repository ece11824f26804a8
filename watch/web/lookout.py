"""The lookout: while a page is open, watches the kernel's status.

Monitors get it every second; without one it is asked for every third second only, to notice that a service was
restarted: a restarted ears knows no streams and a restarted screen no page, and nobody else would tell.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from ...kernel.errors import BluerillError
from ...kernel.message import Lane
from ...kernel.service import Port, Task
from ...kernel.status import GetStatus, Status

BEAT_S: Final = 1.0
QUIET_BEATS: Final = 3


class Lookout:
    """``needed`` and ``watched`` say whether any page is open, and any monitor; ``seen`` takes each status,
    ``restarted`` the name of a service that came back with a new generation; ``also`` is awaited with each while a
    monitor looks."""

    def __init__(
        self,
        port: Port,
        *,
        needed: Callable[[], bool],
        watched: Callable[[], bool],
        seen: Callable[[Status], None],
        restarted: Callable[[str], Awaitable[None]],
        also: Callable[[Status], Awaitable[None]],
    ) -> None:
        self._port = port
        self._needed, self._watched = needed, watched
        self._seen, self._restarted, self._also = seen, restarted, also
        self._task: Task | None = None
        self._generations: dict[str, int] = {}

    def wake(self) -> None:
        """Begin to look, unless it does already."""
        if self._task is None or self._task.done():
            self._task = self._port.spawn(self._run(), "web-lookout")

    async def _run(self) -> None:
        beat = 0
        while self._needed():
            if self._watched() or beat % QUIET_BEATS == 0:
                try:
                    status = await self._port.ask("kernel", GetStatus(), Status, within=3.0, lane=Lane.BACKGROUND)
                    self._seen(status)
                    await self._compare(status)
                    if self._watched():
                        await self._also(status)
                except BluerillError as error:
                    self._port.log.info("no status: %s", error)
            beat += 1
            await self._port.sleep(BEAT_S)

    async def _compare(self, status: Status) -> None:
        for service in status.services:
            if service.state != "running":
                continue  # looked at again when it is back
            before = self._generations.get(service.name)
            self._generations[service.name] = service.generation
            if before is not None and before != service.generation:
                await self._restarted(service.name)
