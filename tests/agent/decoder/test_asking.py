from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.messages import Decode, Decoded, Encode, Encoded, Plan, PlanTools, Rank, Ranked, Sighted
from bluerill.agent.planner import PlannerService
from bluerill.kernel.errors import BudgetExceeded, CallerError, ServiceFault
from bluerill.kernel.message import Body
from support.lone_port import LonePort, run, send
from support.small_catalogue import CATALOGUE

TOOL = {
    "name": "book_taxi",
    "description": "Order a taxi to a place",
    "parameters": {"properties": {"destination": {"type": "string"}}, "required": ["destination"]},
}


class Models:
    """Plays both models: every tool is that likely, and the decoder writes what it is told."""

    def __init__(self) -> None:
        self.score = 0.99
        self.foreign: list[str] = []
        self.written: list[tuple[str, dict[str, str]]] = [("book_taxi", {"destination": "the airport"})]
        self.trouble: Exception | None = None
        self.shown: list[list[str]] = []

    def encoder(self, body: Body) -> Body:
        if isinstance(body, Rank):
            return Ranked([self.score] * len(body.tools), 0.8)
        assert isinstance(body, Encode)
        return Encoded([Sighted([("other.x", 1.0)], ["O"] * len(s)) for s in body.sentences], 0.6, self.foreign)

    def decoder(self, body: Body) -> Body:
        assert isinstance(body, Decode)
        self.shown.append([tool.name for tool in body.tools])
        if self.trouble is not None:
            raise self.trouble
        return Decoded(self.written, 0.9, 12)


def device(decoder: str = "decoder", encoder: str = "encoder") -> tuple[PlannerService, Models]:
    models = Models()
    service = PlannerService(zone="Europe/Berlin", encoder=encoder, decoder=decoder)
    peers = {"skills": lambda _: CATALOGUE, "encoder": models.encoder, "decoder": models.decoder}
    service.port = LonePort("planner", peers)
    return service, models


def ask(text: str = "A taxi to the airport", tools: list[dict[str, Any]] | None = None, **more: Any) -> PlanTools:
    return PlanTools(text, [TOOL] if tools is None else tools, **more)


def test_tools_are_ranked_read_and_valued() -> None:
    async def test() -> None:
        service, models = device()
        planned = await send(service, ask("a taxi to the airport"))
        assert planned.planner == "decoder"
        assert "airport" in planned.calls[0].arguments["destination"]
        assert models.shown == [["book_taxi"]]
        models.score = 0.1
        refused = await send(service, ask())
        assert (refused.calls, refused.confidence) == ([], 0.9)
        assert len(models.shown) == 1, "what is refused is not decoded"

    run(test)


def test_a_decoder_that_does_not_fit_is_done_without_and_that_is_said() -> None:
    async def test() -> None:
        service, models = device()
        models.trouble = BudgetExceeded("decoder needs 96 MiB, 10 MiB are free")
        planned = await send(service, ask("a taxi to oslo"))
        assert (planned.planner, planned.calls[0].arguments) == ("encoder", {"destination": "oslo"})
        assert "could not be had: decoder needs 96 MiB" in planned.why
        service, models = device(decoder="")
        assert (await send(service, ask("A taxi to Oslo"))).planner == "encoder"
        service, models = device()
        assert (await send(service, ask("A taxi to Oslo", tier="encoder"))).planner == "encoder"
        assert models.shown == []

    run(test)


def test_what_is_written_is_left_to_rules_unless_any_words_may_be_meant() -> None:
    async def test() -> None:
        service, models = device()
        assert (await send(service, ask("A taxi to Oslo"))).planner == "encoder"
        assert models.shown == []
        assert (await send(service, ask("A taxi to Oslo", tier="decoder"))).planner == "decoder"
        assert models.shown == [["book_taxi"]]
        note = {"name": "take_note", "parameters": {"properties": {"text": {"type": "string"}}, "required": ["text"]}}
        models.written = [("take_note", {"text": "we are all mad here"})]
        planned = await send(service, ask("Jot down: we are all mad here", [note]))
        assert planned.calls[0].arguments == {"text": "we are all mad here"}

    run(test)


def test_what_cannot_be_planned_is_one_error() -> None:
    async def test() -> None:
        service, _models = device()
        with pytest.raises(CallerError, match="tool 0: expected"):
            await send(service, ask(tools=[{"nome": "x"}]))
        large = {**TOOL, "description": "x" * 90_000}
        with pytest.raises(CallerError, match="expected tools of at most"):
            await send(service, ask(tools=[large]))
        assert (await send(service, ask("  "))).reply == "I didn't get any words."
        service, _models = device(encoder="")
        with pytest.raises(ServiceFault, match="need the encoder"):
            await send(service, ask())

    run(test)


def test_an_action_that_came_after_the_training_is_read_when_nobody_else_serves() -> None:
    async def test() -> None:
        service, models = device()
        models.foreign = ["get_time"]
        models.written = [("get_time", {})]
        planned = await send(service, Plan("how late might it be where you are"))
        assert (planned.planner, [call.name for call in planned.calls]) == ("decoder", ["get_time"])
        models.score = 0.85
        assert (await send(service, Plan("how late might it be where you are"))).calls == []

    run(test)
