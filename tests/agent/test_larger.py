from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from bluerill.agent.larger import MOST_LOCAL, LargerService
from bluerill.agent.messages import Consult, Encoded, Plan, Planned, PlannedCall, Sighted
from bluerill.agent.plan import REFUSAL
from bluerill.agent.planner import SURE_REFUSAL, PlannerService
from bluerill.kernel.errors import BudgetExceeded, CallerError, ServiceFault
from bluerill.kernel.message import Body
from support.lone_port import LonePort, run, send
from support.small_catalogue import CATALOGUE

NOW = "2026-11-20T14:05"
MUTE = json.dumps([{"name": "mute", "arguments": {"on": True}}])


class Scripted(LargerService):
    """A larger service whose local models answer what the test says, or fail."""

    def __init__(self, **models: str | Exception) -> None:
        super().__init__(list(models))
        self.script = models
        self.asked: list[str] = []
        self.port = LonePort("larger", {"skills": lambda _body: CATALOGUE})

    def _local(self, name: str) -> Any:
        self.asked.append(name)
        said = self.script[name]
        if isinstance(said, Exception):
            raise said
        return FakeListChatModel(responses=[said])


def consulted(service: Scripted, *likely: str) -> Planned:
    found: list[Any] = []

    async def ask() -> None:
        found.append(await send(service, Consult("give me some peace", NOW, likely=list(likely))))

    run(ask)
    planned = found[0]
    assert isinstance(planned, Planned)
    return planned


def test_the_first_model_that_makes_a_plan_is_followed_and_says_so() -> None:
    service = Scripted(small="[]", big=MUTE, biggest=MUTE)
    planned = consulted(service)
    assert [(call.name, call.arguments) for call in planned.calls] == [("mute", {"on": True})]
    assert service.asked == ["small", "big"]
    assert planned.planner == "larger"
    assert planned.why == "the encoder was not sure; big was asked"


def test_a_model_that_does_not_fit_or_answers_nonsense_is_passed_over() -> None:
    service = Scripted(small=BudgetExceeded("64M more are needed"), big=MUTE)
    planned = consulted(service)
    assert planned.calls
    assert "small: 64M more are needed" in planned.why
    odd = json.dumps([{"name": "unlock_everything", "arguments": {}}])
    refused = consulted(Scripted(small=odd))
    assert (refused.calls, refused.reply) == ([], REFUSAL)


def test_where_no_model_answers_that_is_an_error_and_where_none_is_named_too() -> None:
    with pytest.raises(ServiceFault, match="no model could be asked: small: it is gone"):
        consulted(Scripted(small=ServiceFault("it is gone")))
    with pytest.raises(CallerError, match="no model is named"):
        consulted(Scripted())
    with pytest.raises(CallerError, match="at most 4 models"):
        LargerService(["a", "b", "c", "d", "e"])


def test_a_local_model_is_told_of_the_likely_actions_only(monkeypatch: pytest.MonkeyPatch) -> None:
    offered: list[list[str]] = []
    from bluerill.agent import tiers

    class Spy(tiers.ChatTier):
        def __init__(self, model: Any, actions: Any, name: str = "lm") -> None:
            offered.append([action.name for action in actions])
            super().__init__(model, actions, name)

    monkeypatch.setattr(tiers, "ChatTier", Spy)
    consulted(Scripted(small=MUTE), "set_volume", "mute", "no_such_action")
    consulted(Scripted(small=MUTE))
    assert offered[0] == ["set_volume", "mute"]
    assert len(offered[1]) == min(MOST_LOCAL, len(CATALOGUE.actions))


def planner(refusal: float, trouble: Exception | None, larger: str = "larger") -> tuple[PlannerService, list[Consult]]:
    """A planner whose encoder refuses everything with that sureness."""
    asked: list[Consult] = []

    def encoder(_body: Body) -> Body:
        return Encoded([Sighted([("mute", 1 - refusal), ("other.joke", refusal)], ["O"] * 8)], 0.6)

    def consult(body: Body) -> Body:
        assert isinstance(body, Consult)
        asked.append(body)
        if trouble is not None:
            raise trouble
        return Planned([PlannedCall("mute", {"on": True})], "larger", 0.5, 1.0, why="asked")

    service = PlannerService(zone="Europe/Berlin", encoder="encoder", larger=larger)
    service.port = LonePort("planner", {"skills": lambda _b: CATALOGUE, "encoder": encoder, "larger": consult})
    return service, asked


@pytest.mark.parametrize(("refusal", "calls"), [(SURE_REFUSAL - 0.1, 1), (SURE_REFUSAL + 0.05, 0)])
def test_only_an_unsure_refusal_goes_further(refusal: float, calls: int) -> None:
    async def test() -> None:
        service, asked = planner(refusal, None)
        planned = await send(service, Plan("give me some peace"))
        assert isinstance(planned, Planned)
        assert len(planned.calls) == len(asked) == calls
        assert not asked or asked[0].likely == ["mute"]

    run(test)


def test_what_a_template_understands_never_goes_further_nor_does_anything_without_models() -> None:
    async def test() -> None:
        service, asked = planner(0.5, None)
        await send(service, Plan("mute"))
        assert asked == []
        service, asked = planner(0.5, None, larger="")
        planned = await send(service, Plan("give me some peace"))
        assert isinstance(planned, Planned)
        assert (planned.calls, asked) == ([], [])

    run(test)


def test_without_the_models_the_refusal_stands_and_says_why() -> None:
    async def test() -> None:
        service, _asked = planner(0.5, ServiceFault("no model could be asked: qwen: it does not fit"))
        planned = await send(service, Plan("give me some peace"))
        assert isinstance(planned, Planned)
        assert planned.calls == []
        assert planned.why.endswith("no larger model: no model could be asked: qwen: it does not fit")

    run(test)
