"""Jobs on a virtual clock, over the real store: bounded, durable, one at a time, and never in the owner's way."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bluerill.agent.jobs.messages import (
    AddJob,
    AppendLine,
    ChooseModel,
    ClaimFiles,
    FilesClaimed,
    FindText,
    GetJob,
    GetJobs,
    HeadRead,
    HearPiece,
    JobAdded,
    JobDetail,
    JobRefused,
    Jobs,
    JobView,
    LineAppended,
    LineRead,
    ModelChosen,
    PieceHeard,
    ReadHead,
    ReadLine,
    SteerJob,
    TextFound,
)
from bluerill.agent.jobs.queue import MAX_WAITING
from bluerill.agent.jobs.service import JobsService
from bluerill.agent.messages import State
from bluerill.kernel.errors import BudgetExceeded, CallerError, ServiceFault
from bluerill.kernel.message import Body
from bluerill.kernel.service import Call, Leased, Service, handles
from bluerill.models.messages import Infer as AskModel
from bluerill.models.messages import Inference, Refused, Tensor, Usage
from bluerill.skills.messages import Happened, Invoke, Invoked, WantJob
from bluerill.skills.store import StoreService
from bluerill.skills.testing import Bench

PIECES = 6


class Clerk(Service):
    """Plays files: a recording of six pieces of ten seconds, each heard in a second; prompts of a list."""

    concurrency = 8

    def __init__(self) -> None:
        self.heard: list[float] = []
        self.given_up = 0
        self.errors: list[Exception] = []
        self.prompts = ['{"id": 1, "prompt": "one"}', "nonsense", "", '{"id": 3, "prompt": "three"}']
        self.output = ""
        self.model = ""

    @handles(ClaimFiles)
    def claim(self, ask: ClaimFiles, call: Call) -> FilesClaimed:
        if self.errors:
            raise self.errors.pop(0)
        size = sum(len(line) + 1 for line in self.prompts)
        return FilesClaimed(ask.input or "/r/new.wav", ask.output or "/r/new.wav.txt", size, PIECES * 10.0, "s")

    @handles(HearPiece)
    async def hear(self, ask: HearPiece, call: Call) -> PieceHeard:
        if self.errors:
            raise self.errors.pop(0)
        try:
            await self.port.sleep(1.0)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        self.heard.append(ask.start_s)
        return PieceHeard(ask.start_s + 10, ask.written + 5, "some words", True, "sphinx")

    @handles(ReadLine)
    def read(self, ask: ReadLine, call: Call) -> LineRead:
        at = 0
        for line in self.prompts:
            if at == ask.at:
                return LineRead(line, at + len(line) + 1)
            at += len(line) + 1
        return LineRead("", ask.at)

    @handles(AppendLine)
    def append(self, ask: AppendLine, call: Call) -> LineAppended:
        self.output = self.output[: ask.written] + ask.line + "\n"
        return LineAppended(len(self.output))

    @handles(ReadHead)
    def head(self, ask: ReadHead, call: Call) -> HeadRead:
        return HeadRead("0:00:00  some words")

    @handles(ChooseModel)
    def choose(self, ask: ChooseModel, call: Call) -> ModelChosen:
        return ModelChosen(ask.model or self.model)


class Models(Service):
    """Plays the broker: shouts prompts back, embeds texts by whether they are about food."""

    def __init__(self) -> None:
        self.refusals: list[Refused] = []
        self.asked: list[AskModel] = []

    @handles(AskModel)
    def infer(self, ask: AskModel, call: Call) -> Body | Leased:
        self.asked.append(ask)
        if self.refusals:
            return self.refusals.pop(0)
        if ask.kind == "embed":
            food = any(word in ask.prompt for word in ("milk", "eggs", "food"))
            vector = memoryview(bytearray(8)).cast("f")
            vector[0], vector[1] = (1.0, 0.1) if food else (0.1, 1.0)
            return Inference(tensors=[Tensor("embedding", "float32", [2], 0, 8)], data=bytes(vector))
        return Inference((ask.prompt or ask.messages[-1].content).upper(), "stop", Usage(3, 0, 2))


class Notes(Service):
    """Plays the skills: two notes a page."""

    def __init__(self) -> None:
        self.notes = {"1": "buy milk", "2": "the car is upstairs", "3": "eggs for the cake"}

    @handles(Invoke)
    def invoke(self, ask: Invoke, call: Call) -> Invoked:
        if ask.action == "export_reminders":
            return Invoked(ask.action, {"texts": [], "more": False}, "")
        left = [{"id": key, "text": text} for key, text in self.notes.items() if key > ask.arguments.get("after", "")]
        return Invoked(ask.action, {"texts": left[:2], "more": len(left) > 2}, "")


class Desk:
    """The device of these tests: real store and jobs, played clerk, models and skills; can be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "store"
        self.boots = 0
        self.clerk, self.models, self.notes = Clerk(), Models(), Notes()

    async def boot(self, working: bool = True) -> None:
        self.bench = Bench()
        self.clerk.heard = []
        for name, service in (("clerk", self.clerk), ("models", self.models), ("skills", self.notes)):
            await self.bench.add(name, service)
        await self.bench.add("store", StoreService(str(self.folder)))
        self.jobs = JobsService(working=working)
        await self.bench.add("jobs", self.jobs)

    async def kill(self) -> None:
        """As kill -9: what counts is the files as they lie."""
        store = self.bench.services["store"]
        await self.bench.kill()
        self.boots += 1
        left = self.folder.with_name(f"store{self.boots}")
        shutil.copytree(self.folder, left)
        self.folder = left
        await store.stop()

    async def add(self, kind: str = "transcribe", **given: Any) -> int:
        answer = await self.ask(AddJob(kind, given))
        assert isinstance(answer, JobAdded)
        return answer.job.id

    async def ask(self, body: Body) -> Any:
        return await self.bench.ask("control", "jobs", body)

    async def job(self, number: int) -> JobView:
        return next(each for each in (await self.all()).jobs if each.id == number)

    async def all(self) -> Jobs:
        answer = await self.ask(GetJobs())
        assert isinstance(answer, Jobs)
        return answer

    async def phase(self, phase: str) -> None:
        await self.bench.ask("session", "jobs", State(phase))  # type: ignore[arg-type]


