"""The zygotes of a device, seen from the core: one for each service whose children are forked.

A zygote is a child process as others are: seated, capped, reserved in the ledger, supervised. It is started with the
first child that wants it and ends when it has had none for a while. What children share of it is charged to it alone;
what they write, to them. It closes no box (it must start processes, and runs nobody's code but ours); its children do.
Where there is no room for it, or it was given up, each child is an interpreter of its own: larger, and otherwise the
same.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from .errors import BluerillError, ServiceFault
from .manifest import ServiceSpec
from .port import Envelope
from .remote import RemoteSeat
from .task import State

if TYPE_CHECKING:
    from .loop import Kernel


class ZygoteSeat(RemoteSeat):
    """``forks`` is where it takes requests for children; they wait there until it is ready."""

    def __init__(self, kernel: Kernel, starter: str, spec: ServiceSpec, idle_s: float) -> None:
        super().__init__(kernel, f"{starter}-zygote", spec)
        self._starter = starter
        self._rest_s = idle_s
        self._resting: asyncio.TimerHandle | None = None
        self._theirs: socket.socket | None = None
        self.forks: socket.socket | None = None

    async def wake(self) -> bool:
        """Whether it takes requests now; starts it if it does not run."""
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        if self.state is State.ABSENT:
            try:
                await self.start()
            except BluerillError as error:
                self.kernel.log.info("children of %s are not forked: %s", self._starter, error)
        return self.state in (State.STARTING, State.RUNNING)

    async def start(self) -> None:
        for end in (self.forks, self._theirs):
            if end is not None:
                end.close()
        self.forks, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.forks.setblocking(False)
        try:
            await super().start()
        finally:
            self._theirs.close()

    def program(self, link: int) -> tuple[str, ...]:
        assert self._theirs is not None
        return ("bluerill.kernel.zygote", str(link), str(self._theirs.fileno()))

    def passed(self, link: int) -> tuple[int, ...]:
        assert self._theirs is not None
        return (link, self._theirs.fileno())

    def deliver(self, envelope: Envelope) -> None:
        if envelope.lease is not None:
            envelope.lease.release()
        raise ServiceFault(f"service {self.name!r} takes no messages: it only starts children")

    def childless(self) -> None:
        """Its last child is gone: end before long, unless another is wanted."""
        if self._resting is not None:
            self._resting.cancel()
        self._resting = self.kernel.loop.call_later(self._rest_s, self._end_if_childless)

    def _end_if_childless(self) -> None:
        self._resting = None
        if self.state is State.RUNNING and not self.kernel.nursery.of(self._starter) and not self.kernel.stopping:
            self.kernel.spawn(self.stop(), f"rest {self.name}")

    async def stop(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        await super().stop()
        if self.forks is not None:
            self.forks.close()
            self.forks = None


class Zygotes:
    """All of a device, by whose children they fork."""

    def __init__(self, kernel: Kernel) -> None:
        self._seats: dict[str, ZygoteSeat] = {}
        for name, spec in kernel.manifest.services.items():
            if spec.starts is None or spec.starts.zygote is None or not kernel.host.forks:
                continue
            wanted = spec.starts.zygote
            seat = ZygoteSeat(
                kernel, name,
                ServiceSpec(
                    class_=spec.starts.class_, isolation="child", lane="background", start="demand",
                    memory=wanted.memory, settings=wanted.settings, box=spec.starts.box,
                ),
                wanted.idle_s,
            )  # fmt: skip
            self._seats[name] = kernel.seats[seat.name] = seat

    def of(self, starter: str) -> ZygoteSeat | None:
        return self._seats.get(starter)

    def rests(self, starter: str) -> None:
        """A child of this starter is gone."""
        seat = self._seats.get(starter)
        if seat is not None:
            seat.childless()
