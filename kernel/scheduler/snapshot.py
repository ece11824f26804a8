"""The policy at one moment, for the monitor: plain data, taken without changing anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from .job import Phase

if TYPE_CHECKING:
    from .board import Board


@dataclass
class Counts:
    """What happened since the start; lists are per class."""

    submitted: list[int] = field(default_factory=lambda: [0, 0, 0])
    done: list[int] = field(default_factory=lambda: [0, 0, 0])
    refused: list[int] = field(default_factory=lambda: [0, 0, 0])
    failed: list[int] = field(default_factory=lambda: [0, 0, 0])
    cancelled: list[int] = field(default_factory=lambda: [0, 0, 0])
    loads: int = 0
    evictions: int = 0
    parked: int = 0
    lifts: int = 0
    tokens: int = 0


class ModelNow(NamedTuple):
    """One model. Bytes, seconds, tokens per second."""

    model: str
    place: str
    anon: int
    file: int
    running: int
    waiting: int
    load_s: float
    tokens_per_s: float
    broken_for_s: float


class Snapshot(NamedTuple):
    """All of it; ``queued`` is per class and includes what runs."""

    budget: int
    reserved: int
    available: int
    queued: tuple[int, int, int]
    pressed: int
    models: tuple[ModelNow, ...]
    counts: Counts


def snapshot(board: Board) -> Snapshot:
    """What ``bluerill top`` shows."""
    models = []
    for model in board.models.values():
        held = board.room.ledger.holds(model.name)
        models.append(
            ModelNow(
                model.name,
                model.place.value,
                held.anon if held else 0,
                held.file if held else 0,
                sum(job.phase is not Phase.ENDED for job in model.holders),
                len(model.waiting),
                model.costs.load_s,
                1.0 / model.costs.tpot_s if model.costs.tpot_s else 0.0,
                max(0.0, model.broken_until - board.now),
            )
        )
    voice, interactive, background = board.in_class
    room = board.room
    return Snapshot(
        room.target,
        room.reserved,
        room.available,
        (voice, interactive, background),
        board.pressed,
        tuple(models),
        board.counts,
    )