Test = Callable[[Desk], Coroutine[Any, Any, None]]


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Test], None]:
    def runs(test: Test) -> None:
        async def whole() -> None:
            desk = Desk(tmp_path)
            await desk.boot()
            await test(desk)
            store = desk.bench.services["store"]
            await desk.bench.kill()
            await store.stop()

        asyncio.run(whole())

    return runs


def test_a_job_is_done_chunk_by_chunk_and_says_how_far_it_is(run: Callable[[Test], None]) -> None:
    async def test(desk: Desk) -> None:
        number = await desk.add(file="/r/a.wav")
        await desk.bench.advance(2.5)
        job = await desk.job(number)
        assert (job.state, job.done, job.total, job.unit) == ("running", 20.0, 60.0, "s")
        await desk.bench.advance(10)
        job = await desk.job(number)
        assert (job.state, job.done, job.steps) == ("done", 60.0, PIECES + 2)
        assert job.said == "The recording a.wav is written down: 12 words."
        detail: JobDetail = await desk.ask(GetJob(number))
        assert detail.value["engine"] == "sphinx"
        assert detail.given == {"file": "/r/a.wav"}
        assert [line.text for line in detail.lines] == ["added", job.said]

    run(test)


def test_after_a_kill_it_goes_on_at_its_last_finished_chunk(run: Callable[[Test], None]) -> None:
    async def test(desk: Desk) -> None:
        number = await desk.add(file="/r/a.wav")
        await desk.bench.advance(3.5)
        assert desk.clerk.heard == [0.0, 10.0, 20.0]
        await desk.kill()
        await desk.boot()
        assert (await desk.job(number)).done == 30.0
        await desk.bench.advance(10)
        assert desk.clerk.heard == [30.0, 40.0, 50.0]
        assert (await desk.job(number)).state == "done"
        lines = (await desk.ask(GetJob(number))).lines
        assert any("goes on after a restart, at chunk 5" in line.text for line in lines)

    run(test)


@pytest.mark.parametrize("boot", range(0, 64, 4))
def test_killed_at_any_moment_nothing_is_lost_and_nothing_counts_twice(run: Callable[[Test], None], boot: int) -> None:
    async def test(desk: Desk) -> None:
        number = await desk.add("infer", model="m", input="/i", output="/o")
        for _ in range(boot):  # let a little happen, then die
            await asyncio.sleep(0)
        await desk.kill()
        await desk.boot()
        await desk.bench.advance(5)
        assert (await desk.job(number)).state == "done"
        assert desk.clerk.output.splitlines() == [
            '{"id":1,"text":"ONE","finish":"stop","prompt_tokens":3,"tokens":2}',
            '{"id":null,"error":"expected a JSON object with prompt or messages: JSON is malformed: '
            'invalid character (byte 4)"}',
            '{"id":3,"text":"THREE","finish":"stop","prompt_tokens":3,"tokens":2}',
        ]

    run(test)


