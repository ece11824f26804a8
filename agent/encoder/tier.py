"""What the device does with what the encoder saw: act if it is sure, ask if a value is missing or two actions are
close, else refuse.

The probability of an action is that of all its labels together, and only of actions that the device offers: what the
network knows and no skill does is refused like any other request. A sentence with a joint in it is also read in two
halves; they are two requests where both are sure, and very sure if the second does not begin as a request does. Nothing
of it is learned here.

The templates come first. What the encoder is asked is what they refuse, and what they match only by leaving much of it
to free words (docs/models/planner-encoder.md has the figures).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from ...skills.messages import ActionInfo, ParameterInfo
from ...skills.speech import joined
from ..choosing import CLOSE, TOGETHER, option
from ..choosing import question as question_between
from ..messages import Encoded, Planned, PlannedCall, Sighted
from ..phrasing import COMMANDING, joints
from ..plan import REFUSAL
from ..several import once
from ..values.durations import durations
from ..values.words import Token, tokenize, words
from .filling import WHOLE, filled
from .labels import Label, read_label

__all__ = ["DOUBT", "TIER", "chosen", "doubted", "heard", "planned", "ranked", "second", "sentences"]

TIER = "encoder"
DOUBT = 0.9
"""The confidence up to which a match of the templates is not believed without the encoder: where one word in six is
free text. (What goes on from an earlier request is surer: the encoder has not heard of that one.) Chosen, with the
rules of :func:`second`, on sentences that were kept back."""
SEVERAL, SURE_OF_SEVERAL = 0.7, 0.95
"""Where templates read several requests less surely than this, and the encoder one or as many as surely as that, the
encoder is believed."""
WITHIN_SKILL, CERTAIN = 0.7, 0.99
OVERRULE, CLOSELY, OVERRULE_CLOSELY = 0.65, 0.8, 0.85
"""How sure the encoder must be to be believed instead; and where the template matches that closely."""
HARDLY, OVERRULE_HARDLY = 0.6, 0.4
"""The same of a template that matches hardly: "play" and anything at all."""
OPEN, OPEN_SURE = frozenset(["get_news"]), 0.6
"""Actions that are about anything at all, and how sure it must be of them: so is what nobody serves."""
READING_SURE = 0.25
"""From which probability to do what changes nothing. Taken wrongly it costs a glance, and refusing costs the answer."""
ASKED_SURE = 0.1
"""The same for an action that is asked a question as a whole, of words that ask one: to hear that no language model is
there is no worse than to hear that no skill does that."""
UNLIKE = 0.5
"""A question of which no label is as likely as this is like nothing it was taught: one about the world, then."""
_ASKING = frozenset(
    ["what", "whats", "who", "whom", "whose", "which", "where", "when", "why", "how", "is", "are", "was", "were",
     "does", "do", "did", "can", "could", "has", "have", "describe", "explain", "define"]
)  # fmt: skip
HEARD, HEARD_WEIGHT = 0.95, 0.8
"""How sure it must be of words from a recogniser, and how much that counts beside the templates' understanding. It
learned to understand what is misheard, and is surer of what was never said to it."""
REMINDING = ("add_reminder", "remind me to ")
"""What is to be remembered is often a request itself ("remind me to set an alarm"), and then the network reads that."""
LISTING = ("add_to_list", "list")
"""But "remind me to buy jeans on my shopping list" says where to write it down."""
_NEEDY = frozenset(["list", "find", "open", "check", "get", "search", "show", "start", "go", "look", "take", "read"])
"""Alone before a joint these share what the later verb is about ("find and play the weeknd")."""
_HALVES = 3
_BETWEEN = 5
"""Within so many words before a joint stands the "between" that it belongs to."""
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
        joined = (said or tokens[start].text in COMMANDING) and not _between(tokens, end)
        joined = joined and not (end == 1 and tokens[0].text in _NEEDY)
        if joined and len(found) < 1 + 2 * _HALVES:
            found += [tokens[:end], tokens[start:]]
    return found


def _between(tokens: Sequence[Token], joint: int) -> bool:
    """The joint is that of "between six and nine"."""
    return any(token.text == "between" for token in tokens[max(0, joint - _BETWEEN) : joint])


def ranked(labels: Sequence[tuple[str, float]], actions: Mapping[str, ActionInfo]) -> list[tuple[Label, float]]:
    """The actions on offer, likeliest first: each by its likeliest label, with the probability of all of its labels."""
    mass: dict[str, float] = {}
    first: dict[str, Label] = {}
    for text, likely in labels:
        label = read_label(text)
        if label.action in actions:
            mass[label.action] = mass.get(label.action, 0.0) + likely
            first.setdefault(label.action, label)
    return sorted(((first[name], each) for name, each in mass.items()), key=lambda pair: -pair[1])


def chosen(labels: Sequence[tuple[str, float]], actions: Mapping[str, ActionInfo]) -> tuple[Label | None, float]:
    """The likeliest action on offer, by its likeliest label, and the action's probability."""
    return next(iter(ranked(labels, actions)), (None, 0.0))


