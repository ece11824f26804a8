"""Planner tier 1: templates. A text becomes zero, one or several calls, by rules that can be read.

The order in which readings are tried is the order of how sure they are:

1. what can only be a follow-up ("cancel that", "make it fifteen", "ten more minutes");
2. the whole text against the templates, with ever more politeness taken off, if it explains every word;
3. other follow-ups ("what about berlin", "fifteen"), then the whole text with free words in it;
4. the text as several requests, each of which matches (a request inside free text that matched whole is left there);
5. 2 to 4 again with mishearings mended;
6. "it" and "that" replaced by what was last spoken of;
7. a refusal: no calls, and a short reply.

Nothing here is a language model and nothing is learned; the tier's name in every plan is ``templates``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from time import perf_counter

from ..skills.messages import ActionInfo, Catalogue
from .followup import Followup, Followups, is_undo, pointed
from .messages import Planned, PlannedCall
from .phrasing import MAX_REQUESTS, joints, stripped
from .templates import Match, Sentence, Templates
from .values.words import MAX_CHARACTERS, MAX_TOKENS, Token, tokenize

TIER = "templates"
REFUSAL = "Sorry, I can't help with that."
TOO_LONG = "That is too long for me; please say it in one or two sentences."
NOTHING = "I didn't get any words."
NOTHING_TO_UNDO = "There is nothing to take back."


class Planner:
    """Plans texts against a catalogue. Synchronous, without clock or input of its own: ``now`` is given."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.templates = Templates(catalogue.actions)
        self.followups = Followups(self.templates.actions)

    @property
    def actions(self) -> dict[str, ActionInfo]:
        """The actions on offer by name."""
        return self.templates.actions

    def plan(self, text: str, now: datetime, context: Sequence[PlannedCall] = ()) -> Planned:
        """The calls of a text at a local time; ``now`` must be aware. ``context`` is oldest first."""
        if now.tzinfo is None:
            raise ValueError("expected an aware 'now', got one without a zone")
        started = perf_counter()
        calls, confidence, reply, undo = self._plan(text, now, context)
        ms = round((perf_counter() - started) * 1000, 3)
        return Planned(calls, TIER, round(confidence, 3), ms, reply, undo)

    def _plan(
        self, text: str, now: datetime, context: Sequence[PlannedCall]
    ) -> tuple[list[PlannedCall], float, str, bool]:
        if len(text) > MAX_CHARACTERS:
            return [], 1.0, TOO_LONG, False
        tokens = tokenize(text)
        if not tokens:
            return [], 1.0, NOTHING, False
        if len(tokens) > MAX_TOKENS:
            return [], 1.0, TOO_LONG, False
        last = context[-1] if context else None
        if is_undo([token.text for token in tokens]):
            return [], 1.0, "" if last is not None else NOTHING_TO_UNDO, last is not None
        whole = self._whole(text, tokens, now, repair=False)
        followup = self._follow(text, tokens, last, now) if last is not None else None
        if followup is not None and followup.call is not None and (followup.sure or whole is None or whole.cost > 0):
            return [followup.call], 0.9, "", False
        if whole is not None and whole.cost == 0:
            return [_call(whole)], _sure(whole, len(tokens)), "", False
        if whole is not None:
            parts = self._several(text, tokens, now, repair=False) if _divisible(whole) else None
            if parts is None:
                return [_call(whole)], _sure(whole, len(tokens)), "", False
            return parts[0], parts[1], "", False
        for repair in (False, True):
            found = self._whole(text, tokens, now, repair=True) if repair else None
            parts = self._several(text, tokens, now, repair=repair)
            if parts is not None and (found is None or len(parts[0]) > 1):
                return parts[0], parts[1], "", False
            if found is not None:
                return [_call(found)], _sure(found, len(tokens)), "", False
        call = self._pointed(tokens, last, now)
        if call is not None:
            return [call], 0.8, "", False
        return [], 0.9, REFUSAL, False

    def _whole(self, text: str, tokens: Sequence[Token], now: datetime, *, repair: bool) -> Match | None:
        best: Match | None = None
        for some in stripped(tokens):
            match = self.templates.match(Sentence.of(text, some, now.date()), now, repair=repair)
            if match is not None and (best is None or match.cost < best.cost):
                best = match
                if best.cost == 0:
                    break
        return best

    def _follow(self, text: str, tokens: Sequence[Token], last: PlannedCall, now: datetime) -> Followup | None:
        for some in stripped(tokens):
            found = self.followups.read(text, some, last, now)
            if found is not None and found.call is not None:
                return found
        return None

    def _several(
        self, text: str, tokens: Sequence[Token], now: datetime, *, repair: bool
    ) -> tuple[list[PlannedCall], float] | None:
        """The cheapest way to read the text as two or more requests; None if there is none."""
        places = joints(tokens)
        if not places or len(places) > 24:
            return None
        starts = [0, *(start for _end, start in places)]
        ends = [*(end for end, _start in places), len(tokens)]
        kept: dict[tuple[int, int], Match | None] = {}

        def match(start: int, end: int) -> Match | None:
            key = (start, end)
            if key not in kept:
                kept[key] = self._whole(text, tokens[start:end], now, repair=False)
                if kept[key] is None and repair:
                    kept[key] = self._whole(text, tokens[start:end], now, repair=True)
            return kept[key]

        def rest(at: int, previous: PlannedCall | None, left: int) -> tuple[float, list[PlannedCall], float] | None:
            """(cost, calls, least confidence) of everything from the at-th start on."""
            best: tuple[float, list[PlannedCall], float] | None = None
            for stop in range(at, len(ends)):
                if at == 0 and stop == len(ends) - 1:
                    continue
                start, end = starts[at], ends[stop]
                found = match(start, end)
                if found is not None:
                    call, cost, sure = _call(found), found.cost + 0.1, _sure(found, end - start)
                else:
                    again = self._elliptical(text, tokens[start:end], previous, now)
                    if again is None:
                        continue
                    call, cost, sure = again, 1.0, 0.8
                if stop == len(ends) - 1:
                    whole: tuple[float, list[PlannedCall], float] | None = (cost, [call], sure)
                elif left > 1:
                    tail = rest(stop + 1, call, left - 1)
                    whole = None if tail is None else (cost + tail[0], [call, *tail[1]], min(sure, tail[2]))
                else:
                    whole = None
                if whole is not None and (best is None or whole[0] < best[0]):
                    best = whole
            return best

        found = rest(0, None, MAX_REQUESTS)
        return None if found is None or len(found[1]) < 2 else (found[1], found[2])

    def _elliptical(
        self, text: str, tokens: Sequence[Token], previous: PlannedCall | None, now: datetime
    ) -> PlannedCall | None:
        """A part such as "another for twenty minutes" or "in london", read after the part before it."""
        if previous is None:
            return None
        found = self.followups.read(text, tokens, previous, now, asked_on=True)
        if found is not None and found.call is not None:
            return found.call
        return self._pointed(tokens, previous, now)

    def _pointed(self, tokens: Sequence[Token], last: PlannedCall | None, now: datetime) -> PlannedCall | None:
        """The words with "it" or "that" replaced by the noun of the skill of the last call ("pause the timer")."""
        if last is None or last.name not in self.actions:
            return None
        sentence = pointed([token.text for token in tokens], self.actions[last.name])
        if sentence is None:
            return None
        match = self._whole(sentence, tokenize(sentence), now, repair=False)
        return _call(match) if match is not None else None


def _call(match: Match) -> PlannedCall:
    return PlannedCall(match.action.name, match.arguments, match.spans)


def _sure(match: Match, size: int) -> float:
    """Confidence: the share of the words that were understood, less for what was repaired."""
    share = 1.0 - min(0.6, 0.6 * match.cost / (size + 1))
    return share * (0.8 if match.repaired else 1.0)


def _divisible(match: Match) -> bool:
    """The whole matched only by taking a second request into an optional name ("called pizza and turn ...")."""
    optional = {p.name for p in match.action.parameters if not p.required}
    return any(" and " in f" {match.spans.get(name, '')} " for name in match.free & optional)
