"""The types of attribute values: which texts each allows, in which versions, and what it is called in a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from ..problem import VERSIONS

MOST_DIGITS = 400
"""Longer numbers are refused unread: the standard library's conversion of text to numbers is not linear."""

MOST_WEIGHTS = 4_096
"""Characters of a list of weights; public faces stay below 100."""

Check = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class ValueType:
    """A type. ``expected`` completes "expected …". ``checks`` holds one test for each version that has its own."""

    name: str
    expected: str
    checks: tuple[tuple[frozenset[int], Check], ...]

    def refused_in(self, text: str) -> frozenset[int]:
        """The versions in which a text is no value of this type."""
        refused: set[int] = set()
        for versions, check in self.checks:
            if not check(text):
                refused |= versions
        return frozenset(refused)


_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,9})?|[+-]?INF|NaN", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
# the schemas write these with nested repetitions; here each text has one reading, so that none takes exponential time
_SOURCE = r"\[[A-Z0-9]+([._]\w(\w|\.\w)*)?\]"
_FIRST_SOURCE = r"\[[A-Z0-9]+(\.\w+)*\]"
_EARLY_WEIGHTS = r"[0-9 fF]([0-9 fF]|[^0-9 fF\n][0-9fF])*"
_HEX = "#([A-Fa-f0-9]{8}|[A-Fa-f0-9]{6})"


def _trim(text: str) -> str:
    """White space around numbers does not count."""
    return text.strip(" \t\r\n")


@lru_cache(maxsize=4096)
def as_float(text: str) -> float | None:
    """The number a text is in XML Schema's float, or None."""
    plain = _trim(text)
    if len(plain) > MOST_DIGITS or not _FLOAT.fullmatch(plain):
        return None
    return float(plain.replace("INF", "inf"))


@lru_cache(maxsize=4096)
def as_integer(text: str) -> int | None:
    """The whole number a text is, or None."""
    plain = _trim(text)
    return int(plain) if len(plain) <= MOST_DIGITS and _INTEGER.fullmatch(plain) else None


def floats(low: float = float("-inf"), high: float = float("inf"), *, above: float | None = None) -> Check:
    """A number between two others; NaN is in no range but the one without ends."""
    free = low == float("-inf") and high == float("inf") and above is None

    def check(text: str) -> bool:
        number = as_float(text)
        if number is None:
            return False
        return free or (low <= number <= high and (above is None or number > above))

    return check


def integers(low: int | None = None, high: int | None = None) -> Check:
    """A whole number between two others."""

    def check(text: str) -> bool:
        number = as_integer(text)
        return number is not None and (low is None or number >= low) and (high is None or number <= high)

    return check


def pattern(expression: str) -> Check:
    """A text that a regular expression matches as a whole."""
    compiled = re.compile(expression)
    return lambda text: compiled.fullmatch(text) is not None


def words(*allowed: str) -> Check:
    """One of some words."""
    return lambda text: text in allowed


def lists(item: Check, least: int = 0, most: int = 1 << 30) -> Check:
    """Items between blanks."""
    return lambda text: least <= len(items := text.split()) <= most and all(map(item, items))


def _weights(text: str) -> bool:
    """The schema's pattern for numbers side by side, ``((\\d+([fF]?|.\\d*[fF]?))|(.\\d+[fF]?))+``, in linear time.

    The states: ``|`` between numbers, ``d`` in the digits of one, ``p`` behind its point (any character), ``o`` behind
    a point that opens one, ``f`` in the digits behind that, ``s`` behind its suffix.
    """
    if len(text) > MOST_WEIGHTS:
        return False
    now = {"|"}
    for character in text:
        digit, after = character.isdecimal(), set[str]()
        for state in now:
            if state != "o" and character != "\n":
                after.add("d" if digit else "o")
                after.add("o")
            if digit:
                after |= {"d": {"d", "p"}, "p": {"p"}, "o": {"f"}, "f": {"f"}}.get(state, set())
            elif state == "d" and character != "\n":
                after.add("p")
            if character in "fF" and state in "dpf":
                after.add("s")
        now = after
    return bool(now & set("dpfs"))


