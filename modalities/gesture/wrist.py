"""One stream of motion: from rows as they come to gestures of the wrist, the owner's own movements, and activity.

Times of what is found are seconds on the stream's own clock, so a recording gives the same as the life it was made of,
however fast it is played.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...kernel.errors import CallerError
from ...models.motion.activity import Activity
from ...models.motion.detector import Detector
from ...models.motion.example import Examples, Segmenter
from ...models.motion.network import Network, Panel
from ...models.motion.samples import RATE, Steady, mirrored
from .messages import FRAME_BYTES, MAX_FRAMES, MAX_SAMPLES, SAMPLE_BYTES

__all__ = ["Networks", "Seen", "Stream", "frames_of", "rows_of"]

Rows = NDArray[np.float64]
COLUMNS: Final = SAMPLE_BYTES // 4


class Networks(NamedTuple):
    """The networks that all streams share."""

    gestures: Panel
    posture: Panel
    effort: Network

    @classmethod
    def load(cls) -> Networks:
        from ...models.motion.activity import EFFORT, POSTURES
        from ...models.motion.detector import MODELS

        return cls(Panel.load(MODELS), Panel.load(POSTURES), Network.load(EFFORT))


class Seen(NamedTuple):
    """What a stream holds at ``at`` seconds of its clock. ``kind``: wrist, own or activity."""

    name: str
    kind: str
    at: float
    confidence: float


def rows_of(data: bytes) -> Rows:
    """The samples of a message. Raises CallerError if they are none, or too many."""
    if not data or len(data) % SAMPLE_BYTES or len(data) > MAX_SAMPLES * SAMPLE_BYTES:
        raise CallerError(
            f"motion: expected 1 to {MAX_SAMPLES} samples of {SAMPLE_BYTES} bytes (t, acc x y z, gyro x y z as 32-bit"
            f" floats), got {len(data)} bytes"
        )
    return np.frombuffer(data, "<f4").reshape(-1, COLUMNS).astype(float)


def frames_of(data: bytes) -> Rows:
    """The frames of a hand in a message. Raises CallerError if they are none, or too many."""
    if not data or len(data) % FRAME_BYTES or len(data) > MAX_FRAMES * FRAME_BYTES:
        raise CallerError(
            f"hand: expected 1 to {MAX_FRAMES} frames of {FRAME_BYTES} bytes (t, x and y of 21 landmarks as 32-bit"
            f" floats), got {len(data)} bytes"
        )
    return np.frombuffer(data, "<f4").reshape(-1, FRAME_BYTES // 4).astype(float)


class Stream:
    """Rows in, what they hold out. ``wrist`` is left or right."""

    def __init__(self, networks: Networks, own: Examples, wrist: str = "left") -> None:
        self.steady = Steady()
        self._detector = Detector(networks.gestures)
        self._activity = Activity(networks.posture, networks.effort)
        self._segments = Segmenter()
        self._own = own
        self._mirror = wrist == "right"
        self._spotted = -np.inf

    @property
    def looked(self) -> int:
        return self._detector.looked

    def feed(self, rows: Rows) -> list[Seen]:
        """What is certain with these rows (t, acc, gyro)."""
        found: list[Seen] = []
        pieces = self.steady.feed(rows)
        for number, piece in enumerate(pieces):
            if self.steady.broke[number]:
                for each in (self._detector, self._activity, self._segments):
                    each.begin()
            until = self.steady.ends[number]
            found += self._piece(mirrored(piece) if self._mirror else piece, until)
        return found

    def _piece(self, piece: Rows, until: float) -> list[Seen]:
        found = [Seen(each.gesture, "wrist", each.at, each.confidence) for each in self._detector.feed(piece, until)]
        if found:
            self._spotted = found[-1].at
        for movement, since in self._segments.feed(piece) if len(self._own) else ():
            ended = until - since
            near = self._own.recognise(movement)
            if near is not None and ended - len(movement) / RATE > self._spotted:
                found.append(Seen(near.name, "own", ended, round(max(0.0, 1 - near.distance), 3)))
        found += [
            Seen(each.activity, "activity", each.at, each.confidence) for each in self._activity.feed(piece, until)
        ]
        return found
