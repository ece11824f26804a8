"""The image service: a picture in, what is in it out. On demand, in a process of its own under its own cap.

Decoding strangers' files is what goes wrong in such programs, so it happens nowhere else; what dies here dies alone.
What cannot be looked for (a library or a model that is not there) is a note in the answer, never a guess.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec
from PIL import Image

from ...kernel.errors import BluerillError, BudgetExceeded, CallerError, ServiceFault
from ...kernel.frugal import be_frugal
from ...kernel.service import Call, Service, handles
from . import codes
from .decode import MAX_BYTES, decode
from .messages import Code, Label, Line, NotSeen, See, SeeChunk, Seen, SeeReady, SeeStart, SeeStop, Want
from .palette import palette
from .text import LONGEST, TextReader

if TYPE_CHECKING:
    from .beholder import Beholder

__all__ = ["ImageService"]

MAX_LOOKS = 4
"""Pictures being handed over at once; the oldest is forgotten for a fifth."""
CODES_AT = 2_000
"""Half of what a telephone's photograph measures: a JPEG is decoded at that size for nothing."""
CODES_ALONE_AT = 4_000
"""Where nothing but codes is wanted, a small one in a large picture is looked for, in grey: a third of the bytes."""
SHOWN_AT = 1_024
"""What networks of the owner's are shown."""
LARGE = 1 << 20
"""Bytes of what goes back to the system as soon as it is freed: pictures, and what networks compute between layers."""
NO_LABELS = "labels: no model that can label or describe pictures is loaded; name one in settings.toml, [image]"
NO_HAND = "hand: no model that can find a hand is loaded; name one in settings.toml, [image.hand]"
R = TypeVar("R")


class ImageService(Service):
    """Sees. ``threads`` is how many the networks may use; ``models`` the table ``[image]`` of the owner's settings."""

    concurrency: ClassVar[int] = 4

    def __init__(self, threads: int = 2, models: Mapping[str, Any] | None = None) -> None:
        self._threads = threads
        self._table = models or {}
        self._reader: asyncio.Future[TextReader] | None = None
        self._beholder: Beholder | None = None
        self._turn = asyncio.Lock()
        self._looks: OrderedDict[int, tuple[str, int, bytearray]] = OrderedDict()
        self._last = 0

    async def start(self) -> None:
        be_frugal(LARGE)

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
            if "text" in want and self._reader is None:  # networks load on one core while the other decodes
                self._reader = asyncio.ensure_future(asyncio.to_thread(TextReader, self._threads))
                self._reader.add_done_callback(_looked_at)
            try:
                seen = await self._examine(data, want)
            except CallerError as error:
                return NotSeen(str(error))
        return msgspec.structs.replace(seen, ms=round((time.perf_counter() - started) * 1000, 1))

    async def _examine(self, data: bytes, want: tuple[Want, ...]) -> Seen:
        notes: list[str] = []
        alone = want == ("codes",)
        try:
            beholder = self._shown(want)
        except CallerError as error:
            notes.append(str(error))
            rest: list[Want] = [each for each in want if each not in ("labels", "hand")]
            beholder, want = None, tuple(rest)
        at = max(CODES_ALONE_AT if alone else CODES_AT if "codes" in want else 0, LONGEST if "text" in want else 0,
                 SHOWN_AT if beholder is not None else 256)  # fmt: skip
        picture, size = await asyncio.to_thread(decode, data, at, grey=alone)
        scale = size[0] / picture.width
        found: list[Code] = []
        lines: list[Line] = []
        if "codes" in want:
            try:
                found = await asyncio.to_thread(codes.read, picture, scale)
            except ServiceFault as error:
                notes.append(str(error))
        colours = await asyncio.to_thread(palette, picture) if "palette" in want else []
        if "text" in want:
            try:
                lines = [line for line in await self._text(picture, size) if not any(within(c, line) for c in found)]
            except ServiceFault as error:
                notes.append(str(error))
        seen = Seen(size, found, lines, colours)
        if "labels" in want or "hand" in want:
            seen = await self._behold(beholder, picture, size[0] / picture.width, want, seen, notes)
        return msgspec.structs.replace(seen, notes=notes)

    async def _text(self, picture: Image.Image, size: tuple[int, int]) -> list[Line]:
        """Raises ServiceFault where the reader's libraries are not installed."""
        assert self._reader is not None
        try:
            reader = await self._reader
        except ServiceFault:
            self._reader = None  # installed meanwhile, it is found the next time
            raise
        picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)  # the codes are read: no copy is needed
        return await asyncio.to_thread(reader.read, picture, size[0] / picture.width)

    def _shown(self, want: tuple[Want, ...]) -> Beholder | None:
        """Who looks with the owner's models, if any is named for what is wanted. Raises CallerError: wrong settings."""
        if not self._table or not ("labels" in want or "hand" in want):
            return None
        if self._beholder is None:
            from .beholder import Beholder  # numpy's weight, and the models' words

            self._beholder = Beholder(self.port, self._table)
        return self._beholder

    async def _behold(
        self, beholder: Beholder | None, picture: Image.Image, scale: float, want: tuple[Want, ...], seen: Seen,
        notes: list[str],
    ) -> Seen:  # fmt: skip
        """What the owner's models see as well; what they cannot is a note."""

        async def attempt(what: str, work: Callable[[Beholder], Awaitable[R]], otherwise: R) -> R:
            if beholder is None or not beholder.has(what):
                return otherwise
            try:
                return await work(beholder)
            except BluerillError as error:
                notes.append(f"{what}: {error}")
                return otherwise

        if "labels" in want:
            none: list[Label] = []
            labels = await attempt("labels", lambda by: by.labels(picture), none)
            told = await attempt("description", lambda by: by.description(picture), "")
            if beholder is None or not (beholder.has("labels") or beholder.has("description")):
                notes.append(NO_LABELS)
            seen = msgspec.structs.replace(seen, labels=labels, description=told)
        if "hand" in want:
            hand = await attempt("hand", lambda by: by.hand(picture, scale), None)
            if beholder is None or not beholder.has("hand"):
                notes.append(NO_HAND)
            seen = msgspec.structs.replace(seen, hand=hand)
        return seen


def _looked_at(loading: asyncio.Future[TextReader]) -> None:
    """Its failure belongs to whoever wants text; when nobody does any more, it is nobody's."""
    if not loading.cancelled():
        loading.exception()


def within(code: Code, line: Line) -> bool:
    """The line lies on the code: its modules were taken for letters."""
    x = sum(each[0] for each in line.box) / len(line.box)
    y = sum(each[1] for each in line.box) / len(line.box)
    xs, ys = [each[0] for each in code.corners], [each[1] for each in code.corners]
    return min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys)
