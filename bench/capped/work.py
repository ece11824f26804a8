"""What a workload is: inputs made outside the cap, a class that computes them inside, and how answers are marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from ...kernel.errors import BluerillError
from ..figures import wilson
from .options import AS_IT_IS, Variant
from .rows import Estimated, Model, Quality
from .wire import Answer

if TYPE_CHECKING:
    from .cell import Cell
    from .taken import Taken

Metric = Literal["exact", "wer", "perplexity"]


class Unavailable(BluerillError):
    """A workload cannot be measured here; the text says what it lacks."""

    code = "unavailable"


class Wanted(NamedTuple):
    """How a workload is to be prepared: where, with which seed, whether few inputs suffice, and in which way to load a
    model."""

    folder: Path
    seed: int
    quick: bool
    variant: Variant = AS_IT_IS


How = Callable[["Cell", "Prepared", "Taken"], None]
"""How a child is asked. Raises Ended when it ends."""


class Prepared(NamedTuple):
    """A workload ready to be measured. ``child`` is ``module:Class`` below this package; ``files`` are its weights;
    ``item`` says what one item is. ``scope`` device: the child starts children of its own."""

    name: str
    child: str
    folder: Path
    items: int
    expected: Sequence[str]
    metric: Metric
    measure: str
    data: str
    item: str
    files: Sequence[Path] = ()
    settings: Mapping[str, str] = {}
    model: Model | None = None
    estimate: Estimated | None = None
    scope: Literal["process", "device"] = "process"
    budgeted: bool = False
    """Whether the child is told its cap (setting ``ram``), as a device is told its budget."""
    patience_s: float = 20.0
    """How long a repetition may take until it has answered what it must."""
    how: How | None = None
    """How its child is asked, where that is not one item after another. Raises Ended when the child ends."""
    speaks: bool = False
    """Whether it makes tokens: then its class has ``converse(item, first)``, which computes the request alone."""


class Work(Protocol):
    """The half inside the cap. Constructing loads; raises BudgetExceeded to refuse."""

    versions: dict[str, str]

    def __init__(self, folder: Path, settings: dict[str, str]) -> None: ...

    def run(self, item: int) -> Answer:
        """Compute one item."""
        ...

    def close(self) -> None: ...


def mark(prepared: Prepared, answers: Sequence[Answer]) -> Quality | None:
    """The quality of the answers, by the workload's metric; None for no answers."""
    if not answers:
        return None
    if prepared.metric == "perplexity":
        logs = [answer.extra["nll"] for answer in answers if "nll" in answer.extra]
        count = sum(int(answer.extra["scored"]) for answer in answers if "scored" in answer.extra)
        if not count:
            return None
        return Quality(prepared.measure, round(2.718281828459045 ** (sum(logs) / count), 3), count, "lower",
                       prepared.data)  # fmt: skip
    if prepared.metric == "wer":
        wrong = words = 0
        for answer in answers:
            truth = prepared.expected[answer.item].split()
            wrong += edits(truth, answer.said.split())
            words += len(truth)
        return Quality(prepared.measure, round(wrong / max(1, words), 4), words, "lower", prepared.data)
    right = sum(answer.ok and answer.said == prepared.expected[answer.item] for answer in answers)
    low, high = wilson(right, len(answers))
    return Quality(
        prepared.measure, round(right / len(answers), 4), len(answers), "higher", prepared.data, round(low, 4),
        round(high, 4),
    )  # fmt: skip


def edits(truth: Sequence[str], heard: Sequence[str]) -> int:
    """Words to insert, delete or replace (Levenshtein 1966)."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(truth, 1):
        before, row[0] = row[0], number
        for at, other in enumerate(heard, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != other))
    return row[-1]