def test_nothing_is_done_while_the_owner_speaks_or_is_answered(run: Callable[[Test], None]) -> None:
    async def test(desk: Desk) -> None:
        number = await desk.add(file="/r/a.wav")
        await desk.bench.advance(1.5)
        assert desk.clerk.heard == [0.0]
        await desk.phase("listening")
        await desk.bench.settle()
        assert desk.clerk.given_up == 1  # at once, not at the end of the chunk
        await desk.bench.advance(5)
        assert (await desk.all()).holding == "the owner is speaking"
        await desk.phase("thinking")
        await desk.bench.advance(2)
        assert (await desk.all()).holding == "a request is being answered"
        assert desk.clerk.heard == [0.0]
        await desk.phase("idle")
        await desk.bench.advance(20)
        assert desk.clerk.heard == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
        job = await desk.job(number)
        assert (job.state, job.problem) == ("done", "")

    run(test)


def test_a_recogniser_that_is_needed_elsewhere_is_waited_for_without_end(run: Callable[[Test], None]) -> None:
    async def test(desk: Desk) -> None:
        number = await desk.add(file="/r/a.wav")
        await desk.bench.settle()
        desk.clerk.errors = [BudgetExceeded("no memory") for _ in range(12)]
        await desk.bench.advance(100)
        job = await desk.job(number)
        assert (job.state, job.problem) == ("running", "no memory")
        assert (await desk.all()).holding == "no memory"
        await desk.bench.advance(600)
        assert (await desk.job(number)).state == "done"

    run(test)


def test_a_service_that_fails_for_minutes_ends_the_job_which_can_be_tried_again(
    run: Callable[[Test], None],
) -> None:
    async def test(desk: Desk) -> None:
        number = await desk.add(file="/r/a.wav")
        await desk.bench.advance(1.5)
        desk.clerk.errors = [ServiceFault("broken") for _ in range(99)]
        await desk.bench.advance(200)
        assert (await desk.job(number)).state == "running"  # it may just be starting
        await desk.bench.advance(200)
        job = await desk.job(number)
        assert (job.state, job.problem) == ("failed", "it failed for 5 minutes, lastly because: broken")
        desk.clerk.errors = []
        await desk.ask(SteerJob(number, "resume"))
        desk.clerk.heard.clear()
        await desk.bench.advance(20)
        assert (await desk.job(number)).state == "done"
        assert desk.clerk.heard[0] == 20.0  # what was finished was kept

    run(test)


def test_what_is_wrong_with_the_job_itself_ends_it_at_once(run: Callable[[Test], None]) -> None:
    async def test(desk: Desk) -> None:
        desk.clerk.errors = [CallerError("/r/a.wav: expected a file, found nothing")]
        number = await desk.add(file="/r/a.wav")
        following = await desk.add(file="/r/b.wav")
        await desk.bench.advance(20)
        job = await desk.job(number)
        assert (job.state, job.problem) == ("failed", "/r/a.wav: expected a file, found nothing")
        assert (await desk.job(following)).state == "done"

    run(test)


def test_a_job_can_be_paused_resumed_and_cancelled_at_any_time(run: Callable[[Test], None]) -> None:
    async def test(desk: Desk) -> None:
        first, second = await desk.add(file="/r/a.wav"), await desk.add(file="/r/b.wav")
        await desk.bench.advance(1.5)
        steered = await desk.ask(SteerJob(first, "pause"))
        assert steered.job.state == "paused"
        await desk.bench.advance(2)
        assert (await desk.job(second)).state == "running"  # the other one has its turn
        await desk.kill()
        await desk.boot()
        assert (await desk.job(first)).state == "paused"  # also after a restart
        await desk.ask(SteerJob(second, "cancel"))
        await desk.bench.advance(5)
        job = await desk.job(second)
        assert job.state == "cancelled"
        assert job.ended > 0
        await desk.ask(SteerJob(first, "resume"))
        desk.clerk.heard.clear()
        await desk.bench.advance(20)
        assert (await desk.job(first)).state == "done"
        assert desk.clerk.heard[0] == 10.0
        with pytest.raises(CallerError, match="job 1 is done"):
            await desk.ask(SteerJob(first, "pause"))
        await desk.ask(SteerJob(first, "forget"))
        assert [job.id for job in (await desk.all()).jobs] == [second]

    run(test)


def test_a_finished_job_leaves_one_row_behind(run: Callable[[Test], None]) -> None:
    async def test(desk: Desk) -> None:
        await desk.add(file="/r/a.wav")
        cancelled = await desk.add(file="/r/b.wav")
        await desk.bench.advance(9.5)
        await desk.ask(SteerJob(cancelled, "cancel"))
        store = desk.bench.services["store"]
        assert isinstance(store, StoreService)
        assert {space: count for space, count in store._file.counts.items() if count} == {"jobs": 2}

    run(test)


