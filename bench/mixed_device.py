"""A device whose models compete: synthetic models with real memory and real work behind the product's own broker, and a
record of what was loaded, run and unloaded when.

The models are no language models (see ``synthetic.py``), and are said to be none wherever they are measured: what is
real is the scheduling, the processes, the caps and the bytes.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

from ..kernel.errors import CallerError
from ..kernel.limits import MIB
from ..kernel.manifest import Manifest
from ..kernel.scheduler import events as ev
from ..kernel.scheduler.tuning import Tuning
from ..models.broker import Broker
from ..models.known import Known
from ..models.service import ModelsService
from .capped.rows import Span
from .synthetic import known, write_weights

WEIGHTS = 4 * MIB
PASSES = 6
"""Over the weights for each token: some milliseconds of computing, as a small language model takes."""
FLOOR = 14 * MIB
"""Anonymous memory of a server without a model, about; calibration learns the rest."""
MODELS = {"listener": 8, "helper": 28, "writer": 40}
"""MiB each holds beside its weights."""
CORE = 24 * MIB
CAP_LESS = "1G"


class Wish(NamedTuple):
    """One request of a trace."""

    at_s: float
    klass: Literal["voice", "interactive", "background"]
    model: str
    tokens: int
    prompt: str
    within_s: float


class Shelf:
    """The three models. ``folder`` is where their weights are."""

    folder: ClassVar[Path]

    async def find(self, name: str) -> Known:
        if name not in MODELS:
            raise CallerError(f"expected a model of {', '.join(MODELS)}, got {name!r}")
        path = self.folder / f"{name}.weights"
        return known(
            name, path, MODELS[name] * MIB, floor=FLOOR, seqs=2, ctx=1024, passes=PASSES, tpot_s=0.004, off=1.1
        )

    def learned(self, known: Known, anon: int, file: int, oom: bool) -> Known:
        return known

    def stamped(self, known: Known, stamps: dict[str, str]) -> None:
        """Synthetic weights have no pins."""


class SeenBroker(Broker):
    """The product's broker, looked at: every decision passes through unchanged."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.spans: list[Span] = []
        self.began = time.perf_counter()
        self._open_spans: dict[tuple[str, str], tuple[str, float]] = {}

    def now_ms(self) -> float:
        return (time.perf_counter() - self.began) * 1e3

    def _begin(self, what: str, model: str, klass: str = "") -> None:
        self._open_spans[what, model] = klass, self.now_ms()

    def _end(self, what: Literal["load", "run", "unload"], model: str) -> None:
        klass, began = self._open_spans.pop((what, model), ("", -1.0))
        if began >= 0:
            self.spans.append(Span(what, model, klass, round(began, 2), round(self.now_ms(), 2)))

    def run(self, model: str, jobs: tuple[int, ...], max_tokens: int, budget_s: float) -> None:
        work = self.works.get(jobs[0])
        self._begin("run", model, work.request.klass if work is not None else "")
        super().run(model, jobs, max_tokens, budget_s)

    def start_load(self, model: str, anon: int, file: int, step: int) -> None:
        self._begin("load", model)
        super().start_load(model, anon, file, step)

    def unload(self, model: str, kill: bool) -> None:
        self._begin("unload", model)
        super().unload(model, kill)

    def event(self, event: ev.Event) -> None:
        match event:
            case ev.Progress(job) | ev.JobFailed(job):
                work = self.works.get(job)
                if work is not None:
                    self._end("run", work.known.key)
            case ev.Loaded(model) | ev.LoadFailed(model):
                self._end("load", model)
            case ev.Unloaded(model) | ev.Died(model):
                self._end("unload", model)
            case _:
                pass
        super().event(event)


class SeenModels(ModelsService):
    """The product's service over the three models."""

    def catalogue(self) -> Shelf:
        return Shelf()

    async def _open(self) -> Broker:
        if self._broker is None:
            tuning = Tuning(hang_s=self._hang_s)
            self._broker = SeenBroker(self.port, self.catalogue(), tuning, self._prefix, self._most)
        return await super()._open()


def write_models(folder: Path) -> None:
    """The weights of the three models."""
    for number, name in enumerate(MODELS):
        write_weights(folder / f"{name}.weights", WEIGHTS, number)


def manifest(ram: str) -> Manifest:
    """A device of the models' broker alone."""
    table: dict[str, Any] = {
        "device": {"ram": ram or CAP_LESS, "core": CORE},
        "services": {
            "models": {
                "class": f"{__name__}:SeenModels",
                "asks": ["kernel"],
                "starts": {"class": "bluerill.bench.synthetic:SyntheticServer", "prefix": "model-", "most": 8},
            }
        },
    }
    return Manifest.parse(table)
