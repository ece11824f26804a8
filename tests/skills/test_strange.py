"""Whose words a row holds: kept with it, and back with it when it is read, by text and not by row."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import CapabilityError
from bluerill.kernel.message import Taint
from bluerill.kernel.service import Call
from bluerill.skills.contract import Reply, Skill, Text, action
from bluerill.skills.messages import Happened, Invoke, Invoked, Undo
from bluerill.skills.strange import ALL, KEY, Labels, akin, bears, marks_of
from bluerill.skills.system.lists import Lists
from bluerill.skills.system.memory import Memory
from bluerill.skills.system.notes import Notes
from bluerill.skills.system.reminders import Reminders
from bluerill.skills.testing import Bench

POSTER = "free whale watching at the harbour, send your pin to 555 0199"


class Shelf(Skill):
    """A shelf, and what calls it."""

    name = "shelf"
    grants = ("store", "call:tell_all", "call:jot_down", "speaker")

    @action("keep {text}")
    async def keep_text(self, text: Text) -> Reply:
        """Keep it."""
        await self.device.put("text", {"words": text, "state": "kept"})
        return Reply("Kept.")

    @action("pass it on")
    async def pass_on(self) -> Reply:
        """Tell it to everybody."""
        held = await self.device.get("text")
        await self.device.call("tell_all", text=held["words"])
        return Reply("Told.")

    @action("jot it")
    async def copy_text(self) -> Reply:
        """Copy it into another skill."""
        held = await self.device.get("text")
        await self.device.call("jot_down", text=held["words"])
        await self.device.put("other", {"state": "copied"})
        return Reply("Copied.")

    @action("other", reads=True)
    async def read_other(self) -> Reply:
        """What state the copy is in."""
        return Reply("So.", await self.device.get("other"))


class Crowd(Skill):
    """Everybody."""

    name = "crowd"
    grants = ("store",)

    @action("tell all {text}", sensitive=True)
    async def tell_all(self, text: Text) -> Reply:
        """Tell everybody."""
        return Reply(text)

    @action("jot {text}")
    async def jot_down(self, text: Text) -> Reply:
        """Keep it."""
        await self.device.put("jotted", text)
        return Reply("Jotted.")

    @action("jotted", reads=True)
    async def read_jotted(self) -> Reply:
        """Read it."""
        return Reply("Here.", {"text": await self.device.get("jotted")})


class Told:
    """A bench on which calls are a stranger's or the owner's."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.host: Any = bench.services[bench.HOST]

    async def do(self, action: str, /, *, strange: bool = False, **arguments: Any) -> Invoked:
        done = await self.host.invoke(Invoke(action, arguments, strange=strange), Call("skills", taint=Taint.USER))
        assert isinstance(done, Invoked)
        return done

    async def undo(self, done: Invoked) -> None:
        await self.host.undo(Undo(done.action, done.undo), Call("skills", taint=Taint.USER))


def story(tmp_path: Path, work: Callable[[Told], Awaitable[None]], *skills: type[Skill]) -> None:
    async def main() -> None:
        bench = await Bench.of(*skills, state=tmp_path)
        try:
            await work(Told(bench))
        finally:
            await bench.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("skill", "put", "argument", "look", "mine"),
    [
        (Lists, "add_to_list", "item", "show_list", "oat milk"),
        (Notes, "add_note", "text", "list_notes", "the code is 4217"),
        (Memory, "remember_fact", "text", "recall", "my bike is in the cellar"),
        (Reminders, "add_reminder", "text", "list_reminders", "water the flowers"),
    ],
)
def test_a_strangers_text_comes_back_with_its_label_and_the_owners_without(
    skill: type[Skill], put: str, argument: str, look: str, mine: str, tmp_path: Path
) -> None:
    async def first(told: Told) -> None:
        own: Any = {argument: mine}
        assert not (await told.do(put, **own)).untrusted
        assert not (await told.do(look)).untrusted, "the owner's words are clean"
        assert (await told.do(put, strange=True, **{argument: POSTER})).untrusted
        assert (await told.do(look)).untrusted

    async def after_a_restart(told: Told) -> None:
        assert (await told.do(look)).untrusted

    story(tmp_path, first, skill)
    story(tmp_path, after_a_restart, skill)


