"""An action asks its owner for what it lacks; what is said next is the answer, or something else."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bluerill.agent.answering import Answer, answered
from bluerill.agent.memory import ANSWER_S
from bluerill.agent.messages import Plan, Planned, PlannedCall, Request, Turn
from bluerill.agent.plan import Planner
from bluerill.agent.session import SessionService
from bluerill.kernel.message import Taint
from bluerill.kernel.service import Call, Service, handles
from bluerill.skills.derive import actions_of
from bluerill.skills.host import SkillsService
from bluerill.skills.messages import Catalogue
from bluerill.skills.store import StoreService
from bluerill.skills.testing import Bench
from support.lamp_skill import Lamp

ACTIONS = {name: each.info for name, each in actions_of(Lamp).items()}
NOW = datetime(2026, 11, 20, 14, 5, tzinfo=ZoneInfo("Europe/Berlin"))


class Templates(Service):
    """The templates alone."""

    def __init__(self) -> None:
        self._planner = Planner(Catalogue("x", list(ACTIONS.values()), []))

    @handles(Plan)
    def plan(self, request: Plan, call: Call) -> Planned:
        return self._planner.plan(request.text, NOW)


class Talk:
    def __init__(self) -> None:
        self.bench = Bench()
        self.session = SessionService(fronts=(), screens=(), ears=())

    async def begin(self, folder: Path) -> None:
        await self.bench.add("store", StoreService(str(folder)))
        await self.bench.add("skills", SkillsService(["lamp=support.lamp_skill:Lamp"], zone="Europe/Berlin", boot="x"))
        await self.bench.add("planner", Templates())
        await self.bench.add("session", self.session)

    async def say(self, text: str, taint: Taint = Taint.USER) -> Turn:
        return await self.session.request(Request(text, "test"), Call("web", taint=taint))


def story(folder: Path, *turns: tuple[str, str]) -> None:
    async def main() -> None:
        talk = Talk()
        await talk.begin(folder)
        for said, reply in turns:
            if said.startswith("wait "):
                await talk.bench.advance(float(said.split()[1]))
                continue
            turn = await talk.say(said)
            assert turn.reply == reply, (said, turn)
        await talk.bench.close()

    asyncio.run(main())


def test_one_question_after_the_other(tmp_path: Path) -> None:
    story(
        tmp_path,
        ("light the lamp", "In which room?"),
        ("the kitchen please", "For how long?"),
        ("for two hours", "That is long. Are you sure?"),
        ("yes", "Lit in the kitchen for 7200 s, True."),
    )


def test_a_no_is_an_answer_where_that_was_asked(tmp_path: Path) -> None:
    story(
        tmp_path,
        ("light the lamp in the hall for two hours", "That is long. Are you sure?"),
        ("no", "Lit in the hall for 7200 s, False."),
    )


def test_who_says_never_mind_is_left_alone_and_the_question_is_closed(tmp_path: Path) -> None:
    story(tmp_path, ("light the lamp", "In which room?"), ("never mind", "All right."))


def test_free_words_are_an_answer_unless_they_are_a_request(tmp_path: Path) -> None:
    story(
        tmp_path,
        ("name the lamp", "What is it called?"),
        ("Lord Snow", "Hello, Lord Snow."),
        ("name the lamp", "What is it called?"),
        ("light the lamp in the hall for ten minutes", "Lit in the hall for 600 s."),
    )


def test_a_question_fades_and_is_asked_once(tmp_path: Path) -> None:
    async def main() -> None:
        talk = Talk()
        await talk.begin(tmp_path)
        await talk.say("light the lamp")
        await talk.bench.advance(ANSWER_S + 1)
        assert (await talk.say("the kitchen")).outcome == "refused"
        await talk.say("light the lamp")
        assert (await talk.say("blue elephants")).outcome == "refused"
        assert (await talk.say("the kitchen")).outcome == "refused"
        await talk.bench.close()

    asyncio.run(main())


def test_a_strangers_words_do_not_answer_unseen(tmp_path: Path) -> None:
    async def main() -> None:
        talk = Talk()
        await talk.begin(tmp_path)
        await talk.say("light the lamp in the hall for two hours")
        port: Any = talk.session.port
        deliver, sent = port.ask, []

        async def ask(to: str, body: Any, expect: Any, *, taint: Taint | None = None, **more: Any) -> Any:
            sent.append((type(body).__name__, taint, getattr(body, "strange", None)))
            return await deliver(to, body, expect, **more)

        port.ask = ask
        await talk.say("yes", Taint.UNTRUSTED)
        assert sent[-1] == ("Invoke", Taint.UNTRUSTED, True), "which the skills answer by asking the owner"
        await talk.bench.close()

    asyncio.run(main())


def test_what_no_parameter_is_cannot_be_asked_for(tmp_path: Path) -> None:
    story(tmp_path, ("ask nonsense", "action 'ask_nonsense' of skill 'lamp' asks for 'nothing', no parameter of it"))


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        ("room", "kitchen", "kitchen"),
        ("room", "in the hall, please", "hall"),
        ("room", "the kitchen or the hall", None),
        ("length", "ten minutes", "PT10M"),
        ("length", "make it ten minutes", "PT10M"),
        ("length", "purple", None),
        ("sure", "yes", True),
        ("sure", "no", False),
        ("sure", "kitchen", None),
    ],
)
def test_each_kind_of_value(parameter: str, text: str, value: Any) -> None:
    call = PlannedCall("light_lamp", {"room": "hall"})
    found = answered(text, call, parameter, ACTIONS["light_lamp"], NOW)
    if value is None:
        assert found is None
    else:
        assert found is not None
        assert found.call is not None
        assert found.call.arguments[parameter] == value
    assert answered("never mind", call, "room", ACTIONS["light_lamp"], NOW) == Answer(None)
