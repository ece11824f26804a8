"""What the device really can be told: the skills' sentences, held-out ones with them, and the planner.

The corpus is the one the recogniser of a running device learns; held-out sentences are other expansions of the same
templates, never in the corpus; two texts mean the same when they plan to the same calls at the same moment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..agent.corpus import Sampler
from ..agent.encoder import tier
from ..agent.messages import Sighted
from ..agent.plan import Planner
from ..agent.planner import understood
from ..agent.values.words import words
from ..models.encoder.network import Network, shipped
from .catalogue import NOW, device_catalogue

__all__ = ["NOW", "SEED", "Domain", "device_catalogue", "device_domain"]

SEED = 7
"""Of the held-out sentences that figures are given for; 11 is for choosing settings."""


class Domain(NamedTuple):
    """What may be said. ``plan`` gives anything comparable; two texts mean the same when it gives equals. ``judge``
    says how completely the planner understands each reading of one utterance, as it tells the recogniser."""

    corpus: Sequence[str]
    held_out: Sequence[str]
    plan: Callable[[str], Any]
    judge: Callable[[Sequence[str]], list[float]] | None = None


def device_domain(held_out: int = 240, seed: int = SEED) -> Domain:
    """The domain of the voice benchmark."""
    planner = Planner(device_catalogue())
    sampler = Sampler(planner.templates)

    def plan(text: str) -> Any:
        return [(call.name, call.arguments) for call in planner.plan(text, NOW).calls]

    network = Network(shipped())

    def judge(texts: Sequence[str]) -> list[float]:
        sure = [understood(planner.plan(text, NOW)) for text in texts]
        if any(sure):
            return sure
        seen = [network.see(words(text)) for text in texts]
        return [tier.heard(text, Sighted(*each), planner.actions, NOW) for text, each in zip(texts, seen, strict=True)]

    spoken = [each.text for each in sampler.held_out(held_out, seed, NOW)]
    return Domain(list(sampler.corpus()), spoken, plan, judge)
