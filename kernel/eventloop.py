"""asyncio's event loop, with a short way for the kernel's own links.

A stock loop hands a readable socket to its callback through a queue: the callback is wrapped in a handle, runs in the
loop's next step, and what it wakes runs a step later, after one more look at the selector. For a message between two
processes that is a third of its cost. Here the links' callbacks run the moment the selector reports them, so that a
task waiting for a reply continues in the same round. Everything else is asyncio as it is; whoever runs the kernel in
a loop of their own only loses the short way (:class:`~.link.Link` asks for it and does without).
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class LinkLoop(asyncio.SelectorEventLoop):
    """A selector loop that calls the readers of links directly."""

    def __init__(self) -> None:
        super().__init__(selectors.DefaultSelector())
        self._links: dict[int, Callable[[], None]] = {}

    def add_link(self, fd: int, readable: Callable[[], None]) -> None:
        """Call ``readable`` whenever ``fd`` is readable. It must not raise. Undone by ``remove_link``."""
        self.add_reader(fd, readable)
        self._links[fd] = readable

    def remove_link(self, fd: int) -> None:
        self._links.pop(fd, None)
        self.remove_reader(fd)

    def _process_events(self, event_list: list[Any]) -> None:
        links = self._links
        others = []
        for event in event_list:
            key, mask = event
            readable = links.get(key.fd)
            if readable is None or mask != selectors.EVENT_READ:
                others.append(event)  # a link that is also writable goes the long way, in order
            else:
                readable()
        if others:
            super()._process_events(others)  # type: ignore[misc]


def run(main: Coroutine[Any, Any, T]) -> T:
    """``asyncio.run`` in a :class:`LinkLoop`."""
    with asyncio.Runner(loop_factory=LinkLoop) as runner:
        return runner.run(main)
