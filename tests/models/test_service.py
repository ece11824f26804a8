"""The broker of models, on virtual time: one answer or one typed error for everybody, and no memory left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bluerill.kernel.children import BudgetState, SetBudget
from bluerill.kernel.errors import (
    BluerillError,
    BudgetExceeded,
    CallerError,
    DeadlineExceeded,
    PeerRestarted,
    ServiceFault,
)
from bluerill.kernel.host.sim import SimHost, run_sim
from bluerill.kernel.limits import MIB
from bluerill.kernel.loop import Kernel
from bluerill.kernel.service_port import ServicePort
from bluerill.models.messages import (
    Cancelled,
    CancelStream,
    GetModels,
    Infer,
    InferChunk,
    Inference,
    InferOpened,
    InferStop,
    Models,
    Next,
    Prefetch,
    Refused,
)
from bluerill.models.service import LEASE_S, ModelsService
from support.fake_models import KILLED, OVER_ITS_CAP, FakeServer, children, fake_models, loads

Work = Callable[[Kernel, ServicePort], Awaitable[None]]


def run(work: Work, ram: str = "512M", **settings: Any) -> None:
    async def main(host: SimHost) -> None:
        async with fake_models(host, ram, **settings) as kernel:
            await work(kernel, kernel.connect("front"))
            await nothing_is_left(kernel)

    run_sim(main)


async def nothing_is_left(kernel: Kernel) -> None:
    """No work, no stream; what is reserved is what residents hold."""
    await asyncio.sleep(LEASE_S + 1)
    models = kernel.local("models")
    assert isinstance(models, ModelsService)
    assert models._streams == {}
    broker = models._broker
    if broker is not None and broker._driver is not None:
        assert broker.works == {}
        now = broker._driver.scheduler.snapshot()
        assert sum(now.queued) == 0
        held = sum(kernel.nursery.held("models") for _ in [0])
        assert now.reserved == held
        assert len(broker.hosted) == len(kernel.nursery) == len(broker._children)


async def infer(port: ServicePort, model: str = "a", tokens: int = 20, within: float = 60.0, **more: Any) -> Any:
    answer = await port.ask(
        "models", Infer(model, prompt=more.pop("prompt", "x"), max_tokens=tokens, **more), Inference, within=within
    )
    return answer


async def opened(port: ServicePort, model: str = "a", tokens: int = 50, within: float = 600.0, **more: Any) -> int:
    request = Infer(model, prompt=more.pop("prompt", "x"), max_tokens=tokens, stream=True, **more)
    return (await port.ask("models", request, InferOpened, within=within)).stream


async def read(port: ServicePort, stream: int, into: list[str] | None = None, pause: float = 0.0) -> str:
    """A stream to its end; ``into`` keeps what came before an error."""
    text = ""
    while True:
        await asyncio.sleep(pause)
        piece = await port.ask("models", Next(stream), InferChunk | InferStop, within=60)  # type: ignore[arg-type]
        text += piece.text
        if into is not None:
            into.append(piece.text)
        if isinstance(piece, InferStop):
            return text


def said(tokens: int, prompt: str = "x") -> str:
    return "".join(f"{prompt}{n} " for n in range(tokens))


def test_nothing_runs_before_the_first_question() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        assert (await port.ask("models", GetModels(), Models)) == Models()
        models = kernel.local("models")
        assert isinstance(models, ModelsService)
        assert models._broker is None
        assert len(kernel.nursery) == 0

    run(work)


def test_an_inference_is_answered_whole() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        answer = await infer(port, tokens=30)
        assert (answer.text, answer.finish, answer.usage.generated) == (said(30), "length", 30)
        models = await port.ask("models", GetModels(), Models)
        assert [(each.model, each.state) for each in models.residents] == [("a", "ready")]
        assert models.loads == 1

    run(work)


def test_a_stream_is_pulled_and_says_the_same() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        assert await read(port, await opened(port, tokens=200)) == said(200)

    run(work)


def test_a_stream_ahead_of_its_reader_pauses_for_free() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        stream = await opened(port, tokens=1000)
        await asyncio.sleep(8)  # eight hundred tokens' time, and within its lease
        [server] = [child.service for child in children(kernel)]
        assert isinstance(server, FakeServer)
        assert max(server.made.values()) < 40
        assert await read(port, stream) == said(1000)

    run(work)


def test_fifty_requests_for_one_cold_model_load_once() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        answers = await asyncio.gather(*(infer(port, tokens=3, prompt=f"p{n}-") for n in range(50)))
        assert [each.text for each in answers] == [said(3, f"p{n}-") for n in range(50)]
        assert loads() == ["a"]

    run(work)


def test_a_model_that_does_not_fit_beside_another_takes_its_place() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        for name in ("a:mib=250", "b:mib=250", "a:mib=250"):
            assert (await infer(port, name, within=120)).text == said(20)
        assert loads() == ["a", "b", "a"]
        assert len(kernel.nursery) == 1

    run(work)


def test_an_unknown_model_and_one_too_large_are_told_at_once() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        with pytest.raises(CallerError, match="no model is named 'no-such'"):
            await infer(port, "no-such")
        refused = await port.ask("models", Infer("big:mib=4000", prompt="x", max_tokens=1), Refused)
        assert "memory" in refused.reason
        assert loads() == []

    run(work)


def test_what_cannot_be_in_time_is_refused_with_a_time() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        refused = await port.ask("models", Infer("a", prompt="x", max_tokens=1000), Refused, within=2)
        assert "deadline" in refused.reason
        assert refused.retry_after_s > 0
        assert len(kernel.nursery) == 0

    run(work)


# --- clients that go


def test_a_client_that_hangs_up_mid_answer_frees_everything() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        await infer(port, tokens=1)
        task = asyncio.ensure_future(infer(port, tokens=1500))
        await asyncio.sleep(2)
        task.cancel()
        await asyncio.wait([task])
        await asyncio.sleep(0.1)
        assert "cancel a" in FakeServer.log
        [server] = [child.service for child in children(kernel)]
        assert isinstance(server, FakeServer)
        assert server.asked == {}

    run(work)


def test_a_stream_nobody_reads_is_cancelled_within_its_lease() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        stream = await opened(port, tokens=1000)
        first = await port.ask("models", Next(stream), InferChunk)
        assert first.text
        await asyncio.sleep(LEASE_S + 0.5)
        [server] = [child.service for child in children(kernel)]
        assert isinstance(server, FakeServer)
        assert server.asked == {}
        with pytest.raises(CallerError, match=f"has no stream {stream}"):
            await port.ask("models", Next(stream), InferChunk)

    run(work)


def test_a_reader_that_goes_while_it_waits_cancels_at_once() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        stream = await opened(port, "a:tpot_s=2", tokens=100)
        reading = asyncio.ensure_future(port.ask("models", Next(stream), InferChunk, within=60))
        await asyncio.sleep(1)
        reading.cancel()
        await asyncio.wait([reading])
        await asyncio.sleep(2.5)
        [server] = [child.service for child in children(kernel)]
        assert isinstance(server, FakeServer)
        assert server.asked == {}

    run(work)


def test_a_next_is_answered_before_its_deadline_even_with_nothing() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        stream = await opened(port, "a:load_s=20", tokens=3)
        empty = await port.ask("models", Next(stream), InferChunk, within=2)
        assert empty == InferChunk(stream)
        assert await read(port, stream) == said(3)

    run(work)


def test_a_stream_belongs_to_its_client() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        stream = await opened(port)
        stranger = kernel.connect("stranger")
        with pytest.raises(CallerError, match="'stranger' has no stream"):
            await stranger.ask("models", Next(stream), InferChunk)
        assert not (await stranger.ask("models", CancelStream(stream), Cancelled)).found
        assert (await port.ask("models", CancelStream(stream), Cancelled)).found

    run(work)


def test_a_deadline_ends_the_work_too() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        await infer(port, tokens=1)
        FakeServer.log.clear()
        stream = await opened(port, tokens=300, within=3.5)
        await port.ask("models", Next(stream), InferChunk)
        with pytest.raises(DeadlineExceeded):
            await read(port, stream, pause=0.5)
        await asyncio.sleep(0.5)
        assert "cancel a" in FakeServer.log

    run(work)


# --- servers that die


def test_a_server_killed_mid_decode_costs_each_caller_one_typed_error() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        await infer(port, tokens=1)
        whole = asyncio.ensure_future(infer(port, tokens=500))
        await asyncio.sleep(1)
        [child] = children(kernel)
        await child.die(KILLED)
        with pytest.raises(PeerRestarted, match="was killed by SIGKILL"):
            await whole
        assert (await infer(port)).text == said(20)
        assert loads() == ["a", "a"]

    run(work)


def test_a_reader_gets_what_was_made_and_then_one_error_never_the_same_twice() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        stream = await opened(port, tokens=500)
        text = (await port.ask("models", Next(stream), InferChunk)).text
        await asyncio.sleep(1)
        [child] = children(kernel)
        await child.die(KILLED)
        await asyncio.sleep(1)
        rest: list[str] = []
        with pytest.raises(PeerRestarted):
            await read(port, stream, rest)
        assert said(500).startswith(text + "".join(rest))
        with pytest.raises(CallerError):
            await port.ask("models", Next(stream), InferChunk)

    run(work)


def test_a_death_before_the_first_token_is_tried_once_more_in_silence() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        asked = asyncio.ensure_future(infer(port, "a:tpot_s=1", tokens=3, within=120))
        await asyncio.sleep(1.2)  # loaded, and in its first quantum
        await children(kernel)[0].die(KILLED)
        assert (await asked).text == said(3)
        assert loads() == ["a", "a"]

    run(work)


def test_a_death_before_the_first_token_twice_is_told() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        asked = asyncio.ensure_future(infer(port, "a:tpot_s=5", tokens=3, within=120))
        for _ in range(2):
            await asyncio.sleep(2)
            await children(kernel)[0].die(KILLED)
        with pytest.raises(PeerRestarted):
            await asked

    run(work)


def test_a_death_while_loading_is_no_ones_error_when_the_next_load_works() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        asked = [asyncio.ensure_future(infer(port, "a:load_s=2")) for _ in range(5)]
        await asyncio.sleep(1)
        await children(kernel)[0].die(KILLED)
        assert [(await each).text for each in asked] == [said(20)] * 5

    run(work)


def test_a_server_that_freezes_is_killed_and_the_caller_told() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        with pytest.raises(PeerRestarted, match="did not answer"):
            await infer(port, prompt="freeze", within=600)
        assert (await infer(port)).text == said(20)

    run(work, hang_s=2.0)


def test_over_its_cap_it_is_loaded_again_and_told_once() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        await infer(port, tokens=1)
        asked = asyncio.ensure_future(infer(port, tokens=500))
        await asyncio.sleep(1)
        before = kernel.nursery.held("models")
        await children(kernel)[0].die(OVER_ITS_CAP)
        with pytest.raises(PeerRestarted, match="exceeded its memory cap"):
            await asked
        assert (await infer(port)).text == said(20)
        assert kernel.nursery.held("models") > before

    run(work)


def test_too_little_memory_at_load_is_mended_by_a_smaller_load() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        FakeServer.broken["a"] = "memory"
        assert (await infer(port)).text == said(20)
        assert loads() == ["a", "a"]

    run(work)


def test_a_crash_loop_opens_the_circuit_and_others_work() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        asked = asyncio.ensure_future(infer(port, "bad:load_s=2", within=600))
        for _ in range(3):
            await asyncio.sleep(1.5)
            await children(kernel)[0].die(KILLED)
        with pytest.raises(ServiceFault, match="try again in"):
            await asked
        refused = await port.ask("models", Infer("bad:load_s=2", prompt="x", max_tokens=1), Refused, within=60)
        assert refused.retry_after_s > 0
        assert (await infer(port, "good")).text == said(20)

    run(work)


def test_a_bad_file_is_told_at_once_to_all_and_not_tried_again() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        FakeServer.broken["a"] = "file"
        ends = await asyncio.gather(*(infer(port) for _ in range(3)), return_exceptions=True)
        assert [str(end) for end in ends] == ["a is not a model"] * 3
        assert all(isinstance(end, CallerError) for end in ends)
        assert loads() == ["a"]
        assert len(kernel.nursery) == 0

    run(work)


def test_what_the_engine_refuses_reaches_its_caller_as_it_is() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        with pytest.raises(CallerError, match="the engine cannot do that"):
            await infer(port, prompt="refuse")
        assert (await infer(port)).text == said(20)

    run(work)


# --- memory that moves


def test_a_smaller_budget_mid_decode_parks_the_work_and_it_goes_on_where_it_was() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        await infer(port, "b:mib=200", tokens=1)
        asked = asyncio.ensure_future(infer(port, "a:mib=200", tokens=800, within=600))
        await asyncio.sleep(3)
        other = kernel.local("other").port
        state = await other.ask("kernel", SetBudget(300 * MIB), BudgetState, within=60)
        assert state.budget == 300 * MIB
        assert kernel.nursery.held("models") <= 300 * MIB
        assert (await asked).text == said(800)

    run(work)


def test_a_budget_too_small_for_the_model_in_use_fails_it_with_a_reason() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        asked = asyncio.ensure_future(infer(port, "a:mib=300", tokens=800, within=600))
        await asyncio.sleep(3)
        await kernel.local("other").port.ask("kernel", SetBudget(200 * MIB), BudgetState, within=60)
        with pytest.raises(BudgetExceeded, match="does not fit"):
            await asked
        assert len(kernel.nursery) == 0

    run(work)


def test_an_evicted_background_answer_is_continued_exactly_by_the_next_server() -> None:
    """The background work's model is evicted in the middle; its new server repeats it and says nothing twice."""

    async def work(kernel: Kernel, port: ServicePort) -> None:
        slow = asyncio.ensure_future(infer(port, "a:mib=250", tokens=600, within=600, klass="background"))
        await asyncio.sleep(3)
        assert (await infer(port, "b:mib=250", klass="voice", within=60)).text == said(20)
        assert (await slow).text == said(600)
        assert loads() == ["a", "b", "a"]

    run(work)


