"""Doing what was planned: calls asked of the skills as soon as their inputs are there, and taken back if wanted.

Every failure becomes one line that can be said, last and with what it was that did not work, where others did; only
calls that need its result fail with it. A follow-up that corrects the last call takes that call back first. What the
skills will not do for a stranger's words is put to the owner, and a result that holds such words makes a stranger's
call of what uses it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from ..kernel.errors import BluerillError, CallerError, CapabilityError, DeadlineExceeded, PeerRestarted, ServiceFault
from ..kernel.message import Body, Taint
from ..kernel.service import Port
from ..skills.messages import Card, Catalogue, GetCatalogue, Invoke, Invoked, Unconfirmed, Undo
from .consent import Consent
from .memory import Done, Memory
from .messages import CallReport, PlannedCall
from .references import SAID, has_words, needs, resolved

if TYPE_CHECKING:
    from .answering import Answer

__all__ = ["ACT_WITHIN_S", "Actor", "Deeds", "spoken_error"]

ACT_WITHIN_S = 12.0
WAITS = "waits for your yes"


class Deeds(NamedTuple):
    """What became of the calls of a turn: the reports, what is to be said of them, and what is to be shown."""

    reports: list[CallReport]
    speeches: list[str]
    card: Card | None = None


class _Outcome(NamedTuple):
    """What became of one call; ``outcome`` None: it failed."""

    call: PlannedCall
    report: CallReport
    outcome: Invoked | Unconfirmed | None = None

    @property
    def result(self) -> dict[str, Any] | None:
        """What later calls may refer to."""
        return (
            {SAID: self.outcome.speech.removesuffix("."), **self.outcome.result}
            if isinstance(self.outcome, Invoked)
            else None
        )

    @property
    def untrusted(self) -> bool:
        """Strangers' words may be in the result."""
        return isinstance(self.outcome, Invoked) and self.outcome.untrusted


def _spoken_name(call: PlannedCall) -> str:
    return call.purpose or call.name.replace("_", " ")


def spoken_error(error: BluerillError) -> str:
    """One line that can be said, of an action that could not be done."""
    if isinstance(error, DeadlineExceeded):
        return "That took too long, so I gave up."
    if isinstance(error, PeerRestarted):
        return "Something broke while I was doing that. Please try again."
    if isinstance(error, CapabilityError):
        return "I am not allowed to do that."
    return str(error).strip().splitlines()[0][:200] or "That did not work."


