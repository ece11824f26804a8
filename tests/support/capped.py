"""Rows to test what is made of them, and workloads that live and die as they are told."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from bluerill.bench.capped.rows import SCHEMA, Cap, Latency, Machine, Memory, Quality, Row
from bluerill.bench.capped.wire import Answer
from bluerill.bench.capped.work import Prepared
from bluerill.kernel.errors import BudgetExceeded
from bluerill.kernel.limits import MIB

MACHINE = Machine("a processor", 2, 8 << 30, "6.1", "3.11", 0.5)


def a_row(workload: str = "planner", cap: int | None = 64, rep: int = 0, ms: float = 2.0, **changes: Any) -> Row:
    """A row that is whole; ``cap`` in MiB."""
    size = None if cap is None else cap * MIB
    made = Row(
        SCHEMA, "run-1", "2026-11-20T10:00:00+00:00", MACHINE, {"bluerill": "0.1.0"}, workload, "single",
        Cap("none" if size is None else "cgroup-v1", size, size, size is not None, "off", "process"), rep, 7, "ok",
        memory=Memory(20 * MIB, 18 * MIB, 12 * MIB, 4 * MIB, 9 * MIB, 0, 4096),
        latency=Latency(120.0, 40.0, 2 * ms, ms, 1.5 * ms, 2 * ms, ms, ms),
        samples_ns=[int(2e6 * ms), *(int(1e6 * (ms + 0.01 * number)) for number in range(20))],
        quality=Quality("exact call", 0.98, 200, "higher", "sentences", 0.95, 0.99),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def a_death(workload: str = "planner", cap: int = 16, rep: int = 0) -> Row:
    return a_row(
        workload, cap, rep, outcome="oom", error="exceeded its memory cap", samples_ns=[], quality=None,
        latency=Latency(), memory=Memory(cap * MIB),
    )  # fmt: skip


def prepared(folder: Path, name: str, **settings: str) -> Prepared:
    """A workload of this file."""
    return Prepared(
        "test", f"support.capped:{name}", folder, 4, ["0", "1", "2", "3"], "exact", "right", "numbers", "number",
        settings=settings,
    )  # fmt: skip


class Honest:
    """Answers with the item's number; ``slow`` waits so many seconds before."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.versions = {"test": "1"}
        self._slow = float(settings.get("slow", "0"))
        self._dies = int(settings.get("dies", "-1"))
        self._asked = 0

    def run(self, item: int) -> Answer:
        self._asked += 1
        if self._asked == self._dies:
            os._exit(3)
        began = time.perf_counter_ns()
        time.sleep(self._slow)
        return Answer(item, time.perf_counter_ns() - began, str(item))

    def close(self) -> None:
        """Nothing is held."""


class Talker(Honest):
    """Says three words, ``slow`` seconds each."""

    def converse(self, item: int, first: Callable[[], None]) -> Answer:
        began = time.perf_counter_ns()
        for number in range(3):
            time.sleep(self._slow)
            if not number:
                first()
        return Answer(item, time.perf_counter_ns() - began, "one two three", extra={"tokens": 3})


class Greedy(Honest):
    """Takes 4 MiB more with each item."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        super().__init__(folder, settings)
        self._held: list[bytes] = []

    def run(self, item: int) -> Answer:
        self._held.append(b"x" * (4 * MIB))
        return super().run(item)


class Modest:
    """Refuses before it takes anything."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        raise BudgetExceeded("this would not fit")


class Holding(Honest):
    """Holds 24 MiB and touches all of it for every item."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        super().__init__(folder, settings)
        self._held = bytearray(24 * MIB)

    def run(self, item: int) -> Answer:
        self._held[::4096] = bytes([item % 256]) * len(self._held[::4096])
        return super().run(item)


class Parent(Honest):
    """Has a child, and cannot answer for once when that was killed."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        super().__init__(folder, settings)
        self._child = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"])

    def run(self, item: int) -> Answer:
        try:
            self._child.wait(0.05)  # a signal is not an end yet
        except subprocess.TimeoutExpired:
            return super().run(item)
        self._child = self._start()
        return Answer(item, 1, "it is gone", ok=False)
