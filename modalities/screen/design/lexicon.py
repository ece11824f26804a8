"""What words mean for a face: phrases, and the decision each stands for. Reading them is in ``reading.py``.

A phrase is written in small letters; the longest one that fits counts.
"""

from __future__ import annotations

from typing import Final

from .brief import Kind, Place


def _each(text: str) -> list[str]:
    return [phrase.strip() for phrase in text.split(",")]


FACTS: Final[dict[Kind, list[str]]] = {
    "steps": _each("steps, step count, step counter, stepcount, pedometer, step goal, walking, activity"),
    "heart": _each("heart rate, heartrate, heart, pulse, bpm, heartbeat, heart beat"),
    "battery": _each("battery, battery level, power level, charge, power reserve, battery percentage"),
    "weather": _each("weather, temperature, forecast, degrees, outside temperature"),
    "sun": _each("sunrise, sunset, sunrise and sunset, sun times, daylight"),
    "unread": _each("notifications, notification, unread, messages, notification count, unread messages"),
    "alarm": _each("alarm, next alarm, next event, agenda, calendar, next appointment, appointments"),
    "world": _each("world clock, world time, second time zone, utc, gmt, other time zone, second timezone"),
    "timer": _each("timer, timers, countdown"),
}
DATE: Final = _each("date, the day, calendar date, day of the week, weekday, day and date, date window, day")
LONG_DATE: Final = _each("full date, long date, whole date, month, day and month, date and month")

PLACES: Final[dict[Place, list[str]]] = {
    "top": _each("top, up top, above, upper part, at twelve, at 12, twelve o'clock, 12 o'clock, upper half, up"),
    "bottom": _each("bottom, below, underneath, lower part, at six, at 6, six o'clock, 6 o'clock, lower half, down"),
    "left": _each("left, left side, left hand side, at nine, at 9, nine o'clock, 9 o'clock"),
    "right": _each("right, right side, right hand side, at three, at 3, three o'clock, 3 o'clock"),
    "top-left": _each("top left, upper left, top left corner, at ten, at 10, ten o'clock, 10 o'clock"),
    "top-right": _each("top right, upper right, top right corner, at two, at 2, two o'clock, 2 o'clock, at one"),
    "bottom-left": _each("bottom left, lower left, bottom left corner, at eight, at 8, eight o'clock, at seven"),
    "bottom-right": _each("bottom right, lower right, bottom right corner, at four, at 4, four o'clock, at five"),
    "centre": _each("centre, center, middle, in the middle, in the center"),
}

