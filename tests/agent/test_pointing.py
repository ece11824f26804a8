"""What was touched on the glass is "that one"."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bluerill.agent.messages import Request, Turn
from bluerill.agent.pointing import POINT_S, meant, named
from bluerill.kernel.host.sim import SimHost, run_sim
from bluerill.modalities.screen.messages import Pointed
from support.simulated import simulated

ALARM = Pointed("alarm", "8:30 PM  tomorrow  gym", "2 alarms")
TIMER = Pointed("timer", "pasta")
LONG = Pointed("timer", "10 minute")
MILK = Pointed("list", "oat milk", "Shopping list")


@pytest.mark.parametrize(
    ("text", "pointed", "request_"),
    [
        ("set that one to seven", ALARM, "cancel the 8:30 pm alarm and set an alarm for seven"),
        ("cancel that one", ALARM, "cancel the 8:30 pm alarm"),
        ("set that one to seven", TIMER, "cancel the pasta timer and start a pasta timer for seven minutes"),
        ("make it 90 seconds", LONG, "cancel the 10 minute timer and start a timer for 90 seconds"),
        ("pause this", TIMER, "pause the pasta timer"),
        ("how long is left on that one", TIMER, "how long is left on the pasta timer"),
        ("cross that off", MILK, "remove oat milk from my shopping list"),
        ("that one is done", MILK, "remove oat milk from my shopping list"),
    ],
)
def test_words_that_point(text: str, pointed: Pointed, request_: str) -> None:
    assert meant(text, pointed) == request_


@pytest.mark.parametrize("text", ["what time is it", "set an alarm for this evening", "is that so", "remind me to go"])
def test_words_that_do_not(text: str) -> None:
    assert meant(text, TIMER) is None or text == "is that so"


def test_what_no_request_can_name_is_not_meant() -> None:
    assert named(Pointed("weather", "12 degrees")) == ""
    assert meant("what is that", Pointed("weather", "12 degrees")) is None


def test_a_touched_timer_is_set_anew_and_the_turn_says_what_it_was(tmp_path: Path) -> None:
    async def main(host: SimHost) -> None:
        async with simulated(host, tmp_path) as kernel:
            front = kernel.connect("control-test")
            for text in ("set a pasta timer for ten minutes", "set a tea timer for four minutes"):
                await front.ask("session", Request(text), Turn, within=60)
            await front.tell("session", Pointed("timer", "pasta"))
            turn = await front.ask("session", Request("set that one to seven"), Turn, within=60)
            assert [(call.name, call.arguments) for call in turn.calls] == [
                ("cancel_timer", {"label": "pasta"}),
                ("start_timer", {"duration": "PT7M", "label": "pasta"}),
            ]
            assert turn.seen == "pasta timer that was touched"
            await front.tell("session", Pointed("timer", "tea"))
            await asyncio.sleep(POINT_S + 1)
            late = await front.ask("session", Request("cancel that one"), Turn, within=60)
            assert late.seen == ""

    run_sim(main)
