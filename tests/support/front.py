"""A device that is all front: real screen and web on a real kernel, with a session, ears and a mouth that record."""

from __future__ import annotations

import asyncio
import math
import struct
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from bluerill.agent.jobs.messages import AddJob, GetJobs, JobAdded, JobRefused, Jobs, JobSteered, SteerJob
from bluerill.agent.messages import CallReport, Press, Request, Saw, Say, Show, State, Turn
from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.kernel.loop import Kernel
from bluerill.kernel.manifest import Manifest
from bluerill.kernel.message import Body
from bluerill.kernel.service import Call, Leased, Service, handles
from bluerill.modalities.gesture.messages import Gestured
from bluerill.modalities.screen.design.service import DesignerService
from bluerill.modalities.screen.service import ScreenService
from bluerill.modalities.voice.messages import (
    AudioChunk,
    CloseStream,
    Heard,
    HeardPartial,
    OpenStream,
    PushToTalk,
    Speaking,
    Speech,
    StreamClosed,
    StreamOpened,
    Synthesize,
)
from bluerill.models.fetch_messages import Cards, GetCards
from bluerill.models.messages import GetModels, Models
from bluerill.skills.messages import Card, DesignFace, FaceDesigned, FaceNotDesigned, Invoke, Invoked
from bluerill.watch.web.messages import GetLink, Link
from bluerill.watch.web.service import WebService
from support import scenes
from support.devices import device

T = TypeVar("T")


class Recorder(Service):
    """Keeps what it was told; ``arrived`` is set at each message."""

    def __init__(self) -> None:
        self.seen: list[Body] = []
        self.callers: list[Call] = []
        self.arrived = asyncio.Event()

    def keep(self, body: Body, call: Call) -> None:
        self.seen.append(body)
        self.callers.append(call)
        self.arrived.set()

    def of(self, kind: type[T]) -> list[T]:
        return [body for body in self.seen if isinstance(body, kind)]


class EchoSession(Recorder):
    """Answers ``echo`` to every request, shows and says it; ``fail`` makes it fail."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = 0

    @handles(Request)
    async def request(self, request: Request, call: Call) -> Turn:
        self.keep(request, call)
        if request.text == "fail":
            raise ServiceFault("the echo is broken")
        self.turns += 1
        turn = Turn(
            self.turns, request.source, request.text, [CallReport("echo", {"text": request.text}, ms=1.5)],
            f"echo {request.text}", "templates", 0.97, {"plan_ms": 3.1, "act_ms": 2.2, "total_ms": 5.4},
        )  # fmt: skip
        await self.port.tell("screen", Show(Card("reply", "Echo", turn.reply), 20.0))
        await self.port.tell("web", Say(self.turns, turn.reply))
        await self.port.tell("web", turn)
        return turn

    @handles(Press, Gestured, Saw)
    def press(self, press: Press | Gestured | Saw, call: Call) -> None:
        self.keep(press, call)


class RecordingEars(Recorder):
    """Opens streams and keeps audio; every tenth chunk is a partial, releasing the button is a heard turn."""

    def __init__(self) -> None:
        super().__init__()
        self.streams = 0
        self.pcm: dict[int, bytearray] = {}

    @handles(OpenStream)
    def open(self, ask: OpenStream, call: Call) -> StreamOpened:
        self.keep(ask, call)
        self.streams += 1
        self.pcm[self.streams] = bytearray()
        return StreamOpened(self.streams)

    @handles(AudioChunk)
    async def chunk(self, chunk: AudioChunk, call: Call) -> None:
        self.keep(chunk, call)
        self.pcm[chunk.stream] += chunk.pcm
        if chunk.seq % 10 == 9:
            await self.port.tell("web", HeardPartial(chunk.stream, 1, f"{chunk.seq + 1} frames"))

    @handles(PushToTalk)
    async def push(self, push: PushToTalk, call: Call) -> None:
        self.keep(push, call)
        phase = "listening" if push.down else "idle"
        for front in ("web", "screen"):
            await self.port.tell(front, State(phase))  # type: ignore[arg-type]
        if not push.down:
            await self.port.tell("web", Heard(push.stream, 1, "heard you", "heard you", 1.0, "echo", 1.0, 300, 90))

    @handles(CloseStream)
    def close(self, ask: CloseStream, call: Call) -> StreamClosed:
        self.keep(ask, call)
        return StreamClosed(ask.stream)

    @handles(Speaking)
    def speaking(self, speaking: Speaking, call: Call) -> None:
        self.keep(speaking, call)


class Hum(Recorder):
    """A mouth that hums for as long as it would have spoken."""

    @handles(Synthesize)
    def synthesize(self, ask: Synthesize, call: Call) -> Leased:
        self.keep(ask, call)
        count = 400 * len(ask.text)
        wave = [int(3000 * math.sin(i / 16000 * 2 * math.pi * 220)) for i in range(count)]
        return Leased(Speech("hum", count / 16000), self.port.offer(struct.pack(f"<{count}h", *wave)))


class SceneJobs(Recorder):
    """The jobs of a scene; ``full`` refuses new ones."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs = scenes.jobs()
        self.full = False

    @handles(GetJobs)
    def get(self, ask: GetJobs, call: Call) -> Jobs:
        return self.jobs

    @handles(SteerJob)
    def steer(self, ask: SteerJob, call: Call) -> JobSteered:
        self.keep(ask, call)
        return JobSteered(next(job for job in self.jobs.jobs if job.id == ask.id))

    @handles(AddJob)
    def add(self, ask: AddJob, call: Call) -> JobAdded | JobRefused:
        self.keep(ask, call)
        return JobRefused("32 jobs are waiting already") if self.full else JobAdded(self.jobs.jobs[0])


