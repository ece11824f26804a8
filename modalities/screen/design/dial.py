"""A dial: minute track, hour indices, numerals and bezel, at a radius; for the day, and sparser for the night."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

from .brief import Brief
from .markup import MIDDLE, circle, drawing, fill, group, stroke, tag
from .oklch import luminance, mixed
from .palette import Palette
from .typefaces import TYPEFACES, Typeface, words

ROMAN: Final = ("XII", "I", "II", "III", "IIII", "V", "VI", "VII", "VIII", "IX", "X", "XI")
RIM: Final = 216.0
BEZEL: Final = 178.0
QUARTERS: Final = frozenset((0, 3, 6, 9))


class Ring(NamedTuple):
    """How far indices reach in: the radius of the outermost mark, and what is free inside."""

    outer: float
    inner: float


def polar(hour: float, radius: float) -> tuple[float, float]:
    """A place on the dial by its hour."""
    angle = math.radians(hour * 30)
    return MIDDLE + radius * math.sin(angle), MIDDLE - radius * math.cos(angle)


def ring_of(brief: Brief) -> Ring:
    """The room that a brief's indices take."""
    outer = BEZEL if brief.bezel else RIM
    depth = {
        "none": 14.0, "quarters": 34.0, "ticks": 32.0, "batons": 46.0, "dots": 34.0, "bars": 50.0, "plots": 50.0,
        "arabic": 26 + 38 * brief.size, "quarter-arabic": 24 + 44 * brief.size, "roman": 24 + 36 * brief.size,
    }[brief.indices]  # fmt: skip
    return Ring(outer, outer - depth * (0.86 if brief.bezel else 1.0))


def dial(brief: Brief, palette: Palette, gone: frozenset[int]) -> str:
    """The day's marks. ``gone`` are hours whose mark makes room for something else."""
    outer = ring_of(brief).outer
    k = 0.86 if brief.bezel else 1.0
    parts = []
    if brief.bezel:
        parts.append(_bezel(palette))
    if brief.track:
        parts.append(_track(brief, palette, outer))
    parts.append(_indices(brief, palette, outer, gone, k))
    return "".join(parts)


def night_dial(brief: Brief, palette: Palette, gone: frozenset[int]) -> str:
    """Ambient mode's marks: few pixels, on black."""
    if brief.indices == "none" or brief.ambient == "bare":
        hours = QUARTERS - gone
        return (
            drawing(*_lines((hour for hour in sorted(hours)), RIM - 4, RIM - 16, 2.4, palette.night_soft))
            if brief.indices != "none"
            else ""
        )
    outer = ring_of(brief).outer
    k = 0.86 if brief.bezel else 1.0
    if brief.indices in ("arabic", "quarter-arabic", "roman"):
        return _numerals(brief, palette.night_soft, outer, gone, k, night=True)
    if brief.indices in ("dots", "plots"):
        return drawing(
            *(
                circle(*polar(hour, outer - 20 * k), 3.2 if hour % 3 else 4.4, fill(palette.night_soft))
                for hour in range(12)
                if hour not in gone
            )
        )
    long = 18 if brief.ambient == "outline" else 26
    return drawing(
        *_lines(
            (hour for hour in range(12) if hour not in gone), outer - 6, outer - 6 - long * k, 2.4, palette.night_soft
        )
    )


def _bezel(palette: Palette) -> str:
    dark = mixed(palette.edge, "#000000" if not palette.light else palette.ink, 0.55 if not palette.light else 0.86)
    ink = "#f2f4f6" if luminance(dark) < 0.3 else "#14181c"
    face = TYPEFACES["condensed"]
    shapes = [
        circle(MIDDLE, MIDDLE, 201, stroke(dark, 48)), circle(MIDDLE, MIDDLE, 224, stroke(mixed(dark, ink, 0.35), 2.4)),
        circle(MIDDLE, MIDDLE, 178.5, stroke(mixed(dark, ink, 0.4), 2)),
        circle(MIDDLE, MIDDLE, 186, stroke(ink, 6, 0.75, dashIntervals=_dashes(1.8, 186, 60), dashPhase=0.9)),
    ]  # fmt: skip
    shapes += [circle(*polar(0, 204), 7.5, fill(palette.accent))]
    shapes += _lines((h for h in (1, 3, 5, 7, 9, 11)), 215, 194, 4.6, ink)
    texts = [
        group(f"bezel{minute}", words(str(minute), MIDDLE, MIDDLE - 206, 60, 27, ink, face), angle=minute * 6)
        for minute in (10, 20, 30, 40, 50)
    ]
    return drawing(*shapes) + "".join(texts)