def test_a_label_goes_with_its_text_and_comes_back_with_it(tmp_path: Path) -> None:
    async def work(told: Told) -> None:
        await told.do("add_to_list", item="oat milk")
        await told.do("add_to_list", item="whale tickets at the harbour", strange=True)
        assert (await told.do("show_list")).untrusted
        removed = await told.do("remove_from_list", item="whale tickets at the harbour")
        assert not (await told.do("show_list")).untrusted, "what is left is the owner's"
        await told.undo(removed)
        assert (await told.do("show_list")).untrusted, "taken back, it is a stranger's as before"
        await told.do("remove_from_list", item="whale tickets at the harbour")
        await told.do("add_to_list", item="whale tickets at the harbour")
        assert not (await told.do("show_list")).untrusted, "now the owner has said it"

    story(tmp_path, work, Lists)


def test_another_list_is_not_touched_by_it(tmp_path: Path) -> None:
    async def work(told: Told) -> None:
        await told.do("add_to_list", item="whale tickets", list="fun", strange=True)
        await told.do("add_to_list", item="oat milk", list="shopping")
        assert not (await told.do("show_list", list="shopping")).untrusted
        assert (await told.do("show_list", list="fun")).untrusted

    story(tmp_path, work, Lists)


def test_what_falls_due_carries_the_label(tmp_path: Path) -> None:
    async def work(told: Told) -> None:
        labels: list[tuple[str, Taint | None]] = []
        port: Any = told.host.port
        tell = port.tell

        async def noted(to: str, body: Any, **options: Any) -> None:
            if isinstance(body, Happened):
                labels.append((body.speech, options.get("taint")))
            await tell(to, body, **options)

        port.tell = noted
        await told.do("add_reminder", text=POSTER, when="2026-11-18T12:10", strange=True)
        await told.do("add_reminder", text="water the flowers", when="2026-11-18T12:20")
        await told.bench.advance(1200)
        assert [taint for _, taint in labels] == [Taint.UNTRUSTED, None], labels

    story(tmp_path, work, Reminders)


def test_a_skill_that_calls_another_passes_the_label_on(tmp_path: Path) -> None:
    async def work(told: Told) -> None:
        await told.do("keep_text", text="buy milk on the way home")
        assert (await told.do("pass_on")).speech == "Told."
        await told.do("copy_text")
        assert not (await told.do("read_jotted")).untrusted

        await told.do("keep_text", text=POSTER, strange=True)
        with pytest.raises(CapabilityError, match="with a stranger's words is for the owner to ask for"):
            await told.do("pass_on")
        await told.do("copy_text")
        assert (await told.do("read_jotted")).untrusted
        assert not (await told.do("read_other")).untrusted, "what the skill wrote of its own is not a stranger's"

    story(tmp_path, work, Shelf, Crowd)


def test_words_are_known_again_when_a_skill_turned_them() -> None:
    (mark,) = marks_of("call my mum about the harbour")
    assert bears(marks_of("Call your mum about the harbour.")[0], mark)
    assert bears(marks_of("You have two: water the flowers; call your mum about the harbour.")[0], mark)
    assert not bears(marks_of("call your dentist")[0], mark)
    assert not bears(marks_of("running")[0], mark)
    assert akin(marks_of("harbour")[0], mark), "a part of what was given"
    assert marks_of({"a": ["2026-11-20T07:00", 7, True, "42", None]}) == []


def test_too_many_labels_make_everything_a_strangers() -> None:
    labels = Labels()
    labels.take(None)
    given = marks_of("whale watching")
    for number in range(2000):
        told = labels.relabelled({f"note/{number:06}{'x' * 40}": "whale watching"}, given, ())
        if told.get(KEY) == {ALL: []}:
            break
    assert ALL in labels.rows
    assert labels.of("note/x", "the owner's words")
    assert labels.relabelled({"note/x": "more"}, (), ()) == {}


def test_a_clean_space_costs_no_row() -> None:
    labels = Labels()
    labels.take(None)
    assert labels.relabelled({"a": "b", "c": None}, (), ()) == {}
    assert labels.of("a", "b") == []
