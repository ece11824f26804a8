"""The web service: joins open pages to the device.

Towards the device it is a front like any other: it opens streams at ``ears``, asks ``session``, touches ``screen``.
Towards the pages it is careful: what they send is validated and rate-limited (``protocol.py``, ``guard.py``), and a
page that cannot keep up loses pictures, never messages, and never slows another page (``page.py``).
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Final

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from ...agent.messages import Acted, Hush, Microphone, Press, Request, Say, State, Turn
from ...kernel.errors import BluerillError, CallerError
from ...kernel.message import Body, Lane, Taint
from ...kernel.service import Call, Service, handles
from ...kernel.status import Status
from ...modalities.gesture.messages import Active
from ...modalities.screen.messages import Attach, Attached, Frame, SetFace, Shown
from ...modalities.voice.messages import (
    Heard,
    HeardNothing,
    HeardPartial,
    PushToTalk,
    Speaking,
    Speech,
    SpeechStarted,
    Synthesize,
    Woken,
)
from ...skills.questions import Questions
from . import protocol
from .assets import load
from .atelier import Atelier
from .background import Background
from .delivery import Delivery
from .door import Door
from .hands import Hands
from .lookout import Lookout
from .messages import GetLink, Link
from .microphones import Microphones
from .page import MAX_ASKS, Page
from .permissions import Permissions
from .pictures import Pictures

MAX_PAGES: Final = 8
TURN_TIMEOUT_S: Final = 30.0
MAX_REFUSED: Final = 100
"""Messages a page may send beyond its rate before it is closed."""


class WebService(Service):
    """The page's server.

    ``port`` on 127.0.0.1 (0: any free one), ``token`` of the first link ('': only links asked for with GetLink),
    ``secret`` keeps pages admitted over a restart of this service ('': they must be opened anew).
    """

    def __init__(self, *, port: int | str = 0, token: str = "", secret: str = "") -> None:
        self.port_wanted = int(port)
        self.pages: dict[int, Page] = {}
        self.door = Door(load(), token=token, secret=secret, room=self._room, entered=self._entered)
        self._numbers = 0
        self._glass: Attached | None = None
        self._voice: Page | None = None
        self._said: Say | None = None
        self._state = State("idle")
        self._shown: Shown | None = None
        self._status = b""

    async def start(self) -> None:
        self._pictures = Pictures(self.port, self.pages, self._problem)
        self._delivery = Delivery(self.port, self.pages)
        self._atelier = Atelier(self.port, self._offer)
        self._hands = Hands(self.port)
        self._permissions = Permissions(self.port)
        self._microphones = Microphones(self.port)
        self._background = Background(self.port, self._monitors)
        self._lookout = Lookout(
            self.port,
            needed=lambda: bool(self.pages),
            watched=lambda: any(page.monitoring for page in self.pages.values()),
            seen=self._take_status,
            restarted=self._restarted,
            also=self._background.look,
        )
        bound = await self.door.open(self.port_wanted)
        self.bound = bound
        self.port.log.info("page origin=%s pages_max=%d", self.door.guard.origin, MAX_PAGES)

    async def stop(self) -> None:
        await self.door.close()

    @handles(GetLink)
    def on_get_link(self, _ask: GetLink, _call: Call) -> Link:
        return Link(self.door.guard.link(), self.door.guard.origin, self.bound)

    # from the device to the pages

    @handles(Turn, Acted, Active, Hush, HeardPartial, Heard, HeardNothing, SpeechStarted, Woken, Speaking, Questions)
    def on_news(self, body: Body, _call: Call) -> None:
        self._all(protocol.forward(body))

    @handles(State)
    def on_state(self, state: State, _call: Call) -> None:
        self._state = state
        self._all(protocol.forward(state))

    @handles(Shown)
    def on_shown(self, shown: Shown, _call: Call) -> None:
        self._shown = shown
        self._offer(shown.face)
        self._all(protocol.forward(shown))

    def _offer(self, face: str) -> None:
        """Tell the pages of a face that was made on the watch since they asked which there are."""
        glass = self._glass
        if glass is not None and face and face not in glass.faces:
            self._glass = msgspec.structs.replace(glass, faces=[*glass.faces, face])
            self._all(protocol.own("faces", faces=self._glass.faces))

    @handles(Say)
    def on_say(self, say: Say, _call: Call) -> None:
        # One page speaks: the one its owner used last. The others show the words.
        self._said = say
        voice = self._voice or next(iter(self.pages.values()), None)
        for page in self.pages.values():
            page.send(protocol.own("say", id=say.id, text=say.text, aloud=page is voice))

    @handles(Microphone)
    def on_microphone(self, wish: Microphone, _call: Call) -> None:
        # The page that was touched last has the microphone.
        page = self._voice or next(iter(self.pages.values()), None)
        if page is not None:
            page.send(protocol.forward(wish))

    @handles(Frame)
    def on_frame(self, frame: Frame, call: Call) -> None:
        self._pictures.share(frame, call)

    def _all(self, message: bytes) -> None:
        for page in self.pages.values():
            page.send(message)

    # pages come and go

    def _room(self) -> bool:
        return len(self.pages) < MAX_PAGES

    async def _entered(self, connection: ServerConnection) -> None:
        self._numbers += 1
        page = Page(self._numbers, connection, self.port.now())
        self.pages[page.number] = page
        sender = self.port.spawn(page.drain(), f"page-{page.number}")
        try:
            await self._greet(page)
            async for message in connection:
                await self._heard_from(page, message)
        except ConnectionClosed:
            pass
        finally:
            page.end()
            sender.cancel()
            del self.pages[page.number]
            # The page's own task ends here; what follows must outlive it.
            self.port.spawn(self._farewell(page), f"page-{page.number}-farewell")

    async def _greet(self, page: Page) -> None:
        try:
            if self._glass is None or len(self.pages) == 1:
                self._glass = await self.port.ask("screen", Attach(True), Attached)
            else:
                self._pictures.catch_up(page)
        except BluerillError as error:
            self._problem(page, "screen", error)
        glass = self._glass or Attached(466, 30, [])
        page.send(protocol.own("hello", page=page.number, size=glass.size, fps=glass.fps, faces=glass.faces))
        page.send(protocol.forward(self._state))
        if self._shown is not None:
            page.send(protocol.forward(self._shown))
        self._lookout.wake()

    async def _farewell(self, page: Page) -> None:
        if self._voice is page:
            self._voice = None
            if page.speaking:
                await self._try_tell("ears", Speaking(False))
        await self._microphones.close(page)
        if not self.pages:
            self._glass = None
            try:
                await self.port.ask("screen", Attach(False), Attached)
            except BluerillError as error:
                self.port.log.info("screen not detached: %s", error)

    # from the pages to the device

    async def _heard_from(self, page: Page, message: str | bytes) -> None:
        now = self.port.now()
        audio = isinstance(message, bytes)
        if not (page.audio if audio else page.control).take(now):
            page.refused += 1
            if page.refused == 1 or page.refused % 50 == 0:
                page.send(
                    protocol.own("problem", about="rate", text="this page sends too much; some of it was dropped")
                )
            if page.refused > MAX_REFUSED and not audio:
                await page.connection.close(1008, "too many messages")
            return
        try:
            if isinstance(message, bytes) and protocol.is_piece(message):
                await self._piece(page, message)
            elif isinstance(message, bytes):
                await self._microphones.audio(page, *protocol.decode_audio(message))
            else:
                await self._control(page, protocol.decode(message))
        except CallerError as error:
            self._problem(page, "page", error)
        except BluerillError as error:
            self._problem(page, "device", error)

    async def _piece(self, page: Page, data: bytes) -> None:
        """Part of a watch face or a picture; what is whole is put on, or looked at beside what else the page says."""
        arrived = self._delivery.piece(page, data)
        if arrived is None:
            return
        if isinstance(arrived.said, protocol.BringPicture):
            page.looking = self.port.spawn(self._look(page, arrived.data), f"page-{page.number}-picture")
            return
        installed = await self._delivery.install(arrived.said.name, arrived.data)
        if self._glass is not None:
            self._glass = msgspec.structs.replace(self._glass, faces=installed.faces)
        self._all(protocol.own("faces", faces=installed.faces))
        page.send(protocol.own("face", name=installed.name, notes=installed.notes))

    async def _look(self, page: Page, data: bytes) -> None:
        try:
            page.send(protocol.forward(await self._delivery.look(data)))
        except BluerillError as error:
            self._problem(page, "picture", error)
        finally:
            page.looked()

    async def _control(self, page: Page, said: protocol.Said) -> None:
        tell = self.port.tell
        match said:
            case protocol.Finger():
                if said.phase == "down":
                    self._voice = page
                await self._hands.finger(said)
            case protocol.Turned():
                await self._hands.turned(said)
            case protocol.Moved():
                await self._hands.moved(page, said)
            case protocol.Taught() | protocol.Unlearned() | protocol.Known():
                self.port.spawn(self._answer(page, self._hands.learn(said), "gesture"), f"page-{page.number}-gesture")
            case protocol.Sensed() | protocol.Notice() | protocol.Clocked() | protocol.Located():
                self.port.spawn(self._answer(page, self._hands.inject(said), "inject"), f"page-{page.number}-inject")
            case protocol.Ask():
                self._begin_ask(page, said)
            case protocol.Pressed(button, number):
                self._voice = page
                await tell("session", Press(button, number), lane=Lane.CONTROL, taint=Taint.USER)
            case protocol.Listen(mode):
                self._voice = page
                await self._microphones.open(page, mode)
                self._lookout.wake()
            case protocol.Unlisten():
                await self._microphones.close(page)
                page.send(protocol.own("unlistened"))
            case protocol.Talk(down):
                if page.stream is None:
                    raise CallerError("the talk button needs an open microphone stream; send 'listen' first")
                self._voice = page
                await tell("ears", PushToTalk(page.stream, down), taint=Taint.USER)
            case protocol.Spoken(active, text):
                page.speaking = active
                await tell("ears", Speaking(active, text), lane=Lane.CONTROL)
            case protocol.Synthesise(number):
                self.port.spawn(self._synthesise(page, number), f"page-{page.number}-speech")
            case protocol.Monitor(on):
                page.monitoring = on
                if on and self._status:
                    for seen in (self._status, *self._background.seen):
                        page.send(seen)
                self._lookout.wake()
            case protocol.Steered():
                await self._background.steer(said)
            case protocol.Begun():
                await self._background.begin(said)
            case protocol.Cards():
                self.port.spawn(self._answer(page, self._background.cards()), f"page-{page.number}-cards")
            case protocol.Budget(size):
                self.port.spawn(self._answer(page, self._background.budget(size), "budget"), f"page-{page.number}-ram")
            case protocol.SpeechModel(model):
                self.port.spawn(self._answer(page, self._background.hear_by(model)), f"page-{page.number}-model")
            case protocol.WearFace(face, ambient):
                await tell("screen", SetFace(face, ambient), taint=Taint.USER)
                if face:
                    self.port.spawn(self._atelier.wear(page, face), f"page-{page.number}-wear")
            case protocol.Skills() | protocol.SkillsHeld():
                held = isinstance(said, protocol.SkillsHeld)
                self.port.spawn(self._answer(page, self._permissions.look(held_only=held)), f"page-{page.number}-held")
            case protocol.Decided() | protocol.GrantMoved() | protocol.Considered():
                self.port.spawn(self._answer(page, self._permissions.say(said), "skills"), f"page-{page.number}-skills")
            case protocol.BringFace() | protocol.BringPicture():
                self._delivery.begin(page, said)
            case protocol.StudioLook():
                self.port.spawn(self._atelier.look(page, said), f"page-{page.number}-look")
            case protocol.StudioRead():
                self.port.spawn(self._atelier.read(page, said), f"page-{page.number}-read")
            case protocol.StudioMake():
                self.port.spawn(self._atelier.make(page, said), f"page-{page.number}-make")
            case protocol.StudioExport():
                self.port.spawn(self._atelier.export(page, said), f"page-{page.number}-export")
            case protocol.StudioKeep():
                self.port.spawn(self._atelier.keep(page, said), f"page-{page.number}-keep")

    async def _answer(self, page: Page, finding: Coroutine[Any, Any, list[bytes]], about: str = "models") -> None:
        try:
            for message in await finding:
                page.send(message)
        except BluerillError as error:
            self._problem(page, about, error)
        self._lookout.wake()

    def _begin_ask(self, page: Page, said: protocol.Ask) -> None:
        if page.asks >= MAX_ASKS:
            raise CallerError(f"{page.asks} requests of this page are still under way; wait for one to end")
        self._voice = page
        page.asks += 1
        self.port.spawn(self._ask(page, said), f"page-{page.number}-ask")

    async def _ask(self, page: Page, said: protocol.Ask) -> None:
        try:
            await page.sight()  # words that came after a picture are about it
            turn = await self.port.ask(
                "session", Request(said.text, "text"), Turn, within=TURN_TIMEOUT_S, taint=Taint.USER
            )
            page.send(protocol.forward(turn))
        except BluerillError as error:
            self._problem(page, "ask", error)
        finally:
            page.asks -= 1
            page.send(protocol.own("asked", id=said.id))

    async def _synthesise(self, page: Page, number: int) -> None:
        say = self._said
        if say is None or say.id != number:
            return  # replaced by later words: there is nothing to say any more
        try:
            _, lease = await self.port.borrow("mouth", Synthesize(say.text), Speech, within=10.0)
            with lease:
                page.send(protocol.speech(number, lease.bytes()), text=False)
        except BluerillError as error:
            self._problem(page, "mouth", error)

    async def _try_tell(self, to: str, body: Body) -> None:
        try:
            await self.port.tell(to, body)
        except BluerillError as error:
            self.port.log.info("%s not told %s: %s", to, body.wire, error)

    def _problem(self, page: Page, about: str, error: BluerillError) -> None:
        page.send(protocol.own("problem", about=about, text=str(error)[:500], code=error.code))

    # what the lookout sees

    def _take_status(self, status: Status) -> None:
        self._status = protocol.forward(status)
        self._monitors(self._status)

    def _monitors(self, message: bytes) -> None:
        for page in self.pages.values():
            if page.monitoring:
                page.send(message)

    async def _restarted(self, name: str) -> None:
        if name == "ears":
            for page in self.pages.values():
                if page.stream is not None:
                    self._microphones.lose(page, "the ears were restarted")
        elif name == "screen" and self.pages:
            self._glass = await self.port.ask("screen", Attach(True), Attached)