def _track(brief: Brief, palette: Palette, outer: float) -> str:
    if brief.indices == "bars":
        return drawing(
            circle(
                MIDDLE,
                MIDDLE,
                outer - 9,
                stroke(palette.marks, 16, 1.0, dashIntervals=_dashes(3.4, outer - 9, 60), dashPhase=1.7),
            )
        )
    ink = mixed(palette.ground, palette.soft, 0.75)
    if brief.indices in ("roman", "arabic"):
        rail = mixed(palette.ground, palette.soft, 0.55)
        ticks = stroke(ink, 9, 1.0, dashIntervals=_dashes(1.4, outer - 4, 60), dashPhase=0.7)
        return drawing(
            circle(MIDDLE, MIDDLE, outer + 1, stroke(rail, 1.2)),
            circle(MIDDLE, MIDDLE, outer - 9, stroke(rail, 1.2)),
            circle(MIDDLE, MIDDLE, outer - 4, ticks),
        )
    if brief.indices in ("dots", "plots"):
        return drawing(
            circle(
                MIDDLE, MIDDLE, outer - 1, stroke(ink, 3, 1.0, dashIntervals=_dashes(3, outer - 1, 60), dashPhase=1.5)
            )
        )
    return drawing(
        circle(
            MIDDLE, MIDDLE, outer - 3, stroke(ink, 7, 1.0, dashIntervals=_dashes(1.5, outer - 3, 60), dashPhase=0.75)
        )
    )


def _dashes(mark: float, radius: float, count: int) -> str:
    return f"{mark:.3f} {2 * math.pi * radius / count - mark:.4f}"


def _indices(brief: Brief, palette: Palette, outer: float, gone: frozenset[int], k: float) -> str:
    marks, hours = palette.marks, [hour for hour in range(12) if hour not in gone]
    begin = outer - (10 if brief.track else 3)
    kind = brief.indices
    if kind == "none":
        return ""
    if kind in ("arabic", "quarter-arabic", "roman"):
        rest = ""
        if kind == "quarter-arabic":
            others = [hour for hour in range(12) if hour not in QUARTERS]
            rest = drawing(*_lines(others, begin, begin - 22 * k, 4.5 * k, marks))
        elif kind == "arabic" and not brief.track:
            rest = drawing(*_lines(range(12), outer + 2, outer - 5, 3.0, palette.accent))
        return rest + _numerals(brief, marks, outer, gone, k)
    if kind == "quarters":
        return drawing(*_lines([h for h in hours if h in QUARTERS], begin, begin - 26 * k, 4.5, marks))
    if kind == "ticks":
        long = [h for h in hours if h in QUARTERS]
        return drawing(
            *_lines([h for h in hours if h not in QUARTERS], begin, begin - 15 * k, 2.4, marks),
            *_lines(long, begin, begin - 24 * k, 3.2, marks),
        )
    if kind == "bars":
        return drawing(
            *_lines([h for h in hours if h not in QUARTERS], outer - 1, outer - 36 * k, 9 * k, marks),
            *_lines([h for h in hours if h in QUARTERS], outer - 1, outer - 48 * k, 12.5 * k, marks),
        )
    if kind == "dots":
        shapes = [
            circle(*polar(h, begin - 12 * k), (5.6 if h in QUARTERS else 4.2) * k, fill(marks)) for h in hours if h
        ]
        if 0 in hours:
            shapes += [circle(*polar(hour, begin - 12 * k), 5.6 * k, fill(palette.accent)) for hour in (-0.12, 0.12)]
        return drawing(*shapes)
    if kind == "plots":
        return drawing(*_plots(palette, begin, hours, k))
    return drawing(*_batons(palette, begin, hours, k))


