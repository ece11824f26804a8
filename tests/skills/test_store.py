"""The store service: owners, bounds, broken files, full disks."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import BudgetExceeded, CallerError, CapabilityError, ServiceFault
from bluerill.skills import rows as rows_module
from bluerill.skills import store as store_module
from bluerill.skills.messages import Get, Put, Row, Rows, Scan, Stored
from bluerill.skills.store import MAX_ROW_BYTES, StoreService
from bluerill.skills.testing import Bench


async def opened(bench: Bench, path: Path, **settings: Any) -> StoreService:
    store = StoreService(str(path), **settings)
    await bench.add("store", store)
    return store


def test_rows_survive_a_restart(bench: Bench, tmp_path: Path) -> None:
    async def story() -> None:
        store = await opened(bench, tmp_path / "state" / "store")
        done = await bench.ask("skills", "store", Put("skills/notes", {"a": {"x": 1}, "b": [1, "é"]}))
        assert done == Stored(2)
        await store.stop()
        await opened(bench, tmp_path / "state" / "store")
        assert await bench.ask("skills", "store", Get("skills/notes", "a")) == Row(True, {"x": 1})
        assert await bench.ask("skills", "store", Get("skills/notes", "c")) == Row(False)
        assert await bench.ask("skills", "store", Scan("skills/notes")) == Rows({"a": {"x": 1}, "b": [1, "é"]})

    asyncio.run(story())


@pytest.mark.parametrize("space", ["session", "skills2/x", "other/x", "", "skill"])
def test_a_service_owns_only_the_spaces_below_its_name(bench: Bench, tmp_path: Path, space: str) -> None:
    async def story() -> None:
        await opened(bench, tmp_path)
        for request in (Get(space, "a"), Put(space, {"a": 1}), Scan(space)):
            with pytest.raises(CapabilityError, match="may not use the store's space"):
                await bench.ask("skills", "store", request)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"": 1}, "store keys have 1 to"),
        ({"k" * 300: 1}, "got 300"),
        ({"a": "x" * MAX_ROW_BYTES}, "at most"),
        ({"a": float}, "not plain JSON"),
        ({"a\ud800": 1}, "not plain JSON"),
        ({str(n): n for n in range(300)}, "one put writes at most"),
    ],
)
def test_what_is_too_much_is_said_in_one_line(bench: Bench, tmp_path: Path, rows: dict[str, Any], words: str) -> None:
    async def story() -> None:
        await opened(bench, tmp_path)
        with pytest.raises(CallerError, match=words) as caught:
            await bench.ask("skills", "store", Put("skills/a", rows))
        assert "\n" not in str(caught.value)
        assert await bench.ask("skills", "store", Scan("skills/a")) == Rows({})

    asyncio.run(story())


def test_rows_and_spaces_are_bounded(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MAX_ROWS_PER_SPACE", 3)
    monkeypatch.setattr(store_module, "MAX_SPACES", 2)

    async def story() -> None:
        await opened(bench, tmp_path)
        await bench.ask("skills", "store", Put("skills/a", {"1": 1, "2": 2, "3": 3}))
        await bench.ask("skills", "store", Put("skills/a", {"3": 4}))
        with pytest.raises(BudgetExceeded, match="is full: 3 rows"):
            await bench.ask("skills", "store", Put("skills/a", {"4": 4}))
        await bench.ask("skills", "store", Put("skills/a", {"1": None}))
        await bench.ask("skills", "store", Put("skills/a", {"4": 4}))
        await bench.ask("skills", "store", Put("skills/b", {"1": 1}))
        with pytest.raises(BudgetExceeded, match="none is left for 'skills/c'"):
            await bench.ask("skills", "store", Put("skills/c", {"1": 1}))

    asyncio.run(story())


def smash(path: Path) -> None:
    """Overwrite the header and a page in the middle, as a dying flash block would."""
    data = bytearray(path.read_bytes())
    data[:100] = b"\x00" * 100
    path.write_bytes(data)


def test_a_broken_file_is_moved_aside_and_restored_from_the_copy(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        store = await opened(bench, tmp_path)
        await bench.ask("skills", "store", Put("skills/alarms", {"a": 1, "b": 2}))
        store.copy_now()
        await store.stop()
        smash(tmp_path / "store.db")
        await opened(bench, tmp_path)
        assert await bench.ask("skills", "store", Scan("skills/alarms")) == Rows({"a": 1, "b": 2})
        await bench.ask("skills", "store", Put("skills/alarms", {"c": 3}))

    asyncio.run(story())
    lines = [each.getMessage() for each in caplog.records if each.levelname == "ERROR"]
    assert len(lines) == 1
    assert "moved to store.db.damaged-1, restored rows=2" in lines[0]
    assert (tmp_path / "store.db.damaged-1").exists()


@pytest.mark.parametrize("left", [b"", b"not a database at all, but long enough to be looked at", None])
def test_an_empty_foreign_or_missing_file_is_restored_too(bench: Bench, tmp_path: Path, left: bytes | None) -> None:
    async def story() -> None:
        store = await opened(bench, tmp_path)
        await bench.ask("skills", "store", Put("skills/alarms", {"a": 1}))
        store.copy_now()
        await store.stop()
        path = tmp_path / "store.db"
        path.unlink()
        if left is not None:
            path.write_bytes(left)
        await opened(bench, tmp_path)
        assert await bench.ask("skills", "store", Scan("skills/alarms")) == Rows({"a": 1})

    asyncio.run(story())


def test_what_can_still_be_read_wins_over_an_older_copy(bench: Bench, tmp_path: Path) -> None:
    async def story() -> None:
        store = await opened(bench, tmp_path)
        filler = {f"f{n:03}": "y" * 400 for n in range(200)}
        await bench.ask("skills", "store", Put("skills/big", filler))
        await bench.ask("skills", "store", Put("skills/alarms", {"a": "old", "gone": 1}))
        store.copy_now()
        await bench.ask("skills", "store", Put("skills/alarms", {"a": "new", "late": 2, "gone": None}))
        await store.stop()
        path = tmp_path / "store.db"
        db = sqlite3.connect(path)
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'quarantine'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
        db.close()
        data = bytearray(path.read_bytes())
        data[(root - 1) * size : root * size] = b"\xff" * size
        path.write_bytes(data)
        await opened(bench, tmp_path)
        kept = await bench.ask("skills", "store", Scan("skills/alarms"))
        assert kept == Rows({"a": "new", "late": 2})
        page = await bench.ask("skills", "store", Scan("skills/big"))
        assert page.more
        rest = await bench.ask("skills", "store", Scan("skills/big", after=max(page.rows)))
        assert {**page.rows, **rest.rows} == filler

    asyncio.run(story())


def test_damage_found_while_running_is_repaired_and_the_request_answered(bench: Bench, tmp_path: Path) -> None:
    async def story() -> None:
        store = await opened(bench, tmp_path)
        await bench.ask("skills", "store", Put("skills/alarms", {"a": 1}))
        store.copy_now()
        assert store._rows is not None
        real = store._rows.get
        calls = 0

        def broken(space: str, key: str) -> Any:
            nonlocal calls
            calls += 1
            error = sqlite3.DatabaseError("database disk image is malformed")
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error

        store._rows.get = broken  # type: ignore[method-assign]
        assert await bench.ask("skills", "store", Get("skills/alarms", "a")) == Row(True, 1)
        assert calls == 1
        assert real is not None

    asyncio.run(story())


def test_copies_are_made_by_themselves_only_when_something_changed(bench: Bench, tmp_path: Path) -> None:
    async def story() -> None:
        await opened(bench, tmp_path)
        await bench.advance(30)
        copy = tmp_path / "store.db.copy"
        first = copy.read_bytes()
        stamp = copy.stat().st_mtime_ns
        await bench.advance(2000)
        assert copy.stat().st_mtime_ns == stamp
        await bench.ask("skills", "store", Put("skills/a", {"a": 1}))
        await bench.advance(1000)
        assert copy.read_bytes() != first

    asyncio.run(story())


def full() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


def test_on_a_full_disk_what_rings_is_still_stored(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        store = await opened(bench, tmp_path)
        assert store._rows is not None
        real = rows_module.RowFile.put
        reserve = tmp_path / "store.db.reserve"
        assert reserve.stat().st_blocks * 512 >= reserve.stat().st_size > 0

        def put(self: Any, space: str, rows: dict[str, bytes | None]) -> None:
            if reserve.exists():
                raise full()
            real(self, space, rows)

        monkeypatch.setattr(rows_module.RowFile, "put", put)
        await bench.ask("skills", "store", Put("skills/alarms", {"a": 1}))
        assert not reserve.exists()
        monkeypatch.setattr(store._reserve, "hold", lambda: False)
        with pytest.raises(BudgetExceeded, match="the disk is full; 'skills/notes' was not written"):
            await bench.ask("skills", "store", Put("skills/notes", {"a": 1}))
        await bench.ask("skills", "store", Put("skills/notes", {"a": None}))
        await bench.ask("skills", "store", Put("skills/timers", {"a": 1}))
        monkeypatch.undo()
        await bench.ask("skills", "store", Put("skills/notes", {"a": 1}))
        assert reserve.exists()

    asyncio.run(story())


def test_a_put_that_fails_is_a_fault_and_changes_nothing(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        await opened(bench, tmp_path)
        await bench.ask("skills", "store", Put("skills/a", {"a": 1}))

        def put(*_: Any) -> None:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(rows_module.RowFile, "put", put)
            with pytest.raises(ServiceFault, match="could not write to 'skills/a': disk I/O error"):
                await bench.ask("skills", "store", Put("skills/a", {"a": 2}))
        assert await bench.ask("skills", "store", Get("skills/a", "a")) == Row(True, 1)

    asyncio.run(story())


def test_a_folder_that_cannot_be_written_is_one_line(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file where a folder should be")

    async def story() -> None:
        with pytest.raises(ServiceFault, match="cannot be opened"):
            await opened(bench, tmp_path / "store")

    asyncio.run(story())
