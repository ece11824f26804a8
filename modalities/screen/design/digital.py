"""Faces of figures, in seven layouts. Each places the time first, as large as its line allows, then date and facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from . import facts
from .brief import Kind
from .figures import SAFE, chord, date, field, halves, line_row, row, second_ring, time_line, time_size
from .markup import MIDDLE, arc, circle, drawing, fill, stroke, tag
from .oklch import contrast, mixed, standing_out, tone_of
from .palette import LARGE, on_colour
from .sheet import Sheet
from .typefaces import clock, width


def lay_digital(sheet: Sheet) -> None:
    """The whole face."""
    sheet.lay_ground()
    if sheet.brief.ground == "photo":
        sheet.vignette(0.5)
    if sheet.brief.second == "ring" and sheet.brief.layout != "rings":
        second_ring(sheet)
    _LAYOUTS[sheet.brief.layout](sheet)


def _line(sheet: Sheet) -> None:
    """The time in the middle, the date above, facts below."""
    brief, palette = sheet.brief, sheet.palette
    top, low = halves(brief.facts)
    y = MIDDLE - (8 if low else -2)
    size = time_size(sheet, "00:00", 138, chord(y, 90) - 18)
    kind = sheet.chance("line").choice(("one", "two", "two"))
    time_line(sheet, y, size, palette.hands, palette.accent if kind == "two" else palette.hands)
    cap = sheet.face.cap * size / 2
    date(sheet, MIDDLE, y - cap - 32, 26)
    if not low and sheet.chance("rule").random() < 0.6:
        sheet.day.append(
            drawing(
                tag(
                    "RoundRectangle",
                    fill(palette.accent),
                    x=MIDDLE - 26,
                    y=y + cap + 24,
                    width=52,
                    height=5,
                    cornerRadiusX=2.5,
                    cornerRadiusY=2.5,
                )
            )
        )
    row(sheet, low, y + cap + 58, 84)
    line_row(sheet, top, 66)


def _stack(sheet: Sheet) -> None:
    """Hours over minutes, as large as the glass allows; facts at the sides."""
    brief, palette, face = sheet.brief, sheet.palette, sheet.face
    size = time_size(sheet, "00", 188, 226)
    cap = face.cap * size
    gap = max(20.0, 0.13 * size)
    y = MIDDLE - (6 if brief.date == "none" or brief.date == "top" else 12)
    up, down = y - (cap + gap) / 2, y + (cap + gap) / 2
    sheet.day.append(
        clock("hh", MIDDLE, up, 290, size, palette.hands, face)
        + clock("mm", MIDDLE, down, 290, size, palette.accent, face)
    )
    dark, night = sheet.dark, size * 0.88 * brief.night
    sheet.night += [
        clock("hh", MIDDLE, up, 290, night, palette.night, dark),
        clock("mm", MIDDLE, down, 290, night, palette.night_soft, dark),
    ]
    wide = width("00", face, size)
    room = min(SAFE - 2 - wide / 2 - 8, 82)
    places = [(MIDDLE - wide / 2 - 8 - room / 2, MIDDLE), (MIDDLE + wide / 2 + 8 + room / 2, MIDDLE)]
    rest = list(brief.facts)
    for fact, (x, at) in zip(rest, places, strict=False):
        index = rest.index(fact)
        sheet.shade(x - max(room, 56) / 2, at - 34, max(room, 56), 66, 24)
        sheet.slots.append(
            facts.stack(sheet.slot, fact.kind, x, at, max(room, 56), palette, brief.font, sheet.accent_of(fact, index))
        )
    if brief.date != "none":
        date(sheet, MIDDLE, min(MIDDLE + 181, down + cap / 2 + 26), 23, short=True)
    line_row(sheet, rest[2:3], max(up - cap / 2 - 24, 44))


def _split(sheet: Sheet) -> None:
    """Hours large on the left; minutes, date and facts in a column on the right."""
    brief, palette, face = sheet.brief, sheet.palette, sheet.face
    size = time_size(sheet, "00", 196, 208)
    wide = width("00", face, size)
    x = 38 + 108
    left = x + wide / 2 + 22
    column = 420 - left
    sheet.day.append(clock("hh", x, MIDDLE, wide + 14, size, palette.hands, face))
    rest = brief.facts[:2]
    lines = len(rest) + (brief.date != "none")
    small = time_size(sheet, "00", 92, column - 30)
    cap = face.cap * small
    y = MIDDLE - (lines * 37) / 2
    sheet.day.append(clock("mm", left, y, column, small, palette.accent, face, align="START"))
    bar = {"x": left - 13, "y": MIDDLE - 82, "width": 3, "height": 164, "cornerRadiusX": 1.5, "cornerRadiusY": 1.5}
    sheet.day.append(drawing(tag("RoundRectangle", fill(sheet.quiet(0.4)), **bar)))
    dark = sheet.dark
    sheet.night += [
        clock("hh", x, MIDDLE, wide + 30, size * 0.94 * brief.night, palette.night, dark),
        clock("mm", left, y, column, small * brief.night, palette.night_soft, dark, align="START"),
    ]
    at = y + cap / 2 + 34
    if lines:
        sheet.shade(left - 9, at - 22, min(column, chord(at) / 2 + MIDDLE - left) + 12, 38.5 * lines + 4, 20)
    if brief.date != "none":
        room = min(column, chord(at) / 2 + MIDDLE - left)
        date(sheet, left, at, 25, align="START", room=room, short=True, shaded=False)
        at += 38
    for index, fact in enumerate(rest):
        room = min(column, chord(at, 30) / 2 + MIDDLE - left)
        sheet.slots.append(
            facts.line(
                sheet.slot,
                fact.kind,
                left + room / 2,
                at,
                room,
                36,
                palette,
                brief.font,
                sheet.accent_of(fact, index),
                align="START",
            )
        )
        at += 39
    line_row(sheet, brief.facts[2:3], 74)
    line_row(sheet, brief.facts[3:4], 376)


def _rings(sheet: Sheet) -> None:
    """Progress round the rim, a ring for each fact that has a goal; the time in the middle, values under it."""
    brief, palette = sheet.brief, sheet.palette
    with_goal = [fact for fact in brief.facts if fact.kind in _PROGRESS][:3]
    thick = {0: 12.0, 1: 15.0, 2: 14.0, 3: 13.0}[len(with_goal)]
    inks = _ring_inks(sheet, len(with_goal))
    radius = 214.0 - thick / 2
    shapes: list[str] = []
    if brief.second == "ring":
        live = tag("Transform", target="endAngle", value="[SECOND] * 6 + 0.6")
        shapes += [
            circle(MIDDLE, MIDDLE, 219, stroke(sheet.quiet(0.22), 3)),
            arc(MIDDLE, MIDDLE, 219, 0, 6, stroke(palette.ink, 3, cap="ROUND"), live),
        ]
        radius -= 7
    for fact, ink in zip(with_goal, inks, strict=True):
        live = tag("Transform", target="endAngle", value=_PROGRESS[fact.kind])
        shapes += [
            circle(MIDDLE, MIDDLE, radius, stroke(mixed(palette.ground, ink, 0.22), thick)),
            arc(MIDDLE, MIDDLE, radius, 0, 90, stroke(ink, thick, cap="ROUND"), live),
        ]
        radius -= thick + 5
    sheet.day.append(drawing(*shapes))
    inner = radius + thick / 2
    rest = list(brief.facts)
    y = MIDDLE - (20 if rest else 4)
    size = time_size(sheet, "00:00", 112, chord(y, 70, inner) - 22)
    time_line(sheet, y, size, palette.hands, palette.hands)
    cap = sheet.face.cap * size / 2
    date(sheet, MIDDLE, y - cap - 29, 23, room=chord(y - cap - 29, 20, inner) - 12, short=True)
    by_kind: dict[Kind, str] = {fact.kind: ink for fact, ink in zip(with_goal, inks, strict=True)}
    row(sheet, rest[:3], y + cap + 52, 74, room=chord(y + cap + 52, 46, inner), inks=by_kind)


def _rows(sheet: Sheet) -> None:
    """A table: the time on top, a line for each fact."""
    brief, palette, face = sheet.brief, sheet.palette, sheet.face
    count = min(len(brief.facts), 4)
    lines = count + (brief.date != "none")
    size = time_size(sheet, "00:00", 104, 292)
    cap = face.cap * size
    step = 40.0
    y = max(MIDDLE - (cap + 18 + lines * step) / 2 + cap / 2, 104)
    left = 84.0
    sheet.day.append(clock("hh:mm", left, y, 330, size, palette.hands, face, align="START"))
    sheet.night.append(
        clock("hh:mm", left, y, 330, size * 0.96 * brief.night, palette.night, sheet.dark, align="START")
    )
    at = y + cap / 2 + 24
    rule = {"x": left, "y": at - 6, "width": 270, "height": 3, "cornerRadiusX": 1.5, "cornerRadiusY": 1.5}
    sheet.day.append(drawing(tag("RoundRectangle", fill(palette.accent), **rule)))
    at += 22
    sheet.shade(left - 18, at - 24, 318, step * lines + 8, 24)
    if brief.date != "none":
        date(sheet, left, at, 25, align="START", room=282, night=False, shaded=False)
        at += step
    for index, fact in enumerate(brief.facts[:count]):
        begin = max(left, MIDDLE - chord(at, 28) / 2)
        sheet.slots.append(
            facts.row(
                sheet.slot,
                fact.kind,
                begin,
                at,
                min(282, MIDDLE + chord(at, 28) / 2 - begin),
                36,
                palette,
                brief.font,
                sheet.accent_of(fact, index),
            )
        )
        at += step


def _tiles(sheet: Sheet) -> None:
    """Rounded fields: the time on a coloured one, facts on quiet ones."""
    brief, palette, face = sheet.brief, sheet.palette, sheet.face
    lead = palette.accent
    on = on_colour(lead, "#0d1014", "#ffffff")
    many = len(brief.facts)
    top = 92 if brief.date != "none" else 84
    high = 128
    sheet.day.append(drawing(field(46, top, 358, high, 34, lead)))
    size = time_size(sheet, "00:00", 112, 306)
    middle = top + high / 2
    sheet.day.append(clock("hh:mm", MIDDLE, middle, 340, size, on, face))
    sheet.night.append(clock("hh:mm", MIDDLE, middle, 340, size * brief.night, palette.night, sheet.dark))
    date(sheet, MIDDLE, top - 27, 23, short=True)
    y = top + high + 10
    under = list(brief.facts)
    if many == 1:
        sheet.day.append(drawing(field(62, y, 326, 100, 30, palette.panel)))
        sheet.slots.append(
            facts.stack(sheet.slot, under[0].kind, MIDDLE, y + 52, 104, palette, brief.font, palette.accent)
        )
        return
    for index, fact in enumerate(under[:2]):
        x = 46 + index * 184
        sheet.day.append(drawing(field(x, y, 174, 92, 28, palette.panel)))
        sheet.slots.append(
            facts.stack(
                sheet.slot,
                fact.kind,
                x + 87 + (10 if index == 0 else -10) * 0.6,
                y + 50,
                92,
                palette,
                brief.font,
                sheet.accent_of(fact, index),
            )
        )
    y += 102
    for index, fact in enumerate(under[2:3]):
        sheet.day.append(drawing(field(117, y, 216, 62, 28, palette.panel)))
        sheet.slots.append(
            facts.line(
                sheet.slot, fact.kind, MIDDLE, y + 31, 150, 40, palette, brief.font, sheet.accent_of(fact, index)
            )
        )


def _band(sheet: Sheet) -> None:
    """The time on a band of colour across the glass."""
    brief, palette, face = sheet.brief, sheet.palette, sheet.face
    top, low = halves(brief.facts)
    lead = palette.accent
    if contrast(lead, palette.ground) < 1.6:
        lead = standing_out(tone_of(lead), (palette.ground,), 2.2).hex
    on = on_colour(lead, "#0d1014", "#ffffff")
    size = time_size(sheet, "00:00", 136, 372)
    cap = face.cap * size
    high = cap + 52
    y = MIDDLE - (12 if low else 0)
    rule = mixed(lead, palette.ground, 0.45)
    sheet.day.append(
        drawing(
            tag("Rectangle", fill(rule), x=0, y=y - high / 2 - 9, width=450, height=4),
            tag("Rectangle", fill(lead), x=0, y=y - high / 2, width=450, height=high),
            tag("Rectangle", fill(rule), x=0, y=y + high / 2 + 5, width=450, height=4),
        )
    )
    sheet.day.append(clock("hh:mm", MIDDLE, y, 412, size, on, face))
    sheet.night.append(clock("hh:mm", MIDDLE, y, 412, size * 0.94 * brief.night, palette.night, sheet.dark))
    date(sheet, MIDDLE, y - high / 2 - 40, 27)
    row(sheet, low, y + high / 2 + 54, 80)
    line_row(sheet, top, 64)


_PROGRESS: Final[dict[Kind, str]] = {
    "steps": "clamp(3.6 * [STEP_PERCENT], 2, 359.9)",
    "battery": "clamp(3.6 * [BATTERY_PERCENT], 2, 359.9)",
    "heart": "clamp(([HEART_RATE] - 40) * 2.25, 2, 359.9)",
}


def _ring_inks(sheet: Sheet, count: int) -> list[str]:
    """Colours of rings that can be told apart."""
    palette = sheet.palette
    third = standing_out(tone_of(palette.accent).turned(-48), (palette.ground,), LARGE).hex
    second = palette.second
    if sheet.brief.harmony == "mono":
        second = standing_out(tone_of(palette.accent).turned(42), (palette.ground,), LARGE).hex
    return [palette.accent, second, third][:count]


_LAYOUTS: Final[dict[str, Callable[[Sheet], None]]] = {
    "dial": _line,
    "line": _line,
    "stack": _stack,
    "split": _split,
    "rings": _rings,
    "rows": _rows,
    "tiles": _tiles,
    "band": _band,
}