class SceneModels(Service):
    """The models of a scene."""

    @handles(GetModels)
    def get(self, ask: GetModels, call: Call) -> Models:
        return scenes.models()


class SceneFetcher(Service):
    """The model cards of a scene."""

    @handles(GetCards)
    def get(self, ask: GetCards, call: Call) -> Cards:
        return scenes.cards()


class FaceSkill(Recorder):
    """Has faces made as the skill would; what the watch wears is only noted."""

    @handles(Invoke)
    async def invoke(self, ask: Invoke, call: Call) -> Invoked:
        self.keep(ask, call)
        if ask.action == "wear_face":
            return Invoked(ask.action, {"face": ask.arguments["name"]}, "")
        words = str(ask.arguments.get("description") or ask.arguments.get("words"))
        change = str(ask.arguments.get("name", ""))
        made = await self.port.ask("designer", DesignFace(words, change), Body, within=60.0)
        if isinstance(made, FaceNotDesigned):
            raise CallerError(made.reason)
        assert isinstance(made, FaceDesigned)
        return Invoked(ask.action, {"face": made.name}, "Here is your new face.")


def front_manifest(**web: Any) -> Manifest:
    """Everything in the core, so that tests reach the services themselves."""
    here = "support.front"
    return Manifest.parse(
        {
            "device": {"ram": "1G"},
            "services": {
                "session": {"class": f"{here}:EchoSession", "tells": ["screen", "web"]},
                "ears": {"class": f"{here}:RecordingEars", "tells": ["session", "web", "screen"]},
                "mouth": {"class": f"{here}:Hum"},
                "jobs": {"class": f"{here}:SceneJobs"},
                "models": {"class": f"{here}:SceneModels"},
                "fetcher": {"class": f"{here}:SceneFetcher"},
                "skills": {"class": f"{here}:FaceSkill", "asks": ["designer"]},
                "designer": {"class": "bluerill.modalities.screen.design.service:DesignerService"},
                "screen": {
                    "class": "bluerill.modalities.screen.service:ScreenService",
                    "tells": ["web", "session"],
                    "settings": {"zone": "UTC", "skills": ""},
                },
                "gesture": {
                    "class": "bluerill.modalities.gesture.service:GestureService",
                    "tells": ["session", "web"],
                    "settings": {"store": ""},
                },
                "image": {"class": "bluerill.modalities.image.service:ImageService"},
                "web": {
                    "class": "bluerill.watch.web.service:WebService",
                    "asks": [
                        "session",
                        "ears",
                        "screen",
                        "mouth",
                        "jobs",
                        "models",
                        "fetcher",
                        "skills",
                        "designer",
                        "gesture",
                        "image",
                        "kernel",
                    ],
                    "tells": ["session", "ears", "screen", "gesture"],
                    "settings": web,
                },
            },
        }
    )


class Front:
    """The running device, for tests on its own event loop."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.session: EchoSession = _as(EchoSession, kernel.local("session"))
        self.ears: RecordingEars = _as(RecordingEars, kernel.local("ears"))
        self.jobs: SceneJobs = _as(SceneJobs, kernel.local("jobs"))
        self.skill: FaceSkill = _as(FaceSkill, kernel.local("skills"))
        self.designer: DesignerService = _as(DesignerService, kernel.local("designer"))
        self.mouth: Hum = _as(Hum, kernel.local("mouth"))
        self.screen: ScreenService = _as(ScreenService, kernel.local("screen"))
        self.web: WebService = _as(WebService, kernel.local("web"))

    def link(self) -> Link:
        return self.web.on_get_link(GetLink(), Call("test"))

    async def tell(self, to: str, body: Body) -> None:
        """Tell a front something as the session would."""
        await self.session.port.tell(to, body)

    async def until(self, recorder: Recorder, count: int, kind: type[Body]) -> None:
        """Wait for the nth message of a kind (the test's own timeout bounds it)."""
        while len(recorder.of(kind)) < count:
            recorder.arrived.clear()
            await recorder.arrived.wait()


def _as(kind: type[T], service: object) -> T:
    assert isinstance(service, kind)
    return service


@asynccontextmanager
async def front(**web: Any) -> AsyncIterator[Front]:
    async with device(front_manifest(**web)) as kernel:
        yield Front(kernel)


class FrontThread:
    """The device on a thread of its own, for tests that block (a browser's)."""

    def __init__(self, loop: asyncio.AbstractEventLoop, running: Front) -> None:
        self.loop = loop
        self.front = running

    def do(self, work: Coroutine[Any, Any, T], within: float = 20.0) -> T:
        """Run a coroutine on the device's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(within)

    def tell(self, to: str, body: Body) -> None:
        self.do(self.front.tell(to, body))

    def wait_for(self, recorder: Recorder, count: int, kind: type[Body]) -> None:
        self.do(self.front.until(recorder, count, kind))


@contextmanager
def front_thread(**web: Any) -> Iterator[FrontThread]:
    """Start the device on a thread; stops it at the end."""
    ready: Future[FrontThread] = Future()
    done: list[asyncio.Event] = []

    async def main() -> None:
        try:
            async with front(**web) as running:
                end = asyncio.Event()
                done.append(end)
                ready.set_result(FrontThread(asyncio.get_running_loop(), running))
                await end.wait()
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
                return
            raise

    thread = threading.Thread(target=lambda: asyncio.run(main()), name="front")
    thread.start()
    try:
        handle = ready.result(20)
        try:
            yield handle
        finally:
            handle.loop.call_soon_threadsafe(done[0].set)
    finally:
        thread.join(20)
