"""Running one job: its generator over the answers that are kept, then chunk by chunk, each durable before the next.

Between two chunks the runner waits until the owner neither speaks nor is being answered (``gate.py``); a chunk under
way that would be in the way then is given up and done again later. What cannot be done now is tried again, ever more
slowly; a service that fails again and again ends the job, and so does whatever is wrong with the job itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from ...kernel.errors import BluerillError, BudgetExceeded, CallerError, ServiceFault
from ...kernel.service import Port
from .acts import Act, Answer, remembered
from .gate import Gate
from .job import MAX_STEPS, Outcome, Step, Steps
from .journal import Journal
from .kinds import job_of
from .queue import Record

GIVE_UP_S = 300.0
"""A service that does nothing but fail for so long ends a job; one that is just starting does not."""
FIRST_S, LONGEST_S = 1.0, 60.0
LOOK_S = 0.25
"""How often the gate is looked at while it is closed."""

Report = Callable[[Record], Awaitable[None]]


class Doing(Protocol):
    """What does acts; see ``effects.Effects``."""

    async def do(self, act: Act) -> Answer: ...


class Runner:
    """Runs jobs, one after the other. ``report`` makes a changed record durable and shows it."""

    def __init__(self, port: Port, journal: Journal, effects: Doing, gate: Gate, report: Report) -> None:
        self._port = port
        self._journal = journal
        self._effects = effects
        self._gate = gate
        self._report = report
        self._act: asyncio.Future[Answer] | None = None
        self._yields = False
        self.holding = ""
        """Why nothing is done at this moment ('' = something is, or nothing is to be done)."""

    def give_way(self) -> None:
        """The owner speaks: give up what would be in the way."""
        if self._act is not None and self._yields:
            self._act.cancel()

    async def run(self, record: Record) -> Record:
        """Do a job to its end. Cancelling this leaves everything that was finished as it is."""
        record = msgspec.structs.replace(record, state="running", steps=0, began=record.began or self._port.wall())
        await self._report(record)
        try:
            steps = job_of(record.kind, record.given).steps()
            return await self._steps(record, steps)
        except CallerError as error:
            return self._ended(record, "failed", str(error))
        finally:
            self.holding = ""

    async def _steps(self, record: Record, steps: Steps) -> Record:
        try:
            step = next(steps)
            for kept in await self._journal.answers(record.id):
                answer = remembered(step.act, kept.mark, kept.answer)
                if answer is None:
                    raise CallerError("its finished part is another version's; add it again")
                record = msgspec.structs.replace(record, steps=record.steps + 1)
                step = steps.send(answer)
            while True:
                record = _at(record, step)
                await self._report(record)
                if record.steps >= MAX_STEPS:
                    raise CallerError(f"a job has at most {MAX_STEPS} chunks")
                record, answer = await self._patiently(record, step.act)
                await self._keep(record, step.act, answer)
                record = msgspec.structs.replace(record, steps=record.steps + 1, problem="")
                step = steps.send(_as_kept(step.act, answer))
        except StopIteration as stop:
            outcome: Outcome = stop.value
            record = msgspec.structs.replace(record, said=outcome.said, lines=outcome.lines, value=outcome.value)
            return self._ended(msgspec.structs.replace(record, done=record.total), "done", "")

    async def _patiently(self, record: Record, act: Act) -> tuple[Record, Answer]:
        """The answer to an act, as soon as it can be had. Raises CallerError when it never can."""
        failing_since, pause = 0.0, FIRST_S
        while True:
            await self._open()
            try:
                return record, await self._once(act)
            except CallerError:
                raise
            except BudgetExceeded as error:
                if self._gate.closed_for(self._port.now()):
                    continue  # the owner was faster
                problem, failing_since = str(error), 0.0
            except ServiceFault as error:
                problem = str(error)
                failing_since = failing_since or self._port.now()
                if self._port.now() - failing_since >= GIVE_UP_S:
                    raise CallerError(f"it failed for {GIVE_UP_S / 60:g} minutes, lastly because: {problem}") from None
            if problem != record.problem:
                record = msgspec.structs.replace(record, problem=problem[:300]).noted(self._port.wall(), problem)
                await self._report(record)
            self.holding = problem[:200]
            await self._port.sleep(pause)
            self.holding = ""
            pause = min(LONGEST_S, pause * 2)

    async def _open(self) -> None:
        """Wait until nobody speaks."""
        while self._gate.closed_for(self._port.now()) > 0:
            self.holding = "the owner is speaking" if self._gate.phase == "listening" else "a request is being answered"
            await self._port.sleep(LOOK_S)
        self.holding = ""

    async def _once(self, act: Act) -> Answer:
        """Try an act. Raises BudgetExceeded if it had to give way."""
        self._act, self._yields = asyncio.ensure_future(self._effects.do(act)), act.yields
        try:
            await asyncio.wait({self._act})
        finally:
            task, self._act = self._act, None
            if not task.done():
                task.cancel()
        if task.cancelled():
            raise BudgetExceeded("it gave way to the owner's voice")
        return task.result()

    async def _keep(self, record: Record, act: Act, answer: Answer) -> None:
        """Make an answer durable, however long the store has no room: the work is done and must not be lost."""
        pause = FIRST_S
        while True:
            try:
                await self._journal.append(record.id, record.steps, act, answer, self._port.wall())
                return
            except CallerError:
                raise
            except BluerillError as error:
                self.holding = f"its result cannot be kept: {error}"[:200]
                self._port.log.warning("job %d: %s", record.id, self.holding)
            await self._port.sleep(pause)
            self.holding = ""
            pause = min(LONGEST_S, pause * 2)

    def _ended(self, record: Record, state: str, problem: str) -> Record:
        at = self._port.wall()
        changed = msgspec.structs.replace(record, state=state, problem=problem[:300], ended=at)
        return changed.noted(at, problem or record.said)


def _as_kept(act: Act, answer: Answer) -> Answer:
    """The answer as the store will give it back, so that a job goes the same way when it is run again."""
    return msgspec.convert(msgspec.to_builtins(answer), act.answer)


def _at(record: Record, step: Step) -> Record:
    return msgspec.structs.replace(record, done=step.done, total=step.total)
