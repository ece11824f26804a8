"""A face on the bench: drawn at chosen moments, with parts left out, and what a day brings at its longest.

Everything is measured at 466 by 466 pixels on a round screen unless said otherwise, with the face's default choices.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from PIL import Image

from .device import Device
from .face import Face
from .parts.element import Element
from .parts.text import PartText
from .renderer import FaceRenderer
from .weather import Day, Hour, Sky

SIDE: Final = 466
DAY: Final = datetime(2026, 9, 30, tzinfo=UTC)
"""A Wednesday in September: the longest names in English."""
TIMES: Final = (
    (0, 0), (1, 5), (2, 22), (3, 58), (4, 40), (5, 17), (6, 30), (7, 49), (8, 11), (9, 36), (10, 8), (11, 59), (12, 1),
    (13, 44), (15, 27), (16, 53), (18, 33), (20, 20), (21, 46), (23, 19),
)  # fmt: skip
"""Hours and minutes at which a face is read."""


def device(hour: int, minute: int, second: int = 0, *, ambient: bool = False, full: bool = False) -> Device:
    """A device at a time of day; ``full`` makes every figure as long as it gets."""
    moment = DAY.replace(hour=hour, minute=minute, second=second)
    now = moment.timestamp()
    cold = -28.0 if full else 12.0
    sky = Sky(
        14, cold, now, 7 <= hour < 19, cold - 2, cold + 6, 100, 11,
        hours=tuple(Hour(now - 1800 + 3600 * i, 14, cold) for i in range(9)),
        days=tuple(Day(now - hour * 3600 + 86_400 * i, 14, cold - 2, cold + 6, 100) for i in range(6)),
        sunrise=now - 3600, sunset=now + 7200,
    )  # fmt: skip
    return Device(
        moment, ambient, True, zone="UTC", battery=100 if full else 82, steps=88_888 if full else 6204,
        heart_rate=188 if full else 72, unread=99 if full else 3, sky=sky,
        next_alarm=(moment + timedelta(days=1)).replace(hour=22, minute=58, tzinfo=None),
    )  # fmt: skip


class Subject:
    """One face under measurement."""

    def __init__(self, face: Face, side: int = SIDE) -> None:
        self.face = face
        self.side = side
        self.renderer = FaceRenderer(face, (side, side))

    def draw(self, device: Device, hidden: Element | None = None) -> Image.Image:
        """The picture, without one element if that is wished."""
        left_out = frozenset((id(hidden),)) if hidden is not None else frozenset[int]()
        return self.renderer.draw(device, still=True, hidden=left_out)

    def shown(self, device: Device) -> list[Element]:
        """The elements that are drawn."""
        trace: list[object] = []
        self.renderer.draw(device, still=True, trace=trace)
        return [element for element in trace if isinstance(element, Element)]

    def texts(self, device: Device) -> list[PartText]:
        """The words that are drawn."""
        return [element for element in self.shown(device) if isinstance(element, PartText) and element.said.strip()]


_bench: list[Subject] = []


def subject(face: Face) -> Subject:
    """The face on the bench; the measures of one check share it."""
    if not _bench or _bench[0].face is not face:
        _bench[:] = [Subject(face)]
    return _bench[0]


def place(element: Element) -> str:
    """Where an element stands in its document."""
    return f"line {element.origin.line}, {element.origin.path}" if element.origin is not None else ""
