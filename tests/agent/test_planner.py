from __future__ import annotations

from datetime import UTC

import pytest
from msgspec.structs import replace

from bluerill.agent.encoder import tier
from bluerill.agent.messages import Encode, Encoded, Plan, Sighted
from bluerill.agent.planner import PlannerService, local_now
from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.kernel.message import Body
from bluerill.kernel.service import Leased
from bluerill.modalities.voice.messages import GetCorpus, Judge
from bluerill.skills.messages import Catalogue
from support.lone_port import LonePort, run, send
from support.small_catalogue import CATALOGUE


class Skills:
    """Plays the skills service; ``failures`` answers are faults first."""

    def __init__(self, failures: int = 0) -> None:
        self.catalogue = CATALOGUE
        self.failures = failures

    def __call__(self, body: Body) -> Body:
        if self.failures:
            self.failures -= 1
            raise ServiceFault("service 'skills' is starting")
        return self.catalogue


def device(failures: int = 0) -> tuple[PlannerService, LonePort, Skills]:
    skills = Skills(failures)
    service = PlannerService(zone="Europe/Berlin", corpus=400)
    service.port = port = LonePort("planner", {"skills": skills})
    return service, port, skills


def test_it_plans_at_the_devices_clock_or_a_given_now() -> None:
    async def test() -> None:
        service, port, _skills = device()
        await service.start()
        await port.advance(0)
        assert port.notified == ["asr"]
        planned = await send(service, Plan("set an alarm for 5 pm"))
        assert planned.calls[0].arguments == {"time": "2026-11-20T17:00"}
        planned = await send(service, Plan("set an alarm for 5 pm", "2027-01-01T18:00"))
        assert planned.calls[0].arguments == {"time": "2027-01-02T17:00"}
        with pytest.raises(CallerError, match="expected 'now' as ISO 8601"):
            await send(service, Plan("mute", "yesterday"))

    run(test)


def test_a_changed_catalogue_is_learned_and_announced() -> None:
    async def test() -> None:
        service, port, skills = device()
        await service.start()
        await port.advance(0)
        await service.notified(1)
        assert port.notified == ["asr"]
        skills.catalogue = Catalogue("small-2", [each for each in CATALOGUE.actions if each.name != "mute"])
        await service.notified(1)
        assert port.notified == ["asr", "asr"]
        assert (await send(service, Plan("mute"))).calls == []

    run(test)


def test_skills_may_come_up_late() -> None:
    async def test() -> None:
        service, port, _skills = device(failures=2)
        await service.start()
        await port.advance(0)
        assert port.notified == []
        await port.advance(0.1)
        await port.advance(0.2)
        assert port.notified == ["asr"]

    run(test)


def test_without_skills_a_plan_is_a_typed_error() -> None:
    async def test() -> None:
        service, _port, _skills = device(failures=100)
        with pytest.raises(ServiceFault):
            await send(service, Plan("mute"))

    run(test)


def test_the_corpus_comes_as_a_lease() -> None:
    async def test() -> None:
        service, _port, _skills = device()
        reply = await send(service, GetCorpus())
        assert isinstance(reply, Leased)
        lines = bytes(reply.lease).decode().splitlines()  # type: ignore[call-overload]
        assert reply.body == replace(reply.body, fingerprint="small-1", sentences=len(lines))
        assert 100 < len(lines) <= 400

    run(test)


class Encoder:
    """Plays the encoder: everything is a request for the time, with that probability."""

    def __init__(self, likely: float, foreign: tuple[str, ...] = ()) -> None:
        self.likely = likely
        self.foreign = foreign
        self.asked: list[list[list[str]]] = []

    def __call__(self, body: Body) -> Body:
        assert isinstance(body, Encode)
        self.asked.append(body.sentences)
        seen = [Sighted([("get_time", self.likely)], ["O"] * len(words)) for words in body.sentences]
        return Encoded(seen, 0.6, [each for each in body.about if each in self.foreign])


