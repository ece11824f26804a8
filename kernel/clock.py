"""The device's clock: the machine's, until somebody sets it or lets it run faster.

A simulated watch must be able to live through a day in a minute, and an owner's alarms must not care whose clock it
was. So time has two faces here, as on the machine below (``host/base.py``): ``wall`` is the time of day, and
``elapsed`` is how long something took, which setting the clock does not change and running it faster does. Both follow
the machine until they are set, network corrections among it; from then on they are counted from that moment on the
monotonic clock, which all processes of a device share, so that a :class:`Setting` is all a child needs to know.

What goes by the machine's own time stays with it: deadlines, frames of the glass, sound, fingers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from .errors import CallerError
from .message import Body, message

__all__ = ["ClockNow", "DeviceClock", "SetClock", "Setting"]

FASTEST: Final = 3600.0
SLOWEST: Final = 0.1
TICK: Final = 1e-5
"""The shortest rest: less than a loop's own resolution would be no time at all, and who looks again would see none."""
FIRST, LAST = 946_684_800.0, 4_102_444_800.0
"""The clock can be set to a moment of this century: 2000-01-01 to 2100-01-01 UTC."""


class Setting(msgspec.Struct, frozen=True, array_like=True):
    """From ``mono`` on (the machine's monotonic clock) the device's clocks stood at these and ran ``rate`` times as
    fast."""

    mono: float
    wall: float
    elapsed: float
    rate: float


@message("kernel.set-clock")
class SetClock(Body, frozen=True):
    """Ask ``kernel`` to set the device's clock: ``to`` a moment (Unix seconds), or forwards ``by`` seconds, or both;
    and to let it run ``rate`` times as fast (0 leaves the rate). ``follow`` first goes back to the machine's clock.
    → ClockNow"""

    to: float | None = None
    by: float = 0.0
    rate: float = 0.0
    follow: bool = False


@message("kernel.clock-now")
class ClockNow(Body, frozen=True):
    """The device's time, how fast it runs, and whether it follows the machine's clock."""

    wall: float
    rate: float
    follows: bool


class DeviceClock:
    """Reads ``now`` (monotonic) and ``wall`` of the machine."""

    def __init__(self, now: Callable[[], float], wall: Callable[[], float], setting: Setting | None = None) -> None:
        self._now, self._machine = now, wall
        self._setting = setting
        self._resting: set[asyncio.Future[None]] = set()

    @property
    def setting(self) -> Setting | None:
        """None while the clock follows the machine's and always did."""
        return self._setting

    @property
    def rate(self) -> float:
        return 1.0 if self._setting is None else self._setting.rate

    def wall(self) -> float:
        """The device's time of day, in Unix seconds."""
        held = self._setting
        return self._machine() if held is None else held.wall + (self._now() - held.mono) * held.rate

    def elapsed(self) -> float:
        """Seconds that have passed for the device; never set, only faster."""
        held = self._setting
        return self._now() if held is None else held.elapsed + (self._now() - held.mono) * held.rate

    async def rest(self, seconds: float) -> None:
        """Wait until so many seconds have passed for the device, or its clock is set."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        self._resting.add(waiter)
        timer = loop.call_later(max(seconds / self.rate, TICK), _wake, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            self._resting.discard(waiter)

    def take(self, setting: Setting | None) -> None:
        """Run by this setting from now on; whoever rests looks at the clock again."""
        self._setting = setting
        for waiter in self._resting:
            _wake(waiter)

    def set(self, request: SetClock) -> Setting:
        """The setting that a request means, now in force. Raises CallerError for a time or rate that cannot be."""
        rate = request.rate or (1.0 if request.follow else self.rate)
        if not SLOWEST <= rate <= FASTEST:
            raise CallerError(f"a clock runs {SLOWEST:g} to {FASTEST:g} times as fast, got {rate:g}")
        machine = self._machine() if request.follow else self.wall()
        wall = (machine if request.to is None else request.to) + request.by
        if not FIRST <= wall <= LAST:
            raise CallerError(f"the clock can be set to the years 2000 to 2099, got {wall:.0f} (Unix seconds)")
        setting = Setting(self._now(), wall, self.elapsed(), rate)
        self.take(setting)
        return setting

    @property
    def follows(self) -> bool:
        """Whether the time is the machine's, within a tenth of a second, and runs as fast."""
        return self.rate == 1.0 and abs(self.wall() - self._machine()) < 0.1


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
