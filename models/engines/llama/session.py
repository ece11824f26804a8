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
from .sampler import Processor, Sampler

if TYPE_CHECKING:
    from .engine import LlamaEngine

__all__ = ["LlamaSession"]


class LlamaSession(Session):
    """``tokens`` is the prompt. Raises CallerError for a prompt that does not fit, BudgetExceeded without a place."""

    def __init__(
        self, engine: LlamaEngine, request: InferStart, tokens: list[int], processor: Processor | None
    ) -> None:
        self.engine = engine
        self.context: Context = engine.context
        self.slot = -1
        self.key = request.prefix_key
        room = self.context.ctx - len(tokens)
        if room < 1 or not tokens:
            raise CallerError(f"a prompt here has 1 to {self.context.ctx - 1} tokens, got {len(tokens)}")
        if any(not 0 <= token < self.context.n_vocab for token in tokens):
            raise CallerError(f"tokens are 0 to {self.context.n_vocab - 1}")
        self.tokens = tokens
        self.prompt_tokens = len(tokens)
        self.most = min(request.max_tokens, room) if request.max_tokens > 0 else room
        self.out = TextOut(request.stop)
        self.processor = processor
        self.sampler = Sampler(self.context, request.sampling, request.grammar)
        self.sampler.prime(tokens)
        try:
            self.history = engine.slots.take_with_prefix(self, tokens) if self.key else History()
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

    def due(self) -> Row:
        """What is to be decoded next."""
        self._began = self.engine.clock()
        if self._replay is not None:
            self._replaying = call = next(self._replay)
            return Row(self.slot, call.position, call.tokens, False)
        end = min(self.position + self.context.n_batch, len(self.tokens))
        return Row(self.slot, self.position, self.tokens[self.position : end], end == len(self.tokens))

    @property
    def decoding(self) -> bool:
        """The next step is one token of the answer."""
        return self._replay is None and self.position >= self.prompt_tokens

    def take(self, output: int, made: Step) -> None:
        """The row that was due is decoded. Raises CallerError if no token can follow."""
        elapsed = self.engine.clock() - self._began
        if self._replay is not None and self._replaying is not None:
            self._replayed(self._replaying)
            self._restore_s += elapsed
            return
        end = min(self.position + self.context.n_batch, len(self.tokens))
        self.history.add(self.tokens[self.position : end])
        if self.position < self.prompt_tokens:
            made.prefilled += end - self.position
            self._prefill_s += elapsed
        else:
            self._decode_s += elapsed
        self.position = end
        if end == len(self.tokens):
            self._choose(output, made)

    def _replayed(self, call: Call) -> None:
        self.position = call.position + len(call.tokens)
        if call.keep < self.position:
            self.context.trim(self.slot, call.keep)
            self.position = call.keep
        if self.position >= self.history.position:
            self._replay = self._replaying = None

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
            elif len(self.tokens) - self.prompt_tokens >= self.most:
                made.finish = "length"
        if made.finish:
            made.text += self.out.end()

    def lost(self) -> None:
        """After an interruption: a sequence whose state could not go back is computed again."""
        if self._replay is not None or self.context.last_position(self.slot) != self.position - 1:
            self._again()

    # --- resting

    def pause(self, keep: Keep) -> tuple[Keep, int]:
        if self.slot < 0:
            return ("drop", 0) if self._state is None else ("store", len(self._state))
        if keep == "memory":
            return keep, self.context.state_bytes(self.slot)
        if keep == "store" and self.position and self.context.storable(self.slot) and self._replay is None:
            self._state = self.context.snapshot(self.slot)
        self.engine.slots.leave(self)
        return ("drop", 0) if self._state is None else ("store", len(self._state))

    def resume(self) -> tuple[How, int]:
        if self.slot >= 0:
            return "kept", 0
        began = self.engine.clock()
        self.engine.slots.take(self)
        state, self._state = self._state, None
        how: How = "restored"
        if state is None or not self.context.restore(self.slot, state, self.position):
            self._again()
            how = "recomputed"
        self._restore_s += self.engine.clock() - began
        return how, self.history.position if how == "recomputed" else 0

    def _again(self) -> None:
        self.context.forget(self.slot)
        self.position = 0
        self._replaying = None
        self._replay = self.history.calls() if self.history.position else None

    # --- the end

    def usage(self) -> Usage:
        return Usage(self.prompt_tokens, self.reused_tokens, len(self.tokens) - self.prompt_tokens)

    def timings(self) -> Timings:
        return Timings(self._prefill_s, self._decode_s, self._restore_s)

    def close(self) -> None:
        whole = self._replay is None and self.slot >= 0 and self.position == self.history.position
        self.engine.slots.leave(self, self.history if self.key and whole else None)
        self.sampler.close()
        self._state = None
