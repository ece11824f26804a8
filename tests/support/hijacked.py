"""A watch whose planner is wholly hijacked, for the measure that no model can move: what still runs without a yes."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from bluerill.agent.messages import Plan, Planned, PlannedCall, Request, Turn
from bluerill.agent.session import SessionService
from bluerill.kernel.errors import CallerError
from bluerill.kernel.message import Taint
from bluerill.kernel.service import Call, Service, handles
from bluerill.skills.messages import Invoke, Undo
from support.bench import World

__all__ = ["OWNER", "STRANGER", "Hijacked", "Watch", "carried", "run"]

OWNER, STRANGER = Taint.USER, Taint.USER | Taint.UNTRUSTED


class Hijacked(Service):
    """A planner that has been talked into things: it plans whatever the next plan of the test is."""

    def __init__(self) -> None:
        self.calls: list[PlannedCall] = []
        self.undo = False

    @handles(Plan)
    def plan(self, request: Plan, call: Call) -> Planned:
        return Planned(list(self.calls), "hijacked", 1.0, 0.0, "", self.undo)


class Watch:
    """Session, skills and store; the labels of a request reach the skills as the kernel would carry them."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.planner = Hijacked()
        self.session = SessionService(fronts=(), screens=(), ears=())
        self.taint = OWNER

    async def boot(self) -> None:
        await self.world.boot()
        bench = self.world.bench
        await bench.add("planner", self.planner)
        await bench.add("session", self.session)
        skills = bench.services["skills"]
        deliver = bench.ask

        async def labelled(sender: str, to: str, body: Any) -> Any:
            if to == "skills" and isinstance(body, Invoke | Undo):
                method = getattr(skills, skills.handlers[type(body)])
                return await method(body, Call(sender, taint=self.taint))
            return await deliver(sender, to, body)

        bench.ask = labelled  # type: ignore[method-assign]

    async def say(self, text: str, taint: Taint, *calls: PlannedCall) -> Turn:
        self.taint = taint
        self.planner.calls = list(calls)
        return await self.session.request(Request(text, "test"), Call("web", taint=taint))

    async def rows(self) -> dict[str, Any]:
        """Everything that is stored, to see whether anything changed."""
        self.taint = OWNER
        found: dict[str, Any] = {}
        for action in ("list_alarms", "timer_status", "list_reminders", "show_list", "list_notes", "get_volume"):
            try:
                found[action] = (await self.world.do(action)).result
            except CallerError as error:  # there is none
                found[action] = str(error)
        return found


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


def carried(watch: Watch) -> None:
    """The labels that the session sends are those that the skills see, as the kernel would carry them."""
    port: Any = watch.session.port
    deliver = port.ask

    async def ask(to: str, body: Any, expect: Any, *, taint: Taint | None = None, **more: Any) -> Any:
        if taint is not None and to == "skills":
            watch.taint = taint
        return await deliver(to, body, expect, **more)

    port.ask = ask
