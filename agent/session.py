"""The session: from words to a finished turn.

    heard or typed → planner (Plan → Planned) → skills (Invoke, in order) → reply, card, speech → Turn

Turns run one at a time, in the order they came; what must not wait for them does not: speech of the owner silences the
device at once, and so does "stop", which also ends whatever rings. Every failure becomes one line that can be said. A
follow-up that corrects the last call takes that call back first, so that "make it fifteen" leaves one timer. What a
stranger's words led to waits for the owner's yes (``consent.py``); the skills themselves refuse it until then.

Bounds: texts of 1,000 characters, six calls a turn (the planner's), fifty turns remembered, waiting turns by the
mailbox of the service.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from ..kernel.errors import BluerillError
from ..kernel.message import Lane, Taint
from ..kernel.service import Call, Service, handles
from ..modalities.gesture.messages import Gestured
from ..modalities.screen.messages import Pointed
from ..modalities.voice.messages import Heard, HeardNothing, HeardPartial, SpeechStarted, Woken
from ..skills.localtime import device_zone
from ..skills.messages import Card, Catalogue, GetCatalogue, Happened, Invoke, Invoked
from .actor import ACT_WITHIN_S, Actor, Deeds, spoken_error
from .attention import SIGHT, Attention
from .choosing import CHOICE, NEITHER, choice
from .consent import Consent, answer
from .hands import Hands
from .memory import Memory
from .messages import (
    Acted,
    CallReport,
    GetTurns,
    Plan,
    Planned,
    PlannedCall,
    Press,
    Request,
    Saw,
    Settle,
    Settled,
    Show,
    Turn,
    Turns,
)  # fmt: skip
from .voice_out import Outlet
from .wordings import NOT_HEARD, clean, stops

PLAN_WITHIN_S = 10.0
CARD_S = 5.0
CODE_S = 60.0
"""A code is held to a scanner, and there may be a queue."""
MAX_SHOWN = 400
Outcome = Literal["done", "refused", "failed", "asked", "not-heard", "fault"]


class SessionService(Service):
    """``fronts`` speak and show turns, ``screens`` show cards, ``ears`` are told when the device speaks, ``watchers``
    what the owner and the device are doing."""

    concurrency: ClassVar[int] = 8

    def __init__(
        self,
        fronts: Sequence[str] = ("web",),
        screens: Sequence[str] = ("screen",),
        ears: Sequence[str] = ("ears",),
        planner: str = "planner",
        skills: str = "skills",
        watchers: Sequence[str] = (),
        zone: str = "",
    ) -> None:
        self._watchers = tuple(watchers)
        self._fronts = tuple(fronts)
        self._screens = tuple(screens)
        self._ears = tuple(ears)
        self._planner = planner
        self._skills = skills
        self._memory = Memory()
        self._consent = Consent()
        self._attention = Attention()
        self._zone = device_zone(zone)
        self._turn = asyncio.Lock()
        self._count = 0
        self._silenced = 0

    async def start(self) -> None:
        self._out = Outlet(self.port, self._fronts, self._screens, self._ears, self._watchers)
        self._actor = Actor(self.port, self._skills, self._memory, self._consent)
        self._hands = Hands(
            self._out,
            self._screens,
            ring=lambda action: self._ring(action, ""),
            asked=lambda: self._consent.waits(self.port.now()),
            hush=lambda: self._hush("dismissed"),
            say=lambda text, source, taint: self._take(clean(text), source[:40], None, taint),
        )

    # what comes in

    @handles(Request)
    async def request(self, request: Request, call: Call) -> Turn:
        return await self._take(clean(request.text), request.source[:40], None, call.taint)

    @handles(Heard)
    async def heard(self, heard: Heard, call: Call) -> None:
        await self._take(clean(heard.text), "voice", heard, call.taint)

    @handles(Saw)
    async def saw(self, saw: Saw, call: Call) -> None:
        seen = saw.seen
        self._attention.picture(seen, self.port.now())
        lines = [text[:60] for text in (*(c.text for c in seen.codes), *(each.text for each in seen.text))][:4]
        await self._out.tell(self._screens, Show(Card("notice", title="I see", lines=lines or ["a picture"]), CARD_S))

    @handles(Pointed)
    def pointed(self, pointed: Pointed, call: Call) -> None:
        if not call.taint & Taint.UNTRUSTED:
            self._attention.pointed(pointed, self.port.now())

    @handles(HeardNothing)
    async def heard_nothing(self, heard: HeardNothing, call: Call) -> None:
        reply = NOT_HEARD.get(heard.reason, "")
        outcome: Outcome = "fault" if heard.reason == "fault" else "not-heard"
        latency = {"endpoint_ms": heard.endpoint_ms, "asr_ms": heard.asr_ms}
        latency["total_ms"] = sum(latency.values())
        raw = clean(heard.raw)[:MAX_SHOWN]
        turn = Turn(self._next(), "voice", "", [], reply, "", 0.0, latency, "", raw, heard.engine, outcome)
        await self._finish(turn, Card("notice", text=reply) if reply else None)

    @handles(HeardPartial)
    async def heard_partial(self, partial: HeardPartial, call: Call) -> None:
        await self._out.tell(self._fronts, partial)

    @handles(Woken)
    async def woken(self, woken: Woken, call: Call) -> None:
        await self._out.state("listening")

    @handles(SpeechStarted)
    async def speech_started(self, started: SpeechStarted, call: Call) -> None:
        await self._hush("barge-in")
        await self._out.state("listening")

    @handles(Press)
    async def press(self, press: Press, call: Call) -> None:
        if press.button == "face":
            await self._worn(press.id[:100])
            return
        await self._hush("dismissed")
        await self._ring("snooze_ring" if press.button == "snooze" else "dismiss_ring", press.id[:100])

    @handles(Gestured)
    async def gestured(self, made: Gestured, call: Call) -> None:
        meaning = await self._hands.act(made, call.taint)
        await self._out.tell(
            self._fronts, Acted(made.gesture[:40], made.kind, made.confidence, meaning[:MAX_SHOWN], made.at)
        )

    @handles(Happened)
    async def happened(self, what: Happened, call: Call) -> None:
        if call.taint & Taint.UNTRUSTED:
            self._memory.hearsay.note([what.speech, what.card], self.port.now())
            if what.card is not None:  # a notification: "this" means it for a minute
                self._attention.notification(what.card, self.port.now())
        if what.card is not None and not what.ring:  # what rings is shown by its glance, and gone when it is dismissed
            await self._out.tell(self._screens, Show(what.card, CARD_S))
        if what.speech:
            await self._out.say(what.speech)

    @handles(GetTurns)
    def get_turns(self, request: GetTurns, call: Call) -> Turns:
        held = list(self._memory.turns)
        return Turns(held[-request.limit :] if request.limit > 0 else [])

    @handles(Settle)
    async def settle(self, request: Settle, call: Call) -> Settled:
        async with self._turn:  # fair: whoever asked for it before has had it
            return Settled(self._count)

    # a turn

    def _next(self) -> int:
        self._count += 1
        return self._count

    async def _take(self, text: str, source: str, heard: Heard | None, taint: Taint) -> Turn:
        began = self.port.now()
        if stops(text):
            return await self._stop(text, source, heard, began)
        async with self._turn:
            said = answer(text, taint) if self._consent.waits(began) else ""
            waiting = self._consent.take(began)  # whatever is said next, the question is closed
            if said:
                return await self._answered(said == "yes", waiting, text, source, heard, began, taint)
            return await self._run(text, source, heard, began, taint)

    async def _answered(
        self,
        agreed: bool,
        waiting: list[PlannedCall],
        text: str,
        source: str,
        heard: Heard | None,
        began: float,
        taint: Taint,
    ) -> Turn:
        """The owner's yes or no to what was asked; the calls go out under the labels of these words, the owner's."""
        number = self._next()
        started = self.port.now()
        reports, speeches, card = (
            await self._actor.act(waiting, taint, confirmed=True) if agreed else Deeds([], ["All right, I won't."])
        )
        latency = {"act_ms": (self.port.now() - started) * 1000}
        outcome: Outcome = "failed" if any(report.error for report in reports) else "done"
        reply = " ".join(speech for speech in speeches if speech)
        turn = self._turn_of(text, source, heard, reports, reply, None, began, latency, outcome, number)
        await self._finish(turn, card or Card("reply", text=reply[:MAX_SHOWN]))
        return turn

    async def _stop(self, text: str, source: str, heard: Heard | None, began: float) -> Turn:
        """ "Stop": silence at once, and whatever rings with it; a turn under way goes on without speaking."""
        self._silenced = self._count
        self._consent.take(began)
        await self._hush("stop")
        dismissed = await self._ring("dismiss_ring", "")
        calls = [CallReport("dismiss_ring", {}, {"dismissed": dismissed})] if dismissed else []
        turn = self._turn_of(text, source, heard, calls, "", None, began, {}, "done")
        await self._finish(turn, None)
        return turn

    async def _run(self, text: str, source: str, heard: Heard | None, began: float, taint: Taint) -> Turn:
        number = self._next()
        await self._out.state("thinking", text[:MAX_SHOWN])
        started = self.port.now()
        try:
            planned, taint, seen = await self._plan(text, taint, started)
        except BluerillError as error:
            turn = self._turn_of(text, source, heard, [], spoken_error(error), None, began, {}, "fault", number)
            await self._finish(turn, Card("notice", text=turn.reply))
            return turn
        plan_ms = (self.port.now() - started) * 1000
        if self._memory.hearsay.repeated(planned.calls, text, self.port.now()):
            taint |= Taint.UNTRUSTED
        if planned.calls or planned.undo:
            await self._out.state("acting")
        started = self.port.now()
        if planned.undo:
            reports, speeches, card = await self._actor.undo()
        else:
            reports, speeches, card = await self._actor.act(planned.calls, taint)
        latency = {"plan_ms": plan_ms, "act_ms": (self.port.now() - started) * 1000}
        outcome: Outcome = "done"
        if not planned.calls and not planned.undo:
            outcome, speeches = "done" if planned.planner in (SIGHT, CHOICE) else "refused", [planned.reply]
        elif self._consent.waits(self.port.now()):
            outcome = "asked"
        elif any(report.error for report in reports):
            outcome = "failed"
        reply = " ".join(speech for speech in speeches if speech)
        turn = self._turn_of(text, source, heard, reports, reply, planned, began, latency, outcome, number)
        turn = msgspec.structs.replace(turn, seen=seen)
        await self._finish(turn, card or (Card("reply", text=reply[:MAX_SHOWN]) if reply else None))
        return turn

    async def _plan(self, text: str, taint: Taint, now: float) -> tuple[Planned, Taint, str]:
        """The plan of a text; the labels it carries: a stranger's, where a picture's words are in it; what "this"
        was."""
        options, whose = self._memory.offered(now)
        which = choice(text, options) if options else None
        self._memory.offer([], Taint.NONE, now)
        if which is not None:
            call = [] if which == NEITHER else [options[which]]
            return Planned(call, CHOICE, 1.0, 0.0, "" if call else "All right."), taint | whose, ""
        before, whose = self._memory.asked(now)
        moment = datetime.fromtimestamp(self.port.wall(), self._zone)
        told = await self._actor.answered(text, moment)
        if told is not None and not told.free:
            return Planned([told.call] if told.call else [], CHOICE, 1.0, 0.0, "All right."), taint, ""
        text, taint, seen, shown = self._attention.read(text, taint, now, moment, before)
        if shown is not None:
            self._memory.ask(text if shown.lacks else "", taint, now)
            return await self._possible(shown), taint, seen
        planned = await self._planned(text, taint, now)
        if told is not None and told.call and not planned.calls and not planned.undo:
            return Planned([told.call], CHOICE, 1.0, 0.0), taint, seen
        if before and not planned.calls and not planned.undo:  # "wake me" - "for when?" - "quarter to seven"
            whole = clean(f"{before} {text}")
            joined = await self._planned(whole, taint | whose, now)
            if joined.calls:
                planned, text, taint = joined, whole, taint | whose
        self._memory.ask(text if planned.lacks else "", taint, now)
        self._memory.offer(planned.options, taint, now)
        return planned, taint, seen

    async def _possible(self, planned: Planned) -> Planned:
        """The plan, if the device has skills for its calls; else a refusal that says what is missing."""
        if not planned.calls:
            return planned
        catalogue = await self.port.ask(self._skills, GetCatalogue(), Catalogue)
        here = {action.name for action in catalogue.actions}
        lacking = next((call.name for call in planned.calls if call.name not in here), "")
        return Planned([], SIGHT, 1.0, 0.0, f"No skill here can do that ({lacking}).") if lacking else planned

    async def _planned(self, text: str, taint: Taint, now: float) -> Planned:
        plan = Plan(clean(text), "", self._memory.context(now))
        return await self.port.ask(self._planner, plan, Planned, within=PLAN_WITHIN_S, taint=taint)

    def _turn_of(
        self,
        text: str,
        source: str,
        heard: Heard | None,
        calls: list[CallReport],
        reply: str,
        planned: Planned | None,
        began: float,
        latency: dict[str, float],
        outcome: Outcome,
        number: int = 0,
    ) -> Turn:
        latency = dict(latency)
        total = (self.port.now() - began) * 1000
        if heard is not None:
            latency["endpoint_ms"], latency["asr_ms"] = heard.endpoint_ms, heard.asr_ms
            total += heard.endpoint_ms + heard.asr_ms
        latency["total_ms"] = total
        return Turn(
            id=number or self._next(),
            source=source,
            text=text,
            calls=calls,
            reply=reply,
            planner=planned.planner if planned is not None else "",
            confidence=planned.confidence if planned is not None else 0.0,
            latency={name: round(value, 3) for name, value in latency.items()},
            transcript=heard.text[:MAX_SHOWN] if heard is not None else "",
            raw=clean(heard.raw)[:MAX_SHOWN] if heard is not None else "",
            asr=heard.engine if heard is not None else "",
            outcome=outcome,
        )

    async def _finish(self, turn: Turn, card: Card | None) -> None:
        self._memory.keep(turn)
        await self._out.tell(self._fronts, turn)
        if card is not None:
            await self._out.tell(self._screens, Show(card, CODE_S if card.code else CARD_S))
        if turn.reply and turn.id > self._silenced:
            await self._out.say(turn.reply)
        else:
            await self._out.state("idle")

    # silence

    async def _hush(self, reason: str) -> None:
        said, seconds = await self._out.hush(reason, until_idle=reason == "stop")
        if said:
            self._memory.cut(said, seconds)
            if reason == "dismissed":  # nothing follows that would say so
                await self._out.state("idle")

    async def _worn(self, face: str) -> None:
        """A face that the owner turned to is on the glass already: it is remembered, and nothing is said."""
        try:
            await self.port.ask(self._skills, Invoke("wear_face", {"name": face}), Invoked, within=ACT_WITHIN_S)
        except BluerillError as error:
            self.port.log.info("the face %s is not remembered: %s", face, error)

    async def _ring(self, action: str, which: str) -> list[str]:
        """Dismiss or snooze what rings (one, or all); the ids of what did. A device without rings has none."""
        arguments = {"id": which} if which else {}
        try:
            outcome = await self.port.ask(
                self._skills, Invoke(action, arguments), Invoked, within=ACT_WITHIN_S, lane=Lane.CONTROL
            )
        except BluerillError as error:
            self.port.log.info("%s: %s", action, error)
            return []
        if outcome.card is not None:
            await self._out.tell(self._screens, Show(outcome.card, CARD_S))
        if outcome.speech:
            await self._out.say(outcome.speech)
        done = outcome.result.get("dismissed", outcome.result.get("snoozed", []))
        return [str(each) for each in done] if isinstance(done, list) else []
