"""What the image wing says and understands. A picture is the bytes of its file, however it came.

Everything read from a picture was written by whoever made the picture: who passes it on labels it ``untrusted``.
Coordinates are in pixels of the upright picture, x to the right, y down.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ...kernel.message import Body, message

Want = Literal["codes", "text", "palette", "labels", "hand"]
EVERYTHING: tuple[Want, ...] = ("codes", "text", "palette", "labels")
"""But for a hand, which is looked for where it is asked for."""
Point = tuple[int, int]


class Code(msgspec.Struct, frozen=True):
    """A bar code or matrix code. ``text`` is what it says, at most 8,192 characters."""

    format: str
    text: str
    corners: list[Point]


class Line(msgspec.Struct, frozen=True):
    """A line of text, with the recogniser's confidence (0 to 1) and its four corners, clockwise from top left."""

    text: str
    confidence: float
    box: list[Point]


class Colour(msgspec.Struct, frozen=True):
    """A colour of the palette: ``#rrggbb``, its name, and the share of the picture (0 to 1) nearest to it."""

    hex: str
    name: str
    share: float


class Label(msgspec.Struct, frozen=True):
    """What a classifier takes the picture for."""

    label: str
    confidence: float


class Hand(msgspec.Struct, frozen=True):
    """A hand: 21 landmarks (x, y, z) as MediaPipe numbers them, in pixels, how sure it is one, and the pose that it is
    most like ('' for none that is sure)."""

    landmarks: list[tuple[float, float, float]]
    confidence: float
    pose: str = ""
    pose_confidence: float = 0.0


@message("image.see")
class See(Body, frozen=True):
    """Ask ``image`` what is in a picture; its file's bytes are the lease. → Seen | NotSeen"""

    want: tuple[Want, ...] = EVERYTHING


@message("image.see-start")
class SeeStart(Body, frozen=True):
    """Ask ``image`` to take a picture in pieces, from where no lease can be sent. → SeeReady"""

    size: int


@message("image.see-ready")
class SeeReady(Body, frozen=True):
    """``look`` is the number of the picture being handed over, ``got`` its bytes so far."""

    look: int
    got: int = 0


@message("image.see-chunk")
class SeeChunk(Body, frozen=True):
    """Ask ``image`` to take the next bytes. → SeeReady"""

    look: int
    data: bytes


@message("image.see-stop")
class SeeStop(Body, frozen=True):
    """Ask ``image`` what is in the picture that was handed over. → Seen | NotSeen"""

    look: int
    want: tuple[Want, ...] = EVERYTHING


@message("image.seen")
class Seen(Body, frozen=True):
    """What is in a picture. ``size`` is width and height of the upright picture; ``notes`` say what could not be
    looked for and how that is mended."""

    size: Point
    codes: list[Code] = []
    text: list[Line] = []
    palette: list[Colour] = []
    labels: list[Label] = []
    description: str = ""
    hand: Hand | None = None
    notes: list[str] = []
    ms: float = 0.0


@message("image.not-seen")
class NotSeen(Body, frozen=True):
    """The bytes are no picture, or one that is too large to be looked at; ``reason`` says what was expected and
    found."""

    reason: str