def _always(text: str) -> bool:
    return True


def _since(version: int, check: Check, before: Check = _always) -> tuple[tuple[frozenset[int], Check], ...]:
    later = frozenset(v for v in VERSIONS if v >= version)
    return ((later, check), (VERSIONS - later, before))


TYPES: dict[str, ValueType] = {}
"""Every named type."""


def _type(name: str, expected: str, *checks: Check | tuple[tuple[frozenset[int], Check], ...]) -> None:
    parts: list[tuple[frozenset[int], Check]] = []
    for each in checks:
        parts.extend([(VERSIONS, each)] if callable(each) else each)
    TYPES[name] = ValueType(name, expected, tuple(parts))


def enumeration(allowed: Iterable[str]) -> ValueType:
    """The type of one of some words, given in the table itself."""
    names = tuple(allowed)
    return ValueType("|".join(names), "one of " + ", ".join(names), ((VERSIONS, words(*names)),))


_type("text", "a text", _always)
_type("name", "a text that is not empty", lambda text: text != "")
_type("character", "a single character", _since(4, pattern(".")))
_type("word", "a text of at least one character", _since(4, pattern(".+")))
_type("integer", "a whole number", integers())
_type("count", "a whole number of 1 or more", integers(1))
_type("float", "a number", floats())
_type("share", "a number from 0 to 1", floats(0, 1))
_type("alpha", "a whole number from 0 to 255", integers(0, 255))
_type(
    "size",
    "a whole number of 0 or more (1 or more in version 4)",
    ((frozenset({1, 2, 3}), integers()), (frozenset({4}), integers(1)), (frozenset({5}), integers(0))),
)
_type("length", "a number above 0", _since(4, floats(above=0.0), floats()))
_type("extent", "a number of 0 or more", _since(4, floats(0), floats()))
_type("gap", "a number of 0 or more", floats(0))
_type("spacing", "a number of -5 or more", floats(-5))
_type("repeats", "-1 or a whole number of 0 or more", integers(-1, (1 << 31) - 1))
_type("int", "a whole number of 32 bits", integers(-(1 << 31), (1 << 31) - 1))
_type("loops", "a whole number of 0 or more", _since(4, integers(0), integers()))
_type("rounds", "a whole number of 1 or more", _since(4, integers(1), integers(-(1 << 31), (1 << 31) - 1)))
_type("rate", "a whole number from 1 to 60", pattern("[1-9]|[1-5][0-9]|60"))
_type("photos-every", "a whole number from 3 to 10", integers(3, 10))
_type("boolean", "TRUE or FALSE", words("TRUE", "FALSE"))
_type(
    "colour",
    "a colour (#RRGGBB or #AARRGGBB) or a source ([CONFIGURATION.themeColor.1])",
    (
        (frozenset({1}), pattern(_FIRST_SOURCE + "|#([A-Fa-f0-9]{6,8})")),
        (frozenset({2, 3}), pattern(_SOURCE + "|#([A-Fa-f0-9]{6,8})")),
        (frozenset({4, 5}), pattern(_SOURCE + "|" + _HEX)),
    ),
)
_type(
    "colours",
    "colours (#RRGGBB or #AARRGGBB) between blanks, or a source",
    (
        (frozenset({1}), lists(pattern(_HEX))),
        (frozenset({2, 3}), lists(pattern(_SOURCE + "|#([A-Fa-f0-9]{6,8})"))),
        (
            frozenset({4, 5}),
            lambda text: lists(pattern(_HEX))(text) or pattern(_SOURCE)(text),
        ),
    ),
)
_type(
    "palette",
    "1 to 5 colours (#RRGGBB or #AARRGGBB) between blanks",
    (
        (frozenset({1, 4, 5}), lists(pattern(_HEX), 1, 5)),
        (frozenset({2, 3}), lists(pattern(_SOURCE + "|#([A-Fa-f0-9]{6,8})"), 1, 5)),
    ),
)
_type(
    "weights",
    "numbers between blanks, or a source",
    (
        (frozenset({1, 2, 3}), pattern(_SOURCE + "|" + _EARLY_WEIGHTS)),
        (frozenset({4, 5}), lambda text: _weights(text) or pattern(_SOURCE)(text)),
    ),
)
_type("interpolate", "true, false or a source", _since(4, pattern(_SOURCE + "|true|True|TRUE|false|False|FALSE")))
_type("floats", "numbers between blanks", lists(floats()))
_type("dashes", "numbers between blanks", _since(4, lists(floats())))
_type("curve", "4 numbers between blanks", lists(floats(), 4, 4))
_type("texts", "texts between blanks", _always)
_type("resource", "a resource name of a-z, 0-9 and _", _since(5, pattern("[a-z_]+[a-z0-9_]*")))
_type("expression", "an expression", _always)
_type(
    "default",
    "a number or a colour",
    lambda text: as_float(text) is not None or pattern(_HEX)(text),
)
_TIME = r"((h{1,2})\:m{1,2}\:s{1,2}|(h{1,2})\:m{1,2})|(h{1,2})|m{1,2}|s{1,2}"
_type(
    "time-format",
    "a time format such as hh:mm, hh:mm:ss, ss or hh_10",
    (
        (frozenset({1}), pattern(_TIME)),
        (frozenset({2, 3}), pattern(r"h{2}\_(1\d|1)|m{2}\_(1\d|1)|s{2}\_(1\d|1)|" + _TIME)),
        (frozenset({4, 5}), pattern(r"h{2}\_(10|1)|m{2}\_(10|1)|s{2}\_(10|1)|" + _TIME)),
    ),
)
_type(
    "sweep",
    "2, 5, 10, 15 or (since version 2) SYNC_TO_DEVICE",
    _since(2, words("2", "5", "10", "15", "SYNC_TO_DEVICE"), lambda text: as_integer(text) in (2, 5, 10, 15)),
)
_EVENTS = ("TAP", "ON_VISIBLE", "ON_NEXT_SECOND", "ON_NEXT_MINUTE", "ON_NEXT_HOUR")
_type("events", "one or more of " + ", ".join(_EVENTS), lists(words(*_EVENTS)))
_type("photo-events", "TAP, ON_VISIBLE or both", lists(words("TAP", "ON_VISIBLE")))

