"""What is made of tools nobody was trained for: chosen by the encoder, read by the decoder, valued by rules.

The encoder's chooser says how likely each tool serves (``models/encoder/tools.py``); of those that may, the likeliest
few are shown to the decoder, which copies the words of arguments out of the request. What it leaves out and the request
says plainly, :mod:`.filling` finds; without a decoder it finds all. A call lacking something required is not made: the
reply asks for it. What was not on offer cannot come out: the grammar does not name it, and this module drops it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ...models.decoder.prompt import Tool, plain, tool_of
from ...skills.messages import ActionInfo
from ..messages import Planned, PlannedCall
from ..plan import REFUSAL
from ..schema import problem
from .about import about
from .calls import calls_of
from .filling import completed
from .spans import is_spoken
from .values import kind_of, value_of

__all__ = [
    "MOST_SHOWN",
    "RULES",
    "SEVERAL",
    "TIER",
    "joined",
    "likely",
    "made",
    "planned",
    "read",
    "refused",
    "tools_of",
]

TIER, RULES = "decoder", "encoder"
"""Who is named as the planner: the decoder where it read the request, else the encoder whose choice rules filled."""
MOST_SHOWN = 1
"""Tools that the decoder is shown of a clause: the encoder chooses among them better than it does."""
MOST_DEPTH = 3
"""How deep objects within objects are filled."""
SEVERAL = 0.7
"""How sure the decoder must be of several calls in speech; else, and in writing, the first is taken, and rules look for
more."""
Written = Sequence[tuple[str, Mapping[str, str]]]


def tools_of(actions: Sequence[ActionInfo]) -> list[Tool]:
    """Actions as the models read them."""
    return [tool_of(action.name, action.description, action.schema) for action in actions]


def likely(tools: Sequence[Tool], scores: Sequence[float], sure: float) -> list[Tool]:
    """The tools that may serve, the likeliest first; none where the request is to be refused."""
    ranked = sorted(zip(scores, range(len(tools)), strict=True), key=lambda pair: (-pair[0], pair[1]))
    return [tools[at] for score, at in ranked[:MOST_SHOWN] if score >= sure]


def refused(scores: Sequence[float]) -> Planned:
    """Nothing on offer serves; how sure that is."""
    best = max(scores, default=0.0)
    return Planned([], RULES, round(1 - best, 3), 0.0, REFUSAL, why=f"no tool on offer is likely to serve ({best:.2f})")


def made(
    action: ActionInfo, text: str, words: Mapping[str, str], now: datetime
) -> tuple[PlannedCall | None, list[str]]:
    """The call of a tool with these words, and what is required and missing (then there is no call)."""
    schema = action.schema
    parameters, required = _asked(action)
    arguments: dict[str, Any] = {}
    spans: dict[str, str] = {}
    for name, said in words.items():
        given = parameters.get(name)
        value = value_of(_as_said(said, text), given if isinstance(given, Mapping) else {}, name, now)
        if value is None or problem({name: value}, {**schema, "required": []}):
            continue
        arguments[name], spans[name] = value, _as_said(said, text)
    for name in parameters:
        value = _object(parameters[name], name in required, text, action.name, now) if name not in arguments else {}
        if value and not problem({name: value}, {**schema, "required": []}):
            arguments[name] = value
    missing = [name for name in required if name not in arguments]
    return (None, missing) if missing else (PlannedCall(action.name, arguments, spans), [])


def read(text: str, action: ActionInfo, ruled: Planned) -> bool:
    """Whether the decoder is to be asked beside rules: in speech, and where they miss what may be any words. What else
    is written they read better alone; see docs/models/planner-decoder.md.
    """
    if is_spoken(text):
        return True
    parameters, required = _asked(action)
    return bool(ruled.lacks) and any("anything" in about(name, parameters[name], True).topics for name in required
                                     if isinstance(parameters[name], Mapping))  # fmt: skip


def _object(schema: Any, needed: bool, text: str, subject: str, now: datetime, depth: int = 0) -> dict[str, Any]:
    """An object of what the request says for its properties; empty where something it requires is not said, or where it
    may be left out and nothing of it stands out."""
    inner = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(inner, Mapping) or kind_of(schema) != "object" or depth >= MOST_DEPTH:
        return {}
    required = [name for name in schema.get("required") or () if name in inner]
    words = completed(inner, required, text, {}, {}, subject, strict=not needed)
    made: dict[str, Any] = {}
    for name, given in inner.items():
        value = _object(given, needed and name in required, text, subject, now, depth + 1) or None
        if value is None and name in words and isinstance(given, Mapping):
            value = value_of(words[name], given, name, now)
        if value is not None:
            made[name] = value
    return made if all(name in made for name in required) else {}


def planned(
    text: str,
    actions: Mapping[str, ActionInfo],
    best: Tool,
    score: float,
    written: Written | None,
    sure: float,
    now: datetime,
    *,
    complete: bool = True,
    context: str = "",
) -> Planned:
    """The plan of what the decoder wrote; ``None`` where it could not be asked: the best tool alone, by rules.

    The decoder writes lower case; names of tools and parameters are the ones on offer that read so. ``complete`` lets
    rules have their say too: what they find and the decoder's words are weighed against each other where it wrote one
    call, and what it left out is added where it wrote several. ``context`` is what was said around a clause: where that
    lacks something required, it may have been said there.
    """
    tier = RULES if written is None else TIER
    why = f"the encoder takes {best.name} for likeliest ({score:.2f})"
    why += f"; the decoder and rules found the words ({sure:.2f})" if written is not None else "; rules found the words"
    offered = {plain(name): action for name, action in actions.items()}
    known = [(offered[name], words) for name, words in written or () if name in offered]
    if complete and len(known) > 1 and (sure < SEVERAL or not is_spoken(text)):
        known = known[:1]
    if written is None:
        known = [(actions[best.name], {})]
    calls: list[PlannedCall] = []
    for action, words in known:
        spelled = {plain(key): key for key in action.schema.get("properties") or {}}
        said = {spelled[key]: value for key, value in words.items() if key in spelled}
        for each in _words_of(action, text, said, alone=len(known) == 1, context=context) if complete else [said]:
            call, missing = made(action, context or text, each, now)
            if call is None:
                ask = f"Please tell me the {missing[0].replace('_', ' ')} too."
                return Planned([], tier, round(score, 3), 0.0, ask, lacks=action.name, why=why)
            if call not in calls:
                calls.append(call)
    if not calls:
        return Planned([], tier, round(1 - score, 3), 0.0, REFUSAL, why=f"{why}: it does not serve")
    return Planned(calls, tier, round(score, 3), 0.0, why=why)


def joined(plans: Sequence[Planned]) -> Planned:
    """One plan of those of a request's clauses: all their calls, or the question that one of them has."""
    for each in plans:
        if each.lacks:
            return each
    if len(plans) == 1:
        return plans[0]
    calls = [call for each in plans for call in each.calls]
    least = min(plans, key=lambda each: each.confidence)
    why = "; then ".join(each.why for each in plans)
    return Planned(calls, least.planner, least.confidence, 0.0, "" if calls else REFUSAL, why=why)


def _words_of(
    action: ActionInfo, text: str, words: Mapping[str, str], *, alone: bool, context: str
) -> list[dict[str, str]]:
    """The words of a call's arguments with the rules' say; of an only call perhaps several."""
    parameters, required = _asked(action)
    calls = calls_of(parameters, required, text, words, action.name) if alone else [
        completed(parameters, required, text, words)
    ]  # fmt: skip
    if not context:
        return calls
    return [
        each if all(name in each for name in required)
        else completed(parameters, required, context, each, {}, action.name, strict=True)
        for each in calls
    ]  # fmt: skip


def _asked(action: ActionInfo) -> tuple[Mapping[str, Any], list[str]]:
    parameters: Mapping[str, Any] = action.schema.get("properties") or {}
    return parameters, [name for name in action.schema.get("required") or () if name in parameters]


def _as_said(words: str, text: str) -> str:
    """The words as the request has them: the decoder reads and writes lower case."""
    at = text.lower().find(words.lower())
    return text[at : at + len(words)] if at >= 0 and len(text.lower()) == len(text) else words
