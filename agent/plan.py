"""Planner tier 1: templates. A text becomes zero, one or several calls, by rules that can be read.

The order in which readings are tried is the order of how sure they are:

0. a moment of the sun is replaced by a clock time, and the rest read as below (``results.py``);
1. what can only be a follow-up ("cancel that", "make it fifteen", "ten more minutes", "a bit more");
2. the whole text against the templates, with ever more politeness taken off, if it explains every word;
   a text that corrects itself is read as it was meant (``selfrepair.py``);
3. other follow-ups ("what about berlin", "fifteen"), then the whole text with free words in it;
4. the text as several requests, each of which matches (what is inside free text that matched whole is left there,
   unless it is a request that begins with a verb);
5. 2 to 4 again with mishearings mended;
6. "it" and "that" replaced by what was last spoken of (``deixis.py``);
7. a refusal: no calls, and a short reply.

Nothing here is a language model and nothing is learned; the tier's name in every plan is ``templates``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from time import perf_counter

from ..skills.messages import ActionInfo, Catalogue
from .continuing import continued
from .deixis import placed
from .followup import Followup, Followups, is_undo
from .messages import Planned, PlannedCall
from .phrasing import stripped
from .results import answers_filled, sun_in, with_sun
from .selfrepair import repaired
from .several import Several, call_of, once, sureness
from .templates import Match, Templates
from .values.words import MAX_CHARACTERS, MAX_TOKENS, Token, tokenize, words

TIER = "templates"
REFUSAL = "Sorry, I can't help with that."
TOO_LONG = "That is too long for me; please say it in one or two sentences."
NOTHING = "I didn't get any words."
_NAMES = frozenset(["query", "artist", "album", "playlist", "station", "name", "title", "topic"])
"""Parameters that name a work, a programme or a subject: an "and" in them is part of the name."""
NOTHING_TO_UNDO = "There is nothing to take back."
CONTINUED = 0.95
"""How sure what goes on from an earlier request is, or what was mended: no tier that has not heard of it is asked."""


class Planner:
    """Plans texts against a catalogue. Synchronous, without clock or input of its own: ``now`` is given."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.templates = Templates(catalogue.actions)
        self.followups = Followups(self.templates.actions)
        self.several = Several(self.templates, self.followups)

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
        if calls:
            calls = placed(words(text), once(calls, self.actions), context, self.actions)
            calls = answers_filled(calls, self.actions)
        ms = round((perf_counter() - started) * 1000, 3)
        why = "a template matches" if calls or undo else "no template matches" if reply == REFUSAL else ""
        return Planned(calls, TIER, round(confidence, 3), ms, reply, undo, why=why)

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
        sun = sun_in(text, tokens)
        if sun is not None:
            calls, sure, _reply, _undo = self._plan(sun.text, now, context)
            calls = with_sun(sun, calls, self.actions)
            if calls:
                return calls, sure, "", False
        whole = self.templates.request(text, tokens, now)
        if last is not None:
            on = continued([token.text for token in tokens], last, self.actions, now)
            if on is not None:
                return [on], CONTINUED, "", False
        if whole is None or whole.cost > 0:
            right = self._repaired(text, tokens, now, whole)
            if right is not None:
                return [call_of(right)], CONTINUED, "", False
        followup = self._follow(text, tokens, last, now) if last is not None else None
        if followup is not None and followup.call is not None and (followup.sure or whole is None or whole.cost > 0):
            return [followup.call], CONTINUED, "", False
        if whole is not None and whole.cost == 0:
            return [call_of(whole)], sureness(whole, len(tokens)), "", False
        counted = self.several.counted(text, tokens, now)
        if counted is not None:
            return counted.calls, counted.sure, "", False
        if whole is not None:
            parts = self.several.read(text, tokens, now)
            if parts is not None and (parts.commanded or (parts.cost < whole.cost and not _inside(whole))):
                return parts.calls, parts.sure, "", False
            return [call_of(whole)], sureness(whole, len(tokens)), "", False
        for repair in (False, True):
            found = self.templates.request(text, tokens, now, repair=True) if repair else None
            parts = self.several.read(text, tokens, now, repair=repair)
            if parts is not None:
                return parts.calls, parts.sure, "", False
            if found is not None:
                return [call_of(found)], sureness(found, len(tokens)), "", False
        call = self.several.pointed(tokens, last, now)
        if call is not None:
            return [call], CONTINUED, "", False
        return [], 0.9, REFUSAL, False

    def _repaired(self, text: str, tokens: Sequence[Token], now: datetime, whole: Match | None) -> Match | None:
        """What a text that corrects itself was meant as."""
        for sentence in repaired(text, tokens, understood=whole is not None):
            match = self.templates.request(sentence, tokenize(sentence), now)
            if match is not None:
                return match
        return None

    def _follow(self, text: str, tokens: Sequence[Token], last: PlannedCall, now: datetime) -> Followup | None:
        for some in stripped(tokens):
            found = self.followups.read(text, some, last, now)
            if found is not None and found.call is not None:
                return found
        return None


def _inside(match: Match) -> bool:
    """A joint lies inside free text that the action needs ("remind me to call mum and dad"), or in a name ("play
    Salt and Silver"), or it is a word of the template ("open my shopping list and add milk")."""
    if match.joined:
        return True
    needed = {p.name for p in match.action.parameters if p.required or p.name in _NAMES}
    return any(" and " in f" {match.spans.get(name, '')} " for name in match.free & needed)
