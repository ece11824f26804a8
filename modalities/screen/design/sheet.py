"""The sheet a face is laid out on: its layers from the ground up, its pictures and fonts, the document they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from .brief import Brief, Fact, write_brief
from .grounds import picture_ground, vector_ground
from .markup import MIDDLE, SIDE, ambient, colour, drawing, fill, group, indented, tag
from .oklch import mixed
from .palette import Palette
from .typefaces import TYPEFACES, Typeface, font_file

DOCUMENT = "res/raw/watchface.xml"
PICTURES = "res/drawable-nodpi"
BRIEF = "brief.json"


@dataclass
class Sheet:
    """One face in the making. ``photo`` is an encoded picture for the ground ``photo``."""

    brief: Brief
    palette: Palette
    photo: bytes | None = None
    ground: list[str] = field(default_factory=list)
    day: list[str] = field(default_factory=list)
    """Under the complications."""
    slots: list[str] = field(default_factory=list)
    front: list[str] = field(default_factory=list)
    """Over the complications: the hands."""
    night: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def chance(self, name: str) -> Random:
        """The stream of chance of one decision."""
        return Random(f"{self.brief.seed}:{name}")

    @property
    def face(self) -> Typeface:
        """What the time is set in."""
        return TYPEFACES[self.brief.font]

    @property
    def label(self) -> Typeface:
        """What small words are set in."""
        return TYPEFACES[self.face.label] if self.face.label else self.face

    @property
    def dark(self) -> Typeface:
        """What the time is set in at night."""
        return TYPEFACES[self.face.night] if self.face.night else self.face

    @property
    def slot(self) -> int:
        """The number of the next complication."""
        return len(self.slots) + 1

    def accent_of(self, fact: Fact, index: int) -> str:
        """The colour of a fact's sign: the accents by turns."""
        del fact
        palette = self.palette
        return palette.accent if index % 2 == 0 or self.brief.harmony == "mono" else palette.second

    def picture(self, name: str, data: bytes, suffix: str = "png") -> str:
        """Keep a picture and give its name in the document."""
        self.files[f"{PICTURES}/{name}.{suffix}"] = data
        return name

    def lay_ground(self) -> None:
        """What lies behind everything."""
        brief, palette = self.brief, self.palette
        data = self.photo if brief.ground == "photo" else picture_ground(brief.ground, palette, brief.seed)
        if data is not None:
            name = self.picture("ground", data, "webp")
            self.ground.append(tag("PartImage", tag("Image", resource=name), x=0, y=0, width=SIDE, height=SIDE))
        else:
            self.ground.append(vector_ground(brief.ground, palette, self.chance("ground")))

    def vignette(self, strength: float) -> None:
        """Darken towards the rim, so that what lies there can be read."""
        inner = tag(
            "RadialGradient", centerX=MIDDLE, centerY=MIDDLE, radius=MIDDLE,
            colors=f"{colour('#000000', 0.0)} {colour('#000000', strength)}", positions="0.45 1",
        )  # fmt: skip
        shape = tag("Ellipse", tag("Fill", inner, color="#00000000"), x=0, y=0, width=SIDE, height=SIDE)
        self.ground.append(drawing(shape))

    def shade(self, x: float, y: float, wide: float, high: float, bend: float = 0.0) -> None:
        """A dark field behind words that stand on a photograph; on any other ground nothing."""
        if self.brief.ground == "photo":
            corner = bend or high / 2
            box = {"x": x, "y": y, "width": wide, "height": high, "cornerRadiusX": corner, "cornerRadiusY": corner}
            self.ground.append(drawing(tag("RoundRectangle", fill("#05070a", 0.42), **box)))

    def document(self) -> bytes:
        """The face's XML."""
        brief, palette = self.brief, self.palette
        base = palette.ground if brief.ground != "photo" else "#000000"
        kind = {"analog": "ANALOG", "hybrid": "ANALOG", "digital": "DIGITAL"}[brief.style]
        gone = ambient("alpha", 0)
        scene = tag(
            "Scene",
            ambient("backgroundColor", "#FF000000"),
            group("ground", *self.ground, gone),
            group("day", *self.day, gone),
            *self.slots,
            group("front", *self.front, gone),
            group("night", *self.night, ambient("alpha", 255), alpha=0),
            backgroundColor=colour(base),
        )
        head = tag("Metadata", key="CLOCK_TYPE", value=kind) + tag("Metadata", key="PREVIEW_TIME", value="10:08:36")
        text = tag("WatchFace", head, scene, width=SIDE, height=SIDE, clipShape="CIRCLE")
        return ('<?xml version="1.0" encoding="utf-8"?>\n' + indented(text)).encode()

    def packed(self) -> dict[str, bytes]:
        """All files of the face: document, pictures, the fonts it uses, and the brief it was made from."""
        document = self.document()
        text = document.decode()
        fonts = {face.family for face in TYPEFACES.values() if face.own and f'family="{face.family}"' in text}
        return {
            DOCUMENT: document,
            **self.files,
            **{f"res/font/{family}.ttf": font_file(family) for family in sorted(fonts)},
            BRIEF: write_brief(self.brief),
        }

    def quiet(self, share: float = 0.5) -> str:
        """A colour between the ground and what is read after."""
        return mixed(self.palette.ground, self.palette.soft, share)
