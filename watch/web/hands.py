"""What a page's pointer, crown and motion sensors say: to the screen, which shows it, and to the gestures, which know
it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from ...kernel.clock import ClockNow, SetClock
from ...kernel.errors import BluerillError
from ...kernel.message import Body, Taint
from ...kernel.service import Port
from ...modalities.gesture.messages import Forget, Gestures, GetGestures, Light, Motion, Taught, Teach
from ...modalities.screen.messages import Crown, Touch
from ...skills.messages import Card, Happened, Invoke, Invoked, Sense, Sensed
from . import protocol
from .page import Page

__all__ = ["Hands"]

_SAMPLE: Final = struct.Struct("<7f")
_POINT: Final = struct.Struct("<2f")
LEARN_S: Final = 10.0


class Hands:
    """Passes on what hands do."""

    def __init__(self, port: Port, screen: str = "screen", gesture: str = "gesture") -> None:
        self._port = port
        self._screen, self._gesture = screen, gesture
        self._deaf = False

    async def finger(self, said: protocol.Finger) -> None:
        """A finger on the glass."""
        await self._both(Touch(said.phase, said.x, said.y, said.finger, said.at, said.contact))

    async def turned(self, said: protocol.Turned) -> None:
        """The crown."""
        await self._both(Crown(said.degrees, said.pressed))

    async def moved(self, page: Page, said: protocol.Moved) -> None:
        """Samples of a phone's sensors, or of a recording that was dropped on the page."""
        await self._tell(Motion(f"page-{page.number}-{said.source}", packed(said.samples)))

    async def learn(self, said: protocol.Taught | protocol.Unlearned | protocol.Known) -> list[bytes]:
        """One more example of a gesture of the owner's, or one is forgotten; and the gestures there are then."""
        told: list[Body] = []
        if isinstance(said, protocol.Taught):
            data = b"".join(_POINT.pack(*point) for point in said.points) or packed(said.samples)
            request = Teach(said.name, "stroke" if said.points else "motion", data, said.means)
            told.append(await self._port.ask(self._gesture, request, Taught, within=LEARN_S, taint=Taint.USER))
        elif isinstance(said, protocol.Unlearned):
            told.append(
                await self._port.ask(self._gesture, Forget(said.name), Taught, within=LEARN_S, taint=Taint.USER)
            )
        told.append(await self._port.ask(self._gesture, GetGestures(), Gestures, within=LEARN_S))
        return [protocol.forward(body) for body in told]

    async def inject(
        self, said: protocol.Sensed | protocol.Notice | protocol.Clocked | protocol.Located
    ) -> list[bytes]:
        """A reading for a simulated sensor, the clock, a place, or a notification, which is somebody else's."""
        if isinstance(said, protocol.Clocked):
            request = SetClock(said.to, said.by, said.rate, said.follow)
            return [protocol.forward(await self._port.ask("kernel", request, ClockNow, taint=Taint.USER))]
        if isinstance(said, protocol.Located):
            place = Invoke("set_home_place", {"place": said.place})
            return [protocol.forward(await self._port.ask("skills", place, Invoked, within=LEARN_S, taint=Taint.USER))]
        if isinstance(said, protocol.Notice):
            card = Card("notice", title=said.title, text=said.text)
            await self._port.tell("session", Happened("notification", "", card), taint=Taint.UNTRUSTED)
            return []
        sensed = await self._port.ask("skills", Sense(said.metric, said.value), Sensed, taint=Taint.USER)
        if said.metric == "light":
            await self._tell(Light(sensed.value))
        return [protocol.forward(sensed)]

    async def _both(self, body: Body) -> None:
        await self._port.tell(self._screen, body, taint=Taint.USER)
        await self._tell(body)

    async def _tell(self, body: Body) -> None:
        """Gestures that cannot be told now miss it: the glass goes on without them."""
        try:
            await self._port.tell(self._gesture, body, taint=Taint.USER, wait=False)
            self._deaf = False
        except BluerillError as error:
            if not self._deaf:
                self._port.log.warning("gestures miss %s: %s", body.wire, error)
            self._deaf = True


def packed(samples: Sequence[Sequence[float]]) -> bytes:
    """Samples as the gesture service wants them."""
    return b"".join(_SAMPLE.pack(*sample) for sample in samples)
