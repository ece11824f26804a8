"""Several requests in one text, three ways of saying them:

    one after the other   "set a timer for 5 minutes, then turn the volume down", "... and another for ten"
    with shared words     "turn down the brightness and the volume", "set timers for 5 and 10 minutes"
    counted               "set two timers for 5 and 10 minutes"

Shared words are the coordination of the grammar books (Huddleston and Pullum, The Cambridge Grammar of the English
Language, chapter 15): "head X and Y tail" means "head X tail" and "head Y tail". It is believed only where both
sentences match, and match alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import product
from math import inf
from typing import NamedTuple

from msgspec.structs import replace

from ..skills.messages import ActionInfo
from .deixis import sentences
from .followup import Followups
from .messages import PlannedCall
from .phrasing import COMMANDING, MAX_REQUESTS, joints, unled
from .templates import Match, Templates
from .values.durations import SECONDS
from .values.numbers import NUMBER_WORDS, UNITS
from .values.words import Token, quote, tokenize

_MOST_JOINTS = 24
_SHARED_JOINTS = 4
_ITEM = 4
"""At most so many words are one item of a list with shared words."""
_ITEM_COST = 2.5
_COPIES = 4
_THOSE_THERE_ARE = ("my", "the", "all", "our", "any", "these", "those")
_KNOWN_WORD = 1.6
"""What a word of free text costs, and a share of its slot: a name from the last call costs less than leaving it out."""
_HEAD = 6
"""Within so many words stands the "to" that a second request can share."""
_LAST_OF_HEAD = frozenset(["me", "us", "you", "reminder", "remember"])
ONE_WORD = 0.65
"""How sure a match is at most of which one word was known and the rest is free text ("play chess")."""
_PLAIN_LITERALS = 3
"""A part with free words in it is a command where at least so many of its words are fixed."""


class Parts(NamedTuple):
    """The calls of a text that holds several requests, what that reading costs, and how sure it is."""

    calls: list[PlannedCall]
    cost: float
    sure: float
    commanded: bool = False
    """Every part but the first is a whole request that begins with a verb."""


class Several:
    """Reads texts as several requests."""

    def __init__(self, templates: Templates, followups: Followups) -> None:
        self.templates = templates
        self.followups = followups
        skills = {action.skill for action in templates.actions.values()}
        self._counted = {skill: skill[:-1] for skill in skills if skill.endswith("s")}

    def read(self, text: str, tokens: Sequence[Token], now: datetime, *, repair: bool = False) -> Parts | None:
        """The cheapest reading as two or more requests, one after the other or with shared words."""
        one_by_one = self._one_by_one(text, tokens, now, repair=repair)
        if repair or (one_by_one is not None and one_by_one.commanded):
            return one_by_one
        shared = self._shared(text, tokens, now)
        if one_by_one is None or (shared is not None and shared.cost < one_by_one.cost):
            return shared
        return one_by_one

    def counted(self, text: str, tokens: Sequence[Token], now: datetime) -> Parts | None:
        """ "set two timers for ...": as many calls as were counted; any number above one where none was."""
        said = [token.text for token in tokens]
        at = next((at for at, word in enumerate(said[:6]) if word in self._counted), 0)
        if not at:
            return None
        before = said[at - 1]
        count = UNITS.get(before, 0) or (int(before) if before.isdigit() and len(before) == 1 else 0)
        if count == 1 or count > MAX_REQUESTS or before in _THOSE_THERE_ARE:
            return None
        head = quote(text, tokens, 0, at - 1 if count else at)
        rest = quote(text, tokens, at + 1, len(tokens))
        one = f"{head} a {self._counted[said[at]]} {rest}"
        tokens = tokenize(one)
        parts = self.read(one, tokens, now)
        if parts is not None and len(parts.calls) == (count or len(parts.calls)):
            return parts
        match = self.templates.request(one, tokens, now) if 2 <= count <= _COPIES else None
        if match is None or match.cost or not match.arguments:
            return None
        return Parts([call_of(match)] * count, 0.0, sureness(match, len(tokens)))

    def pointed(self, tokens: Sequence[Token], last: PlannedCall | None, now: datetime) -> PlannedCall | None:
        """The words with "it", "that" or "one" replaced by the noun of the skill of the last call, "her", "him" or
        "them" by the person in it."""
        if last is None or last.name not in self.templates.actions:
            return None
        best: Match | None = None
        least = inf
        for sentence, known in sentences([token.text for token in tokens], last, self.templates.actions[last.name]):
            match = self.templates.request(sentence, tokenize(sentence), now)
            cost = match.cost - (_KNOWN_WORD * known if match.free else 0.0) if match is not None else inf
            if cost < least:
                best, least = match, cost
        return call_of(best) if best is not None else None

    def _one_by_one(self, text: str, tokens: Sequence[Token], now: datetime, *, repair: bool) -> Parts | None:
        places = joints(tokens)
        if not places or len(places) > _MOST_JOINTS:
            return None
        starts = [0, *(start for _end, start in places)]
        ends = [*(end for end, _start in places), len(tokens)]
        kept: dict[tuple[int, int], Match | None] = {}

        def match(start: int, end: int) -> Match | None:
            key = (start, end)
            if key not in kept:
                kept[key] = self.templates.request(text, tokens[start:end], now)
                if kept[key] is None and repair:
                    kept[key] = self.templates.request(text, tokens[start:end], now, repair=True)
            return kept[key]

        def rest(at: int, previous: PlannedCall | None, left: int) -> Parts | None:
            """Everything from the at-th start on."""
            best: Parts | None = None
            for stop in range(at, len(ends)):
                if at == 0 and stop == len(ends) - 1:
                    continue
                start, end = starts[at], ends[stop]
                found = match(start, end)
                headed = self._with_head(text, tokens[start:end], now) if at and found is None else None
                if headed is not None:
                    part = Parts([headed], 0.5, 0.8, True)
                elif found is not None:
                    commanded = at == 0 or _is_command(found, tokens[start:end])
                    part = Parts([call_of(found)], found.cost + 0.1, sureness(found, end - start), commanded)
                else:
                    again = self._elliptical(text, tokens[start:end], previous, now)
                    if again is None:
                        continue
                    part = Parts([again], 1.0, 0.8)
                if stop < len(ends) - 1:
                    tail = rest(stop + 1, part.calls[0], left - 1) if left > 1 else None
                    if tail is None:
                        continue
                    part = Parts([*part.calls, *tail.calls], part.cost + tail.cost, min(part.sure, tail.sure),
                                 part.commanded and tail.commanded)  # fmt: skip
                if best is None or part.cost < best.cost:
                    best = part
            return best

        found = rest(0, None, MAX_REQUESTS)
        return None if found is None or len(found.calls) < 2 else found

    def _elliptical(
        self, text: str, tokens: Sequence[Token], previous: PlannedCall | None, now: datetime
    ) -> PlannedCall | None:
        """A part such as "another for twenty minutes" or "in london", read after the part before it."""
        if previous is None:
            return None
        again = self._with_unit(text, tokens, previous, now)
        if again is not None:
            return again
        found = self.followups.read(text, tokens, previous, now, asked_on=True)
        if found is not None and found.call is not None:
            return found.call
        return self.pointed(tokens, previous, now)

    def _with_unit(
        self, text: str, tokens: Sequence[Token], previous: PlannedCall, now: datetime
    ) -> PlannedCall | None:
        """ "… for nine minutes and a sauce timer for fifteen": the unit of the part before once more."""
        if len(tokens) < 3 or not _numeric(tokens[-1]):
            return None
        held = next((words[-1] for said in previous.spans.values() if (words := said.split())[-1:] and
                     len(words) > 1 and words[-1] in SECONDS), "")  # fmt: skip
        sentence = f"{quote(text, tokens, 0, len(tokens))} {held}"
        match = self.templates.request(sentence, tokenize(sentence), now) if held else None
        return call_of(match) if match is not None and match.action.name == previous.name else None

    def _with_head(self, text: str, tokens: Sequence[Token], now: datetime) -> PlannedCall | None:
        """ "… and to call mum at ten", "… and in an hour to call dad": the words before the first "to" of the sentence
        once more."""
        said = [token.text for token in tokens]
        whole = tokenize(text)
        first = next((at for at, token in enumerate(whole[:_HEAD]) if token.text == "to"), 0)
        if not first or "to" not in said[:_HEAD] or said[0] in COMMANDING:
            return None
        head = [token.text for token in whole[:first]]
        while len(head) > 1 and head[-1] not in _LAST_OF_HEAD:
            head.pop()  # "remind me in ten minutes to": the time is of the first alone
        sentence = f"{' '.join(head)} {quote(text, tokens, 0, len(tokens))}"
        match = self.templates.request(sentence, tokenize(sentence), now)
        return call_of(match) if match is not None else None

    def _shared(self, text: str, tokens: Sequence[Token], now: datetime) -> Parts | None:
        """ "head X, Y and Z tail" as "head X tail", "head Y tail" and "head Z tail"."""
        places = joints(tokens)
        if not 1 <= len(places) <= _SHARED_JOINTS:
            return None
        between = [(places[i][1], places[i + 1][0]) for i in range(len(places) - 1)]
        if any(not 0 < end - start <= _ITEM for start, end in between):
            return None
        first_end, last_start = places[0][0], places[-1][1]
        last_start += unled([token.text for token in tokens[last_start:]])
        between = [(start + unled([token.text for token in tokens[start:end]]), end) for start, end in between]
        kept: dict[tuple[int, int, int, int], tuple[Match, int] | None] = {}

        def match(head: int, start: int, end: int, tail: int) -> tuple[Match, int] | None:
            key = (head, start, end, tail)
            if key not in kept:
                pieces = ((0, head), (start, end), (tail, len(tokens)))
                sentence = " ".join(quote(text, tokens, *piece) for piece in pieces if piece[0] < piece[1])
                said = tokenize(sentence)
                found = self.templates.request(sentence, said, now)
                kept[key] = None if found is None or found.cost > _ITEM_COST else (found, len(said))
            return kept[key]

        best: Parts | None = None
        heads = range(max(1, first_end - _ITEM), first_end)
        tails = range(last_start + 1, min(len(tokens), last_start + _ITEM) + 1)
        only_a_verb = [(head, len(tokens)) for head in (1, 2) if head < first_end]
        for head, tail in dict.fromkeys([*product(heads, tails), *only_a_verb]):
            if tail < len(tokens) and _numeric(tokens[tail]) and _numeric(tokens[tail - 1]):
                continue  # "6 and 7 30" shares no 30
            items = [(head, first_end), *between, (last_start, tail)]
            found = []
            for start, end in items:
                each = match(head, start, end, tail)
                if each is None:
                    break
                found.append(each)
            if len(found) < len(items) or not _alike([each for each, _size in found]):
                continue
            cost = sum(each.cost for each, _size in found) + 0.05 * (first_end - head + tail - last_start)
            if best is None or cost < best.cost:
                calls = self._completed([call_of(each) for each, _size in found])
                best = Parts(calls, cost, 0.95 * min(sureness(each, size) for each, size in found))
        return best

    def _completed(self, calls: list[PlannedCall]) -> list[PlannedCall]:
        """Questions that share their words share their place too: "in rome today and tomorrow"."""
        action = self.templates.actions.get(calls[0].name)
        if action is None or not action.reads or any(call.name != calls[0].name for call in calls):
            return calls
        for p in action.parameters:
            having = [call for call in calls if p.name in call.arguments]
            if p.kind != "place" or len(having) != 1:
                continue
            value, said = having[0].arguments[p.name], having[0].spans.get(p.name, "")
            calls = [
                call
                if p.name in call.arguments
                else replace(call, arguments={**call.arguments, p.name: value}, spans={**call.spans, p.name: said})
                for call in calls
            ]
        return calls


def _numeric(token: Token) -> bool:
    return token.text in NUMBER_WORDS or token.text[0].isdigit()


def once(calls: Sequence[PlannedCall], actions: Mapping[str, ActionInfo]) -> list[PlannedCall]:
    """Without a call that says no more than what the one before or after it does ("turn on the radio and play hello
    fm", "open the emma audiobook and play from last played"). What is only read may be asked both ways ("what time is
    it, and what time is it in paris")."""
    kept: list[PlannedCall] = []
    for call, then in zip(calls, [*calls[1:], None], strict=True):
        beside = {each.name for each in (*kept[-1:], then) if each is not None}
        if call.arguments or call.name not in beside or actions[call.name].reads:
            kept.append(call)
    return kept


def call_of(match: Match) -> PlannedCall:
    """The call a match comes to."""
    return PlannedCall(match.action.name, match.arguments, match.spans)


def sureness(match: Match, size: int) -> float:
    """Confidence: the share of the words that were understood, less for what was repaired."""
    share = 1.0 - min(0.6, 0.6 * match.cost / (size + 1))
    if match.vague:
        share = min(share, ONE_WORD)
    return share * (0.8 if match.repaired else 1.0)


def _is_command(match: Match, tokens: Sequence[Token]) -> bool:
    first = next((token.text for token in tokens if token.text not in ("please", "also", "then")), "")
    return first in COMMANDING and (match.cost == 0 or match.literals >= _PLAIN_LITERALS)


def _alike(matches: Sequence[Match]) -> bool:
    """One action with different arguments, or different actions of which every word was understood."""
    first = matches[0]
    if all(match.action.name == first.action.name for match in matches):
        return all(one.arguments != other.arguments for i, one in enumerate(matches) for other in matches[:i])
    return all(match.cost == 0 for match in matches)