def test_a_full_queue_says_so(run: Callable[[Test], None]) -> None:
    async def test(desk: Desk) -> None:
        await desk.phase("listening")
        for _ in range(MAX_WAITING):
            await desk.add(file="/r/a.wav")
        answer = await desk.ask(AddJob("transcribe", {"file": "/r/a.wav"}))
        assert isinstance(answer, JobRefused)
        assert "cancel one or wait" in answer.reason
        with pytest.raises(CallerError, match="at most 8192 bytes"):
            await desk.ask(AddJob("transcribe", {"file": "x" * 9000}))

    run(test)


def test_a_job_that_a_skill_wants_tells_the_owner_how_it_ended(run: Callable[[Test], None]) -> None:
    async def test(desk: Desk) -> None:
        await desk.bench.ask("skills", "jobs", WantJob("jobs", "transcribe"))
        await desk.bench.advance(20)
        told = desk.bench.bodies("session", Happened)
        assert [each.speech for each in told] == ["The recording new.wav is written down: 12 words."]
        assert told[0].card is not None
        assert told[0].card.lines == ["0:00:00  some words"]
        desk.notes.notes = {}
        await desk.bench.ask("skills", "jobs", WantJob("jobs", "summarise"))
        await desk.bench.advance(20)
        assert desk.bench.bodies("session", Happened)[-1].speech == (
            "Summarise notes did not work: there are no notes to summarise"
        )

    run(test)


def test_a_skill_names_no_files_and_is_told_by_voice_what_cannot_be(run: Callable[[Test], None]) -> None:
    async def test(desk: Desk) -> None:
        await desk.bench.ask("skills", "jobs", WantJob("spy", "transcribe", {"file": "/etc/shadow"}))
        assert (await desk.all()).jobs == []
        told = desk.bench.bodies("session", Happened)
        assert [each.speech for each in told] == ["I could not begin that: skill 'spy' may not name files"]

    run(test)


def test_a_model_that_has_no_memory_now_is_asked_again_and_one_that_never_will_fails_the_line(
    run: Callable[[Test], None],
) -> None:
    async def test(desk: Desk) -> None:
        desk.models.refusals = [Refused("no memory for it", 2.0), Refused("too long a prompt")]
        number = await desk.add("infer", model="m", input="/i", output="/o")
        await desk.bench.advance(10)
        assert (await desk.job(number)).state == "done"
        assert desk.clerk.output.splitlines()[0] == '{"id":1,"error":"model \'m\': too long a prompt"}'
        assert all(ask.klass == "background" for ask in desk.models.asked)

    run(test)


def test_notes_are_indexed_and_found_by_words_and_by_meaning(run: Callable[[Test], None]) -> None:
    async def test(desk: Desk) -> None:
        with pytest.raises(CallerError, match="nothing is indexed yet"):
            await desk.ask(FindText("cake"))
        await desk.add("index")
        await desk.bench.advance(1)
        found: TextFound = await desk.ask(FindText("cakes"))
        assert ([hit.id for hit in found.hits], found.by, found.indexed) == (["3"], "words", 3)
        desk.clerk.model = "vectors"
        desk.notes.notes = {"1": "buy milk", "2": "the car is upstairs"}
        await desk.add("index")
        await desk.bench.advance(1)
        found = await desk.ask(FindText("food"))
        assert ([hit.id for hit in found.hits], found.by, found.indexed) == (["1"], "vectors", 2)
        assert [ask.klass for ask in desk.models.asked] == ["background", "background", "interactive"]
        await desk.kill()
        await desk.boot()
        found = await desk.ask(FindText("car"))
        assert found.hits[0].id == "2"

    run(test)


def test_a_device_that_lives_for_one_command_keeps_jobs_for_the_next(tmp_path: Path) -> None:
    async def test() -> None:
        desk = Desk(tmp_path)
        await desk.boot(working=False)
        number = await desk.add(file="/r/a.wav")
        await desk.bench.advance(60)
        assert (await desk.job(number)).state == "waiting"
        await desk.kill()
        await desk.boot()
        await desk.bench.advance(60)
        assert (await desk.job(number)).state == "done"
        await desk.kill()

    asyncio.run(test())


def test_a_full_store_holds_a_job_up_and_loses_nothing_of_it(
    run: Callable[[Test], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(desk: Desk) -> None:
        number = await desk.add(file="/r/a.wav")
        await desk.bench.advance(1.5)
        monkeypatch.setattr("bluerill.skills.store.MAX_PAGES", 0)
        await desk.bench.advance(60)
        assert desk.clerk.heard == [0.0, 10.0]
        assert "cannot be kept" in (await desk.all()).holding
        monkeypatch.undo()
        await desk.bench.advance(100)
        assert (await desk.job(number)).state == "done"
        assert desk.clerk.heard == [at * 10.0 for at in range(PIECES)]

    run(test)
