"""Texts with values in them: ``%s`` of a Template with its Parameters, and ``[SOURCE]`` inside an attribute."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP

from .expression import Expression, compile  # noqa: A004
from .icu import format_number
from .value import Value, number, text_of

_SLOT = re.compile(
    r"%(?:(?P<index>\d{1,2})\$)?(?P<flags>[-+0, (#]*)(?P<width>\d{0,3})(?:\.(?P<places>\d{1,2}))?(?P<kind>[sSdfxXc%n])"
)


@dataclass(frozen=True, slots=True)
class Template:
    """A text with slots in the manner of ``java.util.Formatter`` and the expressions that fill them, in order."""

    text: str
    parameters: tuple[Expression, ...]

    @property
    def sources(self) -> frozenset[str]:
        """The sources it changes with."""
        return frozenset().union(*(each.sources for each in self.parameters))

    @property
    def slots(self) -> int:
        """How many parameters its text asks for."""
        count = highest = 0
        for match in _SLOT.finditer(self.text):
            if match["kind"] in "%n":
                continue
            if match["index"]:
                highest = max(highest, int(match["index"]))
            else:
                count += 1
        return max(count, highest)

    def render(self, values: Mapping[str, Value]) -> str:
        """The text now. A slot without a parameter is left empty. Never raises."""
        return fill(self.text, [each.evaluate(values) for each in self.parameters])


def template(text: str, parameters: Sequence[str], version: int | None = None) -> Template:
    """Compiles a Template's text and its Parameters' expressions; raises as :func:`compile`."""
    return Template(text, tuple(compile(each, version) for each in parameters))


def fill(text: str, given: Sequence[Value]) -> str:
    """The text with its slots filled."""
    following = iter(range(len(given)))

    def slot(match: re.Match[str]) -> str:
        if match["kind"] in "%n":
            return "%" if match["kind"] == "%" else "\n"
        at = int(match["index"]) - 1 if match["index"] else next(following, -1)
        return _formatted(match, given[at]) if 0 <= at < len(given) else ""

    return _SLOT.sub(slot, text)


def _formatted(match: re.Match[str], value: Value) -> str:
    kind, flags, places = match["kind"], match["flags"], match["places"]
    if kind in "sSc":
        shown = text_of(value)
        shown = shown[: int(places)] if places else shown
        shown = shown.upper() if kind == "S" else shown
    else:
        count = float(number(value))
        if kind == "f":
            shown = format_number(("#,##0." if "," in flags else "0.") + "0" * int(places or 6), count, ROUND_HALF_UP)
        elif count != count or abs(count) > 1e15:
            shown = text_of(count)
        elif kind in "xX":
            shown = f"{int(count):{kind}}"
        else:
            shown = f"{int(count):,}" if "," in flags else str(int(count))
        if "+" in flags and count >= 0:
            shown = "+" + shown
    width = int(match["width"] or 0)
    if "-" in flags:
        return shown.ljust(width)
    return shown.zfill(width) if "0" in flags and kind not in "sSc" else shown.rjust(width)
