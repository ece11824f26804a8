"""Complications: slots that the owner may fill otherwise, drawn as a ring, as a stack or as a line of words."""

from __future__ import annotations

from typing import Final, NamedTuple

from .brief import Kind
from .markup import ambient, arc, colour, drawing, stroke, tag, template, test
from .oklch import mixed
from .palette import Palette
from .typefaces import TYPEFACES, Typeface, words


class Source(NamedTuple):
    """Who fills a slot by default: the format's provider, whether it has a range, and our own that comes first."""

    provider: str
    ranged: bool = False
    ours: str = ""


SOURCES: Final[dict[Kind, Source]] = {
    "steps": Source("STEP_COUNT", True),
    "heart": Source("HEART_RATE", True),
    "battery": Source("WATCH_BATTERY", True),
    "weather": Source("SUNRISE_SUNSET", False, "bluerill/weather"),
    "sun": Source("SUNRISE_SUNSET"),
    "unread": Source("UNREAD_NOTIFICATION_COUNT"),
    "alarm": Source("NEXT_EVENT", False, "bluerill/alarm"),
    "world": Source("WORLD_CLOCK"),
    "timer": Source("NEXT_EVENT", False, "bluerill/timer"),
}
LABELS: Final[dict[Kind, str]] = {
    "steps": "STEPS", "heart": "HEART", "battery": "POWER", "weather": "OUTSIDE", "sun": "SUN", "unread": "NEW",
    "alarm": "ALARM",
    "world": "UTC", "timer": "TIMER",
}  # fmt: skip
_ICON: Final = "[COMPLICATION.MONOCHROMATIC_IMAGE] != null"
_SHARE: Final = (
    "clamp(([COMPLICATION.RANGED_VALUE_VALUE] - [COMPLICATION.RANGED_VALUE_MIN]) / "
    "([COMPLICATION.RANGED_VALUE_MAX] - [COMPLICATION.RANGED_VALUE_MIN]), 0.004, 1)"
)


def ring(slot: int, kind: Kind, x: float, y: float, wide: float, palette: Palette, font: str, accent: str) -> str:
    """A round gauge: an arc for what has a range, a sign and a value in it."""
    face = _label(font)
    half, thick = wide / 2, max(wide * 0.06, 4.5)
    radius = half - thick / 2 - 1
    track = mixed(palette.ground, palette.soft, 0.24)
    flat = drawing(
        arc(half, half, radius, -140, 140, stroke(track, thick, cap="ROUND")), width=round(wide), height=round(wide)
    )
    live = tag("Transform", target="endAngle", value=f"-140 + 280 * {_SHARE}")
    value = drawing(
        arc(half, half, radius, -140, 140, stroke(accent, thick, cap="ROUND"), live),
        width=round(wide),
        height=round(wide),
    )
    inner = _stacked(half, half, wide * 0.62, palette, face, accent, wide * 0.25)
    plain = (
        drawing(
            arc(half, half, radius, 0, 360, stroke(track, max(thick * 0.45, 2))), width=round(wide), height=round(wide)
        )
        + inner
    )
    return _slot(slot, kind, x, y, wide, wide, {"RANGED_VALUE": flat + value + inner, "SHORT_TEXT": plain}, oval=True)


def stack(slot: int, kind: Kind, x: float, y: float, wide: float, palette: Palette, font: str, accent: str) -> str:
    """A sign above a value, without a ring."""
    inner = _stacked(wide / 2, wide * 0.4, wide * 0.98, palette, _label(font), accent, wide * 0.3)
    return _slot(slot, kind, x, y, wide, wide * 0.86, {"SHORT_TEXT": inner})


def line(
    slot: int, kind: Kind, x: float, y: float, wide: float, high: float, palette: Palette, font: str, accent: str, *,
    align: str = "CENTER", ink: str = "",
) -> str:  # fmt: skip
    """A sign and a value side by side."""
    face = _label(font)
    size = high * 0.66 * face.scale
    sign, gap = high * 0.66, high * 0.2
    ink = ink or palette.ink
    # about the middle of a value of five signs
    reach = min(size * 2.6, wide - sign - gap)
    left = {"CENTER": (wide - reach - sign - gap) / 2, "START": 0.0, "END": wide - reach - sign - gap}[align]
    with_sign = _icon(left, (high - sign) / 2, sign, accent)
    with_sign += words(_value(), left + sign + gap, high / 2, reach, size, ink, face, align="START", auto=True)
    at = {"CENTER": wide / 2, "START": 0.0, "END": wide}[align]
    without = words(_value(), at, high / 2, wide, size, ink, face, align=align, auto=True)
    return _slot(slot, kind, x, y, wide, high, {"SHORT_TEXT": _either(with_sign, without)})


