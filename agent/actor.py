"""Doing what was planned: each call asked of the skills in order, and taken back if the owner wants.

Every failure becomes one line that can be said; the calls after it are made all the same. A follow-up that corrects the
last call takes that call back first. What the skills will not do for a stranger's words is put to the owner.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..kernel.errors import BluerillError, CapabilityError, DeadlineExceeded, PeerRestarted, ServiceFault
from ..kernel.message import Body, Taint
from ..kernel.service import Port
from ..skills.messages import Card, Invoke, Invoked, Unconfirmed, Undo
from .consent import Consent
from .memory import Done, Memory
from .messages import CallReport, PlannedCall
from .references import resolved

__all__ = ["ACT_WITHIN_S", "Actor", "Deeds", "spoken_error"]

ACT_WITHIN_S = 12.0
WAITS = "waits for your yes"


class Deeds(NamedTuple):
    """What became of the calls of a turn: the reports, what is to be said of them, and what is to be shown."""

    reports: list[CallReport]
    speeches: list[str]
    card: Card | None = None


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
        """Make these calls in order. ``confirmed``: the owner was shown them and agreed."""
        reports: list[CallReport] = []
        speeches: list[str] = []
        done: list[Done] = []
        asked: list[PlannedCall] = []
        shown: list[str] = []
        card: Card | None = None
        for planned in calls:
            started = self.port.now()
            arguments = planned.arguments
            try:
                arguments = resolved(planned.arguments, [report.result for report in reports])
                if planned.revises:
                    await self._take_back_last()
                outcome = await self.port.ask(
                    self._skills, Invoke(planned.name, arguments, confirmed), Body, within=ACT_WITHIN_S, taint=taint
                )
                if isinstance(outcome, Unconfirmed):
                    asked.append(PlannedCall(planned.name, arguments, planned.spans))
                    shown += outcome.shown
                    reports.append(
                        CallReport(planned.name, arguments, None, "waits for your yes", self._since(started))
                    )
                    continue
                if not isinstance(outcome, Invoked):
                    raise ServiceFault(f"skills answered {planned.name!r} with {outcome.wire!r}")
            except BluerillError as error:
                line = spoken_error(error)
                self.port.log.info("call %s failed: %s", planned.name, error)
                reports.append(CallReport(planned.name, arguments, None, line, self._since(started)))
                speeches.append(line)
                continue
            if outcome.untrusted:  # what comes after it may have been led to by it
                taint |= Taint.UNTRUSTED
            reports.append(CallReport(planned.name, arguments, outcome.result, "", self._since(started)))
            speeches.append(outcome.speech)
            card = outcome.card or card
            done.append(Done(PlannedCall(planned.name, arguments, planned.spans), outcome.undo))
        self._memory.did(done, self.port.now())
        if asked:
            self._consent.ask(asked, self.port.now())
            speeches.append(f"Somebody else's words ask for this. Shall I? {', '.join(shown)}.")
            card = Card("notice", title="Shall I?", lines=shown)
        return Deeds(reports, speeches, card)

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
