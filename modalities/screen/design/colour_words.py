"""Words for colours: the names of CSS, names that people use besides, and what makes them darker, paler or louder."""

from __future__ import annotations

from typing import Final

from PIL import ImageColor

from .oklch import Tone, hex_of, tone_of

_OWN: Final = {
    "amber": "#ffb000", "apricot": "#fbb982", "aubergine": "#472c4c", "brass": "#b5a642", "bronze": "#a97142",
    "burgundy": "#6d1a36", "caramel": "#c68e4e", "champagne": "#f1ddb5", "charcoal": "#2b3036", "cherry": "#c2203b",
    "chocolate": "#5a3420", "cobalt": "#0047ab", "coffee": "#5c4033", "copper": "#b8693d", "cream": "#f7efd9",
    "denim": "#3b5f8a", "dusk": "#5b4b8a", "emerald": "#0f8f5b", "fire": "#ff5a1f", "flamingo": "#fc8eac",
    "forest": "#1f4d2e", "graphite": "#3a3f45", "grass": "#4f9d3a", "gunmetal": "#2c3539", "honey": "#eb9605",
    "ice": "#cfe9f5", "jade": "#2fa57d", "lagoon": "#1aa3a8", "lava": "#e2401c", "leather": "#8b5a2b",
    "lemon": "#fde74c", "lilac": "#c3a6e0", "mahogany": "#4a1f1a", "mango": "#ff9f2e", "mint": "#9be7c4",
    "moss": "#6b7d3a", "mustard": "#d9a521", "ocean": "#0b5d8a", "ochre": "#c77f22", "petrol": "#0f4c5c",
    "peach": "#ffb997", "peacock": "#0f7173", "pistachio": "#a8c98a", "platinum": "#d9dadb", "plum": "#6f2c5a",
    "raspberry": "#c2185b", "rose": "#f08fa6", "rose gold": "#d99a8b", "ruby": "#b3123b", "rust": "#a8441f",
    "sage": "#9caf88", "sand": "#dcc9a0", "sapphire": "#1746a2", "scarlet": "#e0201b", "sea": "#1f7a8c",
    "sepia": "#704c2e", "sky": "#74bdf0", "slate": "#4a5a6a", "smoke": "#8a8f94", "sunset": "#ff7e4d",
    "sunrise colours": "#ff9f6b", "terracotta": "#c8623f", "tangerine": "#ff8a1f", "taupe": "#8b7d70",
    "ultramarine": "#2e2fc4", "vanilla": "#f5e8c0", "wine": "#6b1e34", "steel blue": "#4682b4",
    "royal blue": "#2f55d4", "baby blue": "#a4cdf2", "hot pink": "#ff4fa3", "blood red": "#8a0f14",
    "off white": "#f3efe6", "midnight blue": "#131c46", "british racing green": "#0d4a2f",
    "racing green": "#0d4a2f", "forest green": "#1f5d33", "sea green": "#2b8a63", "mint green": "#9be7c4",
    "olive green": "#6b7030", "sky blue": "#74bdf0", "ice blue": "#bfe0f0", "brick": "#9c3b2b", "blush": "#f2c4c4",
    "salmon": "#f4907e", "ivory": "#f6f1e0", "gold": "#d9b04a", "silver": "#c3c8cd", "green": "#2f9e4f",
    "blue": "#2f6fe4", "red": "#dc2f2f", "yellow": "#f7cf2b", "purple": "#7d3fc0", "orange": "#f47b20",
    "pink": "#f48fb8", "brown": "#7a4a2b", "grey": "#7f868d", "gray": "#7f868d", "black": "#000000",
    "white": "#ffffff", "teal": "#128a8a", "turquoise": "#2fcfc4", "cyan": "#29c8e8", "magenta": "#d527b0",
    "violet": "#8a4fe0", "lime": "#a5e02a", "navy": "#132250", "maroon": "#6e1423", "olive": "#7a7f2c",
    "beige": "#e9dcc0", "lavender": "#bcaaea", "coral": "#ff7f66", "indigo": "#41329c", "crimson": "#c41e3d",
    "khaki": "#b8a878", "fuchsia": "#e0218a", "aqua": "#3ee0e0",
}  # fmt: skip
"""Names as people mean them, which is not always as CSS does."""

_PLAIN_WORDS: Final = frozenset(
    ("linen", "snow", "tan", "thistle", "wheat", "bisque", "seashell", "tomato", "peru", "chocolate")
)
NAMES: Final[dict[str, str]] = {
    **{
        name: value[:7]
        for name, value in ImageColor.colormap.items()
        if name not in _PLAIN_WORDS and isinstance(value, str)
    },
    **_OWN,
}
MAX_WORDS: Final = 3

DARKER: Final = frozenset(("dark", "deep", "darker", "midnight", "dim"))
PALER: Final = frozenset(("light", "pale", "pastel", "soft", "powder", "baby", "lighter"))
LOUDER: Final = frozenset(("bright", "vivid", "neon", "electric", "hot", "vibrant", "intense", "fluorescent", "acid"))
QUIETER: Final = frozenset(("muted", "dusty", "faded", "greyish", "grayish", "dull", "smoky"))
MODIFIERS: Final = DARKER | PALER | LOUDER | QUIETER


def altered(colour: str, modifiers: list[str]) -> str:
    """A colour as its modifiers would have it."""
    tone = tone_of(colour)
    for word in modifiers:
        if word in DARKER:
            tone = tone.lit(min(tone.light * 0.58, 0.36))
        elif word in PALER:
            tone = Tone(max(0.82, tone.light + (1 - tone.light) * 0.55), tone.chroma * 0.62, tone.hue)
        elif word in LOUDER:
            tone = Tone(
                min(max(tone.light, 0.72), 0.86), max(tone.chroma * 1.4, 0.2) if tone.chroma > 0.02 else 0.0, tone.hue
            )
        else:
            tone = tone.toned(tone.chroma * 0.45)
    return hex_of(tone)


def colour_at(words: list[str], at: int) -> tuple[str, int] | None:
    """The colour that begins at a word, and where it ends; None if none does."""
    if words[at].startswith("#"):
        digits = words[at][1:]
        if len(digits) in (3, 6) and all(sign in "0123456789abcdef" for sign in digits):
            return "#" + (digits if len(digits) == 6 else "".join(sign * 2 for sign in digits)), at + 1
        return None
    begin = at
    while at < len(words) and at - begin < 2 and words[at] in MODIFIERS and not _named(words, at):
        at += 1
    found = _named(words, at)
    if found is None:
        return None
    return altered(found[0], words[begin:at]), found[1]


def _named(words: list[str], at: int) -> tuple[str, int] | None:
    for length in range(min(MAX_WORDS, len(words) - at), 0, -1):
        name = " ".join(words[at : at + length])
        colour = NAMES.get(name)
        if colour is not None:
            return colour, at + length
    return None
