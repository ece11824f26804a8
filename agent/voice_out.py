"""What the device says: one utterance at a time, which the next one or a hush cuts off.

The fronts speak (a page, a loudspeaker); nobody reports the end, so it is estimated from the length of the text. While
something is being said the ears are told, so that the device does not hear itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..kernel.errors import BluerillError
from ..kernel.message import Body, Lane
from ..kernel.service import Port, Task
from ..modalities.voice.messages import Speaking
from .memory import CHARACTERS_A_SECOND
from .messages import Hush, Say, State

_TAIL_S = 0.6
MAX_SPEECH = 600
"""Characters said of one reply; the card shows the rest."""


class Outlet:
    """Tells fronts, screens, ears and ``watchers`` (of the state alone); one that is absent is passed over."""

    def __init__(
        self,
        port: Port,
        fronts: Sequence[str],
        screens: Sequence[str],
        ears: Sequence[str],
        watchers: Sequence[str] = (),
    ) -> None:
        self.port = port
        self.watchers = tuple(watchers)
        self.fronts = tuple(fronts)
        self.screens = tuple(screens)
        self.ears = tuple(ears)
        self.saying = ""
        self._since = 0.0
        self._number = 0
        self._end: Task | None = None

    async def tell(self, addresses: Sequence[str], body: Body, lane: Lane | None = None) -> None:
        """Tell each address; who cannot be told now misses it."""
        for address in addresses:
            try:
                await self.port.tell(address, body, lane=lane, wait=False)
            except BluerillError as error:
                self.port.log.debug("%s was not told %s: %s", address, body.wire, error)

    async def state(self, phase: str, text: str = "") -> None:
        """Show what the agent is doing, on fronts and screens, and to who works in the background."""
        state = State(phase, text)  # type: ignore[arg-type]
        await self.tell(self.watchers, state, Lane.CONTROL)
        await self.tell((*self.fronts, *self.screens), state)

    async def say(self, text: str) -> None:
        """Say something, cutting off what is being said."""
        text = text[:MAX_SPEECH]
        self._number += 1
        self.saying, self._since = text, self.port.now()
        if self._end is not None:
            self._end.cancel()
        await self.tell(self.ears, Speaking(True, text))
        await self.tell(self.fronts, Say(self._number, text))
        await self.state("speaking", text)
        self._end = self.port.spawn(self._finish(len(text) / CHARACTERS_A_SECOND + _TAIL_S), "speech")

    async def _finish(self, seconds: float) -> None:
        await self.port.sleep(seconds)
        self.saying, self._end = "", None
        await self.tell(self.ears, Speaking(False))
        await self.state("idle")

    async def hush(self, reason: str, *, until_idle: bool = False) -> tuple[str, float]:
        """Be silent at once. What was being said ('' for nothing), and for how long."""
        said, seconds = self.saying, self.port.now() - self._since
        self.saying = ""
        if self._end is not None:
            self._end.cancel()
            self._end = None
        await self.tell(self.fronts, Hush(reason, until_idle), Lane.CONTROL)
        if said:
            await self.tell(self.ears, Speaking(False))
        return said, seconds
