"""What pages are told of jobs and models, and what they may do with them."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from bluerill.agent.jobs.messages import AddJob, GetJobs, JobAdded, JobRefused, JobSteered, SteerJob
from bluerill.kernel.errors import BudgetExceeded, CallerError, CapabilityError, ServiceFault
from bluerill.kernel.message import Body
from bluerill.kernel.status import ServiceStatus
from bluerill.modalities.voice.messages import GetModel, ModelUsed, UseModel
from bluerill.models.fetch_messages import GetCards
from bluerill.models.messages import GetModels, Infer, Inference, Refused
from bluerill.watch.web import protocol
from bluerill.watch.web.background import Background
from support import scenes
from support.lone_port import LonePort, Peer, run

RUNNING = scenes.status()


class Device:
    """Plays jobs, models, fetcher and asr."""

    def __init__(self) -> None:
        self.full = self.refuses = self.deaf = False
        self.model = ""
        self.broken: set[str] = set()
        self.shown: list[dict[str, Any]] = []
        peers: dict[str, Peer] = {"jobs": self.jobs, "models": self.models, "fetcher": self.fetcher, "asr": self.asr}
        self.port = LonePort("web", peers)
        self.background = Background(self.port, lambda message: self.shown.append(json.loads(message)))

    def jobs(self, body: Body) -> Body:
        if "jobs" in self.broken:
            raise ServiceFault("restarting")
        if isinstance(body, GetJobs):
            return scenes.jobs()
        if isinstance(body, SteerJob):
            if body.id == 99:
                raise CallerError("there is no job 99")
            return JobSteered(scenes.jobs().jobs[0])
        assert isinstance(body, AddJob)
        return JobRefused("32 jobs are waiting already") if self.full else JobAdded(scenes.jobs().jobs[0])

    def models(self, body: Body) -> Body:
        if isinstance(body, GetModels):
            raise CapabilityError("service 'web' may not ask 'models'")
        assert isinstance(body, Infer)
        return Refused("it needs 400M, this device has 512M") if self.refuses else Inference("")

    def fetcher(self, body: Body) -> Body:
        assert isinstance(body, GetCards)
        return scenes.cards()

    def asr(self, body: Body) -> Body:
        if self.deaf:
            raise ServiceFault("no ears")
        if isinstance(body, UseModel):
            self.model = body.model
        else:
            assert isinstance(body, GetModel)
        return ModelUsed(self.model)


def test_a_monitor_sees_what_there_is_and_what_is_not_there_is_asked_once() -> None:
    async def test() -> None:
        device = Device()
        await device.background.look(RUNNING)
        await device.background.look(RUNNING)
        assert [each["type"] for each in device.shown] == ["jobs.jobs", "jobs.jobs"]
        assert [to for to, body in device.port.asked if isinstance(body, GetModels)] == ["models"]
        assert len(device.background.seen) == 1
        device.broken.add("jobs")  # a moment without news is no news
        await device.background.look(RUNNING)
        assert len(device.shown) == 2
        device.broken.clear()
        await device.background.look(RUNNING)
        assert len(device.shown) == 3

    run(test)


def test_a_broker_that_nobody_needed_is_not_started_by_looking() -> None:
    async def test() -> None:
        device = Device()
        resting = [*scenes.status().services, ServiceStatus("models", "absent")]
        await device.background.look(msgspec.structs.replace(RUNNING, services=resting))
        assert [each["type"] for each in device.shown] == ["models.models", "jobs.jobs"]
        assert not any(to == "models" for to, _ in device.port.asked)

    run(test)


def test_a_job_is_steered_and_the_page_sees_it_at_once() -> None:
    async def test() -> None:
        device = Device()
        await device.background.steer(protocol.Steered(5, "cancel"))
        assert ("jobs", SteerJob(5, "cancel")) in device.port.asked
        assert device.shown[-1]["type"] == "jobs.jobs"
        with pytest.raises(CallerError, match="there is no job 99"):
            await device.background.steer(protocol.Steered(99, "pause"))

    run(test)


def test_only_jobs_without_files_are_begun_from_a_page() -> None:
    async def test() -> None:
        device = Device()
        await device.background.begin(protocol.Begun("pull", "smollm2-135m"))
        await device.background.begin(protocol.Begun("index"))
        added = [body for _, body in device.port.asked if isinstance(body, AddJob)]
        assert added == [AddJob("pull", {"model": "smollm2-135m"}), AddJob("index", {})]
        device.full = True
        with pytest.raises(BudgetExceeded, match="32 jobs are waiting"):
            await device.background.begin(protocol.Begun("index"))
        for text in (
            '{"type": "job-begin", "kind": "transcribe"}',
            '{"type": "job-begin", "kind": "infer", "model": "m"}',
            '{"type": "job-begin", "kind": "index", "file": "/etc/passwd"}',
            '{"type": "job", "id": -1, "to": "cancel"}',
            '{"type": "job", "id": 1, "to": "explode"}',
            '{"type": "speech-model", "model": "%s"}' % ("x" * 300),
        ):
            with pytest.raises(CallerError):
                protocol.decode(text)

    run(test)


def test_cards_come_with_the_model_that_hears_where_something_hears() -> None:
    async def test() -> None:
        device = Device()
        types = [json.loads(message)["type"] for message in await device.background.cards()]
        assert types == ["voice.model-used", "models.cards"]
        device.deaf = True
        types = [json.loads(message)["type"] for message in await device.background.cards()]
        assert types == ["models.cards"]

    run(test)


def test_a_model_hears_only_after_it_was_tried() -> None:
    async def test() -> None:
        device = Device()
        [said] = await device.background.hear_by("whisper-nano")
        assert json.loads(said)["body"] == {"model": "whisper-nano"}
        assert device.model == "whisper-nano"
        device.refuses = True
        with pytest.raises(BudgetExceeded, match="cannot hear on this device: it needs 400M"):
            await device.background.hear_by("whisper-small")
        assert device.model == "whisper-nano"
        await device.background.hear_by("")  # its own recogniser needs no trial
        assert device.model == ""

    run(test)
