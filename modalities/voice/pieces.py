"""Cutting a recording into pieces between its silences, for a recogniser that hears an utterance at a time. Pure.

Looked at is a window of speech probabilities, one for each 32 ms. A piece begins with the first speech in it and ends
in the longest silence that leaves it long enough; a talker who makes none is cut where the voice is faintest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .vad import FRAME_S

__all__ = ["LONGEST_S", "WINDOW_S", "Cut", "first_piece"]

LONGEST_S = 5.0
"""Of one piece: what a recogniser is busy with at a stretch. A final decode takes the embedded one some 60 ms of
computing for each second, which is as long as somebody who begins to speak may have to wait for it."""
SHORTEST_S = 1.5
"""A short pause that comes sooner after the beginning does not end a piece."""
LEAST_S = 0.25
"""What is shorter is a noise; it is kept with what follows."""
WINDOW_S = 8.0
"""What is looked at for one piece."""
SPEECH = 0.5
PAUSE_S = 0.3
"""Shorter silences are between words."""
ENOUGH_S = 0.7
"""A silence this long ends a piece, whatever follows."""
MARGIN_S = 0.2
"""Sound kept before and after the speech of a piece."""


class Cut(NamedTuple):
    """Seconds within the window: where the piece is (nowhere if ``stop_s`` is not after ``start_s``), and where to go
    on looking."""

    start_s: float
    stop_s: float
    next_s: float


def first_piece(probabilities: Sequence[float], seconds: float, last: bool = False) -> Cut:
    """The first piece of a window of so many seconds; ``last`` says that nothing follows it."""
    speech = [at for at, probability in enumerate(probabilities) if probability >= SPEECH]
    if not speech:  # keep a little: a word may just begin at the end of the window
        return Cut(0.0, 0.0, seconds if last else max(seconds - MARGIN_S, seconds / 2))
    begin = speech[0]
    limit = begin + int(LONGEST_S / FRAME_S)
    if speech[-1] < limit and last:
        stop, go_on = _sure(speech, begin, limit) or (speech[-1] + 1, len(probabilities))
    else:
        stop, go_on = _cut(probabilities, speech, begin, limit)
    start_s = max(0.0, begin * FRAME_S - MARGIN_S)
    stop_s = min(seconds, stop * FRAME_S + MARGIN_S)
    next_s = seconds if last and go_on >= len(probabilities) else min(seconds, go_on * FRAME_S)
    return Cut(start_s, stop_s, max(next_s, FRAME_S))


def _pauses(speech: Sequence[int], limit: int, end: int) -> list[tuple[int, int]]:
    """Silences that begin before the limit, as (first frame of silence, first frame of speech again)."""
    follows = [*speech[1:], end]
    return [
        (at + 1, then)
        for at, then in zip(speech, follows, strict=True)
        if then - at - 1 >= PAUSE_S / FRAME_S and at < limit
    ]


def _sure(speech: Sequence[int], begin: int, limit: int, end: int = 0) -> tuple[int, int] | None:
    """The first silence that surely ends a piece: where it begins, and where to go on."""
    return next(
        (
            (quiet, _inside(quiet, then))
            for quiet, then in _pauses(speech, limit, end or speech[-1] + 1)
            if then - quiet >= ENOUGH_S / FRAME_S and quiet >= begin + LEAST_S / FRAME_S
        ),
        None,
    )


def _cut(probabilities: Sequence[float], speech: Sequence[int], begin: int, limit: int) -> tuple[int, int]:
    """Where to stop, and where to go on."""
    end = len(probabilities)
    sure = _sure(speech, begin, limit, end)
    if sure is not None:
        return sure
    shortest = begin + int(SHORTEST_S / FRAME_S)
    pauses = [(quiet, then) for quiet, then in _pauses(speech, limit, end) if quiet >= shortest]
    if pauses:
        quiet, then = max(pauses, key=lambda each: (each[1] - each[0], each[0]))
        return quiet, _inside(quiet, then)
    limit = min(limit, end)
    late = range((begin + limit) // 2, limit)
    faint = min(late, key=lambda at: (probabilities[at], -at), default=limit)
    return faint, faint


def _inside(quiet: int, then: int) -> int:
    """A frame inside a silence, near its end, from which to go on."""
    return max(quiet, then - int(MARGIN_S / FRAME_S) - 1)
