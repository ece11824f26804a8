"""What ``bench.plan_device`` measures: a process that boots the headless device and plans requests over its bus.

A file of its own, so that what the benchmark itself imports is not measured. It reads the requests from its input, as a
JSON list, and prints one JSON document: the milliseconds of each plan by the clock, who answered, and the memory of the
core and of the planner's processes after one request over tools that no skill has, which starts the decoder.
"""

from __future__ import annotations

import sys
import time

from ..kernel.lean import import_asyncio

import_asyncio()

import msgspec  # noqa: E402

from ..agent.messages import Plan, Planned, PlanTools  # noqa: E402
from ..kernel.eventloop import run  # noqa: E402
from ..kernel.status import GetStatus, Status  # noqa: E402
from ..watch.boot import PAGE, VOICE  # noqa: E402
from ..watch.front import open_front  # noqa: E402
from .smaps import rollup  # noqa: E402

MODELS = ("core", "encoder", "decoder")
_FIRST = "am i gonna need an umbrella out there"
"""Waits for the device, and starts the encoder's process: no template matches it."""
_TOOL = {
    "name": "book_table",
    "description": "Book a table at a restaurant.",
    "parameters": {
        "type": "object",
        "properties": {"people": {"type": "integer"}, "place": {"type": "string"}},
        "required": ["people"],
    },
}
_TOOL_REQUEST = "please get us a table for four people at the golden lion tonight"


def memory_of(pid: int) -> dict[str, int]:
    """Bytes of a process: ``written`` is its own and cannot be dropped, ``mapped`` are the pages of files that are in
    its memory, shared with others or not. Raises OSError if it is gone."""
    held = rollup(pid)
    return {"written": held["Private_Dirty"], "mapped": held["Rss"] - held["Anonymous"]}


async def _plan_all(texts: list[str]) -> None:
    async with open_front(without=(*VOICE, *PAGE)) as front:
        ms: list[float] = []
        by: dict[str, int] = {}
        await front.ask("planner", Plan(_FIRST), Planned, within=30)
        for text in texts:
            began = time.perf_counter()
            plan = await front.ask("planner", Plan(text), Planned, within=30)
            ms.append((time.perf_counter() - began) * 1000)
            by[plan.planner] = by.get(plan.planner, 0) + 1
        tools = await front.ask("planner", PlanTools(_TOOL_REQUEST, [_TOOL]), Planned, within=60)
        status = await front.ask("kernel", GetStatus(), Status, within=10)
        memory = {row.name: memory_of(row.pid) for row in status.services if row.name in MODELS and row.pid}
        found = {"ms": ms, "by": by, "tools": tools.planner, "memory": memory}
        sys.stdout.write(msgspec.json.encode(found).decode())


if __name__ == "__main__":
    run(_plan_all(msgspec.json.decode(sys.stdin.read(), type=list[str])))
