"""An ask from this process: the envelope, and at once what its asker awaits.

asyncio lets a task wait for anything that behaves like a future. The ask does, which saves making a future for each
and, when the answer comes over a link, the turn of the loop between a future's result and its waiter: nobody else is
running then, so the waiter continues at once (:meth:`LocalAsk.resume`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextvars import Context
from typing import Any

from .errors import BluerillError
from .lease import Lease
from .message import Body, Packed
from .port import Envelope


class LocalAsk(Envelope, eq=False):
    """Awaited by one task at most; ends with ``answer`` or ``error``, or cancelled."""

    loop: Any = None  # asyncio.AbstractEventLoop
    began: float = 0.0
    answer: Body | Packed | None = None
    borrowed: Lease | None = None
    error: BluerillError | None = None
    _asyncio_future_blocking: bool = False  # what asyncio knows a future by
    _wake: Callable[[Any], object] | None = None
    _context: Context | None = None

    def reply(self, body: Body | Packed, lease: Lease | None = None) -> None:
        if self.answered:
            if lease is not None:
                lease.release()
            return
        self.answered = True
        self.answer = body
        self.borrowed = lease
        if self._wake is not None:
            self.loop.call_soon(self._wake, self, context=self._context)

    def fail(self, error: BluerillError) -> None:
        if not self.answered:
            self.answered = True
            self.error = error
            if self._wake is not None:
                self.loop.call_soon(self._wake, self, context=self._context)

    def resume(self, body: Body | Packed, lease: Lease | None) -> None:
        """``reply``, and the asker continues before this returns. Only where no task is running."""
        wake, context = self._wake, self._context
        if self.answered or wake is None or context is None:
            self.reply(body, lease)
            return
        self.answered = True
        self.answer = body
        self.borrowed = lease
        context.run(wake, self)

    def __await__(self) -> Generator[Any, None, None]:
        if not self.answered:
            self._asyncio_future_blocking = True
            yield self

    # --- what asyncio.Task asks of a future

    def get_loop(self) -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop = self.loop
        return loop

    def add_done_callback(self, wake: Callable[[Any], object], *, context: Context) -> None:
        self._wake = wake
        self._context = context

    def result(self) -> None:
        """Raises CancelledError if the asker's task was cancelled while it waited."""
        if self.answer is None and self.error is None:
            raise asyncio.CancelledError

    def cancel(self, msg: object = None) -> bool:
        """The asker's task was cancelled. False if an answer came before."""
        if self.answered:
            return False
        self.answered = True
        if self._wake is not None:
            self.loop.call_soon(self._wake, self, context=self._context)
        return True