def _stacked(x: float, y: float, room: float, palette: Palette, face: Typeface, accent: str, size: float) -> str:
    size *= face.scale
    sign = size * 0.98
    icon = _icon(x - sign / 2, y - sign * 1.02, sign, accent)
    value = words(_value(), x, y + size * 0.6, room, size, palette.ink, face, auto=True)
    title = words(
        template("%s", "[COMPLICATION.TITLE]"),
        x,
        y - size * 0.55,
        room * 0.9,
        max(size * 0.72, 15),
        palette.soft,
        face,
        auto=True,
    )
    alone = words(_value(), x, y, room, size * 1.1, palette.ink, face, auto=True)
    both = tag(
        "Condition", test("title", "[COMPLICATION.TITLE] != null"),
        tag("Compare", title + value, expression="title"), tag("Default", alone),
    )  # fmt: skip
    return _either(icon + value, both)


def _icon(x: float, y: float, side: float, ink: str) -> str:
    """The provider's sign, in a colour."""
    image = tag("Image", resource="[COMPLICATION.MONOCHROMATIC_IMAGE]")
    place = {"x": round(x), "y": round(y), "width": round(side), "height": round(side)}
    return tag("PartImage", image, **place, tintColor=colour(ink))


def _either(with_icon: str, without: str) -> str:
    return tag("Condition", test("icon", _ICON), tag("Compare", with_icon, expression="icon"), tag("Default", without))


def _value() -> str:
    return template("%s", "[COMPLICATION.TEXT]")


def _slot(
    number: int, kind: Kind, x: float, y: float, wide: float, high: float, drawn: dict[str, str], *, oval: bool = False
) -> str:
    source = SOURCES[kind]
    types = [name for name in drawn if name != "RANGED_VALUE" or source.ranged] or list(drawn)
    if not source.ranged and "RANGED_VALUE" in drawn:
        types = ["SHORT_TEXT"]
    lead = types[0]
    policy: dict[str, float | str] = {
        "defaultSystemProvider": source.provider,
        "defaultSystemProviderType": lead if source.ranged else "SHORT_TEXT",
    }
    if source.ours:
        policy |= {"primaryProvider": source.ours, "primaryProviderType": "SHORT_TEXT"}
    w, h = round(wide), round(high)
    bound = tag("BoundingOval" if oval else "BoundingBox", x=0, y=0, width=w, height=h)
    return tag(
        "ComplicationSlot", ambient("alpha", 0), tag("DefaultProviderPolicy", **policy), bound,
        *(tag("Complication", content, type=name) for name, content in drawn.items()),
        x=round(x - wide / 2), y=round(y - high / 2), width=w, height=h, slotId=number, displayName=kind.capitalize(),
        supportedTypes=" ".join(drawn),
    )  # fmt: skip


def _label(font: str) -> Typeface:
    face = TYPEFACES[font]
    return TYPEFACES[face.label] if face.label else face


def row(
    slot: int, kind: Kind, x: float, y: float, wide: float, high: float, palette: Palette, font: str, accent: str
) -> str:
    """A line of a table: a sign and a value on the left, what it is on the right. ``x`` is its left end."""
    face = _label(font)
    size, sign = high * 0.68 * face.scale, high * 0.66
    icon = _icon(0, (high - sign) / 2, sign, accent)
    begin = sign + 12
    value = words(_value(), begin, high / 2, wide * 0.5, size, palette.ink, face, align="START", auto=True)
    alone = words(_value(), 0, high / 2, wide * 0.55, size, palette.ink, face, align="START", auto=True)
    name = words(LABELS[kind], wide, high / 2, wide * 0.42, size * 0.72, palette.soft, face, align="END", spacing=0.06)
    return _slot(slot, kind, x + wide / 2, y, wide, high, {"SHORT_TEXT": _either(icon + value, alone) + name})
