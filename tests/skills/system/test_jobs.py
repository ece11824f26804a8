"""Long work by voice: what is begun is announced to the jobs, after the action is done."""

from __future__ import annotations

import asyncio

from bluerill.skills.messages import WantJob
from bluerill.skills.paging import MAX_PAGE_BYTES, page
from support.bench import World


def test_an_action_wants_a_job_and_says_that_it_will_tell(world: World) -> None:
    async def story() -> None:
        await world.boot()
        done = await world.do("transcribe_recording")
        assert "tell you when it is done" in done.speech
        await world.do("summarise_notes")
        await world.bench.settle()
        assert world.bench.bodies("jobs", WantJob) == [
            WantJob("jobs", "transcribe"), WantJob("jobs", "summarise", {"source": "notes"}),
        ]  # fmt: skip

    asyncio.run(story())


def test_notes_and_reminders_are_exported_page_by_page(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("add_note", text="buy milk")
        await world.do("add_note", text="the car is upstairs")
        await world.do("add_reminder", text="call mum")
        notes = (await world.do("export_notes")).result
        assert [row["text"] for row in notes["texts"]] == ["buy milk", "the car is upstairs"]
        assert not notes["more"]
        rest = (await world.do("export_notes", after=notes["texts"][0]["id"])).result
        assert [row["text"] for row in rest["texts"]] == ["the car is upstairs"]
        reminders = (await world.do("export_reminders")).result
        assert [row["text"] for row in reminders["texts"]] == ["call mum"]

    asyncio.run(story())


def test_pages_are_bounded_and_lose_nothing() -> None:
    texts = [(f"{at:04}", "x" * 900) for at in range(100)]
    found: list[str] = []
    more, after = True, ""
    while more:
        whole = page(texts, after)
        assert sum(len(row["text"]) for row in whole["texts"]) <= MAX_PAGE_BYTES
        found += [row["id"] for row in whole["texts"]]
        more, after = whole["more"], found[-1]
    assert found == [number for number, _ in texts]
    huge = page([("1", "y" * 50_000), ("2", "z")], "")
    assert [row["id"] for row in huge["texts"]] == ["1"]  # one that is too long comes alone
    assert huge["more"]
