"""Faces with hands: dial, complications at places inside the indices, date, hands and hub; hybrids have digits too."""

from __future__ import annotations

import math
from typing import Final

from . import facts
from .brief import Fact, Place
from .dial import Ring, dial, night_dial, polar, ring_of
from .hands import Paint, hand, night_hand, placed, second_hand
from .markup import MIDDLE, arc, circle, drawing, fill, stroke, tag, template
from .oklch import luminance, mixed
from .sheet import Sheet
from .typefaces import clock, fitted, words

HOURS: Final[dict[Place, float]] = {
    "top": 0, "top-right": 1.5, "right": 3, "bottom-right": 4.5, "bottom": 6, "bottom-left": 7.5, "left": 9,
    "top-left": 10.5,
}  # fmt: skip
LONGEST_DAY: Final = "WED 30"


def lay_analog(sheet: Sheet) -> None:
    """The whole face."""
    brief, palette = sheet.brief, sheet.palette
    ring = ring_of(brief)
    gone = _window_hour(sheet)
    sheet.lay_ground()
    if brief.ground == "photo":
        sheet.vignette(0.62)
    sheet.day.append(dial(brief, palette, gone))
    if brief.second == "ring":
        sheet.day.append(_second_ring(sheet, ring))
    wide = min(ring.inner * 0.6, 98.0)
    away = min(ring.inner - wide / 2 - 5, 106.0)
    for index, fact in enumerate(brief.facts):
        _fact(sheet, fact, index, wide, away)
    _date(sheet, ring, away)
    if brief.digits != "none":
        _digits(sheet, brief.digits if brief.digits in HOURS else "bottom", away)
    if brief.second == "dial" and brief.digits != "bottom":
        _small_seconds(sheet, wide, away)
    _hands(sheet, ring)
    sheet.night.insert(0, night_dial(brief, palette, gone))


def _window_hour(sheet: Sheet) -> frozenset[int]:
    """The hour whose mark gives way to a date window."""
    at = sheet.brief.date
    return frozenset((3,)) if at == "right" else frozenset((9,)) if at == "left" else frozenset()


def _fact(sheet: Sheet, fact: Fact, index: int, wide: float, away: float) -> None:
    """A gauge at its place; where many share the dial they are smaller."""
    many = len(sheet.brief.facts)
    size = wide * (1.0 if many < 3 else 0.92)
    x, y = (MIDDLE, MIDDLE) if fact.place == "centre" else polar(HOURS.get(fact.place, 6), away)
    accent = sheet.accent_of(fact, index)
    look = fact.look or ("ring" if sheet.chance("look").random() < 0.66 else "stack")
    if look == "ring":
        if sheet.brief.ground not in ("plain", "glow", "fade"):
            back = mixed(sheet.palette.ground, sheet.palette.edge, 0.7)
            sheet.day.append(
                drawing(circle(x, y, size / 2 + 1, fill(back, 0.78 if sheet.brief.ground != "photo" else 0.5)))
            )
        sheet.slots.append(facts.ring(sheet.slot, fact.kind, x, y, size, sheet.palette, sheet.brief.font, accent))
    elif look == "text":
        sheet.shade(x - size * 0.6, y - 19, size * 1.2, 38)
        sheet.slots.append(
            facts.line(sheet.slot, fact.kind, x, y, size * 1.25, 34, sheet.palette, sheet.brief.font, accent)
        )
    else:
        sheet.shade(x - size * 0.46, y - size * 0.42, size * 0.92, size * 0.84)
        sheet.slots.append(facts.stack(sheet.slot, fact.kind, x, y, size, sheet.palette, sheet.brief.font, accent))


def _date(sheet: Sheet, ring: Ring, away: float) -> None:
    brief, palette, face = sheet.brief, sheet.palette, sheet.label
    if brief.date == "none":
        return
    if brief.date in ("left", "right") and not brief.date_long:
        x = MIDDLE + (ring.outer - 43) * (1 if brief.date == "right" else -1)
        back = mixed(palette.ground, palette.ink, 0.93) if not palette.light else palette.ground
        ink = "#14181c" if luminance(back) > 0.3 else "#f4f6f8"
        box = {"x": x - 23, "y": MIDDLE - 17, "width": 46, "height": 34, "cornerRadiusX": 5, "cornerRadiusY": 5}
        frame = tag("RoundRectangle", fill(back), **box) + tag(
            "RoundRectangle", stroke(mixed(palette.ground, palette.soft, 0.7), 1.6), **box
        )
        text = words(template("%s", "[DAY]"), x, MIDDLE, 44, 25 * min(face.scale, 1.1), ink, face)
        sheet.day.append(drawing(frame) + text)
        return
    place: Place = brief.date if brief.date in HOURS else "top"
    x, y = polar(HOURS[place], away * (0.96 if place in ("top", "bottom") else 0.9))
    size = fitted(LONGEST_DAY, face, 25 * face.scale, 100, 0.06)
    said = template("%s %s", "[DAY_OF_WEEK_S]", "[DAY]", upper=True)
    sheet.shade(x - 62, y - 18, 124, 36)
    sheet.day.append(words(said, x, y, 128, size, palette.soft, face, spacing=0.06))
    if brief.ambient == "full":
        sheet.night.append(words(said, x, y, 128, size, palette.night_soft, face, spacing=0.06))


