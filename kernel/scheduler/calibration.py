"""What a model really took: reserve 1.05 times the largest of its last peaks, once there is one.

Before any run the closed-form estimate of the profile stands. This is the hook by which measurements reach the
policy while a device runs; keeping them across restarts is the caller's part, which then sends a better profile.
"""

from __future__ import annotations

from collections import deque

MARGIN = 1.05
RUNS = 8


class Peaks:
    """The last peaks of one model, in bytes."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque(maxlen=RUNS)

    def add(self, anon: int, file: int) -> None:
        self._seen.append((anon, file))

    def clear(self) -> None:
        self._seen.clear()

    def reserve(self, anon: int, file: int) -> tuple[int, int]:
        """What to set aside (anon, file); the estimates given stand as long as nothing was measured.

        Files get no margin: a mapped file does not grow.
        """
        if not self._seen:
            return anon, file
        seen_file = max(each[1] for each in self._seen)
        return int(max(each[0] for each in self._seen) * MARGIN), seen_file or file
