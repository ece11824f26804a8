"""The colours of a face: a dozen roles from one or two hues, each far enough from what lies behind it.

Contrast is what is asked for in docs/faces.md with a little to spare: 4.5 : 1 for words, 3 : 1 for hands and large
words.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from .brief import Brief
from .oklch import Tone, contrast, standing_out, tone_of

WORDS: Final = 5.2
LARGE: Final = 3.6
_TURNS: Final = {
    "mono": (0.0, 0.0),
    "analogous": (32.0, -28.0),
    "complement": (180.0, 150.0),
    "split": (152.0, 208.0),
    "triad": (120.0, 240.0),
}


class Palette(NamedTuple):
    """Roles, each as ``#rrggbb``. ``ground`` runs to ``edge`` and ``high``; ``panel`` lies on it; ``ink`` is for what
    is read first, ``soft`` for what is read after, ``faint`` for what is only seen."""

    ground: str
    edge: str
    high: str
    panel: str
    ink: str
    soft: str
    faint: str
    hands: str
    marks: str
    accent: str
    second: str
    night: str
    """Ink on black, in ambient mode."""
    night_soft: str
    light: bool


def palette_of(brief: Brief) -> Palette:
    """The palette of a brief."""
    colours = brief.colours
    base = _ground(brief)
    light = base.light > 0.62
    step = -1 if light else 1
    ground = base.hex
    edge = base.lit(base.light - (0.075 if light else min(0.1, base.light * 0.55))).hex
    high = base.lit(base.light + (0.05 if light else 0.075)).toned(base.chroma * 1.05).hex
    panel = base.lit(base.light + (0.045 if light and base.light < 0.93 else -0.05 if light else 0.065)).hex
    behind = (ground, edge, high) if brief.ground not in ("plain", "photo") else (ground,)
    tint = base.hue if base.chroma > 0.01 else brief.hue
    raised = 1 + 0.22 * brief.lift
    ink = standing_out(_ink(brief, tint, light=light), (*behind, panel), 7.0 * raised).hex
    soft = standing_out(Tone(0.42 if light else 0.8, 0.03, tint), (*behind, panel), WORDS * raised).hex
    faint = Tone(base.light + step * (0.24 if brief.scheme != "rich" else 0.2), min(base.chroma, 0.05), tint).hex
    accent, second = _accents(brief, base, (*behind, panel), light, raised)
    hands = standing_out(tone_of(colours.hands), behind, LARGE * raised).hex if colours.hands else ink
    marks = standing_out(tone_of(colours.marks), behind, LARGE * raised).hex if colours.marks else ink
    night = Tone(0.86, 0.02, tint).hex
    return Palette(
        ground,
        edge,
        high,
        panel,
        ink,
        soft,
        faint,
        hands,
        marks,
        accent,
        second,
        night,
        Tone(0.62, 0.02, tint).hex,
        light,
    )


def _ink(brief: Brief, tint: float, *, light: bool) -> Tone:
    """What is read first: nearly white or black; on a light ground a deep theme colours it."""
    if light and brief.colours.theme and brief.scheme == "light":
        theme = tone_of(brief.colours.theme)
        if theme.chroma >= 0.03:
            return theme.lit(min(theme.light, 0.34))
    return Tone(0.2 if light else 0.965, 0.012 if light else 0.008, tint)


def _ground(brief: Brief) -> Tone:
    colours = brief.colours
    if colours.ground:
        asked = tone_of(colours.ground)
        # from a middling ground neither dark nor light ink stands out; what failed for it is made a little darker
        return asked.lit(asked.light - 0.045 * brief.lift) if 0.35 < asked.light < 0.75 else asked
    theme = tone_of(colours.theme) if colours.theme else None
    neutral = theme is not None and theme.chroma < 0.03
    strength = brief.chroma * (0.12 if neutral else 1.0)
    if theme is not None and neutral and brief.scheme != "light":
        return Tone(0.0 if theme.light < 0.1 else 0.2, 0.004, theme.hue)
    if brief.scheme == "light":
        return Tone(0.945, min(0.022 * strength, 0.045), brief.hue)
    if brief.scheme == "rich":
        if theme is not None and theme.light >= 0.3:
            # a middling one makes way for light ink, a bright one stays and has dark ink
            return theme if theme.light > 0.62 else theme.lit(min(theme.light, 0.5))
        # hues differ in how dark they can be and still be themselves: yellows and greens turn to mud
        warm = 50 <= brief.hue <= 130
        return Tone(0.42 if warm else 0.38, min(0.095 * strength, 0.15), brief.hue)
    if theme is not None and theme.light < 0.3:
        return theme
    # dark yellow is mud: there the ground stays nearly neutral, and the accent says the colour
    muddy = 0.4 if 50 <= brief.hue <= 125 else 1.0
    if theme is not None:
        return Tone(0.23 if muddy == 1 else 0.19, min(0.062 * strength, 0.09) * muddy, brief.hue)
    return Tone(0.185, min(0.035 * strength, 0.06) * muddy, brief.hue)


def _accents(brief: Brief, base: Tone, behind: tuple[str, ...], light: bool, raised: float) -> tuple[str, str]:
    """Two colours that speak up: as asked, else by harmony from the hue."""
    colours = brief.colours
    turn, turn_second = _TURNS[brief.harmony]
    lightness = 0.55 if light else 0.79
    chroma = min(0.15 * max(brief.chroma, 0.45), 0.24)
    theme = tone_of(colours.theme) if colours.theme else None
    vivid = theme is not None and theme.chroma >= 0.03
    lead = Tone(lightness, chroma, brief.hue)
    said = tone_of(colours.marks or colours.hands) if colours.marks or colours.hands else None
    if theme is None and said is not None and said.chroma >= 0.03:
        lead, turn = said, 0.0  # "yellow on black" has yellow accents
    if vivid and theme is not None and (brief.scheme == "dark" or colours.ground or light):
        lead = theme if light else theme.lit(max(theme.light, 0.68))
    elif theme is not None and not vivid and not colours.accent:
        lead = Tone(lightness, chroma if brief.harmony in ("complement", "split", "triad") else 0.01, brief.hue)
    if vivid and brief.scheme != "rich" and not colours.ground:
        turn = 0.0  # a colour that was named is to be seen
    first = tone_of(colours.accent or colours.second) if colours.accent or colours.second else lead.turned(turn)
    if brief.scheme == "rich" and not (colours.accent or colours.second) and turn == 0:
        # on a ground of the same hue the accent is its light sister
        first = Tone(0.88, min(0.09, chroma), (brief.hue + 18) % 360)
    accent = standing_out(first, behind, (LARGE + 0.4) * raised)
    other = (
        tone_of(colours.second)
        if colours.second and colours.accent
        else lead.turned(turn_second if turn_second else 35)
    )
    second = standing_out(other, behind, (LARGE + 0.4) * raised)
    return accent.hex, second.hex


def on_colour(colour: str, dark: str, light: str) -> str:
    """Which of two inks stands out more from a colour."""
    return dark if contrast(dark, colour) >= contrast(light, colour) else light


__all__ = ["LARGE", "WORDS", "Palette", "on_colour", "palette_of"]
