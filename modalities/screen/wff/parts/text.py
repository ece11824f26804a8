"""PartText and TimeText: words in a box or round a circle, aligned, sized, cut and ornamented."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final

from PIL import Image, ImageChops

from ..affine import Affine, Box, shift, stretch
from ..colour import WHITE, Colour, read_colour
from ..compositor import flatten
from ..expression import text_of
from ..letters import Style
from ..live import Attribute, Frame, Live
from ..stamp import Stamp, tinted
from ..typesetting import Glyphs, Line, Ornament, Run
from ..words import Words
from .element import Element, Place, union
from .image import Turned

CUT: Final = 0.02
"""Share of a word's pixels that its box may cut off before it counts as too narrow."""


@dataclass(slots=True)
class OrnamentStyle:
    """An ornament with live numbers, in units of the face."""

    kind: str
    colour: Attribute | None = None
    x: Attribute | None = None
    y: Attribute | None = None
    radius: Attribute | None = None

    def get(self, frame: Frame, scale: float) -> Ornament:
        """The ornament now, in pixels."""

        def pixels(attribute: Attribute | None) -> float:
            return attribute.number(frame) * scale if attribute is not None else 0.0

        colour = read_colour(self.colour.get(frame)) if self.colour is not None else None
        return Ornament(self.kind, colour or WHITE, pixels(self.x), pixels(self.y), min(pixels(self.radius), 64.0))


@dataclass(slots=True)
class RunStyle:
    """A run with live text, size and colour; ``scales`` tells an inline picture's width in units."""

    text: Live
    size: Attribute
    colour: Attribute
    style: Style = Style()  # noqa: RUF009  an immutable tuple
    least: float = 12.0
    ornaments: Sequence[OrnamentStyle] = ()
    glyphs: Glyphs | None = None
    picture: bool = False
    width: float = 0.0
    case: str = ""

    def get(self, frame: Frame, scale: float) -> Run:
        """The run now, in pixels."""
        text = text_of(self.text.get(frame))
        text = text.upper() if self.case == "Upper" else text.lower() if self.case == "Lower" else text
        colour = read_colour(self.colour.get(frame)) or WHITE
        size = self.size.number(frame) * scale
        ornaments = tuple(ornament.get(frame, scale) for ornament in self.ornaments)
        if self.picture:
            return Run("", size, colour, self.style, size, ornaments, None, text, self.width * scale)
        return Run(text, size, colour, self.style, min(self.least * scale, size), ornaments, self.glyphs)


@dataclass(slots=True)
class Setting:
    """How words are laid out in their box; ``circle`` is set for a TextCircular."""

    align: str = "CENTER"
    vertical: str = "CENTER"
    most: int = 1
    ellipsis: bool = False
    auto: bool = False
    spacing: float = 0.0
    circle: dict[str, Attribute] = field(default_factory=dict)
    direction: str = "CLOCKWISE"


