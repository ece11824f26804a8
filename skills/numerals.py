"""Numbers as words: ``two hundred and five point two`` → 205.2; and numbers as they are said back."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

from .number_words import ONES, SCALES, TENS

NUMBER_WORDS = frozenset([*ONES, *TENS, *SCALES, "hundred", "point", "dozen", "oh"])


def read_words(words: list[str], start: int) -> tuple[Fraction, int] | None:
    """The number that the words from ``start`` on spell, and where it ends; None if they spell none.

    ``and`` joins only after a hundred or a larger scale ("two hundred and five"); ``a`` only before one.
    """
    total, group, at, seen = 0, 0, start, False
    last = ""
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        if word in ONES:
            if last in ONES or (last in TENS and not 0 < ONES[word] < 10):
                break
            group += ONES[word]
        elif word in TENS:
            if last in ONES or last in TENS:
                break
            group += TENS[word]
        elif word == "hundred" and (not seen or 0 < group < 100):
            group = (group or 1) * 100
        elif word == "dozen" and (not seen or group):
            group = (group or 1) * 12
        elif word in SCALES and (not seen or group):
            total += (group or 1) * SCALES[word]
            group = 0
        elif word == "a" and not seen and (following in SCALES or following in ("hundred", "dozen")):
            group = 1
        elif word == "and" and (last == "hundred" or last in SCALES) and (following in ONES or following in TENS):
            at += 1
            last = word
            continue
        else:
            break
        seen, last = True, word
        at += 1
    value = Fraction(total + group)
    if at < len(words) and words[at] == "point" and at + 1 < len(words) and _digit(words[at + 1]) is not None:
        at += 1
        scale = Fraction(1, 10)
        while at < len(words) and (digit := _digit(words[at])) is not None:
            value += digit * scale
            scale /= 10
            at += 1
        seen = True
    return (value, at) if seen else None


def _digit(word: str) -> int | None:
    if word == "oh":
        return 0
    value = ONES.get(word)
    return value if value is not None and value < 10 else None


def said(value: Fraction, digits: int = 10) -> tuple[str, bool]:
    """A number to show and say, and whether it is exact: ``1,234.5``, ``0.3333333333``, ``1.2676506e+30``."""
    if value.denominator == 1 and abs(value.numerator) < 10**15:
        return f"{value.numerator:,}", True
    number = Context(prec=digits).divide(Decimal(value.numerator), Decimal(value.denominator))
    exact = Fraction(number) == value
    size = number.adjusted()
    if -7 <= size < 15:
        text = f"{number.normalize():,f}"
        return text.rstrip("0").rstrip(".") if "." in text else text, exact
    mantissa = f"{number.normalize():e}".lower()
    return mantissa, exact


def spoken(value: Fraction, digits: int = 10) -> str:
    """How a number is said: ``about 0.3333333333``, ``about 1.27 times 10 to the power of 30``."""
    text, exact = said(value, digits)
    mantissa, power, exponent = text.partition("e")
    if power:
        short = f"{float(mantissa):.4g}"
        text = f"{short} times 10 to the power of {int(exponent)}"
        exact = exact and short == mantissa
    return text.replace("-", "minus ", 1) if exact else f"about {text.replace('-', 'minus ', 1)}"
