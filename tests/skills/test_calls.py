"""A skill in a box calls actions of others: as granted, under the labels that led to it, and never in a circle."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import CallerError, CapabilityError, ServiceFault
from bluerill.kernel.message import Body, Taint
from bluerill.kernel.service import Call
from bluerill.skills.calls import CallDone, Callers, CallOut, CallTaken
from bluerill.skills.contract import Reply, Skill, Text, action
from bluerill.skills.messages import ActionInfo, Invoke, Invoked
from bluerill.skills.testing import Bench
from support.lone_port import LonePort

KNOWN = {
    each.name: each
    for each in [
        ActionInfo("get_time", "clock", "", reads=True),
        ActionInfo("start_timer", "timers", ""),
        ActionInfo("send_message", "messages", "", sensitive=True),
        ActionInfo("dismiss_ring", "alarms", "", hidden=True),
        ActionInfo("ask_helper", "helper", ""),
    ]
}


class Helper(Skill):
    """Calls others."""

    name = "helper"
    grants = ("call:start_timer", "call:get_time")

    @action("help me")
    async def help_me(self) -> Reply:
        """Start a timer."""
        done = await self.device.call("start_timer", duration="PT10M")
        return Reply(f"Timer {done['id']} runs.")

    @action("look", reads=True)
    async def look_up(self) -> Reply:
        """Look, and change nothing."""
        return Reply("So.", await self.device.call("start_timer", duration="PT1M"))

    @action("text {text}")
    async def text_it(self, text: Text) -> Reply:
        """Send it, which it may not."""
        await self.device.call("send_message", to="Anna", text=text)
        return Reply("Sent.")


async def came(want: CallOut, *, granted: bool = True, taint: Taint = Taint.USER, others: tuple[str, ...] = ()) -> Any:
    """What a call comes to in the core: what was invoked, and what is told to whoever wanted it."""
    invoked: list[Invoke] = []
    port = LonePort("skills", {"skill-helper": lambda body: CallTaken()})

    async def do(known: ActionInfo, request: Invoke, call: Call, by: str) -> Body:
        invoked.append(request)
        assert by == "skill helper"
        assert call.taint == taint
        return Invoked(request.action, {"id": 7}, "Done.")

    callers = Callers(port, KNOWN.get, do)
    callers._waiting += others
    callers.begin(want, Call("skill-helper", taint=taint), granted=granted)
    await port.tasks[-1]
    assert callers._waiting == list(others)
    to, told = port.asked[-1]
    assert to == "skill-helper"
    assert isinstance(told, CallDone)
    return invoked, told


def test_what_is_granted_is_done_and_told() -> None:
    invoked, told = asyncio.run(came(CallOut(3, "helper", "start_timer", {"duration": "PT1M"})))
    assert invoked == [Invoke("start_timer", {"duration": "PT1M"})]
    assert told == CallDone(3, {"id": 7})


@pytest.mark.parametrize(
    ("want", "given", "code", "words"),
    [
        (CallOut(1, "helper", "start_timer"), {"granted": False}, "capability", "has no grant 'call:start_timer'"),
        (CallOut(1, "helper", "no_such_thing"), {}, "caller", "no action is named 'no_such_thing'"),
        (CallOut(1, "helper", "dismiss_ring"), {}, "caller", "no action is named 'dismiss_ring'"),
        (
            CallOut(1, "helper", "start_timer", reads=True),
            {},
            "capability",
            "may not call 'start_timer', which changes",
        ),
        (CallOut(1, "helper", "start_timer"), {"taint": Taint.UNTRUSTED}, "capability", "for the owner to ask for"),
        (CallOut(1, "helper", "send_message", strange=True), {}, "capability", "for the owner to ask for"),
        (CallOut(1, "other", "ask_helper"), {"others": ("helper",)}, "caller", "is waiting for another one"),
    ],
)
def test_what_may_not_be_is_told_by_its_code(want: CallOut, given: Any, code: str, words: str) -> None:
    invoked, told = asyncio.run(came(want, **given))
    assert invoked == []
    assert words in told.error
    assert told.code == (CapabilityError.code if code == "capability" else CallerError.code)


def test_a_strangers_words_may_look_and_stay_a_strangers() -> None:
    invoked, told = asyncio.run(came(CallOut(1, "helper", "get_time"), taint=Taint.UNTRUSTED))
    assert invoked[0].strange
    assert told.result == {"id": 7}


def test_an_author_tests_it_with_answers_of_the_test(tmp_path: Path) -> None:
    async def main() -> None:
        bench = await Bench.of(Helper, state=tmp_path, others={"start_timer": {"id": "1"}})
        assert (await bench.do("help_me")).speech == "Timer 1 runs."
        with pytest.raises(CapabilityError, match="has no grant 'call:send_message'"):
            await bench.do("text_it", text="hello")
        others: Any = bench.services["skills"]
        assert others.asked == [("start_timer", {"duration": "PT10M"})]
        others.answers = {}
        with pytest.raises(ServiceFault, match="the test gives no answer of the action 'start_timer'"):
            await bench.do("help_me")
        await bench.close()

    asyncio.run(main())


def test_an_answer_that_nobody_waits_for_is_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        bench = await Bench.of(Helper, state=tmp_path)
        answer = await bench.ask("skills", bench.HOST, CallDone(99, {"id": 1}))
        assert answer == CallTaken(False)
        await bench.close()

    asyncio.run(main())
