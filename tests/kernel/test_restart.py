"""Restarting a service by hand, in the core and in a child, and who may not."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from bluerill.kernel.errors import CallerError, CapabilityError, PeerRestarted, ServiceFault
from bluerill.kernel.restart import RestartService, restart
from bluerill.kernel.service import Call
from bluerill.kernel.task import State
from support.devices import device, manifest
from support.services import Misbehave, Ping, Pong

CORE: dict[str, Any] = {}
CHILD: dict[str, Any] = {"isolation": "child", "memory": "64M"}
BY_HAND = Call("control")


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


@pytest.mark.process
@pytest.mark.parametrize("place", [CORE, CHILD], ids=["core", "child"])
def test_a_service_comes_back_with_a_higher_generation_and_who_waited_is_told(place: dict[str, Any]) -> None:
    async def main() -> None:
        async with device(manifest(echo=place, control={"lane": "control"})) as kernel:
            port = kernel.connect("front")
            await port.ask("echo", Ping(1), Pong, within=20)
            waiting = asyncio.create_task(port.ask("echo", Misbehave("never"), Pong, within=20))
            await asyncio.sleep(0)
            answer = await restart(kernel, RestartService("echo"), BY_HAND)
            assert answer.generation == 1
            with pytest.raises(PeerRestarted):
                await waiting
            await port.ask("echo", Ping(2), Pong, within=20)
            assert kernel.seats["echo"].generation == 2
            assert any("was restarted by control" in line for line in kernel.monitor.faults)

    run(main())


@pytest.mark.process
def test_a_quarantined_service_gets_a_clean_record() -> None:
    async def main() -> None:
        async with device(manifest(echo=CHILD, control={"lane": "control"})) as kernel:
            port = kernel.connect("front")
            seat = kernel.seats["echo"]
            seat.supervisor._intensity = 0
            with pytest.raises(PeerRestarted):
                await port.ask("echo", Misbehave("die"), Pong, within=20)
            assert seat.state is State.QUARANTINED
            with pytest.raises(ServiceFault, match="quarantined"):
                await port.ask("echo", Ping(1), Pong, within=20)
            await restart(kernel, RestartService("echo"), BY_HAND)
            assert (await port.ask("echo", Ping(2), Pong, within=20)).n == 2

    run(main())


def test_who_may_not_and_what_cannot_is_said() -> None:
    async def main() -> None:
        async with device(manifest(echo=CORE, control={"lane": "control"}, later={"start": "demand"})) as kernel:
            for sender in ("echo", "nobody"):
                with pytest.raises(CapabilityError, match="may not restart services"):
                    await restart(kernel, RestartService("echo"), Call(sender))
            for name, why in (
                ("kernel", "no service is named 'kernel'"),
                ("none", "no service is named 'none'"),
                ("control", "cannot restart itself"),
                ("later", "service 'later' is absent"),
            ):
                with pytest.raises(CallerError, match=why):
                    await restart(kernel, RestartService(name), BY_HAND)

    run(main())
