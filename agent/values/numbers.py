"""Numbers in words and digits: cardinals, ordinals, decimals, fractions and mixed numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

Words = list[str]
Reading = tuple[int, float]
"""Where a reading ends (exclusive) and its value; whole numbers are ints."""

UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
SCALES = {
    "thousand": 10**3, "lakh": 10**5, "lakhs": 10**5, "million": 10**6, "crore": 10**7, "crores": 10**7,
    "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
ORDINAL_UNITS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15,
    "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19,
}  # fmt: skip
ORDINAL_TENS = {
    "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60, "seventieth": 70,
    "eightieth": 80, "ninetieth": 90,
}  # fmt: skip
FRACTIONS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4,
    "fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10,
}  # fmt: skip
_DIGITS = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_SLASH = re.compile(r"(\d{1,4})/(\d{1,4})")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")

NUMBER_WORDS = frozenset(
    [*UNITS, *TENS, *SCALES, *ORDINAL_UNITS, *ORDINAL_TENS, *FRACTIONS, "hundred", "dozen", "point", "oh", "couple"]
)


def tidy(value: float) -> float:
    """An int where the number is whole; otherwise rounded to twelve places, so that 0.1 stays 0.1."""
    if isinstance(value, int):
        return value
    return int(value) if value == int(value) and abs(value) < 1e15 else round(value, 12)


def digits(word: str) -> float | None:
    """The value of a token of digits, with an optional decimal point."""
    if _DIGITS.fullmatch(word) is None or len(word) > 18:
        return None
    return float(word) if "." in word else int(word)


def _below_hundred(words: Words, at: int) -> Iterator[tuple[int, int]]:
    word = words[at] if at < len(words) else ""
    if word in UNITS:
        yield at + 1, UNITS[word]
    elif word in TENS:
        yield at + 1, TENS[word]
        following = UNITS.get(words[at + 1], 0) if at + 1 < len(words) else 0
        if 1 <= following <= 9:
            yield at + 2, TENS[word] + following
    elif word.isdigit() and len(word) <= 2:
        yield at + 1, int(word)


def _below_thousand(words: Words, at: int) -> Iterator[tuple[int, int]]:
    heads = list(_below_hundred(words, at))
    if at < len(words) and words[at] == "a":
        heads.append((at + 1, 1))
    elif at < len(words) and words[at] == "hundred":
        heads.append((at, 1))
    else:
        yield from heads
    for end, value in heads:
        if value and end < len(words) and words[end] == "hundred":
            yield end + 1, value * 100
            rest = end + 2 if words[end + 1 : end + 2] == ["and"] else end + 1
            for last, more in _below_hundred(words, rest):
                if more:
                    yield last, value * 100 + more


def cardinals(words: Words, at: int) -> Iterator[tuple[int, int]]:
    """Whole numbers, never negative: "twenty five", "a hundred and one", "3 thousand", "2,000"."""
    yield from _scaled(words, at, 10**15)


def _scaled(words: Words, at: int, below: int) -> Iterator[tuple[int, int]]:
    if at >= len(words):
        return
    word = words[at]
    heads: list[tuple[int, int]] = list(_below_thousand(words, at))
    if word.isdigit() and 3 <= len(word) <= 15:
        heads.append((at + 1, int(word)))
    if word == "a" and at + 1 < len(words) and words[at + 1] in SCALES:
        heads.append((at + 1, 1))
    if word in ("a", "one") and words[at + 1 : at + 2] and words[at + 1] == "dozen":
        yield at + 2, 12
    if word == "dozen":
        yield at + 1, 12
    for end, value in heads:
        if word != "a" or end > at + 1:
            yield end, value
        scale = SCALES.get(words[end], 0) if end < len(words) else 0
        if scale and scale < below and 0 < value < 1000:
            yield end + 1, value * scale
            for rest in (end + 1, end + 2):
                if rest == end + 2 and words[end + 1 : end + 2] and words[end + 1] != "and":
                    continue
                for last, more in _scaled(words, rest, scale):
                    if 0 < more < scale:
                        yield last, value * scale + more


def ordinals(words: Words, at: int) -> Iterator[tuple[int, int]]:
    """Ordinals: "third", "twenty first", "3rd", "two hundredth"."""
    if at >= len(words):
        return
    word = words[at]
    found = _ORDINAL.fullmatch(word)
    if found is not None:
        yield at + 1, int(found.group(1)[:15])
        return
    if word in ORDINAL_UNITS:
        yield at + 1, ORDINAL_UNITS[word]
    if word in ORDINAL_TENS:
        yield at + 1, ORDINAL_TENS[word]
    if word in TENS and at + 1 < len(words) and 1 <= ORDINAL_UNITS.get(words[at + 1], 0) <= 9:
        yield at + 2, TENS[word] + ORDINAL_UNITS[words[at + 1]]
    for end, value in cardinals(words, at):
        last = words[end - 1]
        rest = words[end] if end < len(words) else ""
        if rest in ("hundredth", "thousandth", "millionth") and value > 0:
            yield end + 1, value * {"hundredth": 100, "thousandth": 10**3, "millionth": 10**6}[rest]
        if last in (*SCALES, "hundred") or (last == "and"):
            start = end + 1 if rest == "and" else end
            for stop, more in ordinals(words, start) if start < len(words) and words[start] not in UNITS else ():
                if more < 100:
                    yield stop, value + more
    if word in ("hundredth", "thousandth", "millionth"):
        yield at + 1, {"hundredth": 100, "thousandth": 10**3, "millionth": 10**6}[word]


def fractions(words: Words, at: int) -> Iterator[Reading]:
    """Proper fractions: "half", "a quarter", "three quarters", "1/2"."""
    if at >= len(words):
        return
    word = words[at]
    slash = _SLASH.fullmatch(word)
    if slash is not None and int(slash.group(2)):
        yield at + 1, int(slash.group(1)) / int(slash.group(2))
        return
    if word in ("half", "quarter", "third"):
        if word != "third":
            yield at + 1, 1 / FRACTIONS[word]
        return
    if word in ("a", "one") and at + 1 < len(words) and words[at + 1] in FRACTIONS:
        if not words[at + 1].endswith("s"):
            yield at + 2, 1 / FRACTIONS[words[at + 1]]
        return
    for end, value in cardinals(words, at):
        if value > 0 and end < len(words) and (words[end] in FRACTIONS) and (words[end] != "second"):
            yield end + 1, value / FRACTIONS[words[end]]


def _decimals(words: Words, at: int) -> Iterator[Reading]:
    heads: list[tuple[int, int]] = list(cardinals(words, at))
    if at < len(words) and words[at] == "point":
        heads.append((at, 0))
    for end, whole in heads:
        if end >= len(words) or words[end] != "point":
            continue
        text, stop = "", end + 1
        while stop < len(words) and len(text) < 12:
            word = words[stop]
            if word.isdigit():
                text += word
            elif word in UNITS and (UNITS[word] < 10 or not text):
                text += str(UNITS[word])
            elif word in ("oh", "o"):
                text += "0"
            elif word in TENS and not text:
                unit = UNITS.get(words[stop + 1], 0) if stop + 1 < len(words) else 0
                text += str(TENS[word] + (unit if 1 <= unit <= 9 else 0))
                stop += 1 if 1 <= unit <= 9 else 0
            else:
                break
            stop += 1
            yield stop, float(f"{whole}.{text}")


def numbers(words: Words, at: int) -> Iterator[Reading]:
    """Any number, signed: "twenty five", "minus three", "three point five", "two and a half", "1/2", "2 million"."""
    if at >= len(words):
        return
    if words[at] in ("minus", "negative", "-"):
        for end, value in _positive(words, at + 1):
            yield end, -value
        return
    yield from _positive(words, at)


def _positive(words: Words, at: int) -> Iterator[Reading]:
    if at >= len(words):
        return
    for end, whole in cardinals(words, at):
        yield end, whole
        rest = end + 1 if end < len(words) and words[end] == "and" else end
        if rest > end or (end < len(words) and _SLASH.fullmatch(words[end])):
            for stop, part in fractions(words, rest):
                if part < 1:
                    yield stop, tidy(whole + part)
    yield from _decimals(words, at)
    yield from fractions(words, at)
    value = digits(words[at])
    following = words[at + 1] if at + 1 < len(words) else ""
    if value is not None and "." in words[at]:
        yield at + 1, tidy(value)
        if following in SCALES:
            yield at + 2, tidy(value * SCALES[following])
    elif value is not None and following == "dozen":
        yield at + 2, tidy(value * 12)
    if words[at] in UNITS and at + 1 < len(words) and words[at + 1] == "dozen":
        yield at + 2, UNITS[words[at]] * 12
    if words[at] == "couple" or (words[at] == "a" and words[at + 1 : at + 2] and words[at + 1] == "couple"):
        end = at + (1 if words[at] == "couple" else 2)
        yield end, 2
        if end < len(words) and words[end] == "of":
            yield end + 1, 2


def longest(readings: Iterator[Reading]) -> Reading | None:
    """The reading that takes the most words."""
    return max(readings, default=None, key=lambda reading: reading[0])
