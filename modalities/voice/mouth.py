"""The mouth service: text in, spoken samples out, by espeak-ng in a process of its own.

Most fronts speak by themselves (a browser has ``speechSynthesis``); the mouth is for those that cannot. Synthesis runs
in a thread, so that a cancelled ask (barge-in, a newer reply) stops it at the next block of samples.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ...kernel.errors import CallerError
from ...kernel.service import Call, Leased, Service, handles
from ...models.engines.espeak import MAX_TEXT, RATE, EspeakEngine
from .messages import Speech, Synthesize

__all__ = ["MouthService"]


class MouthService(Service):
    """Speaks. Settings: ``voice`` of espeak-ng, ``words_per_minute``, ``pitch``. Without the extra ``speak`` every
    request is answered by the error that says how to install it."""

    concurrency: ClassVar[int] = 2

    def __init__(self, voice: str = "en-us", words_per_minute: int = 165, pitch: int = 50) -> None:
        self.voice, self.words_per_minute, self.pitch = voice, words_per_minute, pitch
        self._engine: EspeakEngine | None = None
        self._turn = asyncio.Lock()

    @handles(Synthesize)
    async def synthesize(self, request: Synthesize, call: Call) -> Leased:
        """Raises CallerError for an empty or overlong text, ServiceFault when espeak-ng is missing."""
        text = " ".join(request.text.split())
        if not text:
            raise CallerError("there is nothing to say: the text is empty")
        if len(text) > MAX_TEXT:
            raise CallerError(f"at most {MAX_TEXT} characters are spoken at once, got {len(text)}")
        if self._engine is None:
            self._engine = EspeakEngine(self.voice, self.words_per_minute, self.pitch)
        samples = await self._say(self._engine, text)
        return Leased(
            Speech(self._engine.name, round(len(samples) / RATE, 3)), self.port.offer(samples.astype("<i2").tobytes())
        )

    async def _say(self, engine: EspeakEngine, text: str) -> npt.NDArray[np.int16]:
        async with self._turn:
            work = asyncio.ensure_future(asyncio.to_thread(engine.say, text))
            try:
                return await asyncio.shield(work)
            except asyncio.CancelledError:
                engine.cancel()
                await work  # ends within one block; the library must not be entered again before
                raise
