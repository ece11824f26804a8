"""What the device does with what the encoder saw: act if it is sure, ask if a value is missing, else refuse.

The probability of an action is that of all its labels together, and only of actions that the device offers: what the
network knows and no skill does is refused like any other request. A sentence with a joint in it is also read in two
halves; they are two requests where both are sure, and very sure if the second does not begin as a request does. Nothing
of it is learned here.

The templates come first. What the encoder is asked is what they refuse, and what they match only by leaving much of it
to free words: of such matches of sentences that were kept back, 25 of 38 were wrong, and the encoder right in 24 of
these (docs/models/planner-encoder.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from ...skills.messages import ActionInfo, ParameterInfo
from ..messages import Encoded, Planned, Sighted
from ..phrasing import COMMANDING, joints
from ..plan import REFUSAL
from ..values.words import Token, tokenize
from .filling import filled
from .labels import Label, read_label

__all__ = ["DOUBT", "TIER", "chosen", "doubted", "heard", "planned", "second", "sentences"]

TIER = "encoder"
DOUBT = 0.7
"""The confidence below which a match of the templates is not believed without the encoder."""
OVERRULE = 0.85
"""How sure the encoder must be to be believed instead."""
HEARD, HEARD_WEIGHT = 0.9, 0.8
"""How sure it must be of words from a recogniser, and how much that counts beside the templates' understanding."""
_HALVES = 3
_JOINED = frozenset(["and", "then", "also", "plus"])
_HALF_SURE, _HALF_SURER = 0.8, 0.9
"""How sure both halves must be; the second where the later one does not begin as requests do."""
_ASKED = {
    "time": "the time", "when": "the time", "date": "the day", "duration": "how long", "change": "by how much",
    "place": "the place", "person": "whom", "number": "the number", "expression": "the numbers", "unit": "the unit",
    "currency": "the currency", "repeat": "how often", "level": "the level",
}  # fmt: skip


def sentences(text: str) -> list[list[Token]]:
    """What to show the encoder of a text: all of it, then the halves at its first joints that a request may follow."""
    tokens = tokenize(text)
    found: list[list[Token]] = [tokens]
    for end, start in joints(tokens):
        said = any(token.text in _JOINED for token in tokens[end:start]) and start + 1 < len(tokens)
        joined = said or tokens[start].text in COMMANDING
        if joined and len(found) < 1 + 2 * _HALVES:
            found += [tokens[:end], tokens[start:]]
    return found


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


def planned(text: str, encoded: Encoded, actions: Mapping[str, ActionInfo], now: datetime) -> Planned:
    """The plan of a text whose :func:`sentences` were encoded; ``ms`` is left to the caller."""
    parts = sentences(text)
    plans = [
        _one(text, tokens, seen, encoded.sure, actions, now) for tokens, seen in zip(parts, encoded.seen, strict=True)
    ]
    best: Planned | None = None
    for first, second, words in zip(plans[1::2], plans[2::2], parts[2::2], strict=True):
        sure = min(first.confidence, second.confidence)
        least = _HALF_SURE if words[0].text in COMMANDING else _HALF_SURER
        if first.calls and second.calls and sure >= max(least, best.confidence if best else 0.0):
            best = Planned([*first.calls, *second.calls], TIER, sure, 0.0)
    return best if best is not None else plans[0]


def _one(
    text: str, tokens: Sequence[Token], seen: Sighted, sure: float, actions: Mapping[str, ActionInfo], now: datetime
) -> Planned:
    """One request. The confidence of a refusal is how sure it is that nothing serves."""
    label, likely = chosen(seen.labels, actions)
    if label is None or likely < sure:
        return Planned([], TIER, round(1 - likely, 3), 0.0, REFUSAL)
    action = actions[label.action]
    call, missing = filled(action, label.fixed, text, tokens, seen.tags, now)
    if call is not None:
        return Planned([call], TIER, round(likely, 3), 0.0)
    return Planned([], TIER, round(likely, 3), 0.0, question(action, missing), lacks=action.name)


def heard(text: str, seen: Sighted, actions: Mapping[str, ActionInfo], now: datetime) -> float:
    """How completely words that may have been misheard are a request, 0.0 for none; below what templates can be."""
    plan = _one(text, tokenize(text), seen, HEARD, actions, now)
    return HEARD_WEIGHT * plan.confidence if plan.calls else 0.0


def question(action: ActionInfo, missing: Sequence[ParameterInfo]) -> str:
    """What to say instead of a call that lacks something."""
    what = _ASKED.get(missing[0].kind, f"the {missing[0].name.replace('_', ' ')}") if missing else "more"
    example = f", for example: {action.examples[0]}." if action.examples else "."
    return f"Please tell me {what} too{example}"


def doubted(templates: Planned) -> bool:
    """The encoder is asked about this plan of the templates."""
    if templates.calls:
        return len(templates.calls) == 1 and not templates.calls[0].revises and templates.confidence < DOUBT
    return templates.reply == REFUSAL


def second(templates: Planned, encoder: Planned) -> Planned:
    """Which of two plans of one text to follow, where the templates' is :func:`doubted`."""
    if not templates.calls:
        return replace(encoder, why=f"no template matches; {_belief(encoder)}")
    names = [call.name for call in templates.calls]
    agrees = names == [call.name for call in encoder.calls] or encoder.lacks in names
    if agrees:
        return replace(templates, why=f"a template matches loosely; {_belief(encoder)} too")
    if encoder.confidence < OVERRULE:
        return replace(templates, why=f"a template matches loosely; the encoder is no surer ({encoder.confidence:.2f})")
    return replace(encoder, why=f"a template matches only loosely ({templates.confidence:.2f}); {_belief(encoder)}")


def _belief(encoder: Planned) -> str:
    what = encoder.lacks or ", ".join(call.name for call in encoder.calls) or "nothing it knows"
    return f"the encoder reads {what} ({encoder.confidence:.2f})"
