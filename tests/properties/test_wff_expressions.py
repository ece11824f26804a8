"""The expression language against an independent evaluation.

A strategy makes one formula twice: as the format writes it, and as Python source. The second is evaluated by a few
lines over Python's own ``ast``, which share nothing with the product: other tokens, another tree, other arithmetic.
"""

from __future__ import annotations

import ast
import math
import struct
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bluerill.modalities.screen.wff.expression import ExpressionError, Value, compile, template  # noqa: A004
from bluerill.modalities.screen.wff.expression.icu import format_number

SOURCES: dict[str, Value] = {"HOUR_0_23": 13, "SECOND": 42, "STEP_PERCENT": 55.5, "DAY": 0, "MINUTE": -7}
Pair = tuple[str, str]
"""The same formula in the format and in Python."""


def _number(value: float | int) -> Pair:
    return (f"{value:.3f}", f"{value:.3f}") if isinstance(value, float) else (str(value), f"{value}")


_LEAVES: st.SearchStrategy[Pair] = st.one_of(
    st.integers(0, 10**6).map(_number),
    st.floats(0, 10**6, allow_nan=False, width=32).map(lambda x: _number(float(x))),
    st.sampled_from(sorted(SOURCES)).map(lambda name: (f"[{name}]", name)),
    st.sampled_from([("true", "True"), ("FALSE", "False"), ("PI", "PI")]),
)


