"""Arithmetic, exact and bounded, of what people say or type: ``15 % of 80``, ``the square root of two hundred``.

A recursive-descent parser over words and signs gives fractions, so that 0.1 + 0.2 is 0.3; only roots and fractional
powers are rounded, to 30 digits. Everything is bounded before it is computed (length of the text, nesting, bits of
any intermediate value), so that ``9**9**9`` is an answer ("too large") and not a dead device. Nothing is evaluated
as code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation, Overflow
from fractions import Fraction

from .number_words import PARTS
from .numerals import NUMBER_WORDS, read_words

MAX_TEXT = 400
MAX_TOKENS = 200
MAX_DEPTH = 40
MAX_BITS = 13_000
"""Of numerator or denominator of any value: about 3,900 digits."""
_PRECISE = Context(prec=30, Emax=10_000, Emin=-10_000)

_TOKEN = re.compile(
    r"\s*(\d[\d,]*\.?\d*(?:e[+-]?\d{1,4})?|\.\d+|\*\*|[-+*/^()%!×÷−√=π]|[a-z']+)", re.IGNORECASE | re.ASCII
)
_PHRASES: tuple[tuple[str, str], ...] = (
    (
        r"\b(?:what(?:'s| is| are|s)|how much (?:is|are)|calculate|compute|work out|tell me|solve|give me|evaluate"
        r"|the (?:answer|result) (?:of|to)|please|equals?)\b",
        " ",
    ),
    (r"\b(?:multiplied|times) by\b|\btimes\b|\bmultiplied\b", " * "),
    (r"\bdivided by\b|\bover\b|\bdivide by\b", " / "),
    (r"\bto the power of\b|\bto the power\b|\braised to(?: the)?\b", " ^ "),
    (r"\bto the (\w+?)(?:th)? power\b", r" ^ \1 "),
    (r"\bsquared\b", " ^ 2 "),
    (r"\bcubed\b", " ^ 3 "),
    (r"\b(?:the )?cube root of\b|\bcube root\b", " cuberoot "),
    (r"\b(?:the )?(?:square root|sqrt|root) of\b|\bsquare root\b|\bsqrt\b", " √ "),
    (r"\bplus\b|\badded to\b", " + "),
    (r"\bminus\b|\btake away\b|\bsubtract\b|\bless\b", " - "),
    (r"\bpercent of\b|\bper cent of\b|% of\b", " % of "),
    (r"\bper ?cent\b|\bpercentage\b", " % "),
    (r"\bmodulo\b|\bmodulus\b|\bmod\b", " mod "),
    (r"\bfactorial(?: of)?\b", " factorial "),
    (r"\bnegative\b", " - "),
    (r"\bpi\b", " π "),
)
_NAMED = {"sum": "+", "product": "*", "difference": "-", "quotient": "/"}
_FILLER = frozenset(("the", "a", "an"))


class Uncalculable(Exception):
    """Said to the owner: why there is no answer."""


def calculate(text: str) -> Fraction:
    """The value of an expression. Raises Uncalculable with a sentence."""
    if len(text) > MAX_TEXT:
        raise Uncalculable("That is too long to calculate.")
    tokens = _tokens(text)
    if not tokens:
        raise Uncalculable("I heard nothing to calculate.")
    if len(tokens) > MAX_TOKENS:
        raise Uncalculable("That is too long to calculate.")
    parser = _Parser(tokens)
    value = parser.sum()
    if parser.at < len(tokens):
        raise Uncalculable(f"I don't understand {tokens[parser.at]!r} there.")
    return value


def _tokens(text: str) -> list[str]:
    lowered = (
        text.lower().replace("-", " - ") if re.search(r"\d\s*-|-\s*\d|\)\s*-", text) else text.lower().replace("-", " ")
    )
    lowered = re.sub(r"(\d)\s*x\s*(?=[\d(.])", r"\1 * ", lowered)
    lowered = re.sub(r"\bx\b", " * ", lowered)
    for pattern, sign in _PHRASES:
        lowered = re.sub(pattern, sign, lowered)
    lowered = lowered.strip().rstrip("?=. ")
    tokens: list[str] = []
    at = 0
    while at < len(lowered):
        found = _TOKEN.match(lowered, at)
        if found is None:
            raise Uncalculable(f"I don't understand {lowered[at : at + 1].strip() or lowered[at : at + 2]!r} there.")
        tokens.append(found[1])
        at = found.end()
        while at < len(lowered) and lowered[at].isspace():
            at += 1
    return tokens


class _Parser:
    """sum := product (± product)* · product := power (×÷ power)* · power := unary (^ power)? · unary, postfix, atom."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self._depth = 0
        self._percent = False

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self, *signs: str) -> str:
        if self._peek() in signs:
            self.at += 1
            return self.tokens[self.at - 1]
        return ""

    def sum(self) -> Fraction:
        value = self._product()
        while sign := self._take("+", "-", "−"):
            self._percent = False
            right = self._product()
            if self._percent:  # 50 + 20 % means 20 % of 50 more
                right = value * right
            self._percent = False
            value = _bounded(value + right if sign == "+" else value - right)
        return value

    def _product(self) -> Fraction:
        value = self._unary()
        while True:
            sign = self._take("*", "×", "/", "÷", "mod", "of")
            if not sign:
                return value
            self._percent = False
            right = self._unary()
            self._percent = False
            if sign in ("*", "×", "of"):
                value = _bounded(value * right)
            elif right == 0:
                raise Uncalculable("Nothing can be divided by zero.")
            else:
                value = _bounded(value / right if sign in ("/", "÷") else value % right)

    def _unary(self) -> Fraction:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Uncalculable("That is nested too deeply.")
        try:
            if self._take("-", "−"):
                return -self._unary()
            if self._take("+"):
                return self._unary()
            return self._power()
        finally:
            self._depth -= 1

    def _power(self) -> Fraction:
        base = self._postfix()
        if self._take("^", "**"):
            return _raised(base, self._unary())
        return base

    def _postfix(self) -> Fraction:
        value = self._atom()
        while True:
            if self._take("!", "factorial"):
                value = _factorial(value)
            elif self._take("%"):
                value = value / 100
                self._percent = True
            else:
                return value

    def _atom(self) -> Fraction:
        while self._peek() in _FILLER and self.at + 1 < len(self.tokens) and self._number() is None:
            self.at += 1
        token = self._peek()
        if self._take("("):
            value = self.sum()
            if not self._take(")"):
                raise Uncalculable("A bracket is not closed.")
            return value
        if self._take("√"):
            return _root(self._unary(), 2)
        if self._take("cuberoot"):
            return _root(self._unary(), 3)
        if self._take("factorial"):
            return _factorial(self._unary())
        if self._take("π"):
            return Fraction(Decimal("3.14159265358979323846264338328"))
        if token in _NAMED:
            return self._named(_NAMED[token])
        if token[:1].isdigit() or token[:1] == ".":
            self.at += 1
            return self._fraction(_literal(token))
        number = self._number()
        if number is None:
            raise Uncalculable(f"I don't understand {token!r} there." if token else "Something is missing at the end.")
        self.at = number[1]
        return self._fraction(number[0])

    def _number(self) -> tuple[Fraction, int] | None:
        token = self._peek()
        if token in PARTS:
            return Fraction(1, PARTS[token]), self.at + 1
        if token in ("a", "an", "one") and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1] in PARTS:
            return Fraction(1, PARTS[self.tokens[self.at + 1]]), self.at + 2
        return read_words(self.tokens, self.at) if token in NUMBER_WORDS or token == "a" else None

    def _fraction(self, value: Fraction) -> Fraction:
        """``two thirds``, ``three and a half``."""
        if self._peek() in PARTS:
            self.at += 1
            return value / PARTS[self.tokens[self.at - 1]]
        rest = self.tokens[self.at : self.at + 3]
        if len(rest) == 3 and rest[0] == "and" and rest[1] in ("a", "one") and rest[2] in PARTS:
            self.at += 3
            return value + Fraction(1, PARTS[rest[2]])
        return value

    def _named(self, sign: str) -> Fraction:
        """``the sum of two, three and four``."""
        self.at += 1
        if not self._take("of", "between"):
            raise Uncalculable("Of what?")
        values = [self._unary()]
        while self._take("and"):
            values.append(self._unary())
        apply: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
            "+": lambda a, b: a + b, "*": lambda a, b: a * b, "-": lambda a, b: a - b, "/": _divided,
        }  # fmt: skip
        value = values[0]
        for each in values[1:]:
            value = _bounded(apply[sign](value, each))
        return value


