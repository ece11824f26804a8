"""The brief of a face: every decision about its looks, typed and bounded. A compiler turns it into a document.

Whoever fills it in (words, a photograph, a model) can say nothing that is not in it, so whatever is in it compiles.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

import msgspec

from ....kernel.errors import CallerError

Style = Literal["analog", "digital", "hybrid"]
Scheme = Literal["dark", "rich", "light"]
Layout = Literal["dial", "line", "stack", "split", "rings", "rows", "tiles", "band"]
"""How a face without hands is laid out; ``dial`` is the one with hands."""
Ground = Literal[
    "plain", "glow", "fade", "sunray", "brushed", "guilloche", "hobnail", "waves", "linen", "mesh", "stars", "contours",
    "facets", "halves", "sector", "stripe", "photo",
]  # fmt: skip
Hands = Literal["baton", "dauphine", "sword", "leaf", "pencil", "syringe", "skeleton", "bar", "line", "none"]
Indices = Literal["none", "quarters", "ticks", "batons", "dots", "bars", "arabic", "quarter-arabic", "roman", "plots"]
Font = Literal["sans", "light", "heavy", "geometric", "thin", "serif", "roman", "condensed", "angular", "round", "mono"]
Second = Literal["none", "tick", "sweep", "ring", "dial"]
Ambient = Literal["full", "outline", "bare"]
Kind = Literal["steps", "heart", "battery", "weather", "sun", "unread", "alarm", "world", "timer"]
Place = Literal[
    "", "top", "bottom", "left", "right", "top-left", "top-right", "bottom-left", "bottom-right", "centre"
]  # fmt: skip
Look = Literal["", "ring", "text", "stack"]
Harmony = Literal["mono", "analogous", "complement", "split", "triad"]
Hex = Annotated[str, msgspec.Meta(pattern=r"^(#[0-9a-f]{6})?$")]

MAX_FACTS: Final = 5
MAX_WORDS: Final = 300


class Fact(msgspec.Struct, frozen=True):
    """A complication: what it tells, where, and how it looks ('' where the layout chooses)."""

    kind: Kind
    place: Place = ""
    look: Look = ""


class Colours(msgspec.Struct, frozen=True):
    """What colours were asked for, as ``#rrggbb``; '' where the palette chooses."""

    theme: Hex = ""
    second: Hex = ""
    ground: Hex = ""
    hands: Hex = ""
    marks: Hex = ""
    accent: Hex = ""


class Brief(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A face, decided. Lengths are shares of the usual one; ``hue`` is in degrees of OKLCH."""

    name: Annotated[str, msgspec.Meta(max_length=40)] = "face"
    words: Annotated[str, msgspec.Meta(max_length=MAX_WORDS)] = ""
    style: Style = "analog"
    layout: Layout = "dial"
    mood: Annotated[str, msgspec.Meta(max_length=20)] = ""
    scheme: Scheme = "dark"
    harmony: Harmony = "mono"
    hue: Annotated[float, msgspec.Meta(ge=0, le=360)] = 250.0
    chroma: Annotated[float, msgspec.Meta(ge=0, le=2)] = 1.0
    colours: Colours = Colours()
    ground: Ground = "glow"
    hands: Hands = "baton"
    thick: Annotated[float, msgspec.Meta(ge=0.5, le=2)] = 1.0
    long: Annotated[float, msgspec.Meta(ge=0.8, le=1.1)] = 1.0
    indices: Indices = "batons"
    track: bool = True
    bezel: bool = False
    font: Font = "sans"
    size: Annotated[float, msgspec.Meta(ge=0.7, le=1.3)] = 1.0
    second: Second = "tick"
    date: Place | Literal["none"] = "none"
    date_long: bool = False
    digits: Place | Literal["none"] = "none"
    """Where a hybrid has its digital time."""
    facts: Annotated[tuple[Fact, ...], msgspec.Meta(max_length=MAX_FACTS)] = ()
    ambient: Ambient = "outline"
    night: Annotated[float, msgspec.Meta(ge=0.4, le=1)] = 1.0
    """Size of the figures in ambient mode, as a share of the usual one."""
    lift: Annotated[int, msgspec.Meta(ge=0, le=4)] = 0
    """How far contrast was raised above the usual, because what was measured asked for it."""
    seed: Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)] = 0


FACTS: Final[tuple[Kind, ...]] = get_args(Kind)


def read_brief(data: bytes) -> Brief:
    """A brief of its JSON. Raises CallerError: which field, what was expected."""
    try:
        return msgspec.json.decode(data, type=Brief)
    except msgspec.DecodeError as error:
        raise CallerError(f"expected the brief of a face, found: {str(error)[:160]}") from None


def write_brief(brief: Brief) -> bytes:
    """The brief as JSON, one field a line."""
    return msgspec.json.format(msgspec.json.encode(brief), indent=2) + b"\n"
