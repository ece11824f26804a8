"""One inference as the broker keeps it: what was asked, what was made of it so far, and who waits for that.

The reader pulls: what was made and not read waits here, and the policy pauses a stream that is too far ahead of its
reader, so this is bounded by a few quanta. An inference ends exactly once, with a stop, a refusal or an error.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import msgspec

from ..kernel.errors import BluerillError, CallerError, ServiceFault
from .messages import INLINE, Infer, InferChunk, Inference, InferStart, InferStop, Refused, Tensor

if TYPE_CHECKING:
    from ..kernel.lease import Lease
    from .hosted import Hosted
    from .known import Known

__all__ = ["Piece", "Work", "guess_tokens"]

CHARS_A_TOKEN = 3.0
"""Of a prompt that nobody has tokenised yet: careful for English, about right for other languages."""


class Piece:
    """A chunk or the stop of an inference, and the lease that its tensors came in."""

    __slots__ = ("body", "lease")

    def __init__(self, body: InferChunk | InferStop, lease: Lease | None) -> None:
        self.body = body
        self.lease = lease

    def data(self) -> bytes:
        return self.body.data if self.lease is None else self.lease.bytes()

    def release(self) -> None:
        if self.lease is not None:
            self.lease.release()


class Work:
    """One inference. ``number`` is the policy's job and the server's sequence; a retry gets a new one."""

    def __init__(self, number: int, known: Known, request: Infer, sender: str, deadline: float) -> None:
        self.number = number
        self.known = known
        self.request = request
        self.sender = sender
        self.deadline = deadline
        self.payload: Lease | None = None
        self.guessed = guess_tokens(request)
        self.retried = False
        self.lost: BluerillError | None = None  # how its first try ended
        # in its server
        self.host: Hosted | None = None
        self.paused = False
        self.prompt_tokens = 0
        self.made: list[int] = []  # every token produced, so that a new server can be brought to the same point
        self.produced = 0  # pieces with content: from the first on, nothing may be done twice
        self.again = 0  # tokens of ``made`` that the present server still has to make again
        self._said = 0  # characters produced
        self._skip = 0  # of them, those the present server will say again
        # what the policy believes
        self.expected = self.guessed
        self.reported = 0
        # towards the client
        self.read_tokens = 0
        self.ended = False
        self.error: BluerillError | None = None
        self.refusal: Refused | None = None
        self._pieces: deque[Piece] = deque()
        self._waiter: asyncio.Future[None] | None = None

    # --- from the server

    def start(self) -> InferStart:
        """What its server is told first."""
        given = self.request
        return InferStart(
            self.number,
            given.kind,
            given.prompt,
            [],
            given.messages,
            given.tensors,
            given.data,
            given.max_tokens,
            given.sampling,
            given.grammar,
            given.processor,
            given.stop,
            given.prefix_key,
            given.language,
        )

    def begun(self, host: Hosted, prompt_tokens: int) -> None:
        """A server has taken it (again)."""
        self.host = host
        self.paused = False
        self.prompt_tokens = prompt_tokens
        self.again = len(self.made)
        self._skip = self._said

    def unseat(self) -> None:
        """Its server is gone, or has let go of it."""
        self.host = None
        self.paused = False

    def add(self, body: InferChunk | InferStop, lease: Lease | None) -> int:
        """What a quantum made; how many of its tokens are new.

        Raises ServiceFault if a server that was to repeat itself made something else.
        """
        if self.again or self._skip:
            text = body.text[self._skip :]
            self._skip -= len(body.text) - len(text)
            body = msgspec.structs.replace(body, tokens=self._repeat(body.tokens), text=text)
        self.made += body.tokens
        self._said += len(body.text)
        if isinstance(body, InferStop) or body.text or body.tokens or body.tensors:
            self.produced += 1
            self._put(Piece(body, lease))
        return len(body.tokens)

    def _repeat(self, tokens: list[int]) -> list[int]:
        """The tokens that are new. What a new server computes again must be what the old one made."""
        at = len(self.made) - self.again
        same = tokens[: self.again]
        if same != self.made[at : at + len(same)]:
            raise ServiceFault(
                f"{self.known.name!r} was reloaded and does not repeat what it had said; the answer ends here"
            )
        self.again -= len(same)
        return tokens[len(same) :]

    def progress(self, prefilled: int, repeated: int, new: int, done: bool) -> int:
        """Prompt tokens to report to the policy, which believes in a guessed number of them."""
        left = self.expected - self.reported
        if new or done:
            share = left
        else:
            whole = max(1, self.prompt_tokens + (len(self.made) if self.again or repeated else 0))
            share = min(round((prefilled + repeated) * self.expected / whole), max(0, left - 1))
        self.reported += share
        return share

    def recompute(self) -> None:
        """Its state is gone: the policy counts its prompt and what was made as a prompt again."""
        self.expected = self.guessed + len(self.made)
        self.reported = 0

    # --- the end

    def fail(self, error: BluerillError) -> None:
        if not self.ended:
            self.error = error
            self.end()

    def refuse(self, refusal: Refused) -> None:
        if not self.ended:
            self.refusal = refusal
            self.end()

    def end(self) -> None:
        """Nothing more will come."""
        self.ended = True
        if self.payload is not None:
            self.payload.release()
            self.payload = None
        self._wake()

    def drop(self) -> None:
        """Nobody will read what is left."""
        while self._pieces:
            self._pieces.popleft().release()

    # --- towards the client

    @property
    def unread(self) -> bool:
        return bool(self._pieces)

    def _put(self, piece: Piece) -> None:
        last = self._pieces[-1] if self._pieces else None
        if last is None or not _joinable(last) or not _joinable(piece):
            self._pieces.append(piece)
        else:
            last.body = _joined(last.body, piece.body)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def settled(self) -> None:
        """Wait until there is a piece to read, or it has ended. Raises CallerError if somebody waits already."""
        if self._pieces or self.ended:
            return
        if self._waiter is not None:
            raise CallerError("this inference is being read already")
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    async def complete(self) -> None:
        """Wait for the end."""
        while not self.ended:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    def take(self) -> Piece:
        """The next piece. Raises what it ended with once all pieces are read."""
        if self._pieces:
            piece = self._pieces.popleft()
            self.read_tokens += len(piece.body.tokens)
            return piece
        raise self.error or ServiceFault("this inference has ended and was read to its end")

    def whole(self) -> tuple[Inference, Piece | bytes | None]:
        """Everything as one answer, and its tensors' bytes when they are too many for a body. Raises its error."""
        if self.error is not None:
            self.drop()
            raise self.error
        pieces = list(self._pieces)
        self._pieces.clear()
        if not pieces or not isinstance(pieces[-1].body, InferStop):
            raise ServiceFault("the inference ended without a stop")
        stop = pieces[-1].body
        text = "".join(piece.body.text for piece in pieces)
        carrying = [piece for piece in pieces if piece.body.tensors]
        if len(carrying) == 1 and carrying[0].lease is not None:
            return Inference(text, stop.finish, stop.usage, stop.timings, carrying[0].body.tensors), carrying[0]
        tensors: list[Tensor] = []
        data = bytearray()
        for piece in carrying:
            tensors += [msgspec.structs.replace(t, offset=t.offset + len(data)) for t in piece.body.tensors]
            data += piece.data()
            piece.release()
        inline = bytes(data) if len(data) <= INLINE else b""
        answer = Inference(text, stop.finish, stop.usage, stop.timings, tensors, inline)
        return answer, None if inline or not data else bytes(data)


def _joinable(piece: Piece) -> bool:
    return piece.lease is None and not piece.body.tensors and not piece.body.data


def _joined(one: InferChunk | InferStop, two: InferChunk | InferStop) -> InferChunk | InferStop:
    return msgspec.structs.replace(
        two,
        text=one.text + two.text,
        tokens=one.tokens + two.tokens,
        prefilled=one.prefilled + two.prefilled,
        elapsed_s=one.elapsed_s + two.elapsed_s,
    )


def guess_tokens(request: Infer) -> int:
    """About how many tokens a prompt has, before its model's tokenizer has seen it."""
    chars = len(request.prompt.encode("utf-8", "replace"))
    chars += sum(len(turn.content.encode("utf-8", "replace")) + 16 for turn in request.messages)
    return max(1, round(chars / CHARS_A_TOKEN))
