"""The service ``encoder``: the network in a process of its own, started when a request needs it and gone when idle.

It knows nothing of actions: it is given words and answers with labels and tags. So what costs memory (numpy,
onnxruntime, the weights) is outside the core, and a request that a template answers never starts it.
"""

from __future__ import annotations

from ...kernel.service import Call, Service, handles
from ...models.encoder.network import Network, shipped
from ...models.encoder.tools import Chooser
from ..foreign import MAX_TOOLS
from ..messages import MAX_SENTENCES, Encode, Encoded, Rank, Ranked, Sighted
from ..values.words import MAX_TOKENS
from .labels import read_label

__all__ = ["EncoderService"]


class EncoderService(Service):
    """The model is loaded at the first request."""

    def __init__(self) -> None:
        self._network: Network | None = None
        self._chooser: Chooser | None = None

    def _opened(self) -> Network:
        if self._network is None:
            self._network = Network(shipped())
        return self._network

    @handles(Rank)
    async def rank(self, request: Rank, call: Call) -> Ranked:
        """Raises ServiceFault if the model is not as its card says."""
        if self._chooser is None:
            self._chooser = Chooser(self._opened(), shipped() / "tools.json")
        scores = self._chooser.scores(request.text, request.tools[:MAX_TOOLS])
        return Ranked(scores, self._chooser.weights.sure)

    @handles(Encode)
    async def encode(self, request: Encode, call: Call) -> Encoded:
        """Raises ServiceFault if the model is not as its card says."""
        network = self._opened()
        seen = [network.see(words[:MAX_TOKENS]) for words in request.sentences[:MAX_SENTENCES]]
        taught = {read_label(label).action for label in network.files.labels}
        foreign = [action for action in request.about if action not in taught]
        return Encoded([Sighted(each.labels, each.tags) for each in seen], network.files.sure, foreign)
