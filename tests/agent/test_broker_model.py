"""A model of the device as a chat model: whole answers, streams, refusals, and a reader that stops."""

from __future__ import annotations

import asyncio

import pytest
from langchain_core.messages import HumanMessage

from bluerill.agent.broker_model import BluerillChatModel
from bluerill.kernel.errors import BudgetExceeded, CallerError
from bluerill.kernel.host.sim import SimHost, run_sim
from support.fake_models import FakeServer, fake_models

ASKED = [HumanMessage("hello")]


def said(tokens: int) -> str:
    return "".join(f"{n} " for n in range(tokens))


def test_it_answers_whole_and_in_pieces() -> None:
    async def main(host: SimHost) -> None:
        async with fake_models(host) as kernel:
            model = BluerillChatModel(port=kernel.connect("front"), model="a", max_tokens=40)
            assert (await model.ainvoke(ASKED)).content == said(40)
            pieces = [chunk.content async for chunk in model.astream(ASKED)]
            assert len(pieces) > 1
            assert "".join(str(piece) for piece in pieces) == said(40)

    run_sim(main)


def test_what_is_refused_is_an_error_with_a_time() -> None:
    async def main(host: SimHost) -> None:
        async with fake_models(host) as kernel:
            model = BluerillChatModel(port=kernel.connect("front"), model="a", max_tokens=1000, within_s=2.0)
            with pytest.raises(BudgetExceeded, match="try again in"):
                await model.ainvoke(ASKED)

    run_sim(main)


def test_a_reader_that_stops_ends_the_inference() -> None:
    async def main(host: SimHost) -> None:
        async with fake_models(host) as kernel:
            model = BluerillChatModel(port=kernel.connect("front"), model="a", max_tokens=1000)
            stream = model.astream(ASKED)
            assert (await anext(stream)).content is not None
            await stream.aclose()  # type: ignore[attr-defined]
            await asyncio.sleep(0.1)
            assert "cancel a" in FakeServer.log

    run_sim(main)


def test_it_does_not_block() -> None:
    with pytest.raises(CallerError, match="ainvoke"):
        BluerillChatModel(port=None, model="a").invoke(ASKED)
