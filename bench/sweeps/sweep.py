"""A sweep, carried out: what is done already is not done again, what is done is on the disk, and all of it is one set
of results in the end.

    OUT/sweep.json         the plan
    OUT/units/NAME/        the results of a unit; with ``done`` in it, it is finished
    OUT/results.jsonl      the rows of all, each with the device it ran on
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from ...kernel.errors import CallerError, ServiceFault
from ..capped.journal import NAME, read_rows
from ..capped.rows import Row
from .places import Place
from .plan import Plan, Unit
from .unit import unpacked

DONE = "done"


class Mark(msgspec.Struct, frozen=True):
    """That a unit is finished: where it ran, and how long."""

    device: str
    seconds: float


class Step(NamedTuple):
    """How far it is: units done, of how many, which was the last, how it went, and the seconds that are left by the
    pace so far."""

    done: int
    of: int
    unit: Unit
    error: str
    left_s: float


class Swept(NamedTuple):
    """All rows, and the units that came to nothing, with the reason."""

    rows: list[Row]
    failed: list[tuple[str, str]]


def sweep(plan: Plan, place: Place, out: Path, within: float, told: Callable[[Step], None]) -> Swept:
    """Measure every unit that is not finished, and join the results. A unit that fails does not end the sweep.

    Raises ServiceFault when results cannot be written.
    """
    folder = out / "units"
    folder.mkdir(exist_ok=True)
    left = [unit for unit in plan.units if not (folder / unit.name / DONE).is_file()]
    done, began, failed = len(plan.units) - len(left), time.monotonic(), []
    try:
        for number, (unit, outcome) in enumerate(place.results(left, folder, within), 1):
            if outcome.error:
                failed.append((unit.name, outcome.error))
            else:
                _keep(unit, outcome.results, outcome.seconds, folder / unit.name)
            pace = (time.monotonic() - began) / number
            told(Step(done + number, len(plan.units), unit, outcome.error, pace * (len(left) - number)))
    except OSError as error:
        raise ServiceFault(f"{out}: results cannot be written: {error.strerror or error}") from None
    return Swept(merged(plan, out), failed)


def _keep(unit: Unit, results: bytes, seconds: float, folder: Path) -> None:
    unpacked(results, folder)
    (folder / DONE).write_bytes(msgspec.json.encode(Mark(unit.device, round(seconds, 2))))


def merged(plan: Plan, out: Path) -> list[Row]:
    """The rows of every finished unit, written as one file, LoadGen's logs beside it."""
    rows: list[Row] = []
    for unit in plan.units:
        folder = out / "units" / unit.name
        if not (folder / DONE).is_file():
            continue
        device = msgspec.json.decode((folder / DONE).read_bytes(), type=Mark).device
        for row in read_rows(folder):
            if row.loadgen is not None:
                logs = f"{unit.name}-{row.loadgen.logs}"
                shutil.copytree(folder / "loadgen" / row.loadgen.logs, out / "loadgen" / logs, dirs_exist_ok=True)
                row = msgspec.structs.replace(row, loadgen=msgspec.structs.replace(row.loadgen, logs=logs))
            rows.append(msgspec.structs.replace(row, device=device))
    part = out / f"{NAME}.part"
    part.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    os.replace(part, out / NAME)
    return rows


def check_rows(rows: list[Row], failed: list[tuple[str, str]]) -> None:
    """Raises CallerError if nothing was measured at all."""
    if not rows:
        name, why = failed[0] if failed else ("no unit", "the sweep has none")
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        raise CallerError(f"nothing was measured: {name}: {why}{more}")