def _digits(sheet: Sheet, place: Place, away: float) -> None:
    """The time in figures, on a small field."""
    palette, face = sheet.palette, sheet.face
    x, y = polar(HOURS[place], away * 0.92)
    size = fitted("00:00", face, 45 * sheet.brief.size * face.scale, 122)
    box = {"x": x - 68, "y": y - 27, "width": 136, "height": 54, "cornerRadiusX": 12, "cornerRadiusY": 12}
    back = mixed(palette.edge, "#000000" if not palette.light else "#ffffff", 0.3)
    sheet.day.append(
        drawing(
            tag("RoundRectangle", fill(back, 0.85), **box), tag("RoundRectangle", stroke(sheet.quiet(0.35), 1.4), **box)
        )
    )
    sheet.day.append(clock("hh:mm", x, y, 132, size, palette.accent, face))


def _second_ring(sheet: Sheet, ring: Ring) -> str:
    radius = ring.outer + 4
    live = tag("Transform", target="endAngle", value="[SECOND] * 6 + 0.6")
    return drawing(
        circle(MIDDLE, MIDDLE, radius, stroke(sheet.quiet(0.25), 4)),
        arc(MIDDLE, MIDDLE, radius, 0, 6, stroke(sheet.palette.accent, 4, cap="ROUND"), live),
    )


def _small_seconds(sheet: Sheet, wide: float, away: float) -> None:
    palette = sheet.palette
    x, y = polar(6, away)
    radius = wide / 2 - 2
    ticks = f"1.4 {2 * math.pi * (radius - 5) / 12 - 1.4:.4f}"
    back = palette.edge if not palette.light else mixed(palette.ground, palette.edge, 0.6)
    sheet.day.append(drawing(
        circle(x, y, radius, fill(back)), circle(x, y, radius, stroke(sheet.quiet(0.5), 1.3)),
        circle(x, y, radius - 5, stroke(sheet.quiet(0.9), 6, 1.0, dashIntervals=ticks, dashPhase=0.7)),
    ))  # fmt: skip
    made = second_hand("line", radius - 6, palette.accent, 0.0)
    name = sheet.picture("second", made.png)
    side = round(2 * radius)
    sheet.day.append(
        tag(
            "AnalogClock",
            placed("SecondHand", made, name, side / 2, side / 2),
            x=round(x - side / 2),
            y=round(y - side / 2),
            width=side,
            height=side,
        )
    )


def _hands(sheet: Sheet, ring: Ring) -> None:
    brief, palette = sheet.brief, sheet.palette
    minute = (ring.outer - 15) * brief.long
    hour = minute * (0.63 if brief.hands != "bar" else 0.66)
    lume = (
        mixed(palette.hands, palette.ground, 0.82) if not palette.light else mixed(palette.hands, palette.ground, 0.9)
    )
    if brief.indices == "plots":
        lume = mixed("#ffffff" if not palette.light else palette.ground, "#c8f2dc", 0.4)
    paint = Paint(palette.hands, lume, 0.5 if not palette.light else 0.28)
    made = [hand(brief.hands, 0, hour, brief.thick, paint), hand(brief.hands, 1, minute, brief.thick, paint)]
    hollow = brief.ambient != "full"
    night = [
        night_hand(brief.hands, role, long, brief.thick, palette.night, hollow=hollow)
        for role, long in ((0, hour), (1, minute))
    ]
    whole = {"x": 0, "y": 0, "width": 450, "height": 450}
    kinds = ("HourHand", "MinuteHand")
    parts = [
        placed(kind, each, sheet.picture(name, each.png), MIDDLE, MIDDLE)
        for kind, each, name in zip(kinds, made, ("hour", "minute"), strict=True)
    ]
    cap = max(7.0, 7.2 * brief.thick) if brief.hands != "bar" else 11.0
    sheet.front.append(tag("AnalogClock", *parts, **whole))
    hub = [circle(MIDDLE, MIDDLE, cap, fill(palette.hands))]
    if brief.second in ("tick", "sweep"):
        second = second_hand(brief.hands, ring.outer - 7, palette.accent, 0.4 if not palette.light else 0.22)
        motion = tag("Sweep", frequency="SYNC_TO_DEVICE" if brief.second == "sweep" else "1")
        name = sheet.picture("second", second.png)
        hand_text = placed("SecondHand", second, name, MIDDLE, MIDDLE, *((motion,) if brief.second == "sweep" else ()))
        sheet.front.append(drawing(*hub) + tag("AnalogClock", hand_text, **whole))
        hub = [circle(MIDDLE, MIDDLE, 2.6, fill(mixed(palette.accent, "#000000", 0.55)))]
    else:
        hub.append(
            circle(
                MIDDLE,
                MIDDLE,
                cap * 0.42,
                fill(mixed(palette.hands, "#000000" if luminance(palette.hands) > 0.2 else "#ffffff", 0.45)),
            )
        )
    sheet.front.append(drawing(*hub))
    dark = [
        placed(kind, each, sheet.picture(name, each.png), MIDDLE, MIDDLE)
        for kind, each, name in zip(kinds, night, ("night_hour", "night_minute"), strict=True)
    ]
    sheet.night.append(tag("AnalogClock", *dark, **whole) + drawing(circle(MIDDLE, MIDDLE, 4.5, fill(palette.night))))
