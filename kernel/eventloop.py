"""asyncio's event loop, with a short way for the kernel's own links.

A stock loop hands a readable socket to its callback through a queue: the callback is wrapped in a handle, runs in the
loop's next step, and what it wakes runs a step later, after one more look at the selector. For a message between two
processes that is a third of its cost. Here the links' callbacks run inside the selector, the moment the system
reports them, and as long as they leave nothing else to do, the selector goes on waiting without the loop around it
turning. Everything else is asyncio as it is; whoever runs the kernel in a loop of their own, or on a system without
epoll, only loses the short way (:class:`~.link.Link` asks for it and does without).
"""

from __future__ import annotations

import asyncio
import math
import select
import selectors
import time
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

HAVE_EPOLL = hasattr(select, "epoll")
_MOST_EVENTS = 64


class _LinkSelector(getattr(selectors, "EpollSelector", selectors.SelectSelector)):  # type: ignore[misc]
    """A selector that serves links by itself and reports only the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.links: dict[int, Callable[[], None]] = {}
        self.new_timer = False  # a timer was set, so that the time to wait may be wrong
        self.loop: Any = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        links = self.links
        if not links:
            found: list[tuple[selectors.SelectorKey, int]] = super().select(timeout)
            return found
        loop = self.loop
        ready, poll, readable = loop._ready, self._selector.poll, select.EPOLLIN
        until = 0.0 if timeout is None else time.monotonic() + timeout
        others: list[tuple[selectors.SelectorKey, int]] = []
        self.new_timer = False
        while True:
            if timeout is None:
                wait = -1.0
            elif timeout <= 0:
                wait = 0.0
            else:  # epoll counts milliseconds: never wake before the time
                wait = math.ceil(timeout * 1e3) * 1e-3
            try:
                events = poll(wait, _MOST_EVENTS)
            except InterruptedError:
                return others
            for fd, event in events:
                serve = links.get(fd)
                if serve is not None and event == readable:
                    try:
                        serve()
                    except Exception as error:  # noqa: BLE001 - as asyncio does for its own callbacks
                        loop.call_exception_handler({"message": "a link failed", "exception": error})
                    continue
                key = self.get_map().get(fd)  # a link that is also writable or hung up goes the long way, in order
                if key is not None:
                    mask = (selectors.EVENT_WRITE if event & ~select.EPOLLIN else 0) | (
                        selectors.EVENT_READ if event & ~select.EPOLLOUT else 0
                    )
                    others.append((key, mask & key.events))
            if others or ready or not events or self.new_timer or loop._stopping:
                return others
            if timeout is not None:
                timeout = until - time.monotonic()
                if timeout <= 0:
                    return others


class LinkLoop(asyncio.SelectorEventLoop):
    """A selector loop that calls the readers of links directly. Needs epoll."""

    time: Any = staticmethod(time.monotonic)  # the same clock, one call less a message

    def __init__(self) -> None:
        self._short = _LinkSelector()
        super().__init__(self._short)
        self._short.loop = self

    def add_link(self, fd: int, readable: Callable[[], None]) -> None:
        """Call ``readable`` whenever ``fd`` is readable. Undone by ``remove_link``."""
        self.add_reader(fd, readable)
        self._short.links[fd] = readable

    def remove_link(self, fd: int) -> None:
        self._short.links.pop(fd, None)
        self.remove_reader(fd)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        self._short.new_timer = True
        return super().call_at(when, callback, *args, context=context)


def run(main: Coroutine[Any, Any, T]) -> T:
    """``asyncio.run`` in a :class:`LinkLoop`, where the system has one."""
    with asyncio.Runner(loop_factory=LinkLoop if HAVE_EPOLL else None) as runner:
        return runner.run(main)
