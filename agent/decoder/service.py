"""The service ``decoder``: llama.cpp and the decoder's file in a process of its own, started on demand, gone when idle.

It is shown a few tools and a request and answers with calls whose arguments are the request's own words, held to that
by a grammar; what values those are, and whether anything is done, is not its business. The state of the last tools'
part of the prompt is kept, so that asking again over the same tools costs the request alone.
"""

from __future__ import annotations

from pathlib import Path

from ...kernel.errors import CallerError
from ...kernel.service import Call, Service, handles
from ...models.decoder.grammar import MOST_TOOLS
from ...models.decoder.network import Network, shipped
from ..messages import Decode, Decoded
from .filling import choosing
from .values import spelled_numbers

__all__ = ["DecoderService"]


class DecoderService(Service):
    """The model is loaded at the first request; ``path`` is one other than the shipped ('')."""

    def __init__(self, path: str = "", engine: str = "auto") -> None:
        self._path, self._engine = path, engine
        self._network: Network | None = None

    @handles(Decode)
    async def decode(self, request: Decode, call: Call) -> Decoded:
        """Raises CallerError for too many or too large tools, ServiceFault where llama.cpp is not installed."""
        if not 1 <= len(request.tools) <= MOST_TOOLS:
            raise CallerError(f"expected 1 to {MOST_TOOLS} tools to decode for, got {len(request.tools)}")
        if self._network is None:
            self._network = Network(Path(self._path) if self._path else shipped(), engine=self._engine)
        answer = self._network.plan(request.tools, request.text, spelled_numbers, choosing(request.text))
        return Decoded(answer.calls, answer.sure, answer.tokens)
