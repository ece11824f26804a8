"""The service ``encoder``: the network in a process of its own, started when a request needs it and gone when idle.

It knows nothing of actions: it is given words and answers with labels and tags. So what costs memory (numpy,
onnxruntime, the weights) is outside the core, and a request that a template answers never starts it.
"""

from __future__ import annotations

import numpy as np

from ...kernel.errors import CallerError
from ...kernel.service import Call, Service, handles
from ...models.encoder.network import Network, shipped
from ...models.encoder.tools import Chooser
from ...models.encoder.tuned import MOST_EXAMPLES, Heads, Shelf, held_out, trained
from ..foreign import MAX_TOOLS
from ..messages import MAX_SENTENCES, Encode, Encoded, Rank, Ranked, Sighted, Tune, Tuned
from ..values.words import MAX_TOKENS
from .labels import read_label

__all__ = ["EncoderService"]


class EncoderService(Service):
    """The model is loaded at the first request. What the owner's examples taught it is kept in the file ``tuned``."""

    def __init__(self, tuned: str = "") -> None:
        self._network: Network | None = None
        self._shelf = Shelf(tuned)
        self._heads: Heads | None = None
        self._chooser: Chooser | None = None

    def _opened(self) -> Network:
        if self._network is None:
            self._network = Network(shipped())
            try:
                self._heads = self._shelf.load()
            except CallerError as error:  # a file somebody broke takes away what it taught, not the planner
                self.port.log.warning("%s", error)
        return self._network

    @handles(Rank)
    async def rank(self, request: Rank, call: Call) -> Ranked:
        """Raises ServiceFault if the model is not as its card says."""
        if self._chooser is None:
            self._chooser = Chooser(self._opened(), shipped() / "tools.json")
        scores = self._chooser.scores(request.text, request.tools[:MAX_TOOLS])
        return Ranked(scores, self._chooser.weights.sure)

    @handles(Tune)
    async def tune(self, request: Tune, call: Call) -> Tuned:
        """Raises CallerError for too few or too many examples, or nothing to take back."""
        network = self._opened()
        if request.undo:
            self._heads = self._shelf.undo()
            return _counted(self._heads)
        kept = {tuple(each.words): each for each in (self._heads.examples if self._heads is not None else ())}
        kept |= {tuple(each.words): each for each in request.examples}  # the last word on a sentence counts
        examples = list(kept.values())
        if len(examples) > MOST_EXAMPLES:
            raise CallerError(f"expected at most {MOST_EXAMPLES} examples in all, got {len(examples)}")
        mine = {tuple(each.words) for each in examples}
        vectors = np.array([network.vectors(each.words).ravel() for each in examples])
        others = np.array([network.vectors(words).ravel() for words in request.others if tuple(words) not in mine])
        heads = trained(examples, vectors, others.reshape(-1, vectors.shape[1]))
        right, of = held_out(examples, vectors, others.reshape(-1, vectors.shape[1]))
        self._shelf.keep(heads)
        self._heads = heads
        return Tuned(_counted(heads).examples, right, of)

    @handles(Encode)
    async def encode(self, request: Encode, call: Call) -> Encoded:
        """Raises ServiceFault if the model is not as its card says."""
        network = self._opened()
        seen = [network.see(words[:MAX_TOKENS]) for words in request.sentences[:MAX_SENTENCES]]
        taught = {read_label(label).action for label in network.files.labels}
        if (heads := self._heads) is not None:
            some = request.sentences[:MAX_SENTENCES]
            seen = [
                each._replace(labels=heads.mixed(network.vectors(words[:MAX_TOKENS]).ravel(), each.labels))
                for each, words in zip(seen, some, strict=True)
            ]
            taught |= set(heads.actions)
        foreign = [action for action in request.about if action not in taught]
        return Encoded([Sighted(*each) for each in seen], network.files.sure, foreign)


def _counted(heads: Heads | None) -> Tuned:
    count: dict[str, int] = {}
    for each in heads.examples if heads is not None else ():
        count[each.action] = count.get(each.action, 0) + 1
    return Tuned(count)