def encoded_device(likely: float = 0.9) -> tuple[PlannerService, LonePort, Encoder]:
    encoder = Encoder(likely)
    service = PlannerService(zone="Europe/Berlin", encoder="encoder")
    service.port = port = LonePort("planner", {"skills": Skills(), "encoder": encoder})
    return service, port, encoder


def test_what_a_template_matches_never_reaches_the_encoder() -> None:
    async def test() -> None:
        service, _port, encoder = encoded_device()
        planned = await send(service, Plan("set an alarm for 5 pm"))
        assert (planned.planner, planned.calls[0].name) == ("templates", "set_alarm")
        assert encoder.asked == []

    run(test)


def test_what_no_template_matches_is_read_by_the_encoder() -> None:
    async def test() -> None:
        service, _port, encoder = encoded_device()
        planned = await send(service, Plan("How late is it?"))
        assert (planned.planner, planned.calls[0].name) == (tier.TIER, "get_time")
        assert encoder.asked == [[["how", "late", "is", "it"]]]
        encoder.likely = 0.3
        assert (await send(service, Plan("how late is it"))).calls == []

    run(test)


def test_the_encoder_has_no_opinion_of_a_skill_that_came_after_it() -> None:
    async def test() -> None:
        loose = "remind me tomorrow to water the plants and the trees behind the old house of my aunt"
        service, _port, encoder = encoded_device()
        assert (await send(service, Plan(loose, tier="templates"))).confidence < tier.DOUBT
        assert (await send(service, Plan(loose))).planner == tier.TIER
        encoder.foreign = ("add_reminder",)
        planned = await send(service, Plan(loose))
        assert (planned.planner, planned.calls[0].name) == ("templates", "add_reminder")

    run(test)


def test_the_tier_may_be_chosen() -> None:
    async def test() -> None:
        service, _port, encoder = encoded_device()
        assert (await send(service, Plan("how late is it", tier="templates"))).calls == []
        assert encoder.asked == []
        planned = await send(service, Plan("mute", tier="encoder"))
        assert (planned.planner, planned.calls[0].name) == (tier.TIER, "get_time")

    run(test)


def test_without_an_encoder_the_templates_answer() -> None:
    async def test() -> None:
        service, port, _encoder = encoded_device()
        port.peers["encoder"] = Skills(failures=100)
        planned = await send(service, Plan("how late is it"))
        assert (planned.planner, planned.calls) == ("templates", [])

    run(test)


def test_now_keeps_a_given_zone() -> None:
    assert local_now("2026-11-20T14:05+00:00", 0.0).tzinfo == UTC
    assert local_now("", 0.0, "Europe/Berlin").hour == 1


def test_it_judges_readings_and_does_nothing() -> None:
    async def test() -> None:
        service, port, _skills = device()
        await service.start()
        await port.advance(0)
        texts = ["set an alarm for 5 pm", "purple monkey dishwasher", "never mind", ""]
        whole, nonsense, undo, empty = (await send(service, Judge(texts))).sure
        assert (whole, nonsense, undo, empty) == (1.0, 0.0, 1.0, 0.0)
        pictured = ["what does this say", "what colour is this", "what does this day"]
        assert (await send(service, Judge(pictured))).sure == [1.0, 1.0, 0.0]  # the picture in view answers these
        assert len((await send(service, Judge(["mute"] * 500))).sure) == 16

    run(test)


def test_readings_that_no_template_knows_are_judged_by_the_encoder() -> None:
    async def test() -> None:
        service, port, encoder = encoded_device(0.95)
        assert (await send(service, Judge(["mute", "purple monkey"]))).sure == [1.0, 0.0]
        assert encoder.asked == []
        sure = (await send(service, Judge(["how late is it", "how wait is it"]))).sure
        assert sure == [pytest.approx(0.76)] * 2
        encoder.likely = 0.8
        assert (await send(service, Judge(["how late is it"]))).sure == [0.0]
        assert len((await send(service, Judge(["how late is it"] * 14))).sure) == 14
        port.peers["encoder"] = Skills(failures=9)
        assert (await send(service, Judge(["how late is it"]))).sure == [0.0]

    run(test)