class PartText(Element):
    """Words."""

    def __init__(
        self, place: Place, alpha: Attribute, tint: Attribute | None, mode: str, blend: str, words: Words
    ) -> None:
        super().__init__(place, alpha, tint, mode, blend)
        self._words = words
        self._turned = Turned()
        self.runs: Sequence[RunStyle] = ()
        self.setting = Setting()
        self._key: Hashable = None
        self._stamps: list[Stamp] = []
        self._flat: tuple[list[Stamp], Image.Image, Box] | None = None
        self.overflows = False
        """Whether the words last drawn did not fit their box."""
        self.turned = False
        """Whether they were drawn through a turn, so that ``drawn`` tells nothing of their place."""
        self.said = ""
        """The words last drawn, as they were asked for."""
        self.pixels = 0.0
        """The size of the largest letters last drawn."""

    @property
    def drawn(self) -> list[Stamp]:
        """The stamps of the words last drawn, before opacity and masks (upright ones where they are)."""
        return self._stamps

    def content(self, frame: Frame, matrix: Affine, tint: Colour | None) -> list[Stamp]:
        """The words now."""
        scale = matrix.scale
        runs = [run for style in self.runs if (run := style.get(frame, scale)).text or run.picture]
        size = self.place.size(frame)
        circle = tuple(attribute.number(frame) for attribute in self.setting.circle.values())
        corner = (matrix.c, matrix.f) if matrix.upright else (0.0, 0.0)
        key = (tuple(run.key for run in runs), size, scale, circle, tint, corner)
        if key != self._key:
            self._key = key
            self.said = "".join(run.text for run in runs)
            self.pixels = max((run.size for run in runs), default=0.0)
            local = stretch(scale, scale).then(shift(*corner))
            draw = self._circular if self.setting.circle else self._boxed
            self._stamps = [tinted(stamp, tint) for stamp in draw(runs, size, local, frame)]
        self.turned = not matrix.upright
        return self._stamps if matrix.upright else self._through(matrix, scale, size)

    def _through(self, matrix: Affine, scale: float, size: tuple[float, float]) -> list[Stamp]:
        """The words, drawn upright at the origin, laid through a matrix that turns them."""
        if self._flat is None or self._flat[0] is not self._stamps:
            box = union(self._stamps, (-2048, -2048, 2048, 2048)) or (0, 0, 1, 1)
            self._flat = (self._stamps, flatten(self._stamps, box), box)
        _, picture, box = self._flat
        inner = shift(box[0] / scale, box[1] / scale).then(matrix)
        units = ((box[2] - box[0]) / scale, (box[3] - box[1]) / scale)
        return self._turned.stamps(picture, units, inner, None, self._key)

    def _boxed(self, runs: list[Run], size: tuple[float, float], local: Affine, _frame: Frame) -> list[Stamp]:
        setter, setting = self._words.setter, self.setting
        scale = local.a
        room = (size[0] * scale, size[1] * scale)
        spacing = setting.spacing * scale
        if setting.auto:
            runs = setter.fitted(runs, room, setting.most, spacing)
        lines, whole = setter.lines(runs, room[0], setting.most)
        if setting.most == 0:
            tall = sum(line.metrics.height for line in lines) + spacing * (len(lines) - 1)
            whole = whole and tall <= room[1] + 0.5
            while setting.ellipsis and len(lines) > 1 and tall > room[1] + 0.5:
                tall -= lines.pop().metrics.height + spacing
        self.overflows = not whole
        if setting.ellipsis and not whole and lines:
            lines[-1] = setter.shortened(lines[-1], room[0])
        left, top = local.c, local.f
        clip = (math.floor(left), math.floor(top), math.ceil(left + room[0]), math.ceil(top + room[1]))
        baselines = self._baselines(lines, top, room[1], spacing)
        stamps: list[Stamp] = []
        for line, baseline in zip(lines, baselines, strict=True):
            free = room[0] - line.width
            x = left + {"START": 0.0, "END": free}.get(setting.align, free / 2)
            stamps += self._words.stamps(line, x, baseline, clip)
            if setting.most == 1 and not whole and not setting.ellipsis:
                # an advance that is a little too wide may cut nothing but the blank beside a letter
                self.overflows = _ink(stamps) < (1 - CUT) * _ink(self._words.stamps(line, x, baseline, None))
        return stamps

    def _baselines(self, lines: Sequence[Line], top: float, high: float, spacing: float) -> list[float]:
        whole = sum(line.metrics.height for line in lines) + spacing * max(len(lines) - 1, 0)
        vertical = self.setting.vertical
        if vertical == "CENTER_ON_BASELINE" and lines:
            y = top + high / 2 - lines[0].metrics.ascent - (whole - lines[0].metrics.height) / 2
        else:
            y = top + {"TOP": 0.0, "BOTTOM": high - whole}.get(vertical, (high - whole) / 2)
        found = []
        for line in lines:
            found.append(y + line.metrics.ascent)
            y += line.metrics.height + spacing
        return found

    def _circular(self, runs: list[Run], _size: tuple[float, float], local: Affine, frame: Frame) -> list[Stamp]:
        """Letters along an arc, each turned; they start at the start angle and run in the setting's direction."""
        n = {name: attribute.number(frame) for name, attribute in self.setting.circle.items()}
        setter, setting, scale = self._words.setter, self.setting, local.a
        radius = max((n["width"] + n["height"]) / 4 * scale, 1.0)
        back = setting.direction == "COUNTER_CLOCKWISE"
        sweep = n["endAngle"] - n["startAngle"]
        span = abs(sweep) % 360 or (360.0 if sweep else 0.0)
        room = math.radians(span) * radius
        if setting.auto:
            runs = setter.fitted(runs, (room, 1e9), 1, 0.0)
        (line,), whole = setter.lines(runs, room, 1)
        self.overflows = not whole
        if not whole and setting.ellipsis:
            line = setter.shortened(line, room)
        free = room - line.width
        at = {"START": 0.0, "END": free}.get(setting.align, free / 2)
        middle = {"TOP": -line.metrics.descent, "BOTTOM": line.metrics.ascent}.get(
            setting.vertical, (line.metrics.ascent - line.metrics.descent) / 2
        )
        centre = local.at(n["centerX"], n["centerY"])
        stamps: list[Stamp] = []
        for run, offset in line.runs:
            glyphs = (
                [run]
                if run.picture
                else [run._replace(text=part) for part in (run.glyphs.cut(run.text) if run.glyphs else run.text)]
            )
            x = at + offset
            for glyph in glyphs:
                wide = setter.width(glyph)
                angle = math.degrees((x + wide / 2) / radius)
                turn_by = n["startAngle"] - angle + 180 if back else n["startAngle"] + angle
                height = radius + middle if back else radius - middle
                stamps += self._turned_glyph(glyph, wide, centre, -height if back else height, turn_by)
                x += wide
        return _gathered(stamps)

    def _turned_glyph(
        self, run: Run, wide: float, centre: tuple[float, float], height: float, degrees: float
    ) -> list[Stamp]:
        """One letter, its baseline's middle ``height`` above the centre, turned about the centre."""
        found = []
        for stamp in self._words.run(run, -wide / 2, 0.0):
            turned = _turned_stamp(stamp, centre, height, degrees)
            found += [turned] if turned is not None else []
        return found


