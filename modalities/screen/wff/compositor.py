"""The compositor: keeps the picture and its lower layers, and paints only what changed.

A frame is a list of stamps, from the lowest up. Parts that did not change hand over the very same stamp again, so two
lists are compared by identity: the boxes of what went, came or moved are what must be painted anew. Stamps below the
first one that changes are kept flattened, so that a second hand over thirty layers costs one copy and one hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PIL import Image

from .affine import Box, join, meet
from .blend import EVERYWHERE, blend
from .colour import Colour
from .effort import ANY, Effort
from .stamp import Stamp, cropped, lay

MANY: Final = 6
"""Boxes painted one by one; more are joined."""


class Compositor:
    """A picture of ``size`` pixels, black where ``glass`` (a mask as large) covers it."""

    def __init__(self, size: tuple[int, int], glass: Image.Image | None = None) -> None:
        self.size = size
        self._glass = glass
        self.painted = 0
        """Pixels painted for the last frame, for those who watch the cost."""
        self._picture: Image.Image | None = None
        self._stamps: list[Stamp] = []
        self._ground: Colour | None = None
        self._flat: Image.Image | None = None
        self._depth = 0
        self._first = 0

    def frame(self, stamps: Sequence[Stamp], ground: Colour, effort: Effort = ANY) -> tuple[Image.Image, list[Box]]:
        """The picture of these stamps over a colour, and the boxes in which it differs from the last one.

        The picture is the compositor's own: copy it to keep it. Raises FaceError if it takes more than ``effort``.
        """
        whole: Box = (0, 0, *self.size)
        new = list(stamps)
        boxes: list[Box]
        if self._picture is None or ground != self._ground:
            self._picture = self._picture or Image.new("RGB", self.size)
            self._flat, self._depth, self._first = None, 0, 0
            boxes = [whole]
        else:
            boxes = self._changes(new, whole)
        self._ground = None  # until it is whole: a picture that was given up is painted anew
        if boxes:
            self._settle(new, ground, effort, first=self._common(new))
            for box in boxes:
                self._paint(new, ground, box, effort)
        self.painted = sum((box[2] - box[0]) * (box[3] - box[1]) for box in boxes)
        self._stamps, self._ground = new, ground
        return self._picture, boxes

    def _common(self, new: Sequence[Stamp]) -> int:
        count = 0
        for one, other in zip(self._stamps, new, strict=False):
            if one is not other:
                break
            count += 1
        return count

    def _changes(self, new: Sequence[Stamp], whole: Box) -> list[Box]:
        """Where the picture will differ: the boxes of stamps that are in one list only, or in another order."""
        old = self._stamps
        begin = self._common(new)
        end = 0
        while end < min(len(old), len(new)) - begin and old[-1 - end] is new[-1 - end]:
            end += 1
        before, after = old[begin : len(old) - end], new[begin : len(new) - end]
        stay = {id(stamp) for stamp in before} & {id(stamp) for stamp in after}
        if [id(s) for s in before if id(s) in stay] != [id(s) for s in after if id(s) in stay]:
            stay = set()
        boxes = [meet(_reach(stamp, whole), whole) for stamp in (*before, *after) if id(stamp) not in stay]
        return _merged([box for box in boxes if box is not None])

    def _settle(self, new: Sequence[Stamp], ground: Colour, effort: Effort, *, first: int) -> None:
        """Keep what lies below the first change flattened, once it is the first change for the second time."""
        if first < self._depth:
            self._flat, self._depth = None, 0
        if first > self._depth and first == self._first and first > 1:
            flat = self._flat or Image.new("RGB", self.size, ground[:3])
            for stamp in new[self._depth : first]:
                effort.check()
                _put(flat, stamp, self.size)
            self._flat, self._depth = flat, first
        self._first = first

    def _paint(self, new: Sequence[Stamp], ground: Colour, box: Box, effort: Effort) -> None:
        assert self._picture is not None, "a picture is made before it is painted"
        size = (box[2] - box[0], box[3] - box[1])
        part = self._flat.crop(box) if self._flat is not None else Image.new("RGB", size, ground[:3])
        for stamp in new[self._depth :]:
            effort.check()
            if stamp.blend:
                blend(part, stamp, _reach(stamp, (0, 0, *self.size)), box[0], box[1])
                continue
            piece = cropped(stamp, box)
            if piece is not None:
                lay(part, piece, box[0], box[1])
        if self._glass is not None:
            self._picture.paste(0, box)
        self._picture.paste(part, box[:2], self._glass.crop(box) if self._glass is not None else None)


def _put(target: Image.Image, stamp: Stamp, size: tuple[int, int]) -> None:
    if stamp.blend:
        blend(target, stamp, _reach(stamp, (0, 0, *size)))
        return
    inside = cropped(stamp, (0, 0, *size))
    if inside is not None:
        lay(target, inside)


def _reach(stamp: Stamp, whole: Box) -> Box:
    """The pixels a stamp can change."""
    return whole if stamp.blend in EVERYWHERE else stamp.box


def _merged(boxes: list[Box]) -> list[Box]:
    """Few boxes that cover the same pixels; overlapping ones become one."""
    left = list(boxes)
    found: list[Box] = []
    while left:
        box = left.pop()
        again = True
        while again:
            again = False
            for other in [*left, *found]:
                if meet(box, other) is not None:
                    (left if other in left else found).remove(other)
                    box, again = join(box, other), True
                    break
        found.append(box)
    while len(found) > MANY:
        found.sort(key=lambda b: (b[2] - b[0]) * (b[3] - b[1]))
        one, other = found.pop(0), found.pop(0)
        found = _merged([join(one, other), *found])
    return found


def flatten(stamps: Sequence[Stamp], box: Box) -> Image.Image:
    """Stamps as one transparent RGBA layer of a box."""
    layer = Image.new("RGBA", (box[2] - box[0], box[3] - box[1]))
    for stamp in stamps:
        if stamp.blend:
            blend(layer, stamp, box, box[0], box[1])
        else:
            lay(layer, stamp, box[0], box[1])
    return layer
