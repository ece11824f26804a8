"""What a repetition has come to so far: filled in while it runs, so that nothing is lost when the child dies."""

from __future__ import annotations

import time

from .rows import LoadGenResult
from .wire import Answer


class Taken:
    """Answers and the times seen from outside. ``cap`` is the one it began under; ``reached`` and ``limit`` replace it
    where it moved; ``note`` is told with the row, also of a good end. ``before`` are answers that are marked and not
    timed."""

    def __init__(self, cap: int | None) -> None:
        self.cap = cap
        self.answers: list[Answer] = []
        self.before: list[Answer] = []
        self.waits: list[float] = []
        self.elapsed_s = 0.0
        self.loadgen: LoadGenResult | None = None
        self.reached: int | None = None
        self.limit: int | None = None
        self.note = ""

    def took(self, answer: Answer, began: float) -> None:
        """One item was asked for at ``began`` (perf_counter), and answered now."""
        self.answers.append(answer)
        self.waits.append(time.perf_counter() - began)
