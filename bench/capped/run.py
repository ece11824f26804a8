"""A whole run: every workload prepared once, then cell after cell, each row written as it comes."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn

from ...kernel.errors import CallerError, ServiceFault
from ...kernel.host.doctor import describe_caps
from ...kernel.host.linux import LinuxHost
from ...kernel.host.posix import PosixHost
from . import loadgen, machine
from .cell import open_host
from .course import Course, Leg
from .janitor import Janitor
from .journal import Journal, read_rows
from .measure import Effort, measure, row_of
from .options import AS_IT_IS, Options, Variant, size_text
from .prepare import check, prepare
from .rows import Row
from .stress import chaos, shrink
from .sweep import Step, Survey
from .work import How, Prepared, Unavailable, Wanted

Progress = Callable[[str, float, float], None]
"""What is being measured, the share that is done, and the seconds that are left."""


class Finished(NamedTuple):
    """What a run came to: its rows, what could not be measured and why, and what the caps are enforced by. For want of
    time ``left_out`` are cells that were asked for, ``unrepeated`` workloads with fewer repetitions at their floor."""

    rows: list[Row]
    lacking: list[tuple[str, str]]
    mechanism: str
    proof: str
    left_out: list[tuple[str, int | None]]
    unrepeated: list[str]


class Run:
    """One run. :meth:`go` raises CallerError and ServiceFault; KeyboardInterrupt leaves nothing behind."""

    def __init__(self, options: Options, progress: Progress, shown: Callable[[Row], None]) -> None:
        self._options, self._progress, self._shown = options, progress, shown
        self._name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S") + f"-{os.getpid()}"
        self._here = machine.build()
        self._rows: list[Row] = []
        self._kept: dict[tuple[str, str, int | None], deque[Row]] = {}
        self._lacking: list[tuple[str, str]] = []

    def go(self) -> Finished:
        """Measure everything."""
        if set(self._options.scenarios) & {"load", *loadgen.SCENARIOS} and not loadgen.available():
            raise ServiceFault("scenarios need MLPerf LoadGen: pip install 'bluerill[bench]'")
        for name in self._options.models:
            check(name)
        journal = Journal(self._options.out)
        if self._options.resume:
            self._read_kept()
        try:
            with _terminated(), _workplace(self._options.mechanism) as (host, folder):
                proof = describe_caps(host).proof
                self._began = time.monotonic()
                course = Course(
                    self._legs(folder), self._options, partial(self._step, host, journal), self._progress, self._began
                )
                course.go()
                for leg in course.legs:
                    self._scenarios(host, leg.work, journal, leg.survived(self._options.caps))
                self._lacking += course.lacking
                if not self._rows:
                    why = "; ".join(f"{name}: {why}" for name, why in self._lacking)
                    raise ServiceFault(f"nothing could be measured: {why}")
                return Finished(self._rows, self._lacking, host.mechanism, proof, course.left_out, course.unrepeated)
        finally:
            journal.close()

    def _legs(self, folder: Path) -> list[Leg]:
        """Everything that can be measured, prepared."""
        options = self._options
        names = [(name, AS_IT_IS) for name in options.workloads]
        names += [(name, each) for name in options.models for each in options.variants]
        legs = []
        for number, (name, variant) in enumerate(names):
            self._progress(f"preparing {name}", 0.0, self._left_s())
            work = self._prepared(name, variant, folder / str(number))
            if work is not None:
                legs.append(Leg(work, Survey(options.caps, options.repeat, options.near)))
        return legs

    def _step(self, host: PosixHost, journal: Journal, work: Prepared, step: Step, rep: int, effort: Effort) -> Row:
        """One repetition: measured, written, shown; or taken from the run that was stopped."""
        row = self._taken(work, step.cap)
        if row is None:
            found = measure(host, work, step.cap, effort)
            row = row_of(found, work, run=self._name, rep=rep, seed=self._options.seed, here=self._here, near=step.near)
            self._keep(row, journal)
        return row

    def _read_kept(self) -> None:
        """The rows of a run that was stopped, each to be taken where it would be measured again. Raises CallerError."""
        rows = read_rows(self._options.out)
        rows = [row for row in rows if row.run == rows[-1].run]
        for row in rows:
            if row.seed != self._options.seed:
                raise CallerError(f"{self._options.out}: was begun with --seed {row.seed}, not {self._options.seed}")
            self._name = row.run
            cap = None if row.scenario == "shrink" else row.cap.bytes  # which is not where it began
            self._kept.setdefault((row.workload, row.scenario, cap), deque()).append(row)

    def _taken(self, work: Prepared, cap: int | None, scenario: str = "single") -> Row | None:
        """The next row of a cell that the stopped run had measured."""
        waiting = self._kept.get((work.name, scenario, None if scenario == "shrink" else cap))
        if not waiting:
            return None
        row = waiting.popleft()
        self._rows.append(row)
        return row

    def _prepared(self, name: str, variant: Variant, place: Path) -> Prepared | None:
        try:
            place.mkdir()
            return prepare(name, Wanted(place, self._options.seed, self._options.quick, variant))
        except OSError as error:
            raise ServiceFault(
                f"{name} cannot be prepared in {place.parent}: {error.strerror or error}; "
                "make room there, or set TMPDIR"
            ) from None
        except Unavailable as lack:
            self._lacking.append((name, str(lack)))
            return None

    def _scenarios(self, host: PosixHost, work: Prepared, journal: Journal, caps: list[int | None]) -> None:
        """The scenarios under every cap that was asked for and survived; a cap shrinks from the largest."""
        options = self._options
        finite = [cap for cap in caps if cap is not None]
        for scenario in options.scenarios:
            for cap in finite[:1] if scenario == "shrink" else caps:
                for rep, how in enumerate(self._hows(scenario, work, cap)):
                    if self._taken(work, cap, scenario) is not None:
                        continue
                    self._progress(f"{work.name} {scenario}", 1.0, self._left_s())
                    found = measure(host, work, cap, Effort(options.seconds, patience_s=work.patience_s), how)
                    row = row_of(
                        found, work, run=self._name, rep=rep, seed=options.seed, here=self._here, scenario=scenario
                    )
                    self._keep(row, journal)

    def _hows(self, scenario: str, work: Prepared, cap: int | None) -> list[How]:
        """How the child is asked in a scenario, once for each row."""
        options = self._options
        if work.how is not None:
            return []  # it is a scenario of its own
        if scenario == "shrink":
            return [shrink]
        if scenario == "chaos":
            return [partial(chaos, seed=options.seed)] if work.settings.get("spoken") else []  # only it has children
        logs = options.out / "loadgen" / f"{work.name}-{size_text(cap)}-{scenario}"
        one = partial(loadgen.drive, seconds=options.load_seconds)
        if scenario == "load":
            shares = [(share, logs.with_name(f"{logs.name}-{share:g}")) for share in loadgen.LOADS]
            alone: list[float] = []
            return [
                partial(one, scenario="server", folder=folder, share=share, alone=alone) for share, folder in shares
            ]
        return [partial(one, scenario=scenario, folder=logs)]

    def _keep(self, row: Row, journal: Journal) -> None:
        journal.append(row)
        self._rows.append(row)
        self._shown(row)

    def _left_s(self) -> float:
        return max(1.0, self._options.minutes * 60 - (time.monotonic() - self._began))


@contextmanager
def _workplace(mechanism: str) -> Iterator[tuple[PosixHost, Path]]:
    """A host and a temporary folder, both gone afterwards, however it ends."""
    host = open_host(mechanism)
    with tempfile.TemporaryDirectory(prefix="bluerill-bench-", ignore_cleanup_errors=True) as folder:
        tree = host.tree if isinstance(host, LinuxHost) else None
        janitor = Janitor(Path(folder), tree.base if tree is not None else None)
        try:
            yield host, Path(folder)
        finally:
            host.close()
            janitor.dismiss()


@contextmanager
def _terminated() -> Iterator[None]:
    """SIGTERM and SIGHUP end a run as Ctrl-C does: everything is put away."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
