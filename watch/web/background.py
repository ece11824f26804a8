"""What goes on behind the watch, for pages with a monitor: jobs and models. A device without either is a device.

Jobs are steered from the page too; it names no files, so only kinds of jobs that need none can be begun there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ...agent.jobs.messages import AddJob, GetJobs, JobAdded, JobRefused, Jobs, JobSteered, SteerJob
from ...kernel.children import BudgetState, SetBudget
from ...kernel.errors import BluerillError, BudgetExceeded, CapabilityError
from ...kernel.limits import SHRINK_S
from ...kernel.message import Body, Lane, Taint
from ...kernel.service import Port
from ...kernel.status import Status
from ...modalities.voice.messages import RATE, GetModel, ModelUsed, UseModel
from ...models.fetch_messages import Cards, GetCards
from ...models.messages import GetModels, Infer, Models, Refused, Tensor
from . import protocol

LOOK_WITHIN_S: Final = 3.0
CARDS_WITHIN_S: Final = 20.0
"""The fetcher is started for it."""
USE_WITHIN_S: Final = 70.0
"""A model is tried before it is used, and may have to be read from a slow disk."""
_ASKS: Final[dict[str, tuple[Body, type[Body]]]] = {"jobs": (GetJobs(), Jobs), "models": (GetModels(), Models)}


class Background:
    """``show`` takes each message for the pages that look."""

    def __init__(self, port: Port, show: Callable[[bytes], None]) -> None:
        self._port = port
        self._show = show
        self._absent: set[str] = set()
        self._seen: dict[str, bytes] = {}

    @property
    def seen(self) -> list[bytes]:
        """What was seen last, for a page that begins to look."""
        return list(self._seen.values())

    async def look(self, status: Status) -> None:
        """Ask jobs and models how they are, and show it; a broker that nobody needed yet is not started for it."""
        states = {service.name: service.state for service in status.services}
        if states.get("models", "running") != "running":
            self._tell("models", Models())
            await self._ask("jobs")
            return
        for name in _ASKS:
            await self._ask(name)

    async def _ask(self, name: str) -> None:
        question, answer = _ASKS[name]
        if name not in self._absent:
            try:
                found = await self._port.ask(name, question, answer, within=LOOK_WITHIN_S, lane=Lane.BACKGROUND)
            except CapabilityError:
                self._absent.add(name)
            except BluerillError as error:
                self._port.log.info("no news of %s: %s", name, error)
            else:
                self._tell(name, found)

    def _tell(self, name: str, what: Body) -> None:
        self._seen[name] = protocol.forward(what)
        self._show(self._seen[name])

    async def budget(self, size: int) -> list[bytes]:
        """Another memory budget, once those who must shrink have. Raises BudgetExceeded, nothing having changed."""
        state = await self._port.ask("kernel", SetBudget(size), BudgetState, within=SHRINK_S + 5.0, taint=Taint.USER)
        return [protocol.forward(state)]

    async def steer(self, said: protocol.Steered) -> None:
        """Raises what the jobs raise."""
        await self._port.ask("jobs", SteerJob(said.id, said.to), JobSteered, taint=Taint.USER)
        await self._ask("jobs")

    async def cards(self) -> list[bytes]:
        """The models that are here or could be, and which one hears. Raises what the fetcher raises."""
        found = await self._port.ask("fetcher", GetCards(), Cards, within=CARDS_WITHIN_S, lane=Lane.BACKGROUND)
        try:
            used = await self._port.ask("asr", GetModel(), ModelUsed, within=LOOK_WITHIN_S)
        except BluerillError:  # a device that does not hear
            return [protocol.forward(found)]
        return [protocol.forward(used), protocol.forward(found)]

    async def hear_by(self, model: str) -> list[bytes]:
        """Hear by another model, after it has heard a moment of silence. Raises what that raises."""
        if model:
            await self._try(model)
        used = await self._port.ask("asr", UseModel(model), ModelUsed, within=LOOK_WITHIN_S, taint=Taint.USER)
        return [protocol.forward(used)]

    async def _try(self, model: str) -> None:
        quiet = bytes(RATE // 4)
        tensor = Tensor("samples", "int16", [len(quiet) // 2], 0, len(quiet))
        body = Infer(model, "transcribe", tensors=[tensor], data=quiet)
        answer = await self._port.ask("models", body, Body, within=USE_WITHIN_S)
        if isinstance(answer, Refused):
            raise BudgetExceeded(f"model {model!r} cannot hear on this device: {answer.reason}")

    async def begin(self, said: protocol.Begun) -> None:
        """Raises BudgetExceeded where the queue is full."""
        given = {"model": said.model} if said.model else {}
        answer = await self._port.ask("jobs", AddJob(said.kind, given), Body, taint=Taint.USER)
        if isinstance(answer, JobRefused):
            raise BudgetExceeded(answer.reason)
        assert isinstance(answer, JobAdded)
        await self._ask("jobs")
