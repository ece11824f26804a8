"""Days that have a name: fixed ones ("christmas eve") and those that a rule moves ("thanksgiving", "easter").

A rule is the n-th weekday of a month (5 U.S.C. 6103 for the federal ones), or a distance from Easter Sunday, which is
computed by the anonymous Gregorian algorithm (J. Meeus, Astronomical Algorithms, chapter 8).
"""

from __future__ import annotations

from datetime import date, timedelta

from ...skills.localtime import month_days

FIXED = {
    "christmas": (12, 25), "christmas day": (12, 25), "christmas eve": (12, 24), "xmas": (12, 25),
    "boxing day": (12, 26), "new year's day": (1, 1), "new year's eve": (12, 31), "new years day": (1, 1),
    "new years eve": (12, 31), "halloween": (10, 31), "valentine's day": (2, 14), "valentines day": (2, 14),
    "independence day": (7, 4), "may day": (5, 1), "workers day": (5, 1), "workers' day": (5, 1),
    "international workers day": (5, 1), "saint patrick's day": (3, 17), "st patrick's day": (3, 17),
    "women's day": (3, 8), "april fools day": (4, 1), "april fool's day": (4, 1), "veterans day": (11, 11),
    "juneteenth": (6, 19), "earth day": (4, 22),
}  # fmt: skip
_NTH = {
    "thanksgiving": (11, 3, 4), "thanksgiving day": (11, 3, 4), "mother's day": (5, 6, 2), "mothers day": (5, 6, 2),
    "father's day": (6, 6, 3), "fathers day": (6, 6, 3), "labor day": (9, 0, 1), "labour day": (9, 0, 1),
    "memorial day": (5, 0, -1), "martin luther king day": (1, 0, 3), "columbus day": (10, 0, 2),
}  # fmt: skip
"""(month, weekday, which)."""
_EASTER = {"good friday": -2, "easter": 0, "easter sunday": 0, "easter monday": 1, "palm sunday": -7, "pentecost": 49}

NAMES: dict[str, list[tuple[str, ...]]] = {}
"""The names by their first word."""
for _name in (*FIXED, *_NTH, *_EASTER):
    _words = tuple(_name.split())
    NAMES.setdefault(_words[0], []).append(_words)


def nth_weekday(year: int, month: int, weekday: int, which: int) -> date | None:
    """The ``which``-th such day of the week in a month (-1: the last); None where the month has fewer."""
    if which < 0:
        last = date(year, month, month_days(year, month))
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    day = 1 + (weekday - first.weekday()) % 7 + 7 * (which - 1)
    return date(year, month, day) if day <= month_days(year, month) else None


def easter(year: int) -> date:
    """Easter Sunday of a year of the Gregorian calendar."""
    century, rest = divmod(year, 100)
    golden = year % 19
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    ahead = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * ahead) // 451
    month, day = divmod(moon + ahead - 7 * late + 114, 31)
    return date(year, month, day + 1)


def festive(name: tuple[str, ...], year: int) -> date | None:
    """The day of that name in a year."""
    said = " ".join(name)
    if said in FIXED:
        return date(year, *FIXED[said])
    if said in _NTH:
        month, weekday, which = _NTH[said]
        return nth_weekday(year, month, weekday, which)
    if said in _EASTER:
        return easter(year) + timedelta(days=_EASTER[said])
    return None