class Actor:
    """Makes calls for a session, remembers them, and puts to the owner those that need a yes."""

    def __init__(self, port: Port, skills: str, memory: Memory, consent: Consent) -> None:
        self.port = port
        self._skills = skills
        self._memory = memory
        self._consent = consent

    async def act(self, calls: Sequence[PlannedCall], taint: Taint, *, confirmed: bool = False) -> Deeds:
        """Make these calls, each as soon as those it waits for have ended (``graph.py``). ``confirmed``: the owner was
        shown them and agreed."""
        outcomes: list[_Outcome | None] = [None] * len(calls)
        ended = [asyncio.Event() for _ in calls]

        async def run(place: int) -> None:
            call = calls[place]
            try:
                for earlier in range(place) if call.after is None else [number - 1 for number in call.after]:
                    await ended[earlier].wait()
                outcomes[place] = await self._one(call, outcomes[:place], taint, confirmed=confirmed)
            finally:
                ended[place].set()

        if len(calls) == 1:
            await run(0)
        else:
            async with asyncio.TaskGroup() as group:
                for place in range(len(calls)):
                    group.create_task(run(place))
        return self._told([outcome for outcome in outcomes if outcome is not None])

    async def _one(
        self, planned: PlannedCall, before: Sequence[_Outcome | None], taint: Taint, *, confirmed: bool
    ) -> _Outcome:
        """Make one call. A stranger's words that a result before it brought in make it a stranger's call."""
        started = self.port.now()
        arguments = planned.arguments
        strange = planned.strange or bool(taint & Taint.UNTRUSTED)
        try:
            wanted = needs(arguments)
            for number in sorted(wanted):
                self._must_be_there(planned, number, before)
            arguments = resolved(arguments, [outcome and outcome.result for outcome in before])
            if any((one := before[number - 1]) is not None and one.untrusted for number in wanted) and has_words(
                planned.arguments, arguments
            ):
                taint |= Taint.UNTRUSTED
                strange = True
            if any(isinstance(one.outcome, Invoked) and one.outcome.foreign for one in before if one is not None):
                taint |= Taint.UNTRUSTED
            if planned.revises:
                await self._take_back_last()
            wanted_call = Invoke(planned.name, arguments, confirmed, strange=strange)
            outcome = await self.port.ask(self._skills, wanted_call, Body, within=ACT_WITHIN_S, taint=taint)
            if not isinstance(outcome, Invoked | Unconfirmed):
                raise ServiceFault(f"skills answered {planned.name!r} with {outcome.wire!r}")
        except BluerillError as error:
            self.port.log.info("call %s failed: %s", planned.name, error)
            report = CallReport(planned.name, arguments, None, spoken_error(error), self._since(started))
            return _Outcome(planned, report)
        made = msgspec.structs.replace(planned, arguments=arguments, after=None, strange=strange)
        if isinstance(outcome, Unconfirmed):
            return _Outcome(made, CallReport(planned.name, arguments, None, WAITS, self._since(started)), outcome)
        return _Outcome(made, CallReport(planned.name, arguments, outcome.result, "", self._since(started)), outcome)

    def _must_be_there(self, planned: PlannedCall, number: int, before: Sequence[_Outcome | None]) -> None:
        """Raises CallerError, in words for the owner, if the call needs what another one could not give."""
        earlier = before[number - 1] if 1 <= number <= len(before) else None
        if earlier is None or earlier.result is not None:
            return
        what = "is waiting for your yes" if isinstance(earlier.outcome, Unconfirmed) else "did not work"
        raise CallerError(f"It needs the answer of “{_spoken_name(earlier.call)}”, and that {what}.")

    def _told(self, outcomes: Sequence[_Outcome]) -> Deeds:
        """What is said and shown of the outcomes, in the order of the plan; remembers what was done."""
        speeches: list[str] = []
        done: list[Done] = []
        asked: list[PlannedCall] = []
        shown: list[str] = []
        card: Card | None = None
        failures: list[str] = []
        for call, report, outcome in outcomes:
            if isinstance(outcome, Invoked):
                if not call.quiet:
                    speeches.append(outcome.speech)
                    card = outcome.card or card
                done.append(
                    Done(PlannedCall(call.name, call.arguments, call.spans, strange=call.strange), outcome.undo)
                )
                if outcome.ask:
                    self._memory.want(done[-1].call, outcome.ask, self.port.now())
                if outcome.untrusted or call.strange:
                    told = [outcome.result, outcome.speech, outcome.card, call.arguments if call.strange else None]
                    self._memory.hearsay.note(told, self.port.now())
            elif isinstance(outcome, Unconfirmed):
                asked.append(PlannedCall(call.name, call.arguments, call.spans, strange=call.strange))
                shown += outcome.shown
            elif len(outcomes) > 1:
                failures.append(f"I could not {_spoken_name(call)}: {report.error}")
            else:
                failures.append(report.error)
        speeches += [f"But {line}" for line in failures[:1]] if done else failures[:1]
        speeches += failures[1:]
        self._memory.did(done, self.port.now())
        if asked:
            self._consent.ask(asked, self.port.now())
            speeches.append(f"Somebody else's words ask for this. Shall I? {', '.join(shown)}.")
            card = Card("notice", title="Shall I?", lines=shown)
        return Deeds([outcome.report for outcome in outcomes], speeches, card)

    async def answered(self, text: str, moment: datetime) -> Answer | None:
        """What a text answers to what an action asked for, if one did."""
        wanted = self._memory.wanted(self.port.now())
        if wanted is None:
            return None
        from .answering import answered  # the core learns of it when somebody was asked

        catalogue = await self.port.ask(self._skills, GetCatalogue(), Catalogue)
        action = next((each for each in catalogue.actions if each.name == wanted[0].name), None)
        return answered(text, *wanted, action, moment) if action is not None else None

    async def _take_back_last(self) -> None:
        """Undo the last call, which the next one replaces; what cannot be undone is simply done anew."""
        last = self._memory.last(self.port.now())
        if last and last[-1].undo:
            done = last.pop()
            await self.port.ask(self._skills, Undo(done.call.name, done.undo), Invoked, within=ACT_WITHIN_S)

    async def undo(self) -> Deeds:
        """Take back everything the last turn did, last first."""
        reports: list[CallReport] = []
        speeches: list[str] = []
        card: Card | None = None
        last = list(self._memory.last(self.port.now()))
        self._memory.forget()
        for done in reversed(last):
            started = self.port.now()
            name = f"undo {done.call.name}"
            try:
                if not done.undo:
                    continue
                outcome = await self.port.ask(
                    self._skills, Undo(done.call.name, done.undo), Invoked, within=ACT_WITHIN_S
                )
            except BluerillError as error:
                line = spoken_error(error)
                reports.append(CallReport(name, done.call.arguments, None, line, self._since(started)))
                speeches.append(line)
                continue
            reports.append(CallReport(name, done.call.arguments, outcome.result, "", self._since(started)))
            speeches.append(outcome.speech)
            card = outcome.card or card
        if not reports:
            speeches.append("There is nothing to take back.")
        elif not any(speeches):
            speeches.append("Taken back.")
        return Deeds(reports, speeches, card)

    def _since(self, started: float) -> float:
        return round((self.port.now() - started) * 1000, 3)
