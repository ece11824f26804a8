"""An expression that was read, checked and can be evaluated as often as needed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..problem import VERSIONS
from . import sources as catalogue
from .functions import FUNCTIONS, cast
from .parser import parse
from .syntax import Call, Chain, Conditional, Literal, Source, Tree, Unary
from .tokens import ExpressionError
from .typing import check, type_of
from .value import Type, Value, equal, number, spelled, text_of, truth

_FIELD_SOURCES = (
    ("SAn", "MILLISECOND"), ("s", "SECOND"), ("m", "MINUTE"), ("hHKkaB", "HOUR_0_23"), ("zZOvVXx", "TIMEZONE_OFFSET"),
    ("dDFEecwW", "DAY"), ("MLQqyYu", "MONTH"),
)  # fmt: skip
"""Which source a field of a time pattern changes with."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression.

    ``sources`` are the sources its value changes with, also those a function reads by itself (``icuText("mm")`` changes
    with ``MINUTE``); time functions also read ``UTC_TIMESTAMP`` (milliseconds), ``TIMEZONE_ID`` and
    ``LANGUAGE_LOCALE_NAME`` of the values. ``warnings`` are doubts about types, each one line.
    """

    text: str
    tree: Tree
    type: Type
    sources: frozenset[str]
    named: frozenset[str]
    """The sources that stand in it."""
    versions: frozenset[int]
    warnings: tuple[str, ...]

    @property
    def is_constant(self) -> bool:
        """Whether it always has the same value."""
        return not self.sources

    def evaluate(self, values: Mapping[str, Value]) -> Value:
        """Its value now. A source that ``values`` lacks is ``null``; what has no answer is NaN. Never raises."""
        return _value(self.tree, values)


@lru_cache(maxsize=512)
def compile(text: str, version: int | None = None) -> Expression:  # noqa: A001
    """Reads an expression.

    Args:
        text: as it stands in the document.
        version: the version it must be valid in; None takes any.

    Raises:
        ExpressionError: it cannot be read, calls what does not exist, or needs another version.
    """
    tree = parse(text)
    versions = VERSIONS
    names: set[str] = set()
    implied: set[str] = set()
    for node in _walk(tree):
        if isinstance(node, Call):
            versions &= _versions_of_call(node)
            implied |= _implied(node)
        elif isinstance(node, Source):
            versions &= catalogue.versions_of(node.name)
            names.add(node.name)
    if version is not None and version not in versions:
        raise ExpressionError(f"expected an expression of version {version}, found one of {span(versions)}")
    every = frozenset(names | implied)
    return Expression(text, tree, type_of(tree), every, frozenset(names), versions, tuple(check(tree)))


def span(versions: frozenset[int]) -> str:
    """``4 to 5``, for messages."""
    if not versions:
        return "no version"
    return f"version {min(versions)}" if len(versions) == 1 else f"versions {min(versions)} to {max(versions)}"


def _versions_of_call(call: Call) -> frozenset[int]:
    function = FUNCTIONS.get((call.name, len(call.arguments)))
    if function is None:
        counts = sorted(count for name, count in FUNCTIONS if name == call.name)
        if not counts:
            raise ExpressionError(f"expected a function at column {call.column}, found {call.name!r}", call.column)
        wanted = " or ".join(map(str, counts))
        raise ExpressionError(
            f"expected {wanted} argument{'s' if counts != [1] else ''} for {call.name} at column {call.column}, "
            f"found {len(call.arguments)}",
            call.column,
        )
    return frozenset(v for v in VERSIONS if v >= function.since)


def _implied(call: Call) -> set[str]:
    """The sources that a timed function reads by itself."""
    if call.name == "rand":
        return {"SECOND"}
    if not call.name.startswith("icu"):
        return set()
    pattern, *moment = call.arguments
    if moment:
        return set()
    if not isinstance(pattern, Literal) or not isinstance(pattern.value, str):
        return {"SECOND"}
    return {source for letters, source in _FIELD_SOURCES if any(letter in pattern.value for letter in letters)}


def _walk(tree: Tree) -> Iterator[Tree]:
    waiting: list[Tree] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        match node:
            case Unary(operand=operand):
                waiting.append(operand)
            case Chain(first=first, rest=rest):
                waiting.append(first)
                waiting.extend(operand for _, operand in rest)
            case Conditional(branches=branches, otherwise=otherwise):
                waiting.append(otherwise)
                waiting.extend(part for branch in branches for part in branch)
            case Call(arguments=arguments):
                waiting.extend(arguments)


def _value(tree: Tree, values: Mapping[str, Value]) -> Value:
    match tree:
        case Literal(value=value):
            return value
        case Source(name=name):
            return values.get(name)
        case Unary(sign=sign, operand=operand):
            return _signed(sign, _value(operand, values))
        case Chain(first=first, rest=rest):
            return _chain(_value(first, values), rest, values)
        case Conditional(branches=branches, otherwise=otherwise):
            for condition, then in branches:
                if truth(_value(condition, values)):
                    return _value(then, values)
            return _value(otherwise, values)
        case Call(name=name, arguments=arguments):
            function = FUNCTIONS[name, len(arguments)]
            given = [cast(_value(each, values), type_) for each, type_ in zip(arguments, function.takes, strict=True)]
            result: Value = function.apply(values, *given) if function.timed else function.apply(*given)
            return result


def _signed(sign: str, value: Value) -> Value:
    match sign:
        case "!":
            return not truth(value)
        case "~":
            return ~_bits(value)
        case "-":
            return -number(value)
        case _:
            return number(value)


def _chain(left: Value, rest: tuple[tuple[str, Tree], ...], values: Mapping[str, Value]) -> Value:
    for sign, operand in rest:
        if sign in ("||", "&&"):
            if truth(left) is (sign == "||"):
                return sign == "||"
            left = truth(_value(operand, values))
            continue
        left = _binary(sign, left, _value(operand, values))
    return left


def _binary(sign: str, left: Value, right: Value) -> Value:
    match sign:
        case "==":
            return equal(left, right)
        case "!=":
            return not equal(left, right)
        case "+" if _joins(left) or _joins(right):
            return text_of(left) + text_of(right)
        case "&":
            return _bits(left) & _bits(right)
        case "|":
            return _bits(left) | _bits(right)
        case _:
            return _arithmetic(sign, number(left), number(right))


def _arithmetic(sign: str, a: int | float, b: int | float) -> Value:
    try:
        match sign:
            case "+":
                return _held(a + b)
            case "-":
                return _held(a - b)
            case "*":
                return _held(a * b)
            case "/":
                return _quotient(a, b)
            case "%":
                return math.fmod(a, b) if isinstance(a, float) or isinstance(b, float) else _remainder(a, b)
            case "<":
                return a < b
            case ">":
                return a > b
            case "<=":
                return a <= b
            case _:
                return a >= b
    except (ValueError, ZeroDivisionError):
        return math.nan
    except OverflowError:
        return math.inf


def _held(value: int | float) -> int | float:
    """Whole numbers stay whole up to what a double holds exactly; beyond, they are doubles like all others."""
    return value if isinstance(value, float) or -(1 << 53) <= value <= 1 << 53 else float(value)


def _quotient(a: int | float, b: int | float) -> float:
    if b == 0:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)
    return a / b


def _remainder(a: int, b: int) -> int:
    """The sign follows the dividend, as in Java and C."""
    return int(math.copysign(abs(a) % abs(b), a)) if b else a % b


def _bits(value: Value) -> int:
    """A value as a whole number of 32 bits, saturated as in Java; NaN is 0."""
    count = number(value)
    if isinstance(count, float) and math.isnan(count):
        return 0
    return int(max(-(1 << 31), min(count, (1 << 31) - 1)))


def _joins(value: Value) -> bool:
    """Whether ``+`` beside it joins texts instead of adding."""
    return isinstance(value, str) and spelled(value) is None and value != ""
