"""``planner``: the template planner on sentences that its corpus does not hold; right is the exact call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter_ns

import msgspec

from ....agent.messages import PlannedCall
from ....agent.plan import Planner
from ...catalogue import NOW, device_catalogue
from ..wire import Answer
from ..work import Prepared, Wanted


def prepare(wanted: Wanted) -> Prepared:
    """Sentences kept back from the corpus, with what they mean."""
    from ....agent.corpus import Sampler

    planner = Planner(device_catalogue())
    held = Sampler(planner.templates).held_out(60 if wanted.quick else 200, wanted.seed, NOW, corpus=0)
    (wanted.folder / "sentences.json").write_bytes(msgspec.json.encode([each.text for each in held]))
    return Prepared(
        "planner", ".works.planner:PlannerWork", wanted.folder, len(held), [said([each.call]) for each in held],
        "exact", "exact call", f"{len(held)} held-out sentences", "sentence",
    )  # fmt: skip


def said(calls: Sequence[PlannedCall]) -> str:
    """Calls as comparable text."""
    return msgspec.json.encode([(call.name, call.arguments) for call in calls], order="sorted").decode()


class PlannerWork:
    """Plans one sentence an item."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.versions: dict[str, str] = {}
        self._planner = Planner(device_catalogue())
        self._sentences = msgspec.json.decode((folder / "sentences.json").read_bytes(), type=list[str])

    def run(self, item: int) -> Answer:
        began = perf_counter_ns()
        planned = self._planner.plan(self._sentences[item], NOW)
        return Answer(item, perf_counter_ns() - began, said(planned.calls))

    def close(self) -> None:
        """Nothing is held."""