def _divided(left: Fraction, right: Fraction) -> Fraction:
    if right == 0:
        raise Uncalculable("Nothing can be divided by zero.")
    return left / right


def _literal(token: str) -> Fraction:
    plain = token.replace(",", "").lower()
    mantissa, _, exponent = plain.partition("e")
    if exponent and abs(int(exponent)) * 4 > MAX_BITS:
        raise Uncalculable("That number is too large.")
    return _bounded(Fraction(plain if mantissa else "0"))


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _bounded(value: Fraction) -> Fraction:
    if _bits(value) > MAX_BITS:
        raise Uncalculable("That number is too large for me.")
    return value


def _raised(base: Fraction, power: Fraction) -> Fraction:
    if power.denominator != 1:
        if base < 0:
            raise Uncalculable("That has no real answer.")
        if power == Fraction(1, 2):
            return _root(base, 2)
        return _rounded(lambda: _PRECISE.power(_decimal(base), _decimal(power)))
    times = power.numerator
    if base == 0 and times < 0:
        raise Uncalculable("Nothing can be divided by zero.")
    if base in (0, 1, -1):
        return base ** (times % 2 if base == -1 else min(1, abs(times))) if times else Fraction(1)
    if abs(times) * max(1, _bits(base) - 1) > MAX_BITS:
        raise Uncalculable("That number is too large for me.")
    return base**times


def _root(value: Fraction, degree: int) -> Fraction:
    if value < 0:
        if degree == 3:
            return -_root(-value, 3)
        raise Uncalculable("A negative number has no real square root.")
    if degree == 2:
        top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
        if top * top == value.numerator and bottom * bottom == value.denominator:
            return Fraction(top, bottom)
        return _rounded(lambda: _PRECISE.sqrt(_decimal(value)))
    near = _rounded(lambda: _PRECISE.power(_decimal(value), _decimal(Fraction(1, 3)))) if value else value
    whole = Fraction(round(near))
    return whole if whole**3 == value else near


def _decimal(value: Fraction) -> Decimal:
    return _PRECISE.divide(Decimal(value.numerator), Decimal(value.denominator))


def _rounded(work: Callable[[], Decimal]) -> Fraction:
    try:
        number = work()
    except (InvalidOperation, Overflow):
        raise Uncalculable("That has no answer I can give.") from None
    if not number.is_finite() or abs(number.adjusted()) * 4 > MAX_BITS:
        raise Uncalculable("That number is too large for me.")
    return Fraction(number)


def _factorial(value: Fraction) -> Fraction:
    if value.denominator != 1 or value < 0:
        raise Uncalculable("Only whole numbers have a factorial.")
    if value > 1000:
        raise Uncalculable("That number is too large for me.")
    return Fraction(math.factorial(value.numerator))
