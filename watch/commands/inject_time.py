"""``bluerill inject time`` and ``time-warp``: the device's clock, set and run faster.

A moment is ``2026-12-24 07:59``, ``07:59`` (of the device's day), ``+2h``, ``-1d`` (from the device's time) or ``now``,
by which the clock follows the machine's again.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from ...kernel.clock import ClockNow, SetClock
from ...kernel.errors import CallerError
from ...skills.localtime import device_zone, instant
from ..control import Front

__all__ = ["read_moment", "set_time", "warp"]

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_STEP: Final = re.compile(r"([+-])((?:\d{1,6}(?:\.\d{1,3})?[smhd])+)")
_PART: Final = re.compile(r"([\d.]+)([smhd])")


def read_moment(text: str, now: datetime) -> SetClock:
    """What to ask of the kernel; ``now`` is the device's time, aware. Raises CallerError for what is no moment."""
    said = text.strip()
    if said == "now":
        return SetClock(follow=True, rate=1.0)
    step = _STEP.fullmatch(said)
    if step is not None:
        span = sum((timedelta(**{_UNITS[unit]: float(n)}) for n, unit in _PART.findall(step[2])), timedelta())
        return SetClock(by=span.total_seconds() * (-1 if step[1] == "-" else 1))
    zone: tzinfo = now.tzinfo or device_zone()
    try:
        if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", said):
            wall = datetime.combine(now.date(), time.fromisoformat(said.zfill(8 if said.count(":") == 2 else 5)))
        else:
            wall = datetime.fromisoformat(said)
    except ValueError:
        raise CallerError(
            f"expected a moment such as '2026-12-24 07:59', 07:59, +2h or now, got {text[:40]!r}"
        ) from None
    return SetClock(to=(wall if wall.tzinfo is not None else instant(wall, zone)).timestamp())


async def set_time(front: Front, text: str) -> str:
    """Set the clock; what it shows now."""
    zone = device_zone()
    before = await front.ask("kernel", SetClock(), ClockNow)
    request = read_moment(text, datetime.fromtimestamp(before.wall, zone))
    return _told(await front.ask("kernel", request, ClockNow), zone)


async def warp(front: Front, rate: str) -> str:
    """Let the clock run faster, or as fast as the machine's."""
    try:
        times = 1.0 if rate == "off" else float(rate.removesuffix("x"))
    except ValueError:
        raise CallerError(f"expected how many times as fast (such as 60), or off, got {rate[:40]!r}") from None
    if not times > 0:
        raise CallerError(f"expected how many times as fast (such as 60), or off, got {rate[:40]!r}")
    return _told(await front.ask("kernel", SetClock(rate=times), ClockNow), device_zone())


def _told(now: ClockNow, zone: tzinfo) -> str:
    shown = datetime.fromtimestamp(now.wall, zone).strftime("%a %Y-%m-%d %H:%M:%S")
    pace = f", {now.rate:g} times as fast" if now.rate != 1 else ", as the machine's clock" if now.follows else ""
    return f"the watch's clock: {shown}{pace}"
