from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from bluerill.bench.capped.journal import Journal
from bluerill.bench.capped.rows import Memory, Row, schema
from bluerill.bench.capped.submit import problems
from bluerill.kernel.limits import MIB
from support.capped import MACHINE, a_death, a_row


def written(folder: Path, *rows: Row) -> Path:
    journal = Journal(folder)
    for row in rows:
        journal.append(row)
    journal.close()
    return folder


def test_whole_results_have_no_problems(tmp_path: Path) -> None:
    assert problems(written(tmp_path, a_row(), a_row(rep=1), a_death(), a_row(cap=None))) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "bluerill.bench/0"}, "expected the schema"),
        ({"quality": None}, "a speed without its quality"),
        ({"samples_ns": []}, "no samples"),
        ({"outcome": "oom"}, "without a reason"),
        ({"rep": 1}, "some are missing"),
        ({"memory": Memory(65 * MIB)}, "above its cap"),
        ({"cap": msgspec.structs.replace(a_row().cap, limit_read=128 * MIB)}, "but the kernel said"),
        ({"cap": msgspec.structs.replace(a_row().cap, enforced=False)}, "not seen to be enforced"),
    ],
)
def test_each_problem_is_found(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    [problem] = problems(written(tmp_path, msgspec.structs.replace(a_row(), **change)))
    assert said in problem


def test_rows_of_one_run_agree(tmp_path: Path) -> None:
    other = msgspec.structs.replace(MACHINE, cores=64)
    machines = written(tmp_path / "machines", a_row(), a_row(cap=32, machine=other))
    seeds = written(tmp_path / "seeds", a_row(), a_row(cap=32, seed=8))
    assert problems(machines) == ["run run-1: more than one machine"]
    assert problems(seeds) == ["run run-1: more than one seed"]


def test_rows_satisfy_the_published_schema() -> None:
    published = schema()
    jsonschema.Draft202012Validator.check_schema(published)
    for row in (a_row(), a_death(), a_row(cap=None)):
        jsonschema.validate(msgspec.to_builtins(row), published)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(msgspec.to_builtins(a_row()) | {"outcome": "wonderful"}, published)