def planned(text: str, encoded: Encoded, actions: Mapping[str, ActionInfo], now: datetime) -> Planned:
    """The plan of a text whose :func:`sentences` were encoded; ``ms`` is left to the caller."""
    parts = sentences(text)
    plans = [
        _one(text, tokens, seen, encoded.sure, actions, now) for tokens, seen in zip(parts, encoded.seen, strict=True)
    ]
    best: Planned | None = None
    for first, second, said in zip(plans[1::2], plans[2::2], parts[2::2], strict=True):
        sure = min(first.confidence, second.confidence)
        least = _HALF_SURE if said[0].text in COMMANDING else _HALF_SURER
        if first.calls and second.calls and sure >= max(least, best.confidence if best else 0.0):
            best = Planned(once([*first.calls, *second.calls], actions), TIER, sure, 0.0)
    return best if best is not None else plans[0]


def _one(
    text: str, tokens: Sequence[Token], seen: Sighted, sure: float, actions: Mapping[str, ActionInfo], now: datetime
) -> Planned:
    """One request. The confidence of a refusal, and of a question left to ``answer`` because it is like nothing that
    was taught, is how sure it is that nothing else serves."""
    order = ranked(seen.labels, actions)
    either = _either(order[:2], text, tokens, seen, actions, now)
    if either is not None:
        return either
    label, likely = order[0] if order else (None, 0.0)
    asked = _asking(tokens, seen, actions)
    if label is None or likely < _least(actions[label.action], asked, sure):
        if asked is None or max(p for _, p in seen.labels) >= UNLIKE:
            return Planned([], TIER, round(1 - likely, 3), 0.0, REFUSAL)
        label, likely = Label(asked.name, {}), 1 - likely
    action = actions[label.action]
    call, missing = filled(action, label.fixed, text, tokens, seen.tags, now, seen.others)
    if call is None and missing:
        fixed = {**_lacking(label.action, missing, seen, tokens), **label.fixed}
        call, _ = filled(action, fixed, text, tokens, seen.tags, now, seen.others)
    if call is not None:
        return Planned([call], TIER, round(likely, 3), 0.0)
    return Planned([], TIER, round(likely, 3), 0.0, question(action, missing), lacks=action.name)


def _lacking(action: str, missing: Sequence[ParameterInfo], seen: Sighted, tokens: Sequence[Token]) -> dict[str, Any]:
    """Of what is missing, what another label of the action fixes: the title of "an appointment at nine", if it is said.
    (A number need not be: "how many cups are in a quart" means one.)"""
    lacks, said = {p.name for p in missing}, {token.text for token in tokens}
    for text, _likely in seen.labels:
        other = read_label(text)
        unsaid = any(isinstance(value, str) and value not in said for value in other.fixed.values())
        if other.action == action and other.fixed and other.fixed.keys() <= lacks and not unsaid:
            return other.fixed
    return {}


def _asking(tokens: Sequence[Token], seen: Sighted, actions: Mapping[str, ActionInfo]) -> ActionInfo | None:
    """The action on offer that is asked a question as a whole, if these words ask one."""
    if not seen.labels or not tokens or tokens[0].text not in _ASKING:
        return None
    return next((each for each in actions.values() if any(p.name == WHOLE for p in each.parameters)), None)


def _least(action: ActionInfo, asked: ActionInfo | None, sure: float) -> float:
    """The probability from which an action is done; ``sure`` where it would change something."""
    if action.name in OPEN:
        return OPEN_SURE
    if any(p.name == WHOLE for p in action.parameters):
        return ASKED_SURE if asked is not None else sure
    return min(READING_SURE, sure) if action.reads else sure


def _either(
    two: Sequence[tuple[Label, float]],
    text: str,
    tokens: Sequence[Token],
    seen: Sighted,
    actions: Mapping[str, ActionInfo],
    now: datetime,
) -> Planned | None:
    """A question, where two actions are close and nothing of either is missing."""
    if len(two) < 2 or two[0][1] - two[1][1] >= CLOSE or two[0][1] + two[1][1] < TOGETHER:
        return None
    options: list[PlannedCall] = []
    for label, _likely in two:
        call, _missing = filled(actions[label.action], label.fixed, text, tokens, seen.tags, now, seen.others)
        if call is not None:
            options.append(option(call, actions[label.action]))
    asked = question_between(options)
    return Planned([], TIER, round(two[0][1], 3), 0.0, asked, options=options) if asked else None


def heard(text: str, seen: Sighted, actions: Mapping[str, ActionInfo], now: datetime) -> float:
    """How completely words that may have been misheard are a request, 0.0 for none; below what templates can be."""
    plan = _one(text, tokenize(text), seen, HEARD, actions, now)
    return HEARD_WEIGHT * plan.confidence if plan.calls and plan.confidence >= HEARD else 0.0


def question(action: ActionInfo, missing: Sequence[ParameterInfo]) -> str:
    """What to say instead of a call that lacks something."""
    what = _ASKED.get(missing[0].kind, f"the {missing[0].name.replace('_', ' ')}") if missing else "more"
    if missing and missing[0].choices:
        return f"Please say which: {joined([said[0] for said in missing[0].choices.values()], 'or')}."
    example = f", for example: {action.examples[0]}." if action.examples else "."
    return f"Please tell me {what} too{example}"


