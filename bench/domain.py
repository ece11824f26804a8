"""What the device really can be told: the skills' sentences, held-out ones with them, and the planner.

The corpus is the one the recogniser of a running device learns; held-out sentences are other expansions of the same
templates, never in the corpus; two texts mean the same when they plan to the same calls at the same moment.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..agent.corpus import Sampler
from ..agent.plan import Planner
from ..skills import loader
from ..skills.catalogue import fingerprint
from ..skills.derive import actions_of
from ..skills.messages import Catalogue
from .voice import Domain

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=ZoneInfo("Europe/Berlin"))
SEED = 7


def device_catalogue() -> Catalogue:
    """The system skills' actions, derived as the device derives them."""
    actions = [action.info for entry in loader.system_entries() for action in actions_of(loader.load(entry)).values()]
    return Catalogue(fingerprint(actions, []), actions, [])


def device_domain(held_out: int = 240) -> Domain:
    """The domain of the voice benchmark."""
    planner = Planner(device_catalogue())
    sampler = Sampler(planner.templates)

    def plan(text: str) -> Any:
        return [(call.name, call.arguments) for call in planner.plan(text, NOW).calls]

    spoken = [each.text for each in sampler.held_out(held_out, SEED, NOW)]
    return Domain(list(sampler.corpus()), spoken, plan)
