"""A picture as an argument: what is in it becomes an event or a pass, and what is not there is asked."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bluerill.agent.messages import Request, Saw, Turn
from bluerill.agent.shown import planned, wanted
from bluerill.kernel.host.sim import SimHost, run_sim
from bluerill.kernel.message import Taint
from bluerill.modalities.image.messages import Code, Line, Seen
from support.simulated import HEAD, simulated

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("Europe/Paris"))


def seen(*lines: str, codes: tuple[str, ...] = ()) -> Seen:
    """Lines as tall as they are early, as on a poster."""
    read = [Line(line, 0.9, [(0, 0), (9, 0), (9, 60 - 10 * at), (0, 60 - 10 * at)]) for at, line in enumerate(lines)]
    return Seen((100, 80), [Code("QR Code", text, []) for text in codes], read)


POSTER = seen("Concert in the park", "Friday 27 November", "8 pm - 10 pm", "Venue: Riverside stage")


@pytest.mark.parametrize(
    ("text", "picture", "arguments"),
    [
        (
            "add this to my calendar",
            POSTER,
            {
                "title": "Concert in the park",
                "start": "2026-11-27T20:00",
                "end": "2026-11-27T22:00",
                "place": "Riverside stage",
            },
        ),
        ("schedule this", seen("Dentist", "Tue 1 Dec 14:30"), {"title": "Dentist", "start": "2026-12-01T14:30"}),
        (
            "put that in the diary at nine pm",
            seen("Quiz night", "27 November 2026", "8 pm"),
            {"title": "Quiz night", "start": "2026-11-27T21:00"},
        ),
        (
            "add it to my calendar on the 28th of november",
            seen("Market", "Fri 27 Nov", "Sat 28 Nov", "from 9 am"),
            {"title": "Market", "start": "2026-11-28T09:00"},
        ),
    ],
)
def test_an_event_is_read_from_a_picture(text: str, picture: Seen, arguments: dict[str, str]) -> None:
    plan = planned(text, picture, NOW)
    assert plan is not None
    [call] = plan.calls
    assert (call.name, call.arguments) == ("add_event", arguments)


@pytest.mark.parametrize(
    ("picture", "question"),
    [
        (seen("Market", "Fri 27 Nov", "Sat 28 Nov", "9 am"), "Which day: Friday the 27 or Saturday the 28?"),
        (seen("Market", "9 am"), "What day is it on?"),
        (seen("Market", "Fri 27 Nov"), "At what time?"),
    ],
)
def test_what_a_picture_leaves_open_is_asked_in_one_question(picture: Seen, question: str) -> None:
    plan = planned("add this to my calendar", picture, NOW)
    assert plan is not None
    assert (plan.calls, plan.reply, plan.lacks) == ([], question, "add_event")


def test_a_pass_is_what_its_one_code_says() -> None:
    plan = planned("add this pass", seen(codes=("PASS-1",)), NOW)
    assert plan is not None
    assert [(call.name, call.arguments) for call in plan.calls] == [("add_pass", {"source": "PASS-1"})]
    for codes, said in (
        ((), "I can't find a code in it, and a pass is its code."),
        (("a", "b"), "There are 2 codes in it. Show me the one you mean."),
        (("x" * 4_001,), "Its code is too long to be a pass."),
    ):
        refused = planned("put it in my wallet", seen("Ticket", codes=codes), NOW)
        assert refused is not None
        assert (refused.calls, refused.reply) == ([], said)


@pytest.mark.parametrize("text", ["add milk to my list", "add this to my shopping list", "what is on my calendar"])
def test_other_requests_are_left_alone(text: str) -> None:
    assert wanted(text) == ""
    assert planned(text, POSTER, NOW) is None


def test_a_picture_waits_for_the_owner_and_a_question_for_its_answer(tmp_path: Path) -> None:
    async def main(host: SimHost) -> None:
        entries = ["diary=support.diary:Diary"]
        async with simulated(host, tmp_path, HEAD, skills={"entries": entries}) as kernel:
            front = kernel.connect("control-test")

            async def say(text: str) -> Turn:
                return await front.ask("session", Request(text), Turn, within=60, taint=Taint.USER)

            await front.tell("session", Saw(seen("Market", "Sun 4 Jan", "Sat 3 Jan", "9 am")), taint=Taint.UNTRUSTED)
            asked = await say("add this to my calendar")
            assert (asked.reply, asked.outcome) == ("Which day: Sunday the 4 or Saturday the 3?", "done")
            shown = await say("the third of january")
            assert (shown.outcome, shown.seen) == ("asked", "picture")
            assert "start: Saturday, 3 January 2026, 9:00" in shown.reply
            agreed = await say("yes")
            assert [(call.name, call.error) for call in agreed.calls] == [("add_event", "")]
            await front.tell("session", Saw(seen(codes=("PASS-1",))), taint=Taint.UNTRUSTED)
            assert (await say("add this pass")).reply == "No skill here can do that (add_pass)."
            await asyncio.sleep(0)

    run_sim(main)
