"""Gestures as part of the conversation: what one does, given what is going on.

A gesture comes with what it may mean, in the order of the owner's map; the first meaning that fits the moment is
done, and the rest are not. "Dismiss" fits if something rings, "yes" and "no" if a question waits for an answer,
"hush" if the device speaks. A gesture is the owner's hand, so it can agree to what a stranger's words asked for; one
that carries a stranger's label does nothing at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from ..kernel.message import Taint
from ..modalities.gesture.messages import Gestured
from ..modalities.screen.messages import SetFace
from .messages import Microphone
from .voice_out import Outlet

__all__ = ["Hands"]

ASK: Final = "ask "


class Hands:
    """Does what gestures mean. ``ring`` dismisses or snoozes and gives the ids of what rang, ``asked`` says whether a
    question waits, ``hush`` silences the device, ``say`` takes words as
    a turn ("stop" among them)."""

    def __init__(
        self,
        out: Outlet,
        screens: Sequence[str],
        *,
        ring: Callable[[str], Awaitable[list[str]]],
        asked: Callable[[], bool],
        hush: Callable[[], Awaitable[None]],
        say: Callable[[str, str, Taint], Awaitable[object]],
    ) -> None:
        self._out = out
        self._screens = screens
        self._ring, self._asked, self._hush, self._say = ring, asked, hush, say

    async def act(self, made: Gestured, taint: Taint) -> str:
        """Do the first meaning that fits; which it was, '' for none."""
        if taint & Taint.UNTRUSTED:
            return ""
        for meaning in made.means:
            if await self._do(meaning, made.gesture, taint):
                return meaning
        return ""

    async def _do(self, meaning: str, gesture: str, taint: Taint) -> bool:
        if meaning in ("dismiss", "snooze"):
            rang = await self._ring(f"{meaning}_ring")
            if rang:
                await self._hush()
            return bool(rang)
        if meaning in ("yes", "no"):
            waits = self._asked()
            if waits:
                await self._say(meaning, f"gesture {gesture}", taint)
            return waits
        if meaning == "hush":
            speaks = bool(self._out.saying)
            if speaks:
                await self._hush()
            return speaks
        if meaning in ("wake", "sleep"):
            await self._out.tell(self._screens, SetFace(ambient=meaning == "sleep"))
        elif meaning in ("listen", "unlisten"):
            await self._microphone(meaning == "listen")
        elif meaning == "stop" or meaning.startswith(ASK):
            await self._say(meaning.removeprefix(ASK), f"gesture {gesture}", taint)
        else:
            return False
        return True

    async def _microphone(self, on: bool) -> None:
        if on and self._out.saying:
            await self._hush()  # nobody is heard over the device's own voice
        await self._out.tell(self._out.fronts, Microphone(on))
