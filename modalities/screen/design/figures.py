"""What layouts of figures share: the room at a height of the glass, the time on a line, the date, facts in a row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from . import facts
from .brief import Fact, Kind
from .markup import MIDDLE, arc, circle, drawing, fill, stroke, tag, template
from .sheet import Sheet
from .typefaces import Typeface, clock, fitted, width, words

SAFE: Final = 207.0
"""The radius within which words stay."""
LONG_DAY: Final = "WEDNESDAY 30 SEP"


def chord(y: float, high: float = 0.0, radius: float = SAFE) -> float:
    """How wide a line of a height may be at ``y``."""
    far = abs(y - MIDDLE) + high / 2
    return 2 * math.sqrt(max(radius**2 - far**2, 0.0))


def halves(all_facts: Sequence[Fact]) -> tuple[list[Fact], list[Fact]]:
    top = [fact for fact in all_facts if fact.place.startswith("top")][:2]
    return top, [fact for fact in all_facts if fact not in top][:3]


def time_size(sheet: Sheet, sample: str, size: float, room: float) -> float:
    face = sheet.face
    return round(fitted(sample, face, size * sheet.brief.size * face.scale, room), 1)


def time_line(sheet: Sheet, y: float, size: float, first: str, second: str) -> None:
    """Hours, colon and minutes on one line; in two colours if they differ."""
    face = sheet.face
    room = width("00:00", face, size) + 24
    if first == second:
        sheet.day.append(clock("hh:mm", MIDDLE, y, room, size, first, face))
    else:
        half, colon = width("00", face, size), width(":", face, size)
        sheet.day.append(clock("hh", MIDDLE - colon / 2, y, half + 10, size, first, face, align="END"))
        sheet.day.append(words(":", MIDDLE, y - size * 0.03, colon + 20, size, sheet.quiet(0.9), face))
        sheet.day.append(clock("mm", MIDDLE + colon / 2, y, half + 10, size, second, face, align="START"))
    dark: Typeface = sheet.dark
    night = sheet.brief.night * min(size, fitted("00:00", dark, size, room - 20))
    sheet.night.append(clock("hh:mm", MIDDLE, y, room, night, sheet.palette.night, dark))


def date(
    sheet: Sheet,
    x: float,
    y: float,
    size: float,
    *,
    align: str = "CENTER",
    room: float = 0.0,
    short: bool = False,
    night: bool = True,
    shaded: bool = True,
) -> None:
    brief, face = sheet.brief, sheet.label
    if brief.date == "none":
        return
    long = brief.date_long and not short
    limit = room or chord(y, size)
    sample, pattern = (LONG_DAY, "%s %s %s") if long else ("WED 30 SEP", "%s %s %s")
    day = "[DAY_OF_WEEK_F]" if long else "[DAY_OF_WEEK_S]"
    size = fitted(sample, face, size * face.scale, limit - 8, 0.06)
    said = template(pattern, day, "[DAY]", "[MONTH_S]", upper=True)
    long_way = width(sample, face, size, 0.06) + 26
    if shaded:
        sheet.shade({"CENTER": x - long_way / 2, "START": x - 13}.get(align, x), y - size * 0.72, long_way, size * 1.44)
    sheet.day.append(words(said, x, y, limit, size, sheet.palette.soft, face, align=align, spacing=0.06))
    if night and brief.ambient != "bare":
        sheet.night.append(words(said, x, y, limit, size, sheet.palette.night_soft, face, align=align, spacing=0.06))


def row(
    sheet: Sheet, row: Sequence[Fact], y: float, wide: float, *, room: float = 0.0, inks: dict[Kind, str] | None = None
) -> None:
    """Facts side by side, evenly about the middle."""
    if not row:
        return
    limit = room or chord(y, wide * 0.8)
    pitch = min(wide * 1.32, (limit - wide * 0.1) / len(row))
    wide = min(wide, pitch * 0.98)
    sheet.shade(MIDDLE - pitch * len(row) / 2, y - 40, pitch * len(row), 72, 28)
    for index, fact in enumerate(row):
        x = MIDDLE + (index - (len(row) - 1) / 2) * pitch
        ink = (inks or {}).get(fact.kind) or sheet.accent_of(fact, index)
        sheet.slots.append(
            facts.stack(sheet.slot, fact.kind, x, y, max(wide, 60), sheet.palette, sheet.brief.font, ink)
        )


def line_row(sheet: Sheet, row: Sequence[Fact], y: float) -> None:
    """Facts as lines of words, side by side."""
    if not row:
        return
    room = min(chord(y, 34) / len(row), 130)
    for index, fact in enumerate(row):
        x = MIDDLE + (index - (len(row) - 1) / 2) * room
        sheet.slots.append(
            facts.line(
                sheet.slot, fact.kind, x, y, room, 33, sheet.palette, sheet.brief.font, sheet.accent_of(fact, index)
            )
        )


def field(x: float, y: float, wide: float, high: float, bend: float, ink: str) -> str:
    return tag("RoundRectangle", fill(ink), x=x, y=y, width=wide, height=high, cornerRadiusX=bend, cornerRadiusY=bend)


def second_ring(sheet: Sheet) -> None:
    live = tag("Transform", target="endAngle", value="[SECOND] * 6 + 0.6")
    ring = arc(MIDDLE, MIDDLE, 217, 0, 6, stroke(sheet.palette.accent, 6, cap="ROUND"), live)
    sheet.day.append(drawing(circle(MIDDLE, MIDDLE, 217, stroke(sheet.quiet(0.2), 6)), ring))
