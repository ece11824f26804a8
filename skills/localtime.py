"""Local wall time and the instants it means, across clock changes.

An alarm is kept as the wall time the owner said ("seven every morning"), never as an instant: the instant is worked
out from the zone when it is scheduled. Twice a year that is not one to one (PEP 495): an hour is skipped, and what
falls into it means the first valid moment after it; an hour is repeated, and what falls into it means the first of
the two.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..kernel.errors import CallerError


def month_days(year: int, month: int) -> int:
    """How many days a month has. ``calendar`` would say it too, with all that it is for."""
    return 31 if month == 12 else (date(year, month + 1, 1) - timedelta(days=1)).day


def zone_named(name: str) -> tzinfo:
    """An IANA zone. Raises CallerError if the machine knows no zone of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CallerError(f"no time zone is named {name!r}; expected an IANA name like 'Europe/Paris'") from None


def device_zone(name: str = "") -> tzinfo:
    """The zone named in the settings, else by ``TZ``, else by the system, else UTC.

    Raises CallerError only for a zone named in the settings.
    """
    if name:
        return zone_named(name)
    spoken = os.environ.get("TZ", "").lstrip(":")
    if spoken and not spoken.startswith("/"):
        try:
            return zone_named(spoken)
        except CallerError:
            pass  # a POSIX rule such as CET-1CEST: fall through to what the system says
    try:
        target = str(Path("/etc/localtime").resolve())
        return zone_named(target.partition("zoneinfo/")[2] or "UTC")
    except (CallerError, OSError):
        return UTC


def zone_name(zone: tzinfo) -> str:
    """The IANA name of a zone, ``UTC`` where it has none."""
    return getattr(zone, "key", "UTC")


def instant(wall: datetime, zone: tzinfo) -> datetime:
    """The moment a naive wall time means in a zone, aware: the first of two, or the first valid one after a gap."""
    aware = wall.replace(tzinfo=zone, fold=0)
    moment = aware.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
        return moment.astimezone(zone)
    return _gap_end(moment, zone)


def _gap_end(moment: datetime, zone: tzinfo) -> datetime:
    """The first moment after the skipped hours around ``moment``, to the second."""
    low, high = moment - timedelta(days=1), moment + timedelta(hours=1)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0).astimezone(zone)


def wall(moment: datetime, zone: tzinfo) -> datetime:
    """The naive wall time of an aware moment."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
