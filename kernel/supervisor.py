"""When a dead child starts again: pure policy. Time is passed in, decisions come out, nothing is awaited.

The rule is Erlang's intensity and period: a child may be restarted at most ``intensity`` times within ``period``
seconds; one exit more and it is *quarantined*, which means it stays down, its callers get a typed error at once, and
a person (or the loop, on a changed configuration) must call :meth:`Supervisor.recover`. Between restarts there is
a back-off that doubles while runs are shorter than ``min_run`` and falls back to its first value after a run that
lasted; a crash loop therefore costs little even before it is recognised as one.

A supervisor never blocks on what it supervises: it holds no process, no pipe and no clock, so that it cannot.
Some ends are not worth repeating: a child that cannot enter its memory cage or cannot be executed at all will not
do better the second time, and is quarantined at once.
"""

from __future__ import annotations

import signal
from collections import deque
from enum import Enum
from typing import NamedTuple

from .errors import CallerError
from .limits import BACKOFF_FIRST_S, BACKOFF_LIMIT_S, MIN_RUN_S, RESTART_INTENSITY, RESTART_PERIOD_S


class ExitKind(Enum):
    """How a child ended."""

    MEMORY = "memory"  # killed because it exceeded its memory cap
    SIGNAL = "signal"  # killed by a signal that was not ours; number = the signal
    CODE = "code"  # ended by itself; number = its exit status, 0 included
    HELLO = "hello"  # killed: it did not say hello in time
    HUNG = "hung"  # killed: it said nothing while it should have
    PROTOCOL = "protocol"  # cut off: it wrote to its link what it may not
    CAGE = "cage"  # refused to start: it could not enter its cgroup or set its limits
    EXEC = "exec"  # could not be executed at all
    SPAWN = "spawn"  # the system refused to start it just now
    REFUSED = "refused"  # said itself that it cannot start as it is configured (a port in use, a wrong setting)


class ExitReason(NamedTuple):
    """Why a child is gone; ``text`` is one line fit for an error message."""

    kind: ExitKind
    number: int = 0
    detail: str = ""

    @property
    def text(self) -> str:
        match self.kind:
            case ExitKind.MEMORY:
                said = "exceeded its memory cap and was killed"
            case ExitKind.SIGNAL:
                said = f"was killed by {_signal_name(self.number)}"
            case ExitKind.CODE:
                said = f"ended with exit code {self.number}"
            case ExitKind.HELLO:
                said = "did not say hello in time and was killed"
            case ExitKind.HUNG:
                said = "stopped answering and was killed"
            case ExitKind.PROTOCOL:
                said = "broke the protocol and was cut off"
            case ExitKind.CAGE:
                said = "could not enter its memory cage"
            case ExitKind.EXEC:
                said = "could not be executed"
            case ExitKind.SPAWN:
                said = "could not be started"
            case ExitKind.REFUSED:
                said = "refused to start"
        return f"{said} ({self.detail})" if self.detail else said


class Restart(NamedTuple):
    """Start the child again, not before ``at`` (on the clock the caller uses)."""

    at: float
    reason: ExitReason


class Quarantine(NamedTuple):
    """Leave the child down; ``reason`` says why in one line."""

    reason: str


HOPELESS = frozenset({ExitKind.CAGE, ExitKind.EXEC, ExitKind.REFUSED})
"""Ends that a restart cannot mend."""


class Supervisor:
    """The restart policy of one child. Seconds everywhere; raises CallerError when called out of order."""

    def __init__(
        self,
        name: str,
        *,
        intensity: int = RESTART_INTENSITY,
        period: float = RESTART_PERIOD_S,
        min_run: float = MIN_RUN_S,
        backoff_first: float = BACKOFF_FIRST_S,
        backoff_limit: float = BACKOFF_LIMIT_S,
    ) -> None:
        if intensity < 0 or period <= 0 or min_run < 0 or not 0 <= backoff_first <= backoff_limit:
            raise CallerError(
                f"supervision of {name!r} makes no sense: intensity {intensity}, period {period}, "
                f"min_run {min_run}, back-off {backoff_first} to {backoff_limit}"
            )
        self.name = name
        self.restarts = 0  # all ever granted, for the monitor
        self.quarantined: Quarantine | None = None
        self.last_exit: ExitReason | None = None
        self._intensity = intensity
        self._period = period
        self._min_run = min_run
        self._first = backoff_first
        self._limit = backoff_limit
        self._backoff = backoff_first
        self._recent: deque[float] = deque()  # when restarts were granted; never longer than intensity
        self._running_since: float | None = None

    def started(self, now: float) -> None:
        """The child was started (its process exists; it need not have said hello)."""
        if self.quarantined is not None:
            raise CallerError(f"child {self.name!r} is quarantined, recover it before starting it")
        if self._running_since is not None:
            raise CallerError(f"child {self.name!r} was started twice without an exit between")
        self._running_since = now

    def exited(self, now: float, reason: ExitReason) -> Restart | Quarantine:
        """The child is gone (or could not be started); what to do about it."""
        since, self._running_since = self._running_since, None
        self.last_exit = reason
        if self.quarantined is not None:
            return self.quarantined
        while self._recent and now - self._recent[0] >= self._period:
            self._recent.popleft()
        if reason.kind in HOPELESS:
            return self._give_up(f"{self.name} {reason.text}; a restart cannot mend that")
        if len(self._recent) >= self._intensity:
            return self._give_up(
                f"{self.name} ended {len(self._recent) + 1} times within {self._period:g} s, last: it {reason.text}"
            )
        short = since is None or now - since < self._min_run
        if not short:
            self._backoff = self._first
        delay = self._backoff
        if short:
            self._backoff = min(self._backoff * 2, self._limit)
        self._recent.append(now)
        self.restarts += 1
        return Restart(now + delay, reason)

    def stopped(self) -> None:
        """The child ended because it was asked to: no fault, and it may be started again."""
        self._running_since = None

    def recover(self, now: float) -> Restart:
        """Leave quarantine by hand, with a clean record: start now."""
        if self.quarantined is None:
            raise CallerError(f"child {self.name!r} is not quarantined, there is nothing to recover from")
        self.quarantined = None
        self._recent.clear()
        self._backoff = self._first
        return Restart(now, self.last_exit or ExitReason(ExitKind.CODE, 0))

    def _give_up(self, why: str) -> Quarantine:
        self.quarantined = Quarantine(why)
        return self.quarantined


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
