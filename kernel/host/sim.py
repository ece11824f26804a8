"""The simulated host: virtual time, one process, the same run every time.

Under simulation nothing ever waits. :class:`SimLoop` is asyncio's own event loop with the operating system taken out:
where a real loop would sleep until the next timer, it moves its clock there. A day of alarms passes in milliseconds,
and a test that needs an hour of silence does not cost one. What is left of asyncio is deterministic (callbacks run in
the order they were scheduled), and ``shuffle`` makes it deterministic *per seed* instead: the tasks that became ready
together run in a seeded order, which finds the code that relied on an accident. Print the seed and the failure can be
repeated.

Two things a simulation must not hide: a *deadlock* (nothing ready, no timer, and somebody still waits) raises
:class:`Deadlock` with the list of who waits where, and work handed to threads runs at once, in order, in the loop's
own thread.

Time has three faces, as on a real device: ``now`` (monotonic), ``boottime`` (also counts sleep; see
:meth:`SimHost.suspend`) and ``wall``, which tests set forwards, backwards or let drift. Wall time is UTC: summer time
is a matter of the zone used to show it. The idea of running the whole device on one seeded virtual clock is
FoundationDB's simulation and trio's mock clock.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, TypeVarTuple

from ..errors import BluerillError, CallerError
from .base import ChildHandle, ChildSpec, Mechanism, Pressure

if TYPE_CHECKING:
    import socket

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

EPOCH = 1_767_225_600.0
"""Where simulated wall time begins unless told: 2026-01-01 00:00 UTC."""
STEPS_AT_ONCE = 1_000_000
"""Rounds of the loop without time moving after which it is called a livelock."""


class Deadlock(BluerillError):
    """The simulation cannot go on: nothing is ready, no timer is set, and tasks are waiting."""

    code = "deadlock"


class _Timer(asyncio.TimerHandle):
    """A timer that knows which of two at the same moment was set first."""

    __slots__ = ("_order",)
    _scheduled: bool

    def __init__(self, when: float, order: int, callback: Any, args: Any, loop: SimLoop, context: Any) -> None:
        super().__init__(when, callback, args, loop, context)
        self._order = order

    def __lt__(self, other: Any) -> bool:
        return bool((self.when(), self._order) < (other.when(), other._order))


class SimLoop(asyncio.BaseEventLoop):
    """An event loop whose time jumps to the next timer when nothing is ready. It knows no files and no sockets."""

    def __init__(self, seed: int = 0, shuffle: bool = False, begin: float = 0.0) -> None:
        super().__init__()
        self.seed = seed
        self._virtual = begin
        self._clock_resolution = 1e-6  # above what a float of many years can tell apart
        self._random = random.Random(seed) if shuffle else None
        self._rounds = 0
        self._timers = 0
        self._stopping: bool
        self._ready: Any  # asyncio's own queues: what is ready now, and the heap of timers
        self._scheduled: list[Any]
        self._selector = self  # BaseEventLoop asks its selector to wait; that is the one thing we replace

    def time(self) -> float:
        return self._virtual

    def select(self, timeout: float | None) -> list[Any]:
        """Wait, which is to say: move the clock. asyncio calls this once a round, with 0 if something is ready."""
        if timeout == 0 or self._ready or self._stopping:
            self._rounds += 1
            if self._rounds > STEPS_AT_ONCE:
                raise Deadlock(
                    f"{STEPS_AT_ONCE} rounds passed at {self._virtual:.6f} s without time moving (seed {self.seed})"
                )
            if self._random is not None and len(self._ready) > 1:
                self._shuffle(self._random)
            return []
        self._rounds = 0
        if not self._scheduled:
            self._deadlock()
        self._virtual = max(self._virtual, self._scheduled[0].when())
        return []

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """Run the work in this thread, in the next round, as a task that never suspends."""

        async def work() -> T:
            return func(*args)

        return self.create_task(work())

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """As asyncio's, but timers of one moment fire in the order they were set: a real clock moves between two."""
        self._timers += 1
        timer = _Timer(when, self._timers, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._virtual + delay, callback, *args, context=context)

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no file events."""

    def _write_to_self(self) -> None:
        """Nobody waits in a selector, so nobody needs waking."""

    def _shuffle(self, rng: random.Random) -> None:
        """Permute the task steps that are ready, among the places they hold; plain callbacks keep theirs."""
        places = [at for at, handle in enumerate(self._ready) if _is_task_step(handle)]
        handles = [self._ready[at] for at in places]
        rng.shuffle(handles)
        for at, handle in zip(places, handles, strict=True):
            self._ready[at] = handle

    def _deadlock(self) -> NoReturn:
        waiting = sorted(_where(task) for task in asyncio.all_tasks(self))
        raise Deadlock(
            f"nothing is ready and no timer is set at {self._virtual:.6f} s (seed {self.seed}); "
            f"waiting: {'; '.join(waiting) or 'no task, only a future'}"
        )


class SimHost:
    """A host under a :class:`SimLoop`. Services run in-process; starting a child is refused."""

    name = "sim"
    forks = False

    def __init__(self, loop: SimLoop, *, wall: float = EPOCH, boot: int = 1) -> None:
        self._loop = loop
        self._wall_offset = wall - loop.time()
        self._drift = 0.0  # seconds the wall clock gains per second
        self._drift_since = loop.time()
        self._asleep = 0.0
        self._pressure = Pressure(0.0, 0.0, "simulated")
        self._boot = boot
        self.random = random.Random(loop.seed)  # for injected delays and faults, so that the seed tells all

    @property
    def mechanism(self) -> str:
        return "none: simulated, all services run in one process and the ledger alone decides"

    @property
    def boot_id(self) -> str:
        return f"sim-{self._loop.seed}-{self._boot}"

    def now(self) -> float:
        return self._loop.time()

    def wall(self) -> float:
        now = self._loop.time()
        return self._wall_offset + now + (now - self._drift_since) * self._drift

    def boottime(self) -> float:
        return self._loop.time() + self._asleep

    def set_wall(self, seconds: float) -> None:
        """Somebody (or the network) sets the clock."""
        now = self._loop.time()
        self._wall_offset = seconds - now
        self._drift_since = now

    def shift_wall(self, seconds: float) -> None:
        """The wall clock jumps forwards, or backwards if negative."""
        self.set_wall(self.wall() + seconds)

    def drift_wall(self, seconds_per_second: float) -> None:
        """From now on the wall clock runs fast, or slow if negative."""
        self.set_wall(self.wall())
        self._drift = seconds_per_second

    def suspend(self, seconds: float) -> None:
        """The device slept: wall and boot time went on, the monotonic clock and all timers did not."""
        if seconds < 0:
            raise CallerError(f"a device sleeps for a positive time, got {seconds} s")
        self.shift_wall(seconds)
        self._asleep += seconds

    def reboot(self) -> None:
        """A new boot id, as after a restart of the machine (the loop's clock goes on)."""
        self._boot += 1

    def set_pressure(self, some: float, full: float = 0.0) -> None:
        self._pressure = Pressure(some, full, "simulated")

    def pressure(self) -> Pressure:
        return self._pressure

    def spawn(self, spec: ChildSpec, zygote: socket.socket | None = None) -> ChildHandle:
        raise CallerError(f"child {spec.name!r}: the simulated host starts no processes, run the service in-process")

    def mechanisms(self) -> list[Mechanism]:
        return []

    def close(self) -> None:
        """The loop belongs to whoever made it."""


def run_sim(
    main: Coroutine[Any, Any, T] | Callable[[SimHost], Coroutine[Any, Any, T]],
    *,
    seed: int = 0,
    shuffle: bool = False,
    wall: float = EPOCH,
    begin: float = 0.0,
) -> T:
    """Run a coroutine, or a function of the host that makes one, to its end under virtual time, which begins at
    ``begin``.

    Tasks left behind are cancelled, as by ``asyncio.run``. Raises Deadlock if the run can never end.
    """
    loop = SimLoop(seed, shuffle, begin)
    host = SimHost(loop, wall=wall)
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main(host) if callable(main) else main)
    finally:
        try:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            asyncio.set_event_loop(None)
            loop.close()


def _is_task_step(handle: asyncio.Handle) -> bool:
    """Whether a handle resumes a task, in the C and the Python implementation of tasks."""
    callback = getattr(handle, "_callback", None)
    return isinstance(getattr(callback, "__self__", None), asyncio.Task)


def _where(task: asyncio.Task[Any]) -> str:
    """A task's name and the line it waits at."""
    stack = task.get_stack(limit=1)
    at = f" at {stack[-1].f_code.co_filename}:{stack[-1].f_lineno}" if stack else ""
    return f"{task.get_name()} in {getattr(task.get_coro(), '__qualname__', '?')}{at}"
