"""Effort: how much processor time one picture may take, so that no face can hold up the screen.

A face is somebody else's program: twenty thousand elements, each of them cheap, are not. The time of the thread is
counted, not that of a clock, so a busy machine does not make a good face fail.
"""

from __future__ import annotations

import time
from typing import Final

from .problem import FaceError

MAX_DRAW_S: Final = 3.0
"""Processor time of one picture on the watch; the first of a face is the dearest."""


class Effort:
    """Counts from the moment it is made. ``seconds`` 0 allows everything."""

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds
        self._until = time.thread_time() + seconds

    def check(self) -> None:
        """Raise FaceError if the time is used up."""
        if self._seconds and time.thread_time() > self._until:
            raise FaceError(f"expected a picture within {self._seconds:g} s, found that it takes longer")


ANY: Final = Effort()
