"""Where a monitor gets what it shows, and through what it acts: the control socket of the running device."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Literal

from ...agent.jobs.messages import GetJobs, Jobs, JobSteered, SteerJob
from ...agent.messages import GetTurns, Turn, Turns
from ...kernel.errors import BluerillError, PeerRestarted
from ...kernel.restart import RestartService, ServiceRestarting
from ...kernel.status import GetStatus, Status
from ...models.messages import GetModels, Models
from ..control import Front, SocketFront
from .view import View

LOOK_WITHIN_S = 3.0
LAST_TURNS = 6


class DeviceSource:
    """A device reached through its socket; connects anew when it was restarted."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._front: SocketFront | None = None

    async def _reach(self) -> SocketFront:
        if self._front is None:
            self._front = await SocketFront.connect(str(self._socket))
        return self._front

    async def look(self) -> View:
        """One look. Raises PeerRestarted while no device is there."""
        front = await self._reach()
        try:
            status = await front.ask("kernel", GetStatus(), Status, within=LOOK_WITHIN_S)
        except PeerRestarted:
            await self.close()
            raise
        jobs, models = await self._jobs(front), await self._models(front, status)
        return View(status, jobs, models, time.time(), await turns(front))

    async def _jobs(self, front: SocketFront) -> Jobs | None:
        try:
            return await front.ask("jobs", GetJobs(), Jobs, within=LOOK_WITHIN_S)
        except BluerillError:  # a device without jobs, or one whose jobs are just restarting
            return None

    async def _models(self, front: SocketFront, status: Status) -> Models | None:
        states = {service.name: service.state for service in status.services}
        if states.get("models", "running") != "running":
            return Models()  # nobody needed a model yet, and looking is no need
        try:
            return await front.ask("models", GetModels(), Models, within=LOOK_WITHIN_S)
        except BluerillError:  # likewise
            return None

    async def restart(self, name: str) -> str:
        """End a service and have it started again; what happened, in one line."""
        front = await self._reach()
        answer = await front.ask("kernel", RestartService(name), ServiceRestarting, within=LOOK_WITHIN_S)
        return f"{answer.name}#{answer.generation} is being restarted"

    async def steer(self, number: int, to: Literal["cancel", "pause", "resume", "forget"]) -> str:
        """Do something to a job; what happened, in one line."""
        front = await self._reach()
        answer = await front.ask("jobs", SteerJob(number, to), JobSteered, within=LOOK_WITHIN_S)
        return f"job {number} is {'forgotten' if to == 'forget' else answer.job.state}"

    async def close(self) -> None:
        """Let the device go."""
        front, self._front = self._front, None
        if front is not None:
            await front.close()


async def turns(front: Front) -> list[Turn]:
    """The last turns; none of a device without a session."""
    try:
        return (await front.ask("session", GetTurns(LAST_TURNS), Turns, within=LOOK_WITHIN_S)).turns
    except BluerillError:
        return []