def test_voice_does_not_wait_for_background_work_of_the_same_model() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        slow = asyncio.ensure_future(infer(port, tokens=1500, within=600, klass="background"))
        await asyncio.sleep(3)
        began = kernel.now()
        await infer(port, tokens=10, klass="voice", prompt="v")
        assert kernel.now() - began < 1.0
        assert "hurry a" in FakeServer.log
        assert not slow.done()
        assert (await slow).text == said(1500)

    run(work)


def test_several_of_one_model_share_its_steps() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        answers = await asyncio.gather(*(infer(port, "a:seqs=4", tokens=50, prompt=f"p{n}-") for n in range(4)))
        assert [each.text for each in answers] == [said(50, f"p{n}-") for n in range(4)]

    run(work)


def test_advice_loads_ahead_of_time() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        await port.tell("models", Prefetch("a"))
        await asyncio.sleep(2)
        assert loads() == ["a"]
        began = kernel.now()
        await infer(port, tokens=1)
        assert kernel.now() - began < 0.2

    run(work)


def test_pressure_is_looked_at_only_while_background_work_runs() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        looks = 0
        host = kernel.host
        assert isinstance(host, SimHost)
        plain = host.pressure

        def counted() -> Any:
            nonlocal looks
            looks += 1
            return plain()

        host.pressure = counted  # type: ignore[method-assign]
        await infer(port, tokens=300)
        assert looks == 0
        await infer(port, tokens=300, klass="background")
        assert 3 <= looks <= 6
        before = looks
        await asyncio.sleep(30)
        assert looks == before

    run(work)


