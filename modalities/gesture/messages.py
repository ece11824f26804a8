"""What the gesture wing says and understands. Fingers and crown are told as ``screen.touch`` and ``screen.crown``.

A sample of motion is seven 32-bit floats, little-endian: seconds on the source's own clock, acceleration along x, y
and z (m/s², gravity in it, as an accelerometer measures) and rotation about x, y and z (rad/s). Axes are those of a
watch on the left wrist: x to the hand, y to twelve o'clock, z out of the glass."""

from __future__ import annotations

from typing import Literal

import msgspec

from ...kernel.message import Body, message

SAMPLE_BYTES = 28
"""Bytes of one sample of motion."""
MAX_SAMPLES = 512
"""Samples in one message."""
FRAME_BYTES = 172
"""Bytes of one frame of a hand: 43 32-bit floats, seconds and the x and y of 21 landmarks."""
MAX_FRAMES = 256
"""Frames in one message."""

Kind = Literal["stroke", "motion"]
Recorded = Literal["stroke", "motion", "pose"]


class GestureEvent(msgspec.Struct, frozen=True):
    """A gesture seen in a recording, ``t_s`` seconds after its first sample; ``confidence`` is 0 to 1."""

    gesture: str
    t_s: float
    confidence: float


class GestureInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """A gesture that is known. ``means`` are tried in order; the first that fits the moment is done. ``examples``
    counts those of the owner, 0 for a gesture that was there before."""

    name: str
    kind: str
    means: list[str] = []
    examples: int = 0


@message("gesture.motion")
class Motion(Body, frozen=True):
    """Tell ``gesture`` how the wrist moved: samples, at most MAX_SAMPLES. What ``source`` sends continues what it
    sent."""

    source: str
    data: bytes


@message("gesture.hand")
class Hand(Body, frozen=True):
    """Tell ``gesture`` where a hand's landmarks are: frames, at most MAX_FRAMES, as MediaPipe numbers them and in any
    unit, y downwards. They come from a provider that the owner adds; what ``source`` sends continues what it sent."""

    source: str
    data: bytes


@message("gesture.light")
class Light(Body, frozen=True):
    """Tell ``gesture`` how bright it is where the watch is, in lux."""

    lux: float


@message("gesture.gestured")
class Gestured(Body, frozen=True):
    """Tell ``session`` that the owner made a gesture, and what it may mean, in order. ``at`` is the device's clock
    (wall)."""

    gesture: str
    kind: str
    confidence: float
    at: float
    means: list[str] = []


@message("gesture.active")
class Active(Body, frozen=True):
    """Tell the page what the wearer is doing: still, walking, running or sport."""

    activity: str
    confidence: float
    at: float


@message("gesture.recognise")
class Recognise(Body, frozen=True):
    """Ask ``gesture`` what is in a piece of a recording; nothing of it is done. ``recording`` is the asker's own
    number, ``last`` ends it. A stroke is pairs of 32-bit floats (x, y) and comes in one piece; a pose is frames of a
    hand. → Recognised"""

    recording: int
    kind: Recorded
    data: bytes
    last: bool = False


@message("gesture.recognised")
class Recognised(Body, frozen=True):
    """The gestures and changes of activity that end in that piece."""

    events: list[GestureEvent]


@message("gesture.teach")
class Teach(Body, frozen=True):
    """Ask ``gesture`` to learn a gesture of the owner's from one more example: a stroke (pairs of floats x, y) or a
    movement (samples). ``means`` is what it does from now on; empty leaves what it did. → Taught"""

    name: str
    kind: Kind
    data: bytes
    means: list[str] = []


@message("gesture.taught")
class Taught(Body, frozen=True):
    """How many examples of it there are now; ``like`` names a known gesture that it is hard to tell from, '' for
    none."""

    name: str
    examples: int
    like: str = ""


@message("gesture.forget")
class Forget(Body, frozen=True):
    """Ask ``gesture`` to forget a gesture of the owner's. → Taught"""

    name: str


@message("gesture.get-gestures")
class GetGestures(Body, frozen=True):
    """Ask ``gesture`` which gestures it knows and what they mean. → Gestures"""


@message("gesture.gestures")
class Gestures(Body, frozen=True):
    """Every gesture, by name."""

    gestures: list[GestureInfo]
