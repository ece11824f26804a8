"""What all visible elements share: where they lie, how they are turned and tinted, how opaque they are, how they blend.

An element hands over the same stamps as long as nothing about it changed; the compositor's economy rests on that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..affine import Affine, Box, join, meet, placed
from ..blend import EVERYWHERE
from ..colour import Colour, read_colour
from ..compositor import flatten
from ..live import Attribute, Frame
from ..node import Node
from ..stamp import Stamp, dimmed, masked, of_picture

Part = tuple[str, list[Stamp]]
"""A renderMode (SOURCE, MASK or ALL) and what is drawn with it."""


class Visual(Protocol):
    """Something that can be seen."""

    def parts(self, frame: Frame, matrix: Affine, tint: Colour | None) -> list[Part]:
        """What it leaves on the picture now; ``matrix`` takes its parent's coordinates to pixels."""
        ...


@dataclass(slots=True)
class Place:
    """The geometry of an element, every number of it alive."""

    x: Attribute
    y: Attribute
    width: Attribute
    height: Attribute
    pivot_x: Attribute
    pivot_y: Attribute
    angle: Attribute
    scale_x: Attribute
    scale_y: Attribute

    def size(self, frame: Frame) -> tuple[float, float]:
        """Width and height in the face's units."""
        return (max(self.width.number(frame), 0.0), max(self.height.number(frame), 0.0))

    def matrix(self, frame: Frame) -> Affine:
        """Its own coordinates to its parent's."""
        wide, high = self.size(frame)
        pivot = (self.pivot_x.number(frame) * wide, self.pivot_y.number(frame) * high)
        scale = (self.scale_x.number(frame), self.scale_y.number(frame))
        return placed(self.x.number(frame), self.y.number(frame), pivot, self.angle.number(frame), scale)


class Effect:
    """Opacity and blending of what an element drew, kept while neither changes."""

    def __init__(self) -> None:
        self._content: list[Stamp] = []
        self._key: tuple[float, str] = (255.0, "")
        self._done: list[Stamp] = []

    def apply(self, content: list[Stamp], alpha: float, blend: str, clip: Box) -> list[Stamp]:
        """The stamps at an opacity of 0..255, blended by a mode."""
        if (alpha >= 255 and not blend) or not content:
            return content
        if same(content, self._content) and self._key == (alpha, blend):
            return self._done
        self._content, self._key = content, (alpha, blend)
        if len(content) == 1:
            self._done = [dimmed(content[0], alpha)._replace(blend=blend or content[0].blend)]
        elif blend or _overlap(content):
            box = union(content, clip)
            layer = [] if box is None else [of_picture(flatten(content, box), box[0], box[1])]
            self._done = [dimmed(stamp, alpha)._replace(blend=blend) for stamp in layer]
        else:
            self._done = [dimmed(stamp, alpha) for stamp in content]
        return self._done


class Masks:
    """The rule of renderMode: siblings with MASK are not seen; the others are seen through them."""

    def __init__(self) -> None:
        self._key: list[Stamp] = []
        self._count = 0
        self._done: list[Stamp] = []

    def apply(self, parts: Sequence[Part], clip: Box) -> list[Stamp]:
        """The stamps of siblings, masked if any of them is a mask."""
        seen = [stamp for mode, stamps in parts if mode != "MASK" for stamp in stamps]
        if all(mode == "SOURCE" for mode, _ in parts):
            return seen
        holes = [stamp for mode, stamps in parts if mode != "SOURCE" for stamp in stamps]
        key = [*seen, *holes]
        if same(key, self._key) and self._count == len(seen):
            return self._done
        self._key, self._count = key, len(seen)
        box, window = union(seen, clip), union(holes, clip)
        inside = meet(box, window) if box is not None and window is not None else None
        if inside is None:
            self._done = []
        else:
            mask = flatten(holes, inside).getchannel("A")
            through = masked(of_picture(flatten(seen, inside), inside[0], inside[1]), mask, inside[0], inside[1])
            self._done = [] if through is None else [through]
        return self._done


class Element:
    """An element with a place; subclasses say what is in it. ``origin`` is the node it was made from."""

    origin: Node | None = None

    def __init__(self, place: Place, alpha: Attribute, tint: Attribute | None, mode: str, blend: str) -> None:
        self.place = place
        self.alpha = alpha
        self.tint = tint
        self.blend = "" if blend in ("", "SRC_OVER") else blend
        self._mode = mode
        self._effect = Effect()

    def parts(self, frame: Frame, matrix: Affine, tint: Colour | None) -> list[Part]:
        """Its stamps, under its own renderMode."""
        return [(self._mode, self.stamps(frame, matrix, tint))]

    def stamps(self, frame: Frame, matrix: Affine, tint: Colour | None) -> list[Stamp]:
        """What it leaves on the picture now."""
        if frame.hidden and id(self) in frame.hidden:
            return []
        frame.effort.check()
        alpha = self.alpha.number(frame)
        if alpha <= 0 and self.blend not in EVERYWHERE:
            return []
        inner = self.place.matrix(frame).then(matrix)
        if inner.flat:
            return []
        own = read_colour(self.tint.get(frame)) if self.tint is not None else None
        content = self.content(frame, inner, multiplied(tint, own))
        if frame.trace is not None:
            frame.trace.append(self)
        return self._effect.apply(content, alpha, self.blend, frame.clip)

    def content(self, frame: Frame, matrix: Affine, tint: Colour | None) -> list[Stamp]:
        """What is in it, in its own coordinates."""
        raise NotImplementedError


class Group(Element):
    """A container; its children are in its coordinates and share its tint, opacity and turns."""

    def __init__(self, place: Place, alpha: Attribute, tint: Attribute | None, mode: str, blend: str) -> None:
        super().__init__(place, alpha, tint, mode, blend)
        self.children: list[Visual] = []
        self._masks = Masks()

    def content(self, frame: Frame, matrix: Affine, tint: Colour | None) -> list[Stamp]:
        """Its children's stamps."""
        parts = [part for child in self.children for part in child.parts(frame, matrix, tint)]
        return self._masks.apply(parts, frame.clip)


def multiplied(one: Colour | None, other: Colour | None) -> Colour | None:
    """Two tints as one."""
    if one is None or other is None:
        return one or other
    red, green, blue, alpha = (a * b // 255 for a, b in zip(one, other, strict=True))
    return (red, green, blue, alpha)


def same(one: Sequence[Stamp], other: Sequence[Stamp]) -> bool:
    """Whether two lists hold the very same stamps."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def union(stamps: Sequence[Stamp], clip: Box) -> Box | None:
    """The box round stamps, within a clip; None if nothing is inside."""
    box: Box | None = None
    for stamp in stamps:
        box = stamp.box if box is None else join(box, stamp.box)
    return None if box is None else meet(box, clip)


def _overlap(stamps: Sequence[Stamp]) -> bool:
    return any(meet(one.box, other.box) is not None for i, one in enumerate(stamps) for other in stamps[:i])
