"""Model servers as real processes, and what is done to them: one typed error a caller, the device up, nothing left."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bluerill.kernel.children import BudgetState, SetBudget
from bluerill.kernel.errors import BluerillError, PeerRestarted, ServiceFault
from bluerill.kernel.eventloop import LinkLoop
from bluerill.kernel.loop import Kernel
from bluerill.kernel.manifest import ServiceSpec
from bluerill.kernel.service_port import ServicePort
from bluerill.models.messages import (
    GetModels,
    Infer,
    InferChunk,
    Inference,
    InferOpened,
    InferStop,
    Models,
    Next,
    Refused,
)
from bluerill.models.service import ModelsService
from support.services import Ping, Pong
from support.synthetic import MIB, pid_of, real_models, servers, until

pytestmark = pytest.mark.process
Work = Callable[[Kernel, ServicePort], Awaitable[None]]


def run(work: Work, **settings: Any) -> None:
    async def main() -> None:
        async with real_models(**settings) as kernel:
            port = kernel.connect("front")
            await work(kernel, port)
            assert (await port.ask("echo", Ping(1), Pong)).n == 1  # whatever happened, the core is up
        assert not servers(kernel)

    with asyncio.Runner(loop_factory=LinkLoop) as runner:
        runner.run(asyncio.wait_for(main(), 120))


async def infer(
    port: ServicePort, model: str = "a-40", tokens: int = 20, prompt: str = "hello", **more: Any
) -> Inference:
    request = Infer(model, prompt=prompt, max_tokens=tokens, **more)
    answer = await port.ask("models", request, Inference | Refused, within=1000)  # type: ignore[arg-type]
    assert isinstance(answer, Inference), answer
    return answer


async def opened(port: ServicePort, model: str = "a-40", tokens: int = 3000) -> int:
    request = Infer(model, prompt="hello", max_tokens=tokens, stream=True)
    return (await port.ask("models", request, InferOpened, within=1000)).stream


async def read_some(port: ServicePort, stream: int) -> str:
    """The first piece with words in it."""
    while True:
        piece = await port.ask("models", Next(stream), InferChunk, within=30)
        if piece.text:
            return piece.text


async def answering(kernel: Kernel, pieces: int = 1) -> None:
    """Wait until some inference has made something."""
    models = kernel.local("models")
    assert isinstance(models, ModelsService)
    await until(
        lambda: models._broker is not None and any(work.produced >= pieces for work in models._broker.works.values())
    )


async def ends(*asks: Any) -> list[str]:
    """How asks ended: "done" or the kind of error."""
    found = await asyncio.gather(*asks, return_exceptions=True)
    return ["done" if not isinstance(end, BaseException) else f"{type(end).__name__}: {end}" for end in found]


def test_killed_mid_decode_each_caller_gets_one_error_and_the_next_call_works() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        right = (await infer(port)).text
        whole = asyncio.ensure_future(infer(port, tokens=3000))
        await answering(kernel)
        streams = [await opened(port) for _ in range(3)]
        for stream in streams:
            await read_some(port, stream)
        os.kill(pid_of(kernel), signal.SIGKILL)
        told = await ends(whole, *(_to_the_end(port, stream) for stream in streams))
        assert told == ["PeerRestarted: a-40: was killed by SIGKILL"] * 4
        assert (await infer(port)).text == right
        assert (await port.ask("models", GetModels(), Models)).deaths == 1

    run(work)


async def _to_the_end(port: ServicePort, stream: int) -> None:
    while True:
        piece = await port.ask("models", Next(stream), InferChunk | InferStop, within=30)  # type: ignore[arg-type]
        if isinstance(piece, InferStop):
            return


def test_frozen_it_is_killed_its_caller_told_and_the_model_loaded_anew() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        right = (await infer(port)).text
        asked = asyncio.ensure_future(infer(port, tokens=3000))
        await answering(kernel)
        pid = pid_of(kernel)
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(PeerRestarted, match="did not answer"):
            await asked
        assert time.monotonic() - began < 10
        assert (await infer(port)).text == right
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    run(work, hang_s=0.5)


def test_a_crash_loop_is_cut_off_with_a_time_to_try_again() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        with pytest.raises(ServiceFault, match=r"SIGSEGV.*try again in"):
            await infer(port, "crash-20")
        refused = await port.ask("models", Infer("crash-20", prompt="x", max_tokens=1), Refused, within=60)
        assert refused.retry_after_s > 0
        assert (await infer(port)).text

    run(work)


def test_over_its_cap_it_dies_alone_and_is_given_more() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        if kernel.host.mechanism.startswith("rlimit"):
            pytest.skip(f"no hard cap here: {kernel.host.mechanism}")
        await infer(port, "b-40")
        bystander = servers(kernel)[0]
        with pytest.raises(PeerRestarted, match="exceeded its memory cap"):
            await infer(port, prompt="eat")
        assert bystander.state.value == "running"
        assert (await infer(port)).text
        assert bystander in servers(kernel)

    run(work)


def test_fifty_requests_for_a_cold_model_are_one_load() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        answers = await asyncio.gather(*(infer(port, tokens=2, prompt=f"number {n}") for n in range(50)))
        assert len({each.text for each in answers}) == 50
        assert (await port.ask("models", GetModels(), Models)).loads == 1

    run(work)


def test_a_client_process_that_dies_mid_stream_leaves_no_work() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        asked = asyncio.ensure_future(infer(port, tokens=4000, klass="background"))
        await answering(kernel, 3)
        asked.cancel()
        await asyncio.wait([asked])
        began = time.monotonic()
        assert (await infer(port, tokens=1)).text  # the only seat is free at once
        assert time.monotonic() - began < 5
        models = await port.ask("models", GetModels(), Models)
        assert sum(models.queued.values()) == 0

    run(work)


def test_the_budget_shrinks_mid_decode_and_the_answer_is_what_it_would_have_been() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        right = (await infer(port, "a-100", tokens=400)).text
        await infer(port, "b-100", tokens=1)
        assert len(servers(kernel)) == 2
        asked = asyncio.ensure_future(infer(port, "a-100", tokens=400))
        await answering(kernel, 2)
        state = await port.ask("kernel", SetBudget(260 * MIB), BudgetState, within=30)
        assert state.budget == 260 * MIB
        assert state.reserved <= 260 * MIB - state.headroom
        assert len(servers(kernel)) == 1
        assert (await asked).text == right
        await port.ask("kernel", SetBudget(512 * MIB), BudgetState, within=30)
        assert (await infer(port, "b-100", tokens=1)).text

    run(work)


def test_an_answer_whose_model_is_evicted_midway_goes_on_in_another_process() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        right = (await infer(port, "a-200", tokens=600)).text
        slow = asyncio.ensure_future(infer(port, "a-200", tokens=600, klass="background"))
        await answering(kernel, 5)
        first = pid_of(kernel)
        await infer(port, "b-200", tokens=2, klass="voice")
        assert (await slow).text == right
        assert pid_of(kernel) != first

    run(work, ram="384M")


def test_a_server_that_ignores_its_end_is_killed_in_bound_and_its_memory_free() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        await infer(port, "a-200")
        pid = pid_of(kernel)
        began = time.monotonic()
        assert (await infer(port, "b-200")).text
        assert time.monotonic() - began < 10
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    run(work, ram="384M", server="DeafServer")


def test_killed_again_and_again_at_any_moment_nobody_waits_for_ever() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        done: list[str] = []

        async def one(n: int) -> None:
            try:
                await infer(port, "ab"[n % 2] + "-60", tokens=10, prompt=f"number {n}")
            except BluerillError as error:
                done.append(type(error).__name__)
            else:
                done.append("done")

        async def killer() -> None:
            for goal in range(5, 56, 10):
                await until(lambda: len(done) >= goal)  # noqa: B023 - it is awaited in this round
                for seat in servers(kernel)[:1]:
                    if seat.child is not None:
                        seat.child.kill()

        await asyncio.gather(killer(), *(one(n) for n in range(80)))
        assert set(done) <= {"done", "PeerRestarted"}, done
        assert done.count("done") > 40
        assert (await port.ask("models", GetModels(), Models)).queued == {"voice": 0, "interactive": 0, "background": 0}

    run(work)


def test_a_service_on_demand_that_does_not_fit_gets_the_room_of_an_idle_model() -> None:
    async def main() -> None:
        async with real_models(ram="384M") as kernel:
            port = kernel.connect("front")
            await infer(port, "a-200", tokens=2)
            spec = ServiceSpec(
                class_="support.services:Echo", isolation="child", memory="150M", start="demand", lane="background"
            )
            from bluerill.kernel.remote import RemoteSeat

            kernel.seats["late"] = RemoteSeat(kernel, "late", spec)
            other = kernel.connect("other")
            assert (await other.ask("late", Ping(4), Pong, within=30)).n == 4
            assert not servers(kernel)

    with asyncio.Runner(loop_factory=LinkLoop) as runner:
        runner.run(asyncio.wait_for(main(), 60))
