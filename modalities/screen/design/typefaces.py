"""The typefaces of faces made here: which font a feeling is set in, how its letters sit, and how wide words are.

``rise`` is how far, in shares of the size, digits stand above the middle of their line's box when they should stand in
it: fonts differ in what they leave above and below.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from ..lettering import FONTS
from ..wff.letters import Letters, Style
from ..wff.resources import Resources
from .markup import colour, tag

DEVICE: Final = "SYNC_TO_DEVICE"


class Typeface(NamedTuple):
    """A font by its family in a document. ``cap`` is the height of its digits; ``label`` and ``night`` are the
    typefaces that stand in for it in small words and in ambient mode."""

    family: str
    weight: str
    cap: float
    rise: float
    label: str = ""
    night: str = ""
    scale: float = 1.0

    @property
    def style(self) -> Style:
        return Style(self.family, self.weight)

    @property
    def own(self) -> bool:
        """Whether a face must bring it."""
        return self.family != DEVICE


TYPEFACES: Final[dict[str, Typeface]] = {
    "sans": Typeface(DEVICE, "MEDIUM", 0.71, -0.005, "sans", "light"),
    "light": Typeface(DEVICE, "LIGHT", 0.71, -0.005, "sans", "light"),
    "heavy": Typeface(DEVICE, "EXTRA_BOLD", 0.71, -0.005, "sans", "light"),
    "geometric": Typeface("jost_medium", "MEDIUM", 0.7, -0.003, "geometric", "thin"),
    "thin": Typeface("jost_light", "LIGHT", 0.7, -0.003, "geometric", "thin"),
    "serif": Typeface("cormorant", "SEMI_BOLD", 0.625, 0.006, "serif", "serif", 1.14),
    "roman": Typeface("cinzel", "MEDIUM", 0.7, -0.048, "roman", "roman"),
    "condensed": Typeface("oswald", "MEDIUM", 0.81, 0.047, "condensed", "condensed", 0.92),
    "angular": Typeface("chakra_petch", "MEDIUM", 0.7, -0.008, "angular", "angular"),
    "round": Typeface("nunito", "BOLD", 0.705, -0.024, "round", "thin"),
    "mono": Typeface("jetbrains_mono", "MEDIUM", 0.73, -0.005, "mono", "mono", 0.94),
}
"""``scale`` makes sizes look alike: a serif with small letters is set larger, a tall narrow one smaller."""


class Bundle:
    """The files of a face in memory, as an archive of resources."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self.sizes: Mapping[str, int] = {name: len(data) for name, data in files.items()}

    def read(self, name: str, limit: int = 0) -> bytes:
        """The content of a file."""
        return self._files[name]


@lru_cache(maxsize=16)
def font_file(family: str) -> bytes:
    """The font of a family."""
    return (FONTS / f"{family}.ttf").read_bytes()


@lru_cache(maxsize=1)
def _letters() -> Letters:
    families = {each.family for each in TYPEFACES.values() if each.own}
    return Letters(Resources(Bundle({f"res/font/{family}.ttf": font_file(family) for family in families})))


def width(text: str, face: Typeface, size: float, spacing: float = 0.0) -> float:
    """How wide a line is."""
    return _letters().width(text, face.style._replace(spacing=spacing), size)


def fitted(text: str, face: Typeface, size: float, room: float, spacing: float = 0.0) -> float:
    """The size, smaller if the line is wider than its room."""
    wide = width(text, face, size, spacing)
    return size if wide <= room else size * room / wide


def font(face: Typeface, size: float, ink: str, content: str = "", spacing: float = 0.0) -> str:
    """A Font with what it sets."""
    more = {"letterSpacing": spacing} if spacing else {}
    return tag("Font", content, family=face.family, size=size, weight=face.weight, color=colour(ink), **more)


def words(
    content: str, x: float, y: float, room: float, size: float, ink: str, face: Typeface, *,
    align: str = "CENTER", spacing: float = 0.0, auto: bool = False, live: str = "",
) -> str:  # fmt: skip
    """A PartText about a middle (for ``START`` and ``END`` the edge): its digits stand in the middle at ``y``."""
    high = round(size * 1.56)
    wide = max(round(room), 8)
    left = {"START": x, "END": x - wide}.get(align, x - wide / 2)
    flags = {"isAutoSize": "TRUE"} if auto else {}
    return tag(
        "PartText", live, tag("Text", font(face, size, ink, content, spacing), align=align, **flags),
        x=round(left), y=round(y - high / 2 - face.rise * size), width=wide, height=high,
    )  # fmt: skip


def clock(
    pattern: str,
    x: float,
    y: float,
    room: float,
    size: float,
    ink: str,
    face: Typeface,
    *,
    align: str = "CENTER",
    hours: str = "SYNC_TO_DEVICE",
) -> str:
    """A DigitalClock of one TimeText, placed as :func:`words`."""
    high = round(size * 1.56)
    wide = max(round(room), 8)
    left = {"START": x, "END": x - wide}.get(align, x - wide / 2)
    inner = font(face, size, ink)
    text = tag("TimeText", inner, format=pattern, hourFormat=hours, align=align, x=0, y=0, width=wide, height=high)
    return tag("DigitalClock", text, x=round(left), y=round(y - high / 2 - face.rise * size), width=wide, height=high)
