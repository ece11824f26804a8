"""The months and the seasons by their names, and the days that are meant by them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ...skills.localtime import month_days
from .numbers import Words

MONTH_NAMES = {
    name: number + 1
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec")
    )
    for name in names.split()
}  # fmt: skip
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""The first of a season's three months, as meteorologists count them in the north."""


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, month_days(year, month + 1)))


def named(words: Words, at: int, today: date) -> Iterator[tuple[int, date, date]]:
    """A month or a season by its name: "in march", "next november", "last summer"."""
    if words[at] in ("in", "for", "during") and words[at + 1 : at + 2] == ["the"]:
        at += 1
    name = words[at + 1] if at + 1 < len(words) else ""
    month, length = (MONTH_NAMES[name], 1) if name in MONTH_NAMES else (SEASONS.get(name, 0), 3)
    if not month or words[at] not in ("in", "for", "during", "this", "next", "last", "the"):
        return
    if words[at] == "the" and name not in SEASONS:
        return
    first = date(today.year, month, 1)
    if add_months(first, length) <= today:
        first = add_months(first, 12)
    if add_months(first, -12 + length) > today:
        first = add_months(first, -12)  # a winter that began last year
    if words[at] == "next" and first <= today:
        first = add_months(first, 12)
    if words[at] == "last":
        first = add_months(first, -12)
    yield at + 2, first, add_months(first, length) - timedelta(days=1)
