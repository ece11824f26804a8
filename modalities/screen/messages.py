"""What the screen wing says and understands. Pixels are at the watch's own size, 466 by 466 unless set."""

from __future__ import annotations

from typing import Literal

import msgspec

from ...kernel.message import Body, message


@message("screen.frame")
class Frame(Body, frozen=True):
    """Tell the page a changed rectangle of the glass. The encoded picture is ``data``, or the lease beside this
    body when it is larger than a lease's lower bound. ``full`` marks a frame that needs no earlier one."""

    seq: int
    x: int
    y: int
    width: int
    height: int
    format: Literal["png", "webp", "jpeg"]
    full: bool
    data: bytes = b""


@message("screen.touch")
class Touch(Body, frozen=True):
    """Tell screen and gestures about a finger on the glass, in its pixels. ``finger`` tells fingers apart (0 is the
    first), ``at`` is seconds on the source's own clock (0: now), ``contact`` the width of what touches (0: not
    known)."""

    phase: Literal["down", "move", "up"]
    x: float
    y: float
    finger: int = 0
    at: float = 0.0
    contact: float = 0.0


@message("screen.pointed")
class Pointed(Body, frozen=True):
    """Tell the session which thing on the glass a finger points at, so that "that one" can mean it: a ``timer``, or a
    row of a card of that kind (``alarm``, ``list``, ``reminder``…). ``text`` is what is written there, ``title`` the
    card's."""

    kind: str
    text: str
    title: str = ""


@message("screen.crown")
class Crown(Body, frozen=True):
    """Tell screen and gestures that the crown turned (degrees, clockwise positive) or was pressed."""

    degrees: float = 0.0
    pressed: bool = False


@message("screen.attach")
class Attach(Body, frozen=True):
    """Ask the screen to send frames (or no longer), beginning with a full one. → Attached"""

    on: bool = True


@message("screen.attached")
class Attached(Body, frozen=True):
    """The size of the glass in pixels, the most frames a second it sends, and the faces it has."""

    size: int
    fps: int
    faces: list[str]


@message("screen.snapshot")
class Snapshot(Body, frozen=True):
    """Ask the screen for what it shows now. → Frame (a full PNG, by lease)"""


@message("screen.set-face")
class SetFace(Body, frozen=True):
    """Tell the screen to show another face, or ambient mode."""

    face: str = ""
    ambient: bool | None = None


@message("screen.shown")
class Shown(Body, frozen=True):
    """Tell the page what the glass shows, in words (sent when that changes, at most once a minute on a face).

    ``stage`` is ring, listening, thinking, speaking, card, timers, stopwatch, face or ambient; ``ringing`` and
    ``ring`` are the kind and id of what rings, empty for nothing: the page chimes and offers buttons for it.
    """

    stage: str
    text: str
    face: str = ""
    ambient: bool = False
    ringing: str = ""
    ring: str = ""


@message("screen.install-face")
class InstallFace(Body, frozen=True):
    """Ask the screen to take in a watch face; the packed face (a zip, or the document alone) is the lease beside this
    body. It is checked and drawn first; a face that fails is refused with a caller error. → FaceInstalled"""

    name: str


@message("screen.face-installed")
class FaceInstalled(Body, frozen=True):
    """The name it has now, all faces there are, and what of it is not drawn (at most 20 lines)."""

    name: str
    faces: list[str]
    notes: list[str] = []


@message("screen.look-at-face")
class LookAtFace(Body, frozen=True):
    """Ask ``designer`` for a picture of a face: one of the watch's own by name, or with ``document`` an edited one that
    keeps the named face's pictures and fonts. ``at`` is minutes and ``second`` seconds of a day. → FaceLook (WebP, by
    lease) | FaceNotSeen"""

    face: str
    document: str = ""
    at: int = 608
    second: int = 36
    ambient: bool = False
    size: int = 466
    battery: int = 82
    steps: int = 6204
    heart_rate: int = 72


@message("screen.face-look")
class FaceLook(Body, frozen=True):
    """The picture is the lease; ``ms`` is what drawing it took, ``every_s`` how soon it next changes."""

    size: int
    ms: float
    every_s: float
    notes: list[str] = []


@message("screen.read-face")
class ReadFace(Body, frozen=True):
    """Ask ``designer`` for a face's document, what is wrong with it, and its figures; of ``document`` instead, if there
    is one (without the figures that need pictures, unless ``measured``). → FaceRead (the document, by lease) |
    FaceNotSeen"""

    face: str
    document: str = ""
    measured: bool = True


class Finding(msgspec.Struct, frozen=True):
    """Something wrong or worth knowing at a line of a face's document."""

    line: int
    text: str
    mend: str = ""
    error: bool = True


class Branch(msgspec.Struct, frozen=True):
    """An element of a face's document: its depth, its tag, what tells it from its like, and its line."""

    depth: int
    tag: str
    what: str
    line: int


class Score(msgspec.Struct, frozen=True):
    """A measured figure, its limit as words, and whether it keeps it (None: there is none)."""

    name: str
    value: str
    limit: str = ""
    passed: bool | None = None


@message("screen.face-read")
class FaceRead(Body, frozen=True):
    """A face's elements, findings and figures; its document is the lease. ``energy`` is a letter from A to G, '' if it
    was not measured; ``words`` are those it was made of, if it was."""

    valid: bool
    findings: list[Finding]
    tree: list[Branch]
    scores: list[Score] = []
    energy: str = ""
    words: str = ""


@message("screen.keep-face")
class KeepFace(Body, frozen=True):
    """Ask ``designer`` to keep an edited face among the owner's, under the next free name. → FaceKept | FaceNotSeen"""

    face: str
    document: str


@message("screen.face-kept")
class FaceKept(Body, frozen=True):
    """The name it has."""

    name: str


@message("screen.export-face")
class ExportFace(Body, frozen=True):
    """Ask ``designer`` for a face (with ``document`` an edited one) as an Android project that builds a resource-only
    bundle. → FaceExported (a zip, by lease) | FaceNotSeen"""

    face: str
    document: str = ""


@message("screen.face-exported")
class FaceExported(Body, frozen=True):
    """The file name it should have, and the format version it declares; the zip is the lease."""

    name: str
    version: int


@message("screen.face-not-seen")
class FaceNotSeen(Body, frozen=True):
    """Why a face cannot be shown, read or kept; ``line`` of its document, 0 for none."""

    reason: str
    line: int = 0
