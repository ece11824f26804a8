"""The pre-roll: the last moment of sound, kept so that the first syllable is never clipped.

Speech is noticed only after it began (a voice detector wants to be sure, a wake word must be whole), so what came
just before is always kept, in a ring of fixed length.
"""

from __future__ import annotations

from collections import deque

__all__ = ["PreRoll"]


class PreRoll:
    """The newest ``capacity`` frames of sound, of equal or different length."""

    def __init__(self, capacity: int) -> None:
        self._frames: deque[bytes] = deque(maxlen=max(1, capacity))

    def push(self, frame: bytes) -> None:
        """Keep one frame, forgetting the oldest when full."""
        self._frames.append(frame)

    def newest(self, frames: int) -> bytes:
        """The newest ``frames`` frames in the order they came (fewer if there are fewer)."""
        skip = max(0, len(self._frames) - max(0, frames))
        return b"".join(frame for number, frame in enumerate(self._frames) if number >= skip)

    def clear(self) -> None:
        """Forget everything: what comes next has nothing to do with what was."""
        self._frames.clear()

    def __len__(self) -> int:
        return len(self._frames)
