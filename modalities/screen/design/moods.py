"""Moods: what a designer would reach for when somebody says "calm", "sporty" or "vintage". Each is a set of leanings;
whatever was said expressly wins over them, and what a mood leaves open is drawn by the seed."""

from __future__ import annotations

from typing import Final, NamedTuple


def _each(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


class Mood(NamedTuple):
    """Leanings of a mood: for each field the values that suit it, separated by commas. ``hues`` are OKLCH degrees."""

    words: tuple[str, ...]
    scheme: str = "dark, dark, rich, light"
    hues: tuple[float, ...] = (20, 60, 100, 150, 195, 235, 260, 290, 340)
    chroma: float = 1.0
    harmony: str = "mono, analogous, complement, split"
    ground: str = "glow, sunray, plain, fade"
    hands: str = "baton, dauphine, sword, pencil"
    indices: str = "batons, ticks, dots, arabic"
    font: str = "sans, geometric"
    second: str = "tick, sweep"
    layout: str = "line, stack, split"
    facts: int = 1
    thick: float = 1.0
    style: str = "analog, analog, analog, digital, digital, hybrid"


MOODS: Final[dict[str, Mood]] = {
    "": Mood((), ground="glow, sunray, plain, fade, brushed, linen, sector, guilloche, halves, facets, waves",
             hands="baton, dauphine, sword, pencil, leaf, syringe", facts=2,
             indices="batons, ticks, dots, arabic, quarter-arabic, roman, plots, bars",
             font="sans, geometric, condensed, round, angular, serif, light",
             layout="line, stack, split, rings, tiles, band, rows"),
    "calm": Mood(_each("calm, calming, serene, peaceful, quiet, tranquil, zen, relaxing, restful, gentle, soft, soothing"),
                 "dark, rich, light", (150, 190, 225, 245, 280), 0.75, "mono, analogous", "glow, fade, waves, plain, mesh",
                 "baton, leaf, line, pencil", "ticks, dots, quarters, batons", "light, geometric, thin", "none, tick, sweep",
                 "line, split", 1, 0.85, style="analog, analog, digital"),
    "elegant": Mood(_each("elegant, dress, dressy, refined, formal, luxurious, luxury, classy, sophisticated, chic, fancy, wedding"),
                    "dark, light, rich", (20, 80, 160, 250, 265, 350), 0.7, "mono, complement",
                    "sunray, guilloche, plain, linen, sector", "dauphine, leaf", "batons, roman, quarters, ticks",
                    "serif, thin, roman", "dial, none, sweep", "line, split", 0, 0.85, style="analog, analog, analog, digital"),
    "classic": Mood(_each("classic, classical, traditional, timeless, old school, gentleman, heritage"),
                    "light, dark, rich", (30, 75, 240, 255), 0.6, "mono, complement", "sunray, plain, sector, linen",
                    "dauphine, leaf, baton, syringe", "roman, batons, arabic", "serif, roman, geometric", "dial, tick, sweep",
                    "line, stack", 0, 0.95, style="analog, analog, analog, digital"),
    "vintage": Mood(_each("vintage, retro, antique, old, nostalgic, seventies, sixties, aged, patina, old fashioned, 70s, 60s"),
                    "light, rich, dark", (45, 60, 75, 90, 130, 200), 0.8, "analogous, complement", "sector, linen, fade, stripe, brushed",
                    "syringe, leaf, dauphine, pencil", "arabic, batons, roman, dots", "serif, geometric, condensed", "dial, tick, sweep",
                    "band, stack", 1, 1.0, style="analog, analog, digital"),
    "sporty": Mood(_each("sporty, sport, sports, athletic, fitness, running, runner, gym, workout, training, active, dynamic, racing, race"),
                   "dark, dark, rich", (25, 45, 110, 130, 150, 235, 250), 1.35, "complement, split, mono", "stripe, hobnail, plain, halves, glow",
                   "sword, syringe, bar, pencil", "bars, plots, arabic, batons", "condensed, heavy, angular", "sweep, tick, ring",
                   "stack, split, rings, band, tiles", 3, 1.2),
    "diver": Mood(_each("diver, dive, diving, diver's, nautical, marine, sailing, submarine, underwater, sailor"),
                  "dark, rich", (190, 225, 245, 255, 30), 1.0, "complement, mono", "waves, sunray, plain", "sword, syringe, baton",
                  "plots, dots, batons", "condensed, sans, heavy", "sweep, tick", "line, stack", 0, 1.2, style="analog"),
    "pilot": Mood(_each("pilot, aviator, aviation, flieger, military, army, field, tactical, cockpit, explorer, expedition"),
                  "dark, dark, light", (60, 80, 110, 130, 250), 0.45, "mono, complement", "plain, sector, linen", "syringe, sword, pencil",
                  "arabic, quarter-arabic", "condensed, geometric, angular", "tick, sweep, dial", "stack, rows", 1, 1.1, style="analog"),
    "modern": Mood(_each("modern, contemporary, sleek, stylish, cool, slick, fresh, urban, designer, architectural"),
                   "dark, rich, light", (20, 160, 200, 250, 275, 320), 1.0, "complement, mono, analogous", "plain, halves, fade, facets, glow",
                   "baton, skeleton, pencil", "ticks, batons, quarters, dots", "geometric, sans, thin", "tick, sweep, ring",
                   "stack, split, band", 1, 1.0),
    "bauhaus": Mood(_each("bauhaus, scandinavian, nordic, danish, swiss, modernism, mid century, midcentury, braun, functional"),
                    "light, light, dark, rich", (28, 85, 235, 255), 0.9, "complement, triad", "plain, halves, sector", "baton, line, bar",
                    "ticks, arabic, bars, quarter-arabic", "geometric, thin", "tick, none", "line, split", 0, 0.85, style="analog"),
    "futuristic": Mood(_each("futuristic, future, sci-fi, scifi, techy, tech, technical, space age, cyber, digital age, robotic, robot"),
                       "dark", (150, 195, 215, 265, 300), 1.25, "complement, analogous", "glow, facets, hobnail, stars, contours",
                       "skeleton, line, bar", "ticks, bars, dots", "angular, mono, thin", "ring, sweep", "rings, rows, tiles, split", 3, 0.95, style="digital, digital, hybrid, analog"),
    "neon": Mood(_each("neon, cyberpunk, synthwave, vaporwave, electric, club, arcade, night city, glow in the dark, retrowave"),
                 "dark", (150, 195, 300, 330, 350), 1.6, "complement, split, triad", "fade, mesh, glow, plain", "skeleton, line, baton",
                 "ticks, dots, quarters", "angular, mono, round", "ring, sweep", "stack, rings, split", 2, 1.0, style="digital, digital, hybrid, analog"),
    "playful": Mood(_each("playful, fun, funny, cute, happy, cheerful, kids, childlike, joyful, sweet, whimsical, candy, kawaii, silly"),
                    "light, rich, dark", (15, 60, 95, 150, 200, 300, 345), 1.3, "triad, split, complement", "mesh, halves, fade, facets, stripe",
                    "pencil, baton, bar", "dots, arabic, quarter-arabic", "round", "tick, none", "stack, split, tiles, band", 1, 1.3, style="digital, analog"),
    "warm": Mood(_each("warm, cosy, cozy, autumn, autumnal, homely, fireside, golden hour, earthy, toasty"),
                 "rich, dark, light", (35, 50, 65, 80), 0.95, "analogous, mono", "fade, linen, sunray, mesh, waves", "leaf, baton, pencil, dauphine",
                 "batons, dots, arabic, roman", "serif, geometric, round", "tick, dial, none", "line, split, band", 1, 1.0, style="analog, analog, digital"),
    "cold": Mood(_each("cold, icy, ice, winter, wintry, frosty, arctic, polar, snowy, frozen, glacier"),
                 "light, dark, rich", (205, 220, 235, 250), 0.7, "mono, analogous", "brushed, facets, fade, sunray", "dauphine, baton, line",
                 "batons, ticks, quarters", "thin, geometric, light", "sweep, none, tick", "line, split", 1, 0.9),
    "natural": Mood(_each("natural, nature, organic, outdoors, outdoor, hiking, camping, woodland, botanical, garden, spring"),
                    "dark, rich, light", (75, 110, 135, 150), 0.8, "analogous, mono", "contours, linen, fade, waves", "leaf, pencil, syringe",
                    "batons, dots, arabic", "geometric, round, serif", "tick, none", "line, split, tiles", 2, 1.0, style="analog, analog, digital"),
    "dark": Mood(_each("dark, stealth, stealthy, mysterious, gothic, moody, noir, brooding, midnight, murdered out"),
                 "dark", (20, 250, 270, 300), 0.5, "mono, complement", "brushed, facets, plain, hobnail, glow", "skeleton, baton, sword",
                 "ticks, bars, batons", "condensed, angular, geometric", "tick, sweep, none", "stack, split, line", 1, 1.0),
    "bold": Mood(_each("bold, strong, striking, powerful, dramatic, loud, brutalist, confident, graphic, statement"),
                 "rich, dark, light", (25, 50, 95, 150, 265, 330), 1.5, "complement, triad, split", "halves, stripe, plain, facets", "bar, sword, baton",
                 "bars, arabic, quarter-arabic", "heavy, condensed", "tick, ring", "stack, band, split", 1, 1.4, style="digital, analog"),
    "romantic": Mood(_each("romantic, romance, love, lovely, feminine, delicate, pretty, floral, valentine, blush, dreamy, girly"),
                     "light, rich, dark", (0, 10, 20, 330, 350), 0.85, "analogous, mono", "mesh, guilloche, fade, sunray", "leaf, dauphine",
                     "roman, dots, ticks, quarters", "serif, thin, roman", "none, tick, sweep", "line, split", 0, 0.75, style="analog, analog, digital"),
    "business": Mood(_each("business, office, professional, serious, corporate, executive, work, sober, understated, smart"),
                     "dark, light, rich", (230, 250, 260, 160), 0.6, "mono, complement", "sunray, brushed, plain, linen", "baton, dauphine, pencil",
                     "batons, ticks, roman", "sans, geometric, serif", "tick, sweep, dial", "line, rows, split", 2, 0.95, style="analog, analog, analog, digital"),
}  # fmt: skip