def _batons(palette: Palette, begin: float, hours: Iterable[int], k: float) -> list[str]:
    """Applied batons: two faces, one in the light, with a shadow under them; the twelve is double."""
    lit, shade = palette.marks, mixed(palette.marks, palette.ground, 0.36)
    shadow = mixed(palette.ground, "#000000", 0.45 if not palette.light else 0.2)
    shapes: list[str] = []
    for hour in hours:
        long = (34 if hour in QUARTERS else 28) * k
        for offset in (-0.062, 0.062) if hour == 0 else (0.0,):
            half = 1.55 * k
            turn = math.degrees(math.atan2(half, begin)) / 30
            shapes.append(_line(hour + offset, begin - 1, begin - long - 2, 7.6 * k, shadow))
            shapes.append(_line(hour + offset - turn, begin, begin - long, 2 * half + 0.4, lit, lean=-half))
            shapes.append(_line(hour + offset + turn, begin, begin - long, 2 * half + 0.4, shade, lean=half))
    return shapes


def _plots(palette: Palette, begin: float, hours: Iterable[int], k: float) -> list[str]:
    """Luminous plots: discs with a rim, bars at three, six and nine, two bars at twelve."""
    lume, rim = (
        mixed(palette.marks, "#c8f2dc" if not palette.light else palette.marks, 0.25),
        mixed(palette.marks, palette.ground, 0.45),
    )
    shapes: list[str] = []
    for hour in hours:
        if hour in QUARTERS:
            for offset in (-0.1, 0.1) if hour == 0 else (0.0,):
                shapes.append(_line(hour + offset, begin - 2, begin - 40 * k, 12.5 * k, rim, cap="ROUND"))
                shapes.append(_line(hour + offset, begin - 2, begin - 40 * k, 8.5 * k, lume, cap="ROUND"))
        else:
            x, y = polar(hour, begin - 14 * k)
            shapes += [circle(x, y, 11.5 * k, fill(rim)), circle(x, y, 9.2 * k, fill(lume))]
    return shapes


def _numerals(brief: Brief, ink: str, outer: float, gone: frozenset[int], k: float, *, night: bool = False) -> str:
    roman = brief.indices == "roman"
    face: Typeface = TYPEFACES["roman" if roman and brief.font not in ("serif", "thin", "geometric") else brief.font]
    if night and face.night:
        face = TYPEFACES[face.night]
    size = {"arabic": 40.0, "quarter-arabic": 56.0, "roman": 37.0}[brief.indices] * brief.size * face.scale * k
    hours = [hour for hour in range(12) if hour not in gone and (brief.indices != "quarter-arabic" or hour in QUARTERS)]
    edge = outer - (14 if brief.track else 17)
    found = []
    for hour in hours:
        if roman:
            text = words(ROMAN[hour], MIDDLE, MIDDLE - edge + size * face.cap / 2, size * 3, size, ink, face)
            found.append(group(f"hour{hour}{'n' if night else ''}", text, angle=hour * 30))
            continue
        said = str(hour or 12)
        # digits keep the same distance to the rim: wide ones at the sides move in by half their width
        half_wide, half_high = 0.29 * size * len(said), face.cap * size / 2
        angle = math.radians(hour * 30)
        reach = abs(math.sin(angle)) * half_wide + abs(math.cos(angle)) * half_high
        x, y = polar(hour, edge - reach)
        # digits are as wide as a zero, so that clocks do not jump; here nothing moves, and a one may come closer
        close = -0.07 if len(said) == 2 and face.own and face.family != "jetbrains_mono" else 0.0
        found.append(words(said, x, y, size * 1.9, size, ink, face, spacing=close))
    return "".join(found)


def _lines(hours: Iterable[float], begin: float, end: float, thick: float, ink: str) -> list[str]:
    return [_line(hour, begin, end, thick, ink) for hour in hours]


def _line(hour: float, begin: float, end: float, thick: float, ink: str, *, lean: float = 0.0, cap: str = "") -> str:
    """A mark towards the middle; with ``lean`` it runs beside the hour's ray at that distance."""
    if lean:
        angle = math.radians(round(hour * 30 - math.degrees(math.atan2(lean, begin)), 4))
        sine, cosine = math.sin(angle), math.cos(angle)
        (x0, y0), (x1, y1) = (
            (MIDDLE + r * sine + lean * cosine, MIDDLE - r * cosine + lean * sine) for r in (begin, end)
        )
    else:
        (x0, y0), (x1, y1) = polar(hour, begin), polar(hour, end)
    more = {"cap": cap} if cap else {}
    return tag(
        "Line",
        stroke(ink, thick, 1.0, **more),
        startX=f"{x0:.2f}",
        startY=f"{y0:.2f}",
        endX=f"{x1:.2f}",
        endY=f"{y1:.2f}",
    )
