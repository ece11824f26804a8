"""The audit log: every change is in it, with whose words led to it; it is bounded, and never in the way."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.kernel.message import Body, Taint
from bluerill.kernel.service import Call
from bluerill.skills import audit
from bluerill.skills.audit import Audit, Entry
from bluerill.skills.host import SkillsService
from bluerill.skills.messages import Invoke, Invoked, Unconfirmed, Undo
from bluerill.skills.store import StoreService
from bluerill.skills.testing import Bench

SYSTEM = [
    "lists=bluerill.skills.system.lists:Lists",
    "notes=bluerill.skills.system.notes:Notes",
    "clock=bluerill.skills.system.clock:Clock",
]


def logged(tmp_path: Path, work: Callable[[Bench], Awaitable[None]]) -> list[Entry]:
    """What is in the log after some work on a bench."""

    async def story() -> None:
        bench = Bench()
        await bench.add("store", StoreService(str(tmp_path / "store")))
        await bench.add("skills", SkillsService(SYSTEM, boot="b", zone="Europe/Paris", log=str(tmp_path)))
        await work(bench)
        await bench.close()

    asyncio.run(story())
    return list(audit.read(tmp_path))


async def call(bench: Bench, request: Body, taint: Taint = Taint.USER) -> Body:
    service = bench.services["skills"]
    answer: Body = await getattr(service, service.handlers[type(request)])(request, Call("session", taint=taint))
    return answer


def test_what_changes_is_written_down_and_what_reads_is_not(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        done = await call(bench, Invoke("add_to_list", {"item": "milk"}))
        assert isinstance(done, Invoked)
        await call(bench, Invoke("get_time"))
        await call(bench, Undo("add_to_list", done.undo))

    added, undone = logged(tmp_path, work)
    assert (added.action, added.skill, added.package, added.by) == ("add_to_list", "lists", "bluerill", "session")
    assert (added.arguments, added.labels, added.outcome) == ({"item": "milk"}, ["user"], "done")
    assert "store" in added.grants
    assert (undone.action, undone.outcome) == ("add_to_list", "undone")


def test_a_strangers_words_and_the_owners_yes_are_told_apart(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        asked = await call(bench, Invoke("add_note", {"text": "x"}), Taint.USER | Taint.UNTRUSTED)
        assert isinstance(asked, Unconfirmed)
        await call(bench, Invoke("add_note", {"text": "x"}, confirmed=True))

    asked, done = logged(tmp_path, work)
    assert (asked.outcome, asked.labels, asked.confirmed) == ("asked", ["user", "untrusted"], False)
    assert (done.outcome, done.labels, done.confirmed) == ("done", ["user"], True)


def test_what_did_not_happen_says_why(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        with pytest.raises(CallerError):
            await call(bench, Invoke("add_to_list", {"item": 3, "nonsense": 1}))

    (entry,) = logged(tmp_path, work)
    assert entry.outcome == "refused"
    assert entry.why


def test_a_log_that_cannot_be_written_is_in_nobodys_way_and_says_so_later(tmp_path: Path) -> None:
    log = Audit(str(tmp_path / "log"))
    (tmp_path / "log").write_text("a file where a folder should be")
    assert "log" in log.write(Entry(1.0, "first"))
    assert log.write(Entry(2.0, "second"))
    (tmp_path / "log").unlink()
    assert log.write(Entry(3.0, "third")) == ""
    assert [(each.action, each.lost) for each in audit.read(tmp_path / "log")] == [("third", 2)]


def test_it_is_bounded_private_and_keeps_the_latest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MAX_BYTES", 20_000)
    log = Audit(str(tmp_path))
    for number in range(1000):
        log.write(Entry(float(number), "act", arguments={"text": "x" * 200}))
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    assert len(sizes) == 2
    assert sum(sizes) < 2 * 21_000
    kept = [each.at for each in audit.read(tmp_path)]
    assert kept[-1] == 999.0
    assert kept == sorted(kept)
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


def test_one_entry_cannot_be_long_and_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    log = Audit(str(tmp_path))
    arguments = audit.shown({f"name {n}": "ü" * 5_000 for n in range(100)})
    log.write(Entry(1.0, "long", arguments=arguments, why="y" * 50_000))
    assert (tmp_path / audit.FILE).stat().st_size < audit.MAX_LINE
    with (tmp_path / audit.FILE).open("ab") as file:
        file.write(b'{"at": 2.0, "acti')
    log.write(Entry(3.0, "next"))
    assert [each.action for each in audit.read(tmp_path)] == ["long", "next"]


def test_one_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / audit.FILE).mkdir()
    with pytest.raises(ServiceFault, match="cannot be read"):
        list(audit.read(tmp_path))
    assert os.listdir(tmp_path) == [audit.FILE]
