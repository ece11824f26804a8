"""What the owner's door understands of recordings."""

from __future__ import annotations

from ...kernel.message import Body, message

MOST_BYTES = 64 << 20
"""Of a recording, unless the owner says otherwise."""


@message("control.record")
class Record(Body, frozen=True):
    """Ask ``control`` to record the session to a new file (an absolute path) until it is stopped, or has ``most``
    bytes. → Recording"""

    path: str
    most: int = MOST_BYTES


@message("control.stop-recording")
class StopRecording(Body, frozen=True):
    """Ask ``control`` to end the recording. → Recording"""


@message("control.get-recording")
class GetRecording(Body, frozen=True):
    """Ask ``control`` how the recording stands. → Recording"""


@message("control.recording")
class Recording(Body, frozen=True):
    """How far it is: seconds, what came in, turns, bytes. ``ended`` says why nothing more is written, '' while it
    goes on."""

    path: str
    seconds: float
    taken: int
    turns: int
    bytes: int
    ended: str = ""