def _more(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    operators = [(sign, sign) for sign in ("+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "&", "|")]
    operators += [("&&", "and"), ("||", "or")]
    one = [("-", "-"), ("+", "+"), ("!", "not "), ("~", "~")]
    calls = ["floor", "ceil", "abs", "sin", "cos", "sqrt", "round", "fract", "log10", "exp", "atan"]
    return st.one_of(
        st.tuples(inner, st.sampled_from(operators), inner).map(
            lambda p: (f"({p[0][0]} {p[1][0]} {p[2][0]})", f"({p[0][1]} {p[1][1]} {p[2][1]})")
        ),
        st.tuples(st.sampled_from(one), inner).map(lambda p: (f"({p[0][0]}({p[1][0]}))", f"({p[0][1]}({p[1][1]}))")),
        st.tuples(st.sampled_from(calls), inner).map(lambda p: (f"{p[0]}({p[1][0]})", f"{p[0]}({p[1][1]})")),
        st.tuples(inner, inner, inner).map(
            lambda p: (f"clamp({p[0][0]},{p[1][0]},{p[2][0]})", f"clamp({p[0][1]},{p[1][1]},{p[2][1]})")
        ),
        st.tuples(inner, inner, inner).map(
            lambda p: (f"({p[0][0]} ? {p[1][0]} : {p[2][0]})", f"({p[1][1]} if {p[0][1]} else {p[2][1]})")
        ),
    )


FORMULAS = st.recursive(_LEAVES, _more, max_leaves=12)


def _safe(function: Callable[[float], float], default: float = math.nan) -> Callable[[float], float]:
    def call(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.inf
        except ValueError:
            return default

    return call


_CALLS: dict[str, Callable[..., float]] = {
    "floor": lambda x: float(math.floor(x)) if math.isfinite(x) else x,
    "ceil": lambda x: float(math.ceil(x)) if math.isfinite(x) else x,
    "round": lambda x: float(math.floor(x + 0.5)) if math.isfinite(x) else x,
    "fract": lambda x: x - math.floor(x) if math.isfinite(x) else math.nan,
    "abs": abs,
    "sin": _safe(math.sin),
    "cos": _safe(math.cos),
    "atan": math.atan,
    "sqrt": _safe(math.sqrt),
    "log10": lambda x: -math.inf if x == 0 else _safe(math.log10)(x),
    "exp": _safe(math.exp),
    "clamp": lambda x, low, high: max(low, min(x, high)),
}


def _bits(x: float) -> int:
    return 0 if math.isnan(x) else int(min(max(x, -(2**31)), 2**31 - 1))


def _truth(x: float) -> bool:
    return x != 0 and not math.isnan(x)


def independent(node: ast.AST) -> float:
    """The value of Python source as the format computes: doubles, IEEE division, 32 bits."""
    match node:
        case ast.Expression(body=body):
            return independent(body)
        case ast.Constant(value=value):
            return float(value)  # type: ignore[arg-type]
        case ast.Name(id=name):
            found: Any = math.pi if name == "PI" else SOURCES[name]
            return float(found)
        case ast.UnaryOp(op=op, operand=operand):
            x = independent(operand)
            match op:
                case ast.USub():
                    return -x
                case ast.UAdd():
                    return x
                case ast.Not():
                    return float(not _truth(x))
                case _:
                    return float(~_bits(x))
        case ast.BoolOp(op=op, values=values):
            truths = [_truth(independent(each)) for each in values]
            return float(all(truths) if isinstance(op, ast.And) else any(truths))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return independent(body) if _truth(independent(test)) else independent(orelse)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            a, b = independent(left), independent(right)
            table = {ast.Lt: a < b, ast.LtE: a <= b, ast.Gt: a > b, ast.GtE: a >= b, ast.Eq: a == b, ast.NotEq: a != b}
            return float(table[type(op)])
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, independent(left), independent(right))
        case ast.Call(func=ast.Name(id=name), args=args):
            return float(_CALLS[name](*map(independent, args)))
        case _:
            raise AssertionError(ast.dump(node))


def _binary(op: ast.operator, a: float, b: float) -> float:
    match op:
        case ast.Add():
            return a + b
        case ast.Sub():
            return a - b
        case ast.Mult():
            return a * b
        case ast.Div():
            if b == 0:
                return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a * math.copysign(1, b))
            return a / b
        case ast.Mod():
            return math.nan if b == 0 or math.isinf(a) else math.fmod(a, b)
        case ast.BitAnd():
            return float(_bits(a) & _bits(b))
        case _:
            return float(_bits(a) | _bits(b))


def alike(one: float, other: float) -> bool:
    """Equal as doubles, up to the last bits that whole-number arithmetic keeps and doubles round, and to the sign of an
    infinity: a whole zero has none to give it."""
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    if math.isinf(one) and math.isinf(other):
        return True
    return one == other or math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-9)


@given(FORMULAS)
@settings(max_examples=150, deadline=None)
def test_a_formula_has_the_value_an_independent_evaluation_gives(formula: Pair) -> None:
    text, source = formula
    given_value = compile(text).evaluate(SOURCES)
    assert isinstance(given_value, (bool, int, float))
    wanted = independent(ast.parse(source, mode="eval"))
    assert alike(float(given_value), wanted), f"{text} = {given_value}, expected {wanted}"


@given(st.lists(st.integers(1, 999), min_size=3, max_size=5), st.data())
@settings(max_examples=100, deadline=None)
def test_operators_bind_as_in_c(numbers: list[int], data: st.DataObject) -> None:
    """Without parentheses: Python binds +, -, *, and comparisons like the format, so its own parser is the judge."""
    signs = [data.draw(st.sampled_from(["+", "-", "*"])) for _ in numbers[1:]]
    text = str(numbers[0]) + "".join(f" {sign} {number}" for sign, number in zip(signs, numbers[1:], strict=True))
    assert compile(text).evaluate({}) == eval(text)
    assert compile(f"{text} < {text} + 1").evaluate({}) is True
    assert compile(f"{text} == {text} && 1 | 0").evaluate({}) is True


def refusal(text: str) -> str:
    """Why a text is no expression; '' if it is one, and can be evaluated."""
    try:
        compile(text).evaluate(SOURCES)
    except ExpressionError as error:
        return f"{error} ({error.column})"
    return ""


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    assert "\n" not in refusal(text)


@given(st.text(alphabet='()[]+-*/%!~&|<>=?:,."# 0123456789abcPIsin_AZ', max_size=80))
@settings(max_examples=100, deadline=None)
def test_any_salad_of_its_own_signs_is_read_or_refused(text: str) -> None:
    if not refusal(text):
        value = compile(text).evaluate(SOURCES)
        assert value is None or isinstance(value, (bool, int, float, str, tuple))
        assert isinstance(template("%s %d %.2f", [text, text, text]).render(SOURCES), str)


@given(st.floats(allow_nan=True, allow_infinity=True), st.text(alphabet="#0,.%-;'x", max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_number_is_formatted(value: float, pattern: str) -> None:
    assert isinstance(format_number(pattern, value), str)


@given(st.integers(-(10**9), 10**9), st.integers(0, 3))
def test_two_fixed_places_are_pythons(cents: int, places: int) -> None:
    """Where nothing is rounded, a fixed pattern is Python's own formatting."""
    value = cents / 10**places
    assert format_number("0." + "0" * 3, value) == f"{value:.3f}"
    assert struct.pack("d", float(format_number("0.000", value))) == struct.pack("d", value)
