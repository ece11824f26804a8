"""The store under a killed process and a really full disk."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bluerill.skills.rows import RowFile
from bluerill.skills.salvage import open_or_restore

pytestmark = pytest.mark.process
LOG = logging.getLogger("test")

WRITER = """
import logging, sys
from pathlib import Path
from bluerill.skills.salvage import open_or_restore
rows = open_or_restore(Path(sys.argv[1]), logging.getLogger("writer"))
number = int(sys.argv[2])
while True:
    rows.put("skills/a", {f"k{number}": str(number).encode(), "last": str(number).encode()})
    sys.stdout.write(f"{number}\\n")  # the acknowledgement
    sys.stdout.flush()
    number += 1
"""


def test_kill_between_write_and_reply_loses_nothing_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    start = 0
    for _ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(start)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(25)]
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
        writer.stdout.close()
        writer.wait()
        rows = RowFile(path, LOG)
        assert rows.mended == 0
        last = acknowledged[-1]
        assert all(rows.get("skills/a", f"k{number}") == number for number in range(last + 1))
        kept = rows.get("skills/a", "last")
        assert kept in (last, last + 1)  # the one after may have been written and not yet acknowledged
        rows.close()
        start = int(kept) + 1


FILLER = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[2])
from bluerill.skills.testing import Bench
from bluerill.kernel.errors import BudgetExceeded
from bluerill.skills.messages import Get, Put
from bluerill.skills.store import StoreService

async def main():
    bench = Bench()
    await bench.add("store", StoreService(sys.argv[1] + "/store"))
    await bench.ask("skills", "store", Put("skills/notes", {"a": "kept"}))
    with open(sys.argv[1] + "/filler", "wb", buffering=0) as filler:
        try:
            while filler.write(b"x" * 4096):
                pass
        except OSError as error:
            assert error.errno == 28, error
    refused = 0
    for number in range(60):
        try:
            await bench.ask("skills", "store", Put("skills/notes", {f"n{number}": "y" * 4000}))
        except BudgetExceeded:
            refused += 1
    assert refused > 0, "the disk was not full"
    for number in range(20):
        await bench.ask("skills", "store", Put("skills/alarms", {f"ring{number}": "z" * 500}))
    assert (await bench.ask("skills", "store", Get("skills/alarms", "ring19"))).value == "z" * 500
    os.unlink(sys.argv[1] + "/filler")
    await bench.ask("skills", "store", Put("skills/notes", {"b": "again"}))
    assert (await bench.ask("skills", "store", Get("skills/notes", "a"))).value == "kept"
    await bench.services["store"].stop()
    await bench.kill()
    print("rings were stored")

asyncio.run(main())
"""


def test_on_a_really_full_disk_alarms_are_still_stored(tmp_path: Path) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("needs 'unshare' (util-linux) to mount a small disk")
    script = tmp_path / "fill.py"
    script.write_text(FILLER)
    mounted = tmp_path / "disk"
    mounted.mkdir()
    helpers = Path(__file__).parents[1]
    command = f'mount -t tmpfs -o size=2m tmpfs "{mounted}" && "{sys.executable}" "{script}" "{mounted}" "{helpers}"'
    probe = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip("this machine does not allow a private mount")
    done = subprocess.run(["unshare", "-rm", "sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "rings were stored", done.stderr[-2000:]


def test_a_log_cut_off_in_the_middle_keeps_what_was_before(tmp_path: Path) -> None:
    """A torn last write (power lost while the log grew) costs only what was not acknowledged."""
    path = tmp_path / "store.db"
    rows = RowFile(path, LOG)
    for number in range(20):
        rows.put("skills/a", {f"k{number}": b"1"})
    torn = tmp_path / "torn.db"
    shutil.copy(path, torn)
    log = Path(f"{path}-wal").read_bytes()
    Path(f"{torn}-wal").write_bytes(log[:-1000])
    rows.close()
    again = open_or_restore(torn, LOG)
    assert all(again.get("skills/a", f"k{number}") == 1 for number in range(19))
    again.close()
