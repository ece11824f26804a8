"""The lookout notices new generations, once, and survives a kernel that does not answer."""

from __future__ import annotations

import asyncio
from typing import Any

from bluerill.kernel.errors import ServiceFault
from bluerill.kernel.status import ServiceStatus, Status
from bluerill.watch.web.lookout import Lookout


def status(**generations: tuple[str, int]) -> Status:
    rows = [ServiceStatus(name, state, generation) for name, (state, generation) in generations.items()]
    return Status(1.0, "sim", "none", 1, 0, 0, 0.0, rows)


class Answers:
    """A port whose kernel answers from a list; time passes at once."""

    def __init__(self, answers: list[Status | None]) -> None:
        self.answers = answers
        import logging

        self.log = logging.getLogger("test.lookout")

    async def ask(self, *_: Any, **__: Any) -> Status:
        answer = self.answers.pop(0)
        if answer is None:
            raise ServiceFault("the kernel is busy")
        return answer

    async def sleep(self, seconds: float) -> None:
        assert seconds == 1.0


def test_each_restart_is_told_once_when_the_service_runs_again() -> None:
    port: Any = Answers([
        status(ears=("running", 1), screen=("running", 1)),
        status(ears=("waiting", 1), screen=("running", 1)),
        None,
        status(ears=("starting", 2), screen=("running", 1)),
        status(ears=("running", 2), screen=("running", 1)),
        status(ears=("running", 2), screen=("running", 3)),
    ])  # fmt: skip
    seen: list[Status] = []
    told: list[str] = []

    async def restarted(name: str) -> None:
        told.append(name)

    looked = 0

    async def also(_: Status) -> None:
        nonlocal looked
        looked += 1

    lookout = Lookout(
        port,
        needed=lambda: bool(port.answers),
        watched=lambda: True,
        seen=seen.append,
        restarted=restarted,
        also=also,
    )
    asyncio.run(lookout._run())
    assert told == ["ears", "screen"]
    assert len(seen) == 5
    assert looked == 5  # not when the kernel did not answer