def _ink(stamps: Sequence[Stamp]) -> int:
    """Pixels that are mostly covered."""
    return sum(sum(stamp.mask.histogram()[64:]) for stamp in stamps)


def _turned_stamp(stamp: Stamp, centre: tuple[float, float], height: float, degrees: float) -> Stamp | None:
    angle = math.radians(degrees)
    sine, cosine = math.sin(angle), math.cos(angle)
    # local (u, v) with v down: u along the baseline, v - height from the centre
    matrix = Affine(cosine, -sine, centre[0] + sine * height, sine, cosine, centre[1] - cosine * height)
    left, top, right, bottom = shift(stamp.left, stamp.top).then(matrix).box(stamp.mask.width, stamp.mask.height)
    left, top, right, bottom = left - 1, top - 1, right + 1, bottom + 1
    back = matrix.inverse()
    x0 = back.a * left + back.b * top + back.c - stamp.left
    y0 = back.d * left + back.e * top + back.f - stamp.top
    data = (back.a, back.b, x0, back.d, back.e, y0)
    mask = stamp.mask.transform((right - left, bottom - top), Image.Transform.AFFINE, data, Image.Resampling.BICUBIC)
    ink = stamp.ink
    if not isinstance(ink, tuple):
        ink = ink.transform(mask.size, Image.Transform.AFFINE, data, Image.Resampling.BICUBIC)
    return Stamp(left, top, ink, mask)


def _gathered(stamps: Sequence[Stamp]) -> list[Stamp]:
    """Neighbouring masks of one colour as one stamp, so that a ring of letters is not sixty of them."""
    found: list[Stamp] = []
    for stamp in stamps:
        last = found[-1] if found else None
        if last is None or not isinstance(stamp.ink, tuple) or last.ink != stamp.ink:
            found.append(stamp)
            continue
        left, top = min(last.left, stamp.left), min(last.top, stamp.top)
        right, bottom = max(last.box[2], stamp.box[2]), max(last.box[3], stamp.box[3])
        whole = Image.new("L", (right - left, bottom - top))
        whole.paste(last.mask, (last.left - left, last.top - top))
        at = (stamp.left - left, stamp.top - top, stamp.box[2] - left, stamp.box[3] - top)
        whole.paste(ImageChops.lighter(whole.crop(at), stamp.mask), at)
        found[-1] = Stamp(left, top, stamp.ink, whole)
    return found