def test_pressure_sheds_background_work_and_nobody_elses() -> None:
    async def work(kernel: Kernel, port: ServicePort) -> None:
        slow = asyncio.ensure_future(infer(port, tokens=1000, klass="background", within=600))
        await asyncio.sleep(3)
        assert isinstance(kernel.host, SimHost)
        kernel.host.set_pressure(40.0, 0.0)
        await asyncio.sleep(2)
        [server] = [child.service for child in children(kernel)]
        assert isinstance(server, FakeServer)
        before = dict(server.made)
        assert (await infer(port, tokens=10, prompt="v", klass="interactive")).text == said(10, "v")
        await asyncio.sleep(3)
        assert server.made.items() <= {**before}.items() or server.made == before
        refused = await port.ask("models", Infer("a", prompt="x", max_tokens=1, klass="background"), Refused)
        assert "pressure" in refused.reason
        kernel.host.set_pressure(0.0, 0.0)
        assert (await slow).text == said(1000)

    run(work)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_everybody_gets_one_end_and_nothing_stays(seed: int) -> None:
    """Requests of all kinds, deaths, hang-ups and moving budgets, in a seeded order; the seed is the test's name."""

    async def main(host: SimHost) -> None:
        rng = host.random
        async with fake_models(host, "512M", hang_s=2.0) as kernel:
            port, other = kernel.connect("front"), kernel.local("other").port
            ends: list[str] = []

            async def client(n: int) -> None:
                await asyncio.sleep(rng.uniform(0, 60))
                model = rng.choice(["a:mib=120", "b:mib=200", "c:mib=250,tpot_s=0.03", "d:mib=60,seqs=3"])
                tokens, klass = rng.randrange(1, 200), rng.choice(["voice", "interactive", "background"])
                try:
                    if rng.random() < 0.5:
                        stream = await opened(port, model, tokens, prompt=f"{n}-", klass=klass, within=200)
                        if rng.random() < 0.2:
                            return  # never reads it
                        text = await read(port, stream)
                    else:
                        asked = asyncio.ensure_future(
                            infer(port, model, tokens, prompt=f"{n}-", klass=klass, within=rng.uniform(1, 200))
                        )
                        if rng.random() < 0.15:
                            await asyncio.sleep(rng.uniform(0, 3))
                            asked.cancel()
                            await asyncio.wait([asked])
                            return
                        text = (await asked).text
                    assert text == said(tokens, f"{n}-"), (seed, n)
                    ends.append("done")
                except BluerillError as error:
                    ends.append(type(error).__name__)

            async def trouble() -> None:
                for _ in range(12):
                    await asyncio.sleep(rng.uniform(0, 8))
                    here = children(kernel)
                    if here and rng.random() < 0.6:
                        child = rng.choice(here)
                        if child.state.value == "running":
                            await child.die(rng.choice([KILLED, OVER_ITS_CAP]))
                    else:
                        try:
                            await other.ask(
                                "kernel", SetBudget(rng.choice([200, 320, 512]) * MIB), BudgetState, within=60
                            )
                        except BluerillError as error:
                            ends.append(f"budget {type(error).__name__}")

            await asyncio.gather(trouble(), *(client(n) for n in range(60)))
            assert ends.count("done") > 10, (seed, ends)
            await asyncio.sleep(120)
            await nothing_is_left(kernel)

    run_sim(main, seed=seed, shuffle=True)
