"""The functions of the format: their arguments, results, versions, and what they compute.

A function never raises for what it is given: what has no answer is NaN, as in the format's own arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .icu import best_pattern, format_number, format_time
from .value import Colour, Type, Value, colour, number, spelled, text_of, truth


@dataclass(frozen=True, slots=True)
class Function:
    """One function with one number of arguments. ``since`` is the first version that has it.

    ``apply`` takes the arguments as their types say, and, if ``timed``, the values of the sources first.
    """

    takes: tuple[Type, ...]
    gives: Type
    apply: Callable[..., Any]
    since: int = 1
    timed: bool = False


def _guarded(function: Callable[..., float]) -> Callable[..., float]:
    """Mathematics that answers NaN or infinity instead of raising."""

    def safe(*arguments: float) -> float:
        try:
            return function(*arguments)
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf

    return safe


def _logarithm(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: -math.inf if x == 0 else _guarded(function)(x)


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: function(x) if math.isfinite(x) else x


def _round(x: float) -> float:
    """Halves go up, as in Java."""
    return math.floor(x + 0.5) if math.isfinite(x) else x


def _cube_root(x: float) -> float:
    """Exact for cubes of whole numbers, which ``math.cbrt`` may miss by the last bit."""
    root = math.cbrt(x)
    near = float(round(root)) if math.isfinite(root) else root
    return near if near**3 == x else root


def _clamp(x: float, low: float, high: float) -> float:
    return max(low, min(x, high))


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        return math.inf if base == 0 else math.nan


def _random(values: Mapping[str, Value], low: float, high: float) -> float:
    """The same number for the same second, so that a picture can be drawn again; another the next second."""
    seed = int(number(values.get("UTC_TIMESTAMP"))) // 1000 & 0xFFFFFFFF
    mixed = (seed * 2654435761 ^ seed >> 13) * 2246822519 & 0xFFFFFFFF
    return low + (high - low) * ((mixed ^ mixed >> 15) / 0x100000000)


def _sub_text(text: str, start: float, end: float) -> str:
    first, last = (int(_clamp(x, 0, len(text))) if not math.isnan(x) else 0 for x in (start, end))
    return text[first:last]


def _part(x: float) -> int:
    return int(_clamp(x, 0, 255)) if not math.isnan(x) else 0


def _argb(a: float, r: float, g: float, b: float) -> Colour:
    return Colour(_part(a), _part(r), _part(g), _part(b))


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    return Colour(*(round(x + (y - x) * share) for x, y in zip(one, other, strict=True)))


def _from_colours(colours: tuple[Colour, ...], smooth: bool, at: float) -> Colour:
    return _from_weighted(colours, (1.0,) * len(colours), smooth, at)


def _from_weighted(colours: tuple[Colour, ...], weights: tuple[float, ...], smooth: bool, at: float) -> Colour:
    """The colour at ``at`` (0 to 1) along stretches as long as their weights, blended between neighbours if smooth."""
    if not colours:
        return Colour(0, 0, 0, 0)
    at = 0.0 if math.isnan(at) else _clamp(at, 0.0, 1.0)
    lengths = [max(0.0, w) if math.isfinite(w) else 0.0 for w in weights[: len(colours)]]
    lengths += [0.0] * (len(colours) - len(lengths))
    total = sum(lengths)
    if total <= 0:
        lengths, total = [1.0] * len(colours), float(len(colours))
    if smooth:
        place = at * (len(colours) - 1) if len(set(lengths)) == 1 else None
        if place is None:
            ends = [sum(lengths[:i]) / total for i in range(len(colours))]
            ends[-1] = 1.0
            i = max((i for i, end in enumerate(ends) if end <= at), default=0)
            if i + 1 == len(colours):
                return colours[-1]
            return _mix(colours[i], colours[i + 1], (at - ends[i]) / (ends[i + 1] - ends[i] or 1.0))
        i = min(int(place), len(colours) - 1)
        return _mix(colours[i], colours[min(i + 1, len(colours) - 1)], place - i)
    passed = 0.0
    for each, length in zip(colours, lengths, strict=True):
        passed += length
        if at * total < passed:
            return each
    return colours[-1]


_N, _T, _B, _C = Type.NUMBER, Type.TEXT, Type.BOOLEAN, Type.COLOUR
_PLAIN: dict[str, Callable[[float], float]] = {
    "round": _round, "floor": _whole(math.floor), "ceil": _whole(math.ceil),
    "fract": lambda x: x - math.floor(x) if math.isfinite(x) else math.nan,
    "sin": _guarded(math.sin), "cos": _guarded(math.cos), "tan": _guarded(math.tan), "asin": _guarded(math.asin),
    "acos": _guarded(math.acos), "atan": math.atan, "abs": abs, "log": _logarithm(math.log),
    "log2": _logarithm(math.log2), "log10": _logarithm(math.log10), "sqrt": _guarded(math.sqrt), "cbrt": _cube_root,
    "exp": _guarded(math.exp), "expm1": _guarded(math.expm1), "deg": math.degrees, "rad": math.radians,
}  # fmt: skip

FUNCTIONS: dict[tuple[str, int], Function] = {
    **{(name, 1): Function((_N,), _N, apply) for name, apply in _PLAIN.items()},
    ("clamp", 3): Function((_N, _N, _N), _N, _clamp),
    ("rand", 2): Function((_N, _N), _N, _random, timed=True),
    ("pow", 2): Function((_N, _N), _N, _power),
    ("numberFormat", 2): Function((_T, _N), _T, format_number),
    ("icuText", 1): Function((_T,), _T, format_time, timed=True),
    ("icuText", 2): Function((_T, _N), _T, format_time, since=2, timed=True),
    ("icuBestText", 1): Function((_T,), _T, best_pattern, timed=True),
    ("icuBestText", 2): Function((_T, _N), _T, best_pattern, since=2, timed=True),
    ("subText", 3): Function((_T, _N, _N), _T, _sub_text),
    ("textLength", 1): Function((_T,), _N, len),
    ("colorRgb", 3): Function((_N, _N, _N), _C, lambda r, g, b: _argb(255, r, g, b), since=4),
    ("colorArgb", 4): Function((_N, _N, _N, _N), _C, _argb, since=4),
    ("extractColorFromColors", 3): Function((Type.COLOURS, _B, _N), _C, _from_colours, since=4),
    ("extractColorFromWeightedColors", 4): Function((Type.COLOURS, Type.NUMBERS, _B, _N), _C, _from_weighted, since=4),
}
"""Every function by its name and number of arguments."""


def cast(value: Value, type_: Type) -> Any:
    """A value as an argument of this type."""
    match type_:
        case Type.NUMBER:
            return number(value)
        case Type.TEXT:
            return text_of(value)
        case Type.BOOLEAN:
            return truth(value)
        case Type.COLOURS:
            return colours(value)
        case Type.NUMBERS:
            return numbers(value)
        case _:
            return value


def colours(value: Value) -> tuple[Colour, ...]:
    """A value as colours: a list, one, or a text of them; empty where it is none."""
    if isinstance(value, Colour):
        return (value,)
    if isinstance(value, str):
        return tuple(shade for word in value.split() if (shade := colour(word)) is not None)
    if isinstance(value, tuple):
        return tuple(each for each in value if isinstance(each, Colour))
    return ()


def numbers(value: Value) -> tuple[float, ...]:
    """A value as numbers: a list, one, or a text of them."""
    if isinstance(value, str):
        return tuple(float(count) for word in value.split() if (count := spelled(word)) is not None)
    if isinstance(value, tuple):
        return tuple(float(each) for each in value if isinstance(each, (int, float)))
    return (float(number(value)),)