CHOICES: Final[dict[tuple[str, str], list[str]]] = {
    ("style", "analog"): _each(
        "analog, analogue, hands, pointers, dial, clock hands, classic watch, analog watch, chronograph, "
        "chrono, subdials, sub dials, gauges, railway clock, station clock, swiss railway, railway station"
    ),
    ("style", "digital"): _each("digital, digits, digital clock, big time, numeric, lcd, digital time"),
    ("style", "hybrid"): _each("hybrid, ana-digi, anadigi, analog and digital, both analog and digital, mixed"),
    ("layout", "line"): _each("one line, single line, simple digital, time in the middle, centred, centered"),
    ("layout", "stack"): _each("stacked, hours above minutes, hour over minute, hours over minutes, poster, two lines"),
    ("layout", "split"): _each("split, side by side, hours left, asymmetric, asymmetrical, off centre"),
    ("layout", "rings"): _each("rings, progress rings, activity rings, goal rings, circles, orbits"),
    ("layout", "rows"): _each("rows, list, table, terminal, console, hacker, command line, data rows, info rows"),
    ("layout", "tiles"): _each("tiles, bento, cards, widgets, grid, modular, dashboard, blocks"),
    ("layout", "band"): _each("band, banner, strip, horizontal band, colour block, color block"),
    ("hands", "baton"): _each("baton hands, stick hands, straight hands, batons hands"),
    ("hands", "dauphine"): _each("dauphine, dauphine hands, faceted hands, pointed hands, tapered hands"),
    ("hands", "sword"): _each("sword hands, sword, broad hands, diver hands, lume hands, luminous hands"),
    ("hands", "leaf"): _each("leaf hands, leaf, feuille, feuille hands, curved hands, slender hands"),
    ("hands", "pencil"): _each("pencil hands, pencil"),
    ("hands", "syringe"): _each("syringe hands, syringe, needle hands, pilot hands"),
    ("hands", "skeleton"): _each("skeleton hands, outlined hands, hollow hands, open hands, outline hands"),
    ("hands", "bar"): _each("bar hands, block hands, railway hands, station hands, blunt hands"),
    ("hands", "line"): _each("line hands, hairline hands, needle thin hands"),
    ("indices", "none"): _each(
        "no markers, no indices, no numbers, no numerals, without numbers, blank dial, empty dial"
    ),
    ("indices", "quarters"): _each("four markers, quarter markers, quarters, only quarters"),
    ("indices", "ticks"): _each("ticks, thin markers, lines, fine markers, fine ticks, thin ticks"),
    ("indices", "batons"): _each("batons, applied indices, stick markers, markers, indices, hour markers, index"),
    ("indices", "dots"): _each("dots, dot markers, round markers, points"),
    ("indices", "bars"): _each("bars, railway, thick markers, bold markers, station clock, block markers"),
    ("indices", "arabic"): _each(
        "numbers, numerals, arabic numerals, arabic numbers, all numbers, hour numbers, twelve numbers, arabic"
    ),
    ("indices", "quarter-arabic"): _each("four numbers, four numerals, 12 3 6 9, quarter numbers, few numbers"),
    ("indices", "roman"): _each("roman, roman numerals, roman numbers, roman digits"),
    ("indices", "plots"): _each("plots, luminous markers, lume plots, diver markers, lume markers, lume"),
    ("second", "none"): _each("no second hand, no seconds, without seconds, no seconds hand"),
    ("second", "tick"): _each("second hand, seconds hand, seconds, ticking, ticking second hand, ticking seconds"),
    ("second", "sweep"): _each(
        "sweeping, sweep, sweeping second hand, smooth seconds, smooth second hand, sweeping seconds"
    ),
    ("second", "ring"): _each("seconds ring, ring of seconds, seconds around the edge, second ring"),
    ("second", "dial"): _each("small seconds, sub seconds, small second hand, seconds subdial, sub dial seconds"),
    ("font", "sans"): _each("sans, sans serif, plain font, helvetica, neutral font"),
    ("font", "light"): _each("light font, light digits, thin numbers, light numbers, delicate"),
    ("font", "heavy"): _each(
        "heavy, fat, chunky, bold font, big bold, extra bold, bold digits, bold numbers, heavy font"
    ),
    ("font", "geometric"): _each("geometric, geometric font, futura, modernist"),
    ("font", "thin"): _each("thin font, thin digits, hairline, hairline font, thin geometric"),
    ("font", "serif"): _each("serif, serif font, bookish, garamond, literary, serif numbers, serif numerals"),
    ("font", "roman"): _each("inscription, trajan, engraved, roman font, chiselled"),
    ("font", "condensed"): _each("condensed, narrow, condensed font, tall digits, narrow font, tall numbers"),
    ("font", "angular"): _each("angular, techno font, squared font, angular font, square digits"),
    ("font", "round"): _each("round font, rounded, bubbly, soft font, rounded font, friendly font, rounded digits"),
    ("font", "mono"): _each("mono, monospace, monospaced, typewriter, code font, monospace font"),
    ("ground", "plain"): _each("plain, flat, solid, plain background, flat background, no texture, solid background"),
    ("ground", "glow"): _each("glow, glowing, soft glow, vignette"),
    ("ground", "fade"): _each("gradient, fade, fading, ombre, two tone gradient, colour gradient, color gradient"),
    ("ground", "sunray"): _each("sunray, sunburst, sun ray, sunray dial, sunburst dial, metallic, shimmering, shiny"),
    ("ground", "brushed"): _each("brushed, steel, brushed metal, brushed steel, metal, aluminium, titanium"),
    ("ground", "guilloche"): _each("guilloche, guilloché, engine turned, ornate, engraved dial, rosette, patterned"),
    ("ground", "hobnail"): _each("hobnail, clous de paris, waffle, checkered, grid pattern, tapisserie"),
    ("ground", "waves"): _each("waves, wavy, ripples, wave pattern, wave dial, sea waves"),
    ("ground", "linen"): _each("linen, fabric, woven, textile, canvas, denim, cloth"),
    ("ground", "mesh"): _each(
        "mesh, aurora, northern lights, colourful gradient, colorful gradient, dreamy, blurred, watercolour, "
        "watercolor"
    ),
    ("ground", "stars"): _each(
        "stars, starry, night sky, space, galaxy, cosmos, cosmic, constellation, starry night, nebula"
    ),
    ("ground", "contours"): _each("contours, contour lines, topographic, topo, map, hiking, mountain map, terrain"),
    ("ground", "facets"): _each(
        "facets, low poly, polygons, crystal, geometric background, triangles, faceted background"
    ),
    ("ground", "halves"): _each("halves, two tone, half and half, two tone dial, split dial"),
    ("ground", "sector"): _each("sector, sector dial, crosshair, target, concentric circles, concentric"),
    ("ground", "stripe"): _each("stripe, stripes, racing stripe, racing stripes, striped, lines background"),
    ("ambient", "full"): _each("full ambient, rich ambient, full always on, detailed ambient"),
    ("ambient", "outline"): _each("outlined ambient, outline ambient"),
    ("ambient", "bare"): _each("bare ambient, minimal ambient, simple always on, minimal always on, dim ambient"),
    ("scheme", "light"): _each(
        "white background, light background, bright background, light mode, white dial, daylight look, "
        "light theme, paper"
    ),
    ("scheme", "dark"): _each("dark background, dark mode, black background, dark dial, dark theme, black dial, oled"),
    ("scheme", "rich"): _each("coloured background, colored background, coloured dial, colored dial, colourful dial"),
    ("harmony", "mono"): _each(
        "monochrome, monochromatic, single colour, one colour, tone on tone, single color, one color"
    ),
    ("harmony", "analogous"): _each("analogous, harmonious, gentle colours, gentle colors"),
    ("harmony", "complement"): _each("complementary, contrasting, contrasting colours, contrasting colors, contrast"),
    ("harmony", "triad"): _each(
        "colourful, colorful, multicolour, multicolored, rainbow, playful colours, playful colors"
    ),
}  # fmt: skip
"""What a phrase decides: a field of the brief and its value."""