COMPLICATIONS = (
    "SHORT_TEXT", "LONG_TEXT", "MONOCHROMATIC_IMAGE", "SMALL_IMAGE", "PHOTO_IMAGE", "RANGED_VALUE", "EMPTY",
)  # fmt: skip
LATER_COMPLICATIONS = (*COMPLICATIONS, "GOAL_PROGRESS", "WEIGHTED_ELEMENTS")
_type(
    "complication",
    "a complication type: " + ", ".join(LATER_COMPLICATIONS) + " (the last two since version 2)",
    _since(2, words(*LATER_COMPLICATIONS), words(*COMPLICATIONS)),
)
_type(
    "complications",
    "complication types between blanks: " + ", ".join(LATER_COMPLICATIONS) + " (the last two since version 2)",
    _since(2, lists(words(*LATER_COMPLICATIONS)), lists(words(*COMPLICATIONS))),
)
PROVIDERS = (
    "APP_SHORTCUT", "DATE", "DAY_OF_WEEK", "FAVORITE_CONTACT", "NEXT_EVENT", "STEP_COUNT", "SUNRISE_SUNSET",
    "TIME_AND_DATE", "UNREAD_NOTIFICATION_COUNT", "WATCH_BATTERY", "WORLD_CLOCK", "DAY_AND_DATE", "EMPTY",
)  # fmt: skip
LATER_PROVIDERS = (*PROVIDERS, "HEART_RATE")
_type("provider", "a system provider: " + ", ".join(LATER_PROVIDERS), _since(4, words(*LATER_PROVIDERS)))
