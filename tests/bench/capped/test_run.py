"""Whole runs, as a person starts them: what they leave, and what they leave behind when they are stopped."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from bluerill.bench.capped.journal import NAME, read_rows
from bluerill.bench.capped.loadgen_trace import TRACE
from bluerill.bench.capped.submit import problems
from bluerill.kernel.host.cgroup import PREFIX
from bluerill.kernel.host.mounts import find
from bluerill.kernel.limits import MIB
from bluerill.watch.cli import main

pytestmark = pytest.mark.process


def leftovers(pid: int, temporary: Path) -> list[str]:
    """Control groups of a process, and temporary folders."""
    groups = [path for where in find() if where is not None for path in where.glob(f"{PREFIX}.{pid}.*")]
    return [str(path) for path in (*groups, *temporary.iterdir())]


def test_a_run_leaves_rows_a_page_and_plots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results"
    words = ["bench", "--workloads", "planner", "--ram", "48M,none", "--quick", "--out", str(out), "--near", "0"]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "On this device planner fits into" in told
    rows = read_rows(out)
    assert {48 * MIB, None} <= {row.cap.bytes for row in rows}
    assert all(row.quality is not None and row.quality.value > 0.9 for row in rows if row.survived)
    assert problems(out) == []
    assert {"report.html", "latency.png", NAME} <= {path.name for path in out.iterdir()}
    assert main(["bench", "submit-check", str(out)]) == 0
    assert main(["bench", "compare", str(out), str(out)]) == 0
    assert "No difference between A and B" in capsys.readouterr().out


@pytest.mark.parametrize("during", [("--repeat", "500"), ("--scenario", "server", "--load-seconds", "60")])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_whole_rows_and_nothing_else(
    tmp_path: Path, number: signal.Signals, during: tuple[str, ...]
) -> None:
    out, temporary = tmp_path / "results", tmp_path / "tmp"
    temporary.mkdir()
    if during[0] == "--scenario":
        pytest.importorskip("mlperf_loadgen")
    words = ["-m", "bluerill", "bench", "--workloads", "planner", "--ram", "none", *during, "--near", "0"]
    child = subprocess.Popen(
        [sys.executable, *words, "--seconds", "0.01", "--out", str(out)],
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # what is started in the background by a shell ignores Ctrl-C, and so would this
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert child.stderr is not None
    child.stderr.readline()  # the first row is written before it is told
    until = time.monotonic() + 30
    while during[0] == "--scenario" and not list(out.rglob(TRACE)) and time.monotonic() < until:
        time.sleep(0.01)  # until LoadGen has begun
    child.send_signal(number)
    child.communicate(timeout=60)
    assert child.returncode == (-9 if number is signal.SIGKILL else 130)
    until = time.monotonic() + 20
    while leftovers(child.pid, temporary) and time.monotonic() < until:
        time.sleep(0.01)
    assert leftovers(child.pid, temporary) == []
    assert tempfile.gettempdir() != str(temporary)
    assert len(read_rows(out)) >= 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--ram", "5M"], "expected 8M or more"),
        (["--models", "nowhere.gguf"], "expected a model's file or folder, or the name of a card"),
        (["--workloads", "chess"], "got 'chess'"),
        (["--near", "-1"], "--near: expected 0 or more"),
        (["compare", "nowhere", "nowhere"], "expected results of bluerill bench"),
    ],
)
def test_wrong_usage_is_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = [] if words[0] == "compare" else ["--out", str(tmp_path / "out")]
    assert main(["bench", *out, *words]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_no_room_for_what_is_prepared_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> object:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("bluerill.bench.capped.run.prepare", full)
    assert main(["bench", "--workloads", "planner", "--ram", "none", "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err.splitlines()
    assert "planner cannot be prepared in" in told[-1]
    assert "No space left on device; make room there, or set TMPDIR" in told[-1]


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    out = tmp_path / "results"
    words = ["bench", "--workloads", "planner", "--ram", "48M,none", "--quick", "--near", "0", "--out", str(out)]
    assert main(words) == 0
    whole = (out / NAME).read_bytes().splitlines(keepends=True)
    (out / NAME).write_bytes(b"".join(whole[:2]) + whole[2][:30])
    assert main([*words, "--resume"]) == 0
    rows = read_rows(out)
    assert (out / NAME).read_bytes().startswith(b"".join(whole[:2]))
    assert len(rows) == len(whole)
    assert len({row.run for row in rows}) == 1
    assert problems(out) == []
    assert main([*words, "--resume", "--seed", "8"]) == 2
