"""How the watch says things: durations, clock times, days, counts and lists, in plain spoken English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from .recurrence import DAY_NAMES

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def plural(count: float, noun: str, many: str = "") -> str:
    """``1 egg``, ``2 eggs``, ``2 boxes`` (with ``many`` given)."""
    shown = f"{count:g}" if isinstance(count, float) else str(count)
    return f"{shown} {noun}" if count == 1 else f"{shown} {many or noun + 's'}"


def joined(parts: Sequence[str], word: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def capital(text: str) -> str:
    """The text with its first letter raised, the others as they are."""
    return text[:1].upper() + text[1:]


def span(length: timedelta, parts: int = 3) -> str:
    """``10 minutes``, ``1 hour and 30 minutes``; at most ``parts`` units, whole seconds, never empty."""
    seconds = int(abs(length.total_seconds()) + 0.5)
    counted: list[str] = []
    for noun, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            counted.append(plural(count, noun))
    return joined(counted[:parts]) if counted else "0 seconds"


def short_span(length: timedelta) -> str:
    """``9:59``, ``1:02:03``: as a display counts."""
    seconds = int(abs(length.total_seconds()) + 0.5)
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def adjective(length: timedelta) -> str:
    """``10 minute`` as in "10 minute timer"; ``1 hour 30 minute``."""
    words = span(length).replace(",", "").replace(" and", "").split()
    return " ".join(word.removesuffix("s") if word.isalpha() else word for word in words)


def clock(moment: datetime) -> str:
    """``7:00``, ``19:30``: short, as on the display."""
    return f"{moment.hour}:{moment.minute:02}"


def spoken_clock(moment: datetime, twelve: bool = True) -> str:
    """``7:00 AM`` or, with ``twelve`` off, ``7:00``."""
    if not twelve:
        return clock(moment)
    return f"{moment.hour % 12 or 12}:{moment.minute:02} {'AM' if moment.hour < 12 else 'PM'}"


def part_of_day(moment: datetime) -> str:
    """``morning`` (4 to 12), ``afternoon`` (to 18), ``evening`` (to 22), ``night``."""
    if 4 <= moment.hour < 12:
        return "morning"
    if 12 <= moment.hour < 18:
        return "afternoon"
    return "evening" if 18 <= moment.hour < 22 else "night"


def spoken_date(day: date, *, year: bool = False) -> str:
    """``Friday, 20 November``."""
    return f"{DAY_NAMES[day.weekday()]}, {day.day} {MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")


def relative_day(day: date, today: date) -> str:
    """``today``, ``tomorrow``, ``yesterday``, ``on Friday`` within a week, else ``on 3 December``."""
    away = (day - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(away)
    if near:
        return near
    if 1 < away < 7:
        return f"on {DAY_NAMES[day.weekday()]}"
    return f"on {day.day} {MONTHS[day.month - 1]}" + ("" if day.year == today.year else f" {day.year}")


def relative_moment(moment: datetime, now: datetime) -> str:
    """``7:00 tomorrow morning``, ``19:30 tonight``, ``8:00 on Friday morning``, ``8:00 on 3 December``.

    Between midnight and four it says AM ("1:30 AM tomorrow"), because "tomorrow night" would mean the other one.
    """
    away = (moment.date() - now.date()).days
    day = relative_day(moment.date(), now.date())
    if moment.hour < 4:
        return f"{spoken_clock(moment)} {'tonight' if away == 0 and now.hour < 4 else day}"
    part = part_of_day(moment)
    hour12 = f"{moment.hour % 12 or 12}:{moment.minute:02}"
    if away == 0:
        return f"{hour12} tonight" if part == "night" else f"{hour12} this {part}"
    if away == 1 or 1 < away < 7:
        return f"{hour12} {day} {part}"
    return f"{spoken_clock(moment)} {day}"
