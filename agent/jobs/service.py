"""The service ``jobs``: takes long jobs, keeps them in the store, does one at a time, and says how they get on.

A job is durable before its answer is sent; each finished chunk is, before the next begins. After a crash, a kill or a
restart what was running goes on at its first unfinished chunk. The service itself is light and lives in the core:
files, sound and models are touched by whom it asks (``effects.py``).
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

import msgspec

from ...kernel.errors import BluerillError, CallerError
from ...kernel.message import Lane
from ...kernel.service import Call, Service, Task, handles
from ...skills.messages import Card, Happened, WantJob
from ..messages import State as SessionState
from .effects import Effects
from .gate import Gate
from .journal import Journal
from .kinds import KINDS, job_of
from .messages import (
    AddJob,
    FindText,
    GetJob,
    GetJobs,
    Hit,
    JobAdded,
    JobDetail,
    JobRefused,
    Jobs,
    JobSteered,
    SteerJob,
    TextFound,
)
from .queue import LIVE, Queue, Record
from .runner import Runner
from .search import WordIndex, joined

MAX_LOG = 200
MAX_HITS = 50
MAX_SAID = 280
MAX_GIVEN = 8 * 1024
AGAIN_S = 5.0


class JobsService(Service):
    """``working`` False keeps and shows jobs without doing any: for a device that lives for one command. ``session``
    is told what came of a job that a skill wanted."""

    concurrency: ClassVar[int] = 8

    def __init__(self, working: bool = True, session: str = "session", clerk: str = "clerk") -> None:
        self._working = working
        self._session = session
        self._clerk = clerk
        self._gate = Gate()
        self._queue = Queue()
        self._wake = asyncio.Event()
        self._task: Task | None = None
        self._running: tuple[int, asyncio.Task[Record]] | None = None
        self._words: WordIndex | None = None

    async def start(self) -> None:
        """Take up what was left. Raises what the store raises."""
        self._journal = Journal(self.port)
        self._effects = Effects(self.port, self._journal, self._index_changed, self._clerk)
        self._runner = Runner(self.port, self._journal, self._effects, self._gate, self._report)
        records = await self._journal.records()
        for at, record in enumerate(records):
            if record.state == "running":
                goes_on = msgspec.structs.replace(record, state="waiting")
                records[at] = goes_on.noted(self.port.wall(), f"goes on after a restart, at chunk {record.steps + 1}")
        self._queue = Queue(records)
        if self._working:
            self._task = self.port.spawn(self._work(), "jobs")

    # asking for work

    @handles(AddJob)
    async def add(self, request: AddJob, call: Call) -> JobAdded | JobRefused:
        """Raises CallerError for an unknown kind or a wrong parameter."""
        return await self._add(request.kind, request.given, "")

    @handles(WantJob)
    async def want(self, request: WantJob, call: Call) -> None:
        """A skill wants a job; the owner is told if it cannot be had."""
        try:
            paths = KINDS[request.kind].paths if request.kind in KINDS else ()
            if any(request.given.get(name) for name in paths):
                raise CallerError(f"skill {request.skill!r} may not name files")
            answer = await self._add(request.kind, request.given, request.skill)
            problem = answer.reason if isinstance(answer, JobRefused) else ""
        except BluerillError as error:
            problem = str(error)
        if problem:
            await self._tell(Happened("jobs", f"I could not begin that: {problem}"[:MAX_SAID]))

    async def _add(self, kind: str, given: dict[str, object], skill: str) -> JobAdded | JobRefused:
        job = job_of(kind, given)
        if len(msgspec.json.encode(given)) > MAX_GIVEN:
            raise CallerError(f"the parameters of a job have at most {MAX_GIVEN} bytes")
        full = self._queue.full()
        if full:
            return JobRefused(full)
        now = self.port.wall()
        record = Record(0, kind, job.title, msgspec.to_builtins(job), skill=skill, added=now)
        record, before = self._queue.add(record.noted(now, "added"))
        try:
            await self._journal.save(record)
        except BluerillError:
            self._queue.drop(record.id)
            raise
        for gone in self._queue.forget_oldest():
            await self._journal.drop(gone)
        self._wake.set()
        return JobAdded(record.view(), before)

    @handles(SteerJob)
    async def steer(self, request: SteerJob, call: Call) -> JobSteered:
        """Raises CallerError where there is no such job, or it is not in a state for that."""
        before = self._queue.get(request.id)
        record = self._queue.steer(request.id, request.to)
        if request.to == "forget":
            await self._journal.drop(record)
            return JobSteered(record.view())
        now = self.port.wall()
        record = record.noted(now, {"cancel": "cancelled", "pause": "paused", "resume": "resumed"}[request.to])
        if record.state == "cancelled":
            record = msgspec.structs.replace(record, ended=now)
        self._queue.put(record)
        if before.state == "running" and self._running is not None and self._running[0] == record.id:
            self._running[1].cancel()
        await self._journal.save(record)
        if record.state == "cancelled":
            await self._journal.forget(record.id)
        self._wake.set()
        return JobSteered(record.view())

    # looking

    @handles(GetJobs)
    def get_jobs(self, request: GetJobs, call: Call) -> Jobs:
        records = sorted(self._queue, key=lambda each: each.id, reverse=True)
        return Jobs([record.view() for record in records], self._runner.holding)

    @handles(GetJob)
    async def get_job(self, request: GetJob, call: Call) -> JobDetail:
        record = self._queue.get(request.id)
        lines = await self._journal.log(record, MAX_LOG)
        return JobDetail(record.view(), record.given, record.value, lines)

    @handles(FindText)
    async def find(self, request: FindText, call: Call) -> TextFound:
        """Raises CallerError while nothing is indexed."""
        if self._words is None:
            self._words = WordIndex(await self._effects.entries())
        words = self._words
        if not words.entries:
            raise CallerError("nothing is indexed yet; add the job with: bluerill jobs add index")
        rankings = [words.scores(request.text)]
        by = "words"
        model = next((entry.model for entry in words.entries if entry.model), "")
        if model:
            try:
                vector = await self._effects.embed(model, request.text, Lane.INTERACTIVE)
                rankings.append(words.likenesses(vector, model))
                by = model
            except BluerillError as error:
                self.port.log.info("searched by words alone: %s", error)
        found = joined(*rankings)[: max(1, min(request.limit, MAX_HITS))]
        hits = [
            Hit(words.entries[at].source, words.entries[at].id, words.entries[at].text, round(score, 4))
            for at, score in found
        ]
        return TextFound(hits, by, len(words.entries))

    def _index_changed(self) -> None:
        self._words = None

    # the session

    @handles(SessionState)
    def heard(self, state: SessionState, call: Call) -> None:
        """The owner speaks, or is being answered, or no longer."""
        if self._gate.heard(state.phase, self.port.now()):
            self._runner.give_way()

    # doing

    async def _work(self) -> None:
        while True:
            record = self._queue.next()
            if record is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            task = asyncio.ensure_future(self._runner.run(record))
            self._running = (record.id, task)
            try:
                await asyncio.wait({task})
            finally:
                self._running = None
                if not task.done():
                    task.cancel()
            if task.cancelled():
                continue  # somebody paused or cancelled it: its record says so already
            try:
                await self._finish(task.result())
            except BluerillError as error:  # the store: nothing is lost, since it goes on from what is kept
                self.port.log.error("job %d stopped: %s", record.id, error)
                self._queue.put(msgspec.structs.replace(self._queue.get(record.id), state="waiting"))
                await self.port.sleep(AGAIN_S)

    async def _report(self, record: Record) -> None:
        """A running job's record changed."""
        if self._queue.get(record.id).state in ("waiting", "running"):
            self._queue.put(record)
            await self._journal.save(record)

    async def _finish(self, record: Record) -> None:
        if self._queue.get(record.id).state not in LIVE:
            return  # cancelled in the very last moment
        await self._journal.save(record)
        self._queue.put(record)
        if record.state == "done":
            await self._journal.forget(record.id)
        if record.skill:
            await self._tell(_news(record))

    async def _tell(self, what: Happened) -> None:
        try:
            await self.port.tell(self._session, what)
        except BluerillError as error:
            self.port.log.info("the session was not told: %s", error)


def _news(record: Record) -> Happened:
    """What the owner is told of a job that ended."""
    said = record.said if record.state == "done" else f"{record.title} did not work: {record.problem}"
    icon = "note" if record.state == "done" else "warning"
    return Happened("jobs", said[:MAX_SAID], Card("notice", record.title, said[:MAX_SAID], record.lines[:12], icon))
