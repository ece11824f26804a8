"""Text as one vector: the model's own pooling, or the mean (or the last) of its tokens' last hidden states.

A whole text is computed in a quantum of its own chunks; the vector has length 1 (its dot product is the cosine).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ....kernel.errors import CallerError, ServiceFault
from ...messages import Tensor
from ..contract import Quantum, Session, Step
from .context import Aborted, Row
from .history import History

if TYPE_CHECKING:
    from .engine import LlamaEngine

__all__ = ["EmbedSession"]


class EmbedSession(Session):
    """Raises CallerError for an empty or overlong text, BudgetExceeded without a place."""

    def __init__(self, engine: LlamaEngine, tokens: list[int]) -> None:
        context = engine.context
        self._pooled = context.pooling != context.lib.LLAMA_POOLING_TYPE_NONE
        whole = self._pooled or context.memory is None  # such models see a text at once, in one graph
        most = min(context.n_ubatch, context.ctx) if whole else context.ctx
        if not 0 < len(tokens) <= most:
            raise CallerError(f"a text to embed has 1 to {most} tokens here, got {len(tokens)}")
        self.engine = engine
        self.tokens = tokens
        self.prompt_tokens = len(tokens)
        self.key = ""
        self.history = History()
        self.slot = -1
        engine.slots.take(self)
        self._width = int(context.lib.llama_model_n_embd_out(context.model))
        self._sum = np.zeros(self._width, np.float64)

    def step(self, quantum: Quantum) -> Step:
        context, made = self.engine.context, Step()
        context.lib.llama_set_embeddings(context.handle, True)
        try:
            while self.position < len(self.tokens):
                chunk = self.tokens[self.position : self.position + context.n_batch]
                context.decode([Row(self.slot, self.position, chunk, True)], all_outputs=True)
                self._add(len(chunk))
                self.position += len(chunk)
                made.prefilled += len(chunk)
                if self.position < len(self.tokens) and (quantum.over() or self.engine.interrupted):
                    return made
        except Aborted:
            return made
        finally:
            context.lib.llama_set_embeddings(context.handle, False)
        made.finish = "stop"
        length = float(np.linalg.norm(self._sum))
        vector = (self._sum / length if length > 0.0 else self._sum).astype("<f4")
        made.data = vector.tobytes()
        made.tensors = [Tensor("embedding", "float32", [self._width], 0, len(made.data))]
        return made

    def _add(self, count: int) -> None:
        lib, handle = self.engine.context.lib, self.engine.context.handle
        if self._pooled:
            self._sum += self._vector(lib.llama_get_embeddings_seq(handle, self.slot))
        elif self.engine.pooling == "last":
            self._sum = self._vector(lib.llama_get_embeddings_ith(handle, count - 1)).astype(np.float64)
        else:
            for output in range(count):
                self._sum += self._vector(lib.llama_get_embeddings_ith(handle, output))

    def _vector(self, pointer: object) -> npt.NDArray[np.float32]:
        if not pointer:
            raise ServiceFault("llama.cpp gives no embedding for this model")
        vector: npt.NDArray[np.float32] = np.ctypeslib.as_array(pointer, shape=(self._width,)).copy()
        return vector

    def close(self) -> None:
        self.engine.slots.leave(self)