FLAGS: Final[dict[tuple[str, bool], list[str]]] = {
    ("bezel", True): _each("bezel, rotating bezel, diving bezel, dive bezel, bezel ring, tachymeter"),
    ("track", True): _each("minute track, minute markers, minutes track, minute ticks, railroad track, minute marks"),
}

SCALES: Final[dict[tuple[str, float], list[str]]] = {
    ("thick", 1.35): _each("thick hands, thicker, fat hands, bold hands, wide hands, big hands, chunky hands, wider"),
    ("thick", 0.72): _each(
        "thin hands, thinner, slim hands, fine hands, narrow hands, slender, slim, skinny hands, narrower"
    ),
    ("long", 1.06): _each("long hands, longer"),
    ("long", 0.9): _each("short hands, shorter"),
    ("size", 1.18): _each(
        "big numbers, large numbers, big digits, large digits, larger, bigger, big numerals, big font, "
        "large font, huge, "
        "large time, easy to read, readable, legible, large print, bigger numbers, bigger digits, larger digits"
    ),
    ("size", 0.84): _each("small numbers, small digits, smaller, small numerals, tiny, small font, smaller numbers"),
    ("chroma", 1.45): _each(
        "vivid, vibrant, saturated, bright colours, bright colors, more colour, more color, punchy, loud"
    ),
    ("chroma", 0.5): _each(
        "muted, desaturated, subdued, dusty, less colour, less color, soft colours, soft colors, washed out"
    ),
}  # fmt: skip
"""Lengths and strengths; in a change they multiply what there is."""

MORE: Final = _each(
    "minimal, minimalist, minimalistic, simple, clean, uncluttered, bare, simpler, less busy, cleaner, spare"
)
FULL: Final = _each(
    "busy, dense, full, lots of information, lots of data, information rich, detailed, complicated, data rich"
)
"""Few things, or many."""

NOUNS: Final[dict[str, list[str]]] = {
    "ground": _each("background, dial, ground, backdrop, plate, sky, base"),
    "hands": _each("hands, hour hand, minute hand, pointers, time, digits, clock hands"),
    "marks": _each(
        "numbers, numerals, markers, indices, index, ticks, marks, hour markers, text, letters, roman numerals"
    ),
    "accent": _each("accent, accents, second hand, seconds hand, seconds, highlight, highlights, details, needle"),
}
"""What a colour may be of."""

NO: Final = _each(
    "no, without, not, drop, remove, hide, lose, minus, skip, leave out, get rid of, take away, never, "
    "nor, don't show, take off"
)
YES: Final = _each("with, add, show, put, include, plus, but, have, having, give me, use, give it, move")
JOIN: Final = _each("and, or, &, plus, nor")

STRONG: Final = frozenset(_each("drop, remove, hide, lose, skip, leave out, get rid of, take away, take off"))
"""Of what turns around, that which holds beyond a comma."""
FILL: Final = frozenset(
    _each(
        "a, an, the, me, my, i, want, would, like, please, face, watch, watchface, for, of, in, on, at, "
        "to, is, it, its, it's, "
        "that, this, some, very, really, quite, bit, little, more, less, make, made, create, design, new, "
        "style, styled, look, "
        "looking, looks, kind, feel, feeling, something, with, be, are, as, so, into, by, from, can, you, "
        "could, we, us, just, "
        "only, colours, colors, colour, color, theme, themed, side, corner, part, hand, shown, show, "
        "display, displayed, big, "
        "time, clock, o'clock, one, much, and, or, but, than, there, here"
    )
)
"""Words that say nothing by themselves."""
NEW: Final[dict[str, list[str]]] = {
    "colour": _each(
        "another colour, another color, different colour, different color, different colours, different "
        "colors, other colours, "
        "other colors, new colours, new colors, another palette"
    ),
    "font": _each("another font, different font, other font, new font, different numbers, different digits"),
    "hands": _each("different hands, other hands, another hand style"),
    "ground": _each("different background, another background, other background, new background, different texture"),
    "all": _each(
        "surprise me, another one, something else, something different, try again, once more, a different one"
    ),
}
"""What is to be drawn again."""
COMPARED: Final = {
    "calmer": "calm", "warmer": "warm", "colder": "cold", "cooler": "cold", "sportier": "sporty", "bolder": "bold",
    "darker": "darker", "lighter": "lighter", "brighter": "lighter", "fancier": "elegant", "classier": "elegant",
}  # fmt: skip
"""What "more of it" leads to: a mood, or a darker or lighter ground."""
