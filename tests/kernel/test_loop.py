"""The kernel's promises, for services in the core and in child processes alike."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest

from bluerill.kernel.errors import (
    BluerillError,
    BudgetExceeded,
    CallerError,
    CapabilityError,
    DeadlineExceeded,
    ManifestError,
    PeerRestarted,
    ServiceFault,
)
from bluerill.kernel.lease import Lease
from bluerill.kernel.manifest import ServiceSpec
from bluerill.kernel.message import Lane
from bluerill.kernel.monitor import GetTrace, TraceFile
from bluerill.kernel.remote import RemoteSeat
from support.devices import device, manifest
from support.services import GetSeen, Misbehave, Ping, Pong, Relay, Seen

CORE: dict[str, Any] = {}
CHILD: dict[str, Any] = {"isolation": "child", "memory": "64M"}


@pytest.fixture(params=["core", "child"])
def place(request: pytest.FixtureRequest) -> dict[str, Any]:
    return CORE if request.param == "core" else CHILD


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


def test_a_call_withdrawn_before_its_handler_took_a_step_blocks_nobody() -> None:
    async def main() -> None:
        async with device(manifest(echo=CORE)) as kernel:
            port = kernel.connect("front")
            task = asyncio.create_task(port.ask("echo", Misbehave("never"), Pong, within=20))
            await asyncio.sleep(0)
            [ask] = kernel.deadlines.pending.values()
            assert ask.withdraw is not None
            ask.withdraw(ask)  # as the deadlines do, in the very turn of the loop in which it came
            with pytest.raises(PeerRestarted):
                await task
            assert (await port.ask("echo", Ping(2), Pong, within=1)).n == 2

    run(main())


def test_ask_answers_with_what_was_sent(place: dict[str, Any]) -> None:
    async def main() -> None:
        async with device(manifest(echo=place)) as kernel:
            port = kernel.connect("front")
            pong = await port.ask("echo", Ping(3, b"x" * 2000), Pong)
            assert (pong.n, pong.data, pong.sender) == (3, b"x" * 2000, "front")

    run(main())


@pytest.mark.parametrize(
    ("how", "error", "text"),
    [
        ("raise", ServiceFault, "service 'echo' failed on 'test.misbehave': ValueError: as asked"),
        ("refuse", CallerError, "that is your fault"),
        ("nothing", ServiceFault, "answered 'test.misbehave' with NoneType"),
        ("never", DeadlineExceeded, "did not answer 'test.misbehave' of 'front' in time"),
    ],
)
def test_every_ask_ends_in_one_reply_or_one_typed_error(
    place: dict[str, Any], how: str, error: type[BluerillError], text: str
) -> None:
    async def main() -> None:
        async with device(manifest(echo=place)) as kernel:
            port = kernel.connect("front")
            await port.ask("echo", Ping(), Pong, within=20)
            with pytest.raises(error, match=text) as caught:
                await port.ask("echo", Misbehave(how), Pong, within=0.3 if how == "never" else 20)
            assert type(caught.value) is error
            assert (await port.ask("echo", Ping(5), Pong)).n == 5  # and the service goes on

    run(main())


def test_what_is_not_understood_is_the_callers_fault(place: dict[str, Any]) -> None:
    async def main() -> None:
        async with device(manifest(echo=place)) as kernel:
            port = kernel.connect("front")
            with pytest.raises(CallerError, match=r"does not understand 'test\.seen'"):
                await port.ask("echo", Seen(), Pong, within=20)
            with pytest.raises(ServiceFault, match=r"answered 'test\.ping' with 'test\.pong', expected 'test\.seen'"):
                await port.ask("echo", Ping(), Seen)

    run(main())


def test_tells_arrive_in_order_and_none_is_lost(place: dict[str, Any]) -> None:
    async def main() -> None:
        async with device(manifest(echo=place)) as kernel:
            port = kernel.connect("front")
            for n in range(2000):
                await port.tell("echo", Ping(n))
            await kernel.place(port, "echo", Lane.INTERACTIVE)
            seen = await port.ask("echo", GetSeen(), Seen, within=20)
            assert seen.numbers == list(range(1800, 2000))

    run(main())


def test_leases_go_there_and_back(place: dict[str, Any]) -> None:
    async def main() -> None:
        async with device(manifest(echo=place)) as kernel:
            port = kernel.connect("front")
            pong, lease = await port.borrow("echo", Ping(), Pong, lease=Lease.offer(b"ab" * 100_000), within=20)
            with lease:
                assert pong.n == 200_000
                assert lease.bytes() == b"ab" * 100_000
            with pytest.raises(ServiceFault, match="expected a lease"):
                await port.borrow("echo", Ping(), Pong)

    run(main())


def test_a_service_may_only_ask_whom_its_manifest_names() -> None:
    async def main() -> None:
        wiring = manifest(a={**CHILD, "asks": ["b"]}, b=CHILD, c={"asks": ["b"]})
        async with device(wiring) as kernel:
            port = kernel.connect("front")
            assert (await port.ask("a", Relay("b", 4), Pong, within=20)).sender == "a"
            assert (await port.ask("c", Relay("b", 5), Pong, within=20)).sender == "c"
            with pytest.raises(CapabilityError, match=r"'a' may not ask 'c' \(test.ping\): not in its manifest"):
                await port.ask("a", Relay("c"), Pong, within=20)
            stranger = kernel.connect("stranger", spec=ServiceSpec(class_="x:Y", asks=("b",)))
            with pytest.raises(CapabilityError):
                await stranger.ask("a", Ping(), Pong)

    run(main())


def test_notifications_join_and_never_block(place: dict[str, Any]) -> None:
    async def main() -> None:
        async with device(manifest(echo=place)) as kernel:
            port = kernel.connect("front", spec=ServiceSpec(class_="x:Y", asks=("echo",), notifies=("echo",)))
            await port.ask("echo", Ping(1), Pong, within=20)
            port.notify("echo", 1)
            port.notify("echo", 4)
            seen: list[int] = []
            for _ in range(100):
                seen = (await port.ask("echo", GetSeen(), Seen)).numbers
                if sum(seen) == 1 - 5:
                    break
                await asyncio.sleep(0.01)
            assert sum(seen) == 1 - 5

    run(main())


def test_a_full_mailbox_refuses_asks_and_makes_tells_wait() -> None:
    async def main() -> None:
        async with device(manifest(echo=CORE)) as kernel:
            port = kernel.connect("front")
            stuck = [asyncio.create_task(port.ask("echo", Misbehave("never"), Pong, within=1)) for _ in range(1)]
            await asyncio.sleep(0)
            for n in range(256):
                await port.tell("echo", Ping(n))
            with pytest.raises(BudgetExceeded, match="mailbox of 'echo' is full"):
                await port.ask("echo", Ping(), Pong)
            with pytest.raises(BudgetExceeded):
                await port.tell("echo", Ping(), wait=False)
            waiting = asyncio.create_task(port.tell("echo", Ping(999)))
            await asyncio.sleep(0)
            assert not waiting.done()
            assert (await port.ask("echo", GetSeen(), Seen, lane=Lane.CONTROL, within=5)).numbers == []
            await asyncio.gather(*stuck, return_exceptions=True)
            await waiting
            assert (await port.ask("echo", GetSeen(), Seen)).numbers[-1] == 999

    run(main())


def test_deadlines_are_inherited() -> None:
    async def main() -> None:
        async with device(manifest(a={"asks": ["b"]}, b=CORE)) as kernel:
            port = kernel.connect("front")
            blocked = [asyncio.create_task(port.ask("b", Misbehave("never"), Pong, within=5)) for _ in range(1)]
            await asyncio.sleep(0)
            started = kernel.now()
            with pytest.raises(DeadlineExceeded):
                await port.ask("a", Relay("b"), Pong, within=0.1)
            assert kernel.now() - started < 1
            for task in blocked:
                task.cancel()
            await asyncio.wait(blocked)

    run(main())


def test_a_failing_background_task_restarts_its_service() -> None:
    async def main() -> None:
        async with device(manifest(echo=CORE)) as kernel:
            port = kernel.connect("front")
            assert (await port.ask("echo", Ping(), Pong)).n == 0
            await port.ask("echo", Misbehave("spawn-failure"), Pong)
            for _ in range(100):
                if kernel.seats["echo"].generation == 2 and kernel.seats["echo"].state.value == "running":
                    break
                await asyncio.sleep(0.01)
            assert (await port.ask("echo", Ping(8), Pong)).n == 8
            assert kernel.seats["echo"].generation == 2

    run(main())


def test_demand_starts_on_the_first_message(place: dict[str, Any]) -> None:
    async def main() -> None:
        async with device(manifest(echo={**place, "start": "demand"})) as kernel:
            assert kernel.seats["echo"].state.value == "absent"
            port = kernel.connect("front")
            assert (await port.ask("echo", Ping(2), Pong, within=20)).n == 2

    run(main())


@pytest.mark.process
def test_a_child_that_rested_is_started_again_and_again() -> None:
    async def main() -> None:
        async with device(manifest(echo={**CHILD, "start": "demand", "idle_s": 0.05})) as kernel:
            port = kernel.connect("front")
            for number in range(3):
                assert (await port.ask("echo", Ping(number), Pong, within=20)).n == number
                assert kernel.seats["echo"].generation == number + 1
                while kernel.seats["echo"].state.value != "absent":  # noqa: ASYNC110 - the kernel tells nobody of it
                    await asyncio.sleep(0.01)

    run(main())


def test_a_class_that_cannot_be_loaded_is_a_manifest_error() -> None:
    async def main() -> None:
        with pytest.raises(ManifestError, match="cannot be loaded"):
            async with device(manifest(echo={"class": "support.services:Nobody"})):
                pass

    run(main())


def test_a_child_that_does_not_fit_is_refused_before_it_starts() -> None:
    async def main() -> None:
        async with device(manifest(echo={**CHILD, "memory": "2G", "start": "demand"})) as kernel:
            port = kernel.connect("front")
            with pytest.raises(BudgetExceeded, match="'echo' wants 2048 MiB"):
                await port.ask("echo", Ping(), Pong)

    run(main())


def test_the_trace_shows_both_sides_of_an_ask() -> None:
    async def main() -> None:
        async with device(manifest(echo=CORE)) as kernel:
            port = kernel.connect("front")
            await port.ask("echo", Ping(), Pong)
            phases = [(event[1], event[3]) for event in kernel.trace.events()]
            assert phases == [("ask", "front"), ("handle", "echo"), ("done", "echo"), ("reply", "front")]

    run(main())


def test_the_exported_trace_joins_the_core_and_its_children() -> None:
    async def main() -> None:
        async with device(manifest(a={**CHILD, "asks": ["b"]}, b=CHILD, c={"asks": ["b"]})) as kernel:
            port = kernel.connect("front")
            assert (await port.ask("a", Relay("b", 4), Pong, within=20)).n == 4
            answer, lease = await port.borrow("kernel", GetTrace(), TraceFile)
            with lease:
                exported = json.loads(lease.bytes())["traceEvents"]
            assert answer.dropped == 0
            slices = [(e["cat"], e["name"], e["args"]["message"], e["pid"]) for e in exported if e["ph"] == "X"]
            asks = {(name, message): pid for kind, name, message, pid in slices if kind.startswith("ask")}
            handled = {(name, message): pid for kind, name, message, pid in slices if kind.startswith("handle")}
            relay = next(key for key in asks if key[0] == "test.relay")
            ping = next(key for key in asks if key[0] == "test.ping")
            children = [seat for seat in kernel.seats.values() if isinstance(seat, RemoteSeat)]
            pids = {seat.name: seat.child.pid for seat in children if seat.child is not None}
            assert (asks[relay], handled[relay]) == (1, pids["a"])  # the same message, seen from both sides
            assert (asks[ping], handled[ping]) == (pids["a"], pids["b"])

    run(main())