def doubted(templates: Planned) -> bool:
    """The encoder is asked about this plan of the templates."""
    if templates.calls:
        loose = templates.confidence <= DOUBT if len(templates.calls) == 1 else templates.confidence < SEVERAL
        return loose and not templates.calls[0].revises
    return templates.reply == REFUSAL


def second(
    templates: Planned, encoder: Planned, actions: Mapping[str, ActionInfo], *, text: str = "", foreign: bool = False
) -> Planned:
    """Which of two plans of one text to follow, where the templates' is :func:`doubted`. Agreed on the action, the
    encoder's arguments are taken where they differ in nothing that the action needs: what a template leaves to free
    words takes any there are ("my current spot" for a place), but a note or a message is all that was said. Agreed on
    the skill, the templates are believed sooner: "cancel" and "resume" are literal words of theirs.

    Of an action that is ``foreign`` to the network (of a skill that came after the training) it has no opinion: it can
    only take it for something else.
    """
    if not templates.calls:
        return replace(encoder, why=f"no template matches; {_belief(encoder)}")
    if len(templates.calls) > 1:
        if encoder.calls and encoder.confidence >= SURE_OF_SEVERAL and doubted(templates):
            return replace(encoder, why=f"several templates match loosely; {_belief(encoder)}")
        return replace(templates, why="several templates match")
    if encoder.options:
        named = [option.name for option in encoder.options]
        of_one = len({actions[name].skill for name in named if name in actions}) == 1
        two = any(" and " in str(value) for value in templates.calls[0].arguments.values())  # perhaps: in one name
        sure = templates.confidence >= (WITHIN_SKILL if of_one and not two else CLOSELY)
        if templates.calls[0].name in named and sure:
            return replace(templates, why=f"a template matches; {_belief(encoder)}")
        return replace(encoder, why=f"a template matches loosely; {_belief(encoder)}")
    if foreign:
        return replace(templates, why="a template matches loosely, and the encoder was never taught its action")
    names = [call.name for call in templates.calls]
    if names == [call.name for call in encoder.calls] or encoder.lacks in names:
        found = encoder if encoder.calls and _says_all(templates.calls[0], encoder.calls[0], actions) else templates
        return replace(found, why=f"a template matches loosely; {_belief(encoder)} too")
    onto_list = [call.name for call in encoder.calls[:1]] == [LISTING[0]] and LISTING[1] in words(text)
    if names == [REMINDING[0]] and REMINDING[1] in text.lower() and not onto_list:
        return replace(templates, why=f'a template matches; what follows "{REMINDING[1]}" is not asked for now')
    skills = {actions[call.name].skill for call in (*templates.calls, *encoder.calls) if call.name in actions}
    within = len(skills) == 1 and templates.confidence >= WITHIN_SKILL
    bar = OVERRULE if templates.confidence < CLOSELY else OVERRULE_CLOSELY
    bar = OVERRULE_HARDLY if templates.confidence < HARDLY else bar
    if encoder.confidence < (CERTAIN if encoder.calls and within else bar):
        return replace(templates, why=f"a template matches loosely; the encoder is no surer ({encoder.confidence:.2f})")
    return replace(encoder, why=f"a template matches only loosely ({templates.confidence:.2f}); {_belief(encoder)}")


def _says_all(template: PlannedCall, encoder: PlannedCall, actions: Mapping[str, ActionInfo]) -> bool:
    """The encoder's call lacks nothing that was surely said: what the action needs, a name that is a length of time
    ("the five minutes timer"), the verb of a thing to do ("take out the trash")."""
    parameters = actions[template.name].parameters if template.name in actions else []
    for p in parameters:
        told = template.arguments.get(p.name)
        read = encoder.arguments.get(p.name)
        if told == read or _parts(told, read, template, encoder):
            continue
        if p.required or (p.kind == "text" and (_is_length(str(told)) or _lacks_its_verb(str(read), str(told)))):
            return False
    return True


def _parts(told: Any, read: Any, template: PlannedCall, encoder: PlannedCall) -> bool:
    """What the template took for one name the encoder read as a name and something else ("lunch at tomo in arcata")."""
    if not isinstance(told, str) or not isinstance(read, str) or read not in told:
        return False
    more = [encoder.arguments[name] for name in encoder.arguments.keys() - template.arguments.keys()]
    return any(isinstance(value, str) and value in told for value in more)


def _lacks_its_verb(read: str, told: str) -> bool:
    return told.endswith(read) and words(told)[0] in COMMANDING if words(told) else False


def _is_length(text: str) -> bool:
    said = words(text)
    return any(end == len(said) for end, _seconds in durations(said, 0)) if said else False


def _belief(encoder: Planned) -> str:
    what = encoder.lacks or ", ".join(call.name for call in encoder.calls or encoder.options) or "nothing it knows"
    return f"the encoder reads {what} ({encoder.confidence:.2f})"
