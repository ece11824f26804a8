"""Pictures of the glass, to every page; a page that missed one is brought up to date with a whole one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...kernel.errors import BluerillError
from ...kernel.service import Call, Port
from ...modalities.screen.messages import Frame, Snapshot
from . import protocol
from .page import Page


class Pictures:
    """Shares the screen's frames among ``pages``; ``problem`` tells a page what went wrong."""

    def __init__(
        self, port: Port, pages: Mapping[int, Page], problem: Callable[[Page, str, BluerillError], None]
    ) -> None:
        self._port = port
        self._pages = pages
        self._problem = problem

    def share(self, frame: Frame, call: Call) -> None:
        """Queue a frame at every page; encoded once, whatever their number."""
        if not self._pages:
            return
        data = call.lease.bytes() if call.lease is not None else frame.data
        picture = protocol.picture(frame, data)
        for page in self._pages.values():
            if not page.show(frame.seq, frame.full, picture):
                self.catch_up(page)

    def catch_up(self, page: Page) -> None:
        """Bring a stale page up to date, once it has taken what waits."""
        if not page.catching_up:
            page.catching_up = True
            self._port.spawn(self._send_whole(page), f"page-{page.number}-picture")

    async def _send_whole(self, page: Page) -> None:
        try:
            while page.stale and page.number in self._pages:
                if not page.idle:
                    await self._port.sleep(0.05)
                    continue
                frame, lease = await self._port.borrow("screen", Snapshot(), Frame)
                with lease:
                    page.show(frame.seq, True, protocol.picture(frame, lease.bytes()))
        except BluerillError as error:
            self._problem(page, "screen", error)
        finally:
            page.catching_up = False
