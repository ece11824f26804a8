"""Between LoadGen's thread, which must not wait, and the child, which answers one item after another.

Every query is completed, those of a child that died too: LoadGen would wait for it for ever. Times are readings of
``CLOCK_REALTIME``, which is LoadGen's own clock.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from time import time_ns
from typing import Any

from .cell import Cell, Ended
from .wire import Answer

MAX_S = 30.0


class Asked:
    """One sample: when we were asked, when its first token was there, when it was complete (ns); 0 for never."""

    __slots__ = ("answer", "asked", "done", "first", "item", "number")

    def __init__(self, number: int, item: int, asked: int) -> None:
        self.number, self.item, self.asked = number, item, asked
        self.first = self.done = 0
        self.answer: Answer | None = None

    @property
    def tokens(self) -> int:
        return 0 if self.answer is None else int(self.answer.extra.get("tokens", 0))


class Driver:
    """``issue`` and ``flush`` are LoadGen's; :meth:`close` when it is through."""

    def __init__(self, lg: Any, cell: Cell, speaks: bool = False) -> None:
        self._lg, self._cell, self._speaks = lg, cell, speaks
        self._waiting: deque[Asked] = deque()
        self._some = threading.Semaphore(0)
        self._over = False
        self.samples: list[Asked] = []
        self.ended: Ended | None = None
        self._worker = threading.Thread(target=self._work, name="loadgen")
        self._worker.start()

    @property
    def answers(self) -> list[Answer]:
        return [sample.answer for sample in self.samples if sample.answer is not None]

    def issue(self, samples: Sequence[Any]) -> None:
        """LoadGen asks; returns at once."""
        now = time_ns()
        for sample in samples:
            asked = Asked(sample.id, sample.index, now)
            self.samples.append(asked)
            self._waiting.append(asked)
            self._some.release()

    def flush(self) -> None:
        """Nothing is held back."""

    def stop(self) -> None:
        """Complete everything that is still asked for, without asking the child."""
        if self.ended is None:
            self.ended = Ended("failed", "stopped")

    def close(self) -> None:
        self._over = True
        self._some.release()
        self._worker.join()

    def _work(self) -> None:
        while True:
            self._some.acquire()
            if not self._waiting:
                if self._over:
                    return
                continue
            self._answer(self._waiting.popleft())

    def _answer(self, sample: Asked) -> None:
        def first() -> None:
            response = [self._lg.QuerySampleResponse(sample.number, 0, 0, 1)]
            sample.first = time_ns()
            self._lg.FirstTokenComplete(response)

        if self.ended is None:
            try:
                sample.answer = self._cell.ask(sample.item, MAX_S, first if self._speaks else None)
            except Ended as ended:
                self.ended = ended
        if self._speaks and not sample.first:
            first()  # LoadGen wants to hear of one, also of what failed
        response = [self._lg.QuerySampleResponse(sample.number, 0, 0, max(2, sample.tokens))]
        sample.done = time_ns()
        self._lg.QuerySamplesComplete(response)
