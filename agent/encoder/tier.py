"""What the device does with what the encoder saw: act if it is sure, ask if a value is missing, else refuse.

The probability of an action is that of all its labels together, and only of actions that the device offers: what the
network knows and no skill does is refused like any other request. Nothing of it is learned here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ...skills.messages import ActionInfo, ParameterInfo
from ..messages import Encoded, Planned
from ..plan import REFUSAL
from ..values.words import tokenize
from .filling import filled
from .labels import Label, read_label

__all__ = ["TIER", "chosen", "planned"]

TIER = "encoder"
_ASKED = {
    "time": "the time", "when": "the time", "date": "the day", "duration": "how long", "change": "by how much",
    "place": "the place", "person": "whom", "number": "the number", "expression": "the numbers", "unit": "the unit",
    "currency": "the currency", "repeat": "how often", "level": "the level",
}  # fmt: skip


def chosen(labels: Sequence[tuple[str, float]], actions: Mapping[str, ActionInfo]) -> tuple[Label | None, float]:
    """The likeliest action on offer, by its likeliest label, and the action's probability."""
    mass: dict[str, float] = {}
    first: dict[str, Label] = {}
    for text, likely in labels:
        label = read_label(text)
        if label.action in actions:
            mass[label.action] = mass.get(label.action, 0.0) + likely
            first.setdefault(label.action, label)
    if not mass:
        return None, 0.0
    best = max(mass, key=lambda name: mass[name])
    return first[best], mass[best]


def planned(text: str, seen: Encoded, actions: Mapping[str, ActionInfo], now: datetime) -> Planned:
    """The plan of a text; ``ms`` is left to the caller. ``confidence`` of a refusal is how sure it is that none serves."""
    label, likely = chosen(seen.labels, actions)
    if label is None or likely < seen.sure:
        return Planned([], TIER, round(1 - likely, 3), 0.0, REFUSAL)
    action = actions[label.action]
    call, missing = filled(action, label.fixed, text, tokenize(text), seen.tags, now)
    if call is not None:
        return Planned([call], TIER, round(likely, 3), 0.0)
    return Planned([], TIER, round(likely, 3), 0.0, question(action, missing), lacks=action.name)


def question(action: ActionInfo, missing: Sequence[ParameterInfo]) -> str:
    """What to say instead of a call that lacks something."""
    what = _ASKED.get(missing[0].kind, f"the {missing[0].name.replace('_', ' ')}") if missing else "more"
    example = f", for example: {action.examples[0]}." if action.examples else "."
    return f"Please tell me {what} too{example}"
