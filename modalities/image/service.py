"""The image service: a picture in, what is in it out. On demand, in a process of its own under its own cap.

Decoding strangers' files is what goes wrong in such programs, so it happens nowhere else; what dies here dies alone.
What cannot be looked for (a library or a model that is not there) is a note in the answer, never a guess.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import ClassVar, TypeVar

import msgspec
from PIL import Image

from ...kernel.errors import BudgetExceeded, CallerError, ServiceFault
from ...kernel.service import Call, Service, handles
from . import codes
from .decode import MAX_BYTES, decode
from .messages import Code, Line, NotSeen, See, SeeChunk, Seen, SeeReady, SeeStart, SeeStop, Want
from .palette import palette
from .text import LONGEST, TextReader

__all__ = ["ImageService"]

MAX_LOOKS = 4
"""Pictures being handed over at once; the oldest is forgotten for a fifth."""
CODES_AT = 2_400
NO_LABELS = "labels: no model that can label pictures is loaded"
R = TypeVar("R")


class ImageService(Service):
    """Sees. ``threads`` is how many the networks may use."""

    concurrency: ClassVar[int] = 4

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads
        self._reader: TextReader | None = None
        self._turn = asyncio.Lock()
        self._looks: OrderedDict[int, tuple[str, int, bytearray]] = OrderedDict()
        self._last = 0

    @handles(See)
    async def see(self, request: See, call: Call) -> Seen | NotSeen:
        """Raises CallerError if no lease came with the request."""
        if call.lease is None:
            raise CallerError("image.see needs the picture's bytes as its lease, got none")
        return await self._see(call.lease.bytes(), request.want)

    @handles(SeeStart)
    def begin(self, request: SeeStart, call: Call) -> SeeReady:
        if not 0 < request.size <= MAX_BYTES:
            raise CallerError(f"a picture's file has 1 to {MAX_BYTES} bytes, got {request.size}")
        while len(self._looks) >= MAX_LOOKS:
            self._looks.popitem(last=False)
        self._last += 1
        self._looks[self._last] = (call.sender, request.size, bytearray())
        return SeeReady(self._last)

    @handles(SeeChunk)
    def take(self, request: SeeChunk, call: Call) -> SeeReady:
        size, data = self._look(request.look, call)
        if len(data) + len(request.data) > size:
            del self._looks[request.look]
            raise BudgetExceeded(f"picture {request.look} was announced with {size} bytes, and more came")
        data += request.data
        return SeeReady(request.look, len(data))

    @handles(SeeStop)
    async def end(self, request: SeeStop, call: Call) -> Seen | NotSeen:
        size, data = self._look(request.look, call)
        del self._looks[request.look]
        if len(data) != size:
            raise CallerError(f"picture {request.look} was announced with {size} bytes, {len(data)} came")
        return await self._see(bytes(data), request.want)

    def _look(self, number: int, call: Call) -> tuple[int, bytearray]:
        held = self._looks.get(number)
        if held is None or held[0] != call.sender:
            raise CallerError(f"no picture {number} is being handed over by {call.sender!r}")
        return held[1], held[2]

    async def _see(self, data: bytes, want: tuple[Want, ...]) -> Seen | NotSeen:
        started = time.perf_counter()
        async with self._turn:  # one picture in memory at a time
            try:
                seen = await asyncio.to_thread(self._examine, data, want)
            except CallerError as error:
                return NotSeen(str(error))
        return msgspec.structs.replace(seen, ms=round((time.perf_counter() - started) * 1000, 1))

    def _examine(self, data: bytes, want: tuple[Want, ...]) -> Seen:
        picture, size = decode(data, max(CODES_AT if "codes" in want else 0, LONGEST if "text" in want else 0, 256))
        notes: list[str] = []
        scale = size[0] / picture.width

        def attempt(work: Callable[[], list[R]]) -> list[R]:
            try:
                return work()
            except ServiceFault as error:
                notes.append(str(error))
                return []

        found = attempt(lambda: codes.read(picture, scale)) if "codes" in want else []
        colours = palette(picture) if "palette" in want else []
        lines = attempt(lambda: self._text(picture, size)) if "text" in want else []
        lines = [line for line in lines if not any(within(code, line) for code in found)]
        if "labels" in want:
            notes.append(NO_LABELS)
        return Seen(size, found, lines, colours, [], notes)

    def _text(self, picture: Image.Image, size: tuple[int, int]) -> list[Line]:
        if self._reader is None:
            self._reader = TextReader(self._threads)
        picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)  # the codes are read: no copy is needed
        return self._reader.read(picture, size[0] / picture.width)


def within(code: Code, line: Line) -> bool:
    """The line lies on the code: its modules were taken for letters."""
    x = sum(each[0] for each in line.box) / len(line.box)
    y = sum(each[1] for each in line.box) / len(line.box)
    xs, ys = [each[0] for each in code.corners], [each[1] for each in code.corners]
    return min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys)
