"""One sequence of a llama model: its tokens, where its state is, and how it goes on.

After every decoding the next token is chosen at once, so between two steps a sequence is nothing but its tokens, the
state of its computed ones, and its sampler; no logits need to survive a pause.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ....kernel.errors import CallerError
from ...messages import InferStart, Keep, Timings, Usage
from ..contract import How, Quantum, Session, Step
from ..textout import TextOut
from .context import Aborted, Context, Row
from .history import Call, History
from .images import Pictured
from .sampler import Processor, Sampler

if TYPE_CHECKING:
    from .engine import LlamaEngine

__all__ = ["LlamaSession"]


class LlamaSession(Session):
    """``prompt`` is tokens, or chunks with pictures, in front of the answer's tokens. Raises CallerError for one that
    does not fit, BudgetExceeded without a place."""

    def __init__(
        self, engine: LlamaEngine, request: InferStart, prompt: list[int] | Pictured, processor: Processor | None
    ) -> None:
        self.engine = engine
        self.context: Context = engine.context
        self.slot = -1
        self.pictured = prompt if isinstance(prompt, Pictured) else None
        self.tokens: list[int] = [] if isinstance(prompt, Pictured) else prompt
        self.key = "" if self.pictured else request.prefix_key
        self.given = len(self.tokens)
        self.base = self.pictured.positions if self.pictured else 0
        self.prompt_tokens = self.pictured.tokens if self.pictured else self.given
        room = self.context.ctx - self.base - self.given
        if room < 1 or not self.prompt_tokens:
            raise CallerError(f"a prompt here has 1 to {self.context.ctx - 1} tokens, got {self.prompt_tokens}")
        if any(not 0 <= token < self.context.n_vocab for token in self.tokens):
            raise CallerError(f"tokens are 0 to {self.context.n_vocab - 1}")
        self.most = min(request.max_tokens, room) if request.max_tokens > 0 else room
        self.out = TextOut(request.stop)
        self.processor = processor
        self.sampler = Sampler(self.context, request.sampling, request.grammar)
        self.sampler.prime(self.tokens)
        try:
            self.history = engine.slots.take_with_prefix(self, self.tokens) if self.key else History()
            if self.slot < 0:
                engine.slots.take(self)
        except BaseException:
            self.sampler.close()
            raise
        self.position = self.reused_tokens = self.history.position
        self._state: bytearray | None = None
        self._replay: Iterator[Call] | None = None
        self._replaying: Call | None = None
        self._prefill_s = self._decode_s = self._restore_s = 0.0

    # --- computing

    def step(self, quantum: Quantum) -> Step:
        made = Step()
        while not made.finish:
            try:
                if self.pictured is not None and not self.pictured.done:
                    self._picture(self.pictured, made)
                else:
                    self.take(self.context.decode([self.due()])[0], made)
            except Aborted:
                self.lost()
                break
            if self.enough(made, quantum):
                break
        return made

    def enough(self, made: Step, quantum: Quantum) -> bool:
        """Whether the quantum is used up."""
        return len(made.tokens) >= quantum.tokens or quantum.over() or self.engine.interrupted

    @property
    def decoding(self) -> bool:
        """The next step is one token of the answer."""
        return self._replay is None and self.position >= self.base + self.given and self.position > 0

    def due(self) -> Row:
        """What is to be decoded next."""
        self._began = self.engine.clock()
        if self._replay is not None:
            self._replaying = call = next(self._replay)
            return Row(self.slot, self.base + call.position, call.tokens, False)
        tokens = self._next_tokens()
        return Row(self.slot, self.position, tokens, self.position - self.base + len(tokens) == len(self.tokens))

    def _next_tokens(self) -> list[int]:
        at = self.position - self.base
        return self.tokens[at : at + self.context.n_batch]

    def take(self, output: int, made: Step) -> None:
        """The row that was due is decoded. Raises CallerError if no token can follow."""
        elapsed = self.engine.clock() - self._began
        if self._replay is not None and self._replaying is not None:
            self._replayed(self._replaying)
            self._restore_s += elapsed
            return
        tokens = self._next_tokens()
        self.history.add(tokens)
        if self.position < self.base + self.given:
            made.prefilled += len(tokens)
            self._prefill_s += elapsed
        else:
            self._decode_s += elapsed
        self.position += len(tokens)
        if self.position - self.base == len(self.tokens):
            self._choose(output, made)

    def _replayed(self, call: Call) -> None:
        self.position = self.base + call.position + len(call.tokens)
        if self.base + call.keep < self.position:
            self.position = self.base + call.keep
            self.context.trim(self.slot, self.position)
        if self.position >= self.base + self.history.position:
            self._replay = self._replaying = None

    def _picture(self, pictured: Pictured, made: Step) -> None:
        """Decode the next chunk of the prompt; the last one's logits give the first token, unless it is known."""
        began = self.engine.clock()
        self.position = pictured.step(self.slot, self.position)
        elapsed = self.engine.clock() - began
        if self.tokens:
            self._restore_s += elapsed
            return
        self._prefill_s += elapsed
        if pictured.done:
            self.base = self.position
            made.prefilled += pictured.tokens
            self._choose(-1, made)

    def _choose(self, output: int, made: Step) -> None:
        logits = self.context.logits(output)
        if self.processor is not None:
            self.processor(self.tokens, logits)
        token = self.sampler.choose(logits)
        self.tokens.append(token)
        made.tokens = [*made.tokens, token]
        if self.context.ends(token):
            made.finish = "stop"
        else:
            made.text += self.out.push(self.context.piece(token))
            if self.out.stopped:
                made.finish = "stop"
            elif len(self.tokens) - self.given >= self.most:
                made.finish = "length"
        if made.finish:
            made.text += self.out.end()

    def lost(self) -> None:
        """After an interruption: a sequence whose state could not go back is computed again."""
        unfinished = self.pictured is not None and not self.pictured.done
        if unfinished or self._replay is not None or self.context.last_position(self.slot) != self.position - 1:
            self._again()

    # --- resting

    def pause(self, keep: Keep) -> tuple[Keep, int]:
        if self.slot < 0:
            return ("drop", 0) if self._state is None else ("store", len(self._state))
        if keep == "memory":
            return keep, self.context.state_bytes(self.slot)
        unfinished = self._replay is not None or (self.pictured is not None and not self.pictured.done)
        if keep == "store" and self.position and not unfinished and self.context.storable(self.slot):
            self._state = self.context.snapshot(self.slot)
        self.engine.slots.leave(self)
        return ("drop", 0) if self._state is None else ("store", len(self._state))

    def resume(self) -> tuple[How, int]:
        if self.slot >= 0:
            return "kept", 0
        began = self.engine.clock()
        self.engine.slots.take(self)
        state, self._state = self._state, None
        until = 0
        if state is None or not self.context.restore(self.slot, state, self.position):
            until = self.base + self.history.position
            self._again()
        self._restore_s += self.engine.clock() - began
        return ("recomputed", until) if until else ("restored", 0)

    def _again(self) -> None:
        self.context.forget(self.slot)
        self.position = 0
        self._replaying = None
        self._replay = self.history.calls() if self.history.position else None
        if self.pictured is not None:
            self.pictured.again()

    # --- the end

    def usage(self) -> Usage:
        return Usage(self.prompt_tokens, self.reused_tokens, len(self.tokens) - self.given)

    def timings(self) -> Timings:
        return Timings(self._prefill_s, self._decode_s, self._restore_s)

    def close(self) -> None:
        whole = self._replay is None and self.slot >= 0 and self.position == self.history.position
        self.engine.slots.leave(self, self.history if self.key and whole else None)
        self.sampler.close()
        self._state = None
        if self.pictured is not None:
            self.pictured.close()
