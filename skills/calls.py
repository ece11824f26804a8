"""A skill in a box that calls an action of another skill: through the core, which knows who may.

A package's process may ask the store and the egress at most; were it let to ask ``skills``, which is asking it, the two
could wait for each other. So it tells ``skills`` what it wants, and goes on when ``skills`` hands it what came of it.
The grant ``call:ACTION``, whose words led to it and what the owner must see are decided in the core
(:class:`Callers`); the other half (:class:`Outcalls`) lives where the skill does.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

from ..kernel.errors import BluerillError, BudgetExceeded, CallerError, CapabilityError, DeadlineExceeded, error_from
from ..kernel.message import Body, Taint, message
from ..kernel.runner import current
from ..kernel.service import Call, Port, Service, handles
from .messages import ActionInfo, Invoke, Invoked, Unconfirmed
from .policy import is_sensitive, must_ask

__all__ = ["CALL_S", "CallDone", "CallOut", "CallTaken", "Callers", "Outcalls"]

CALL_S = 15.0
"""How long a call may take, less than the action that waits for it."""
MOST_OPEN = 8
"""Calls of one process that wait at a time."""


@message("skills.call-out")
class CallOut(Body, frozen=True):
    """Tell ``skills`` that a skill of a package wants an action called; what came of it is told by CallDone. ``reads``:
    it may change nothing; ``strange``: a stranger's words are in the arguments."""

    id: int
    skill: str
    action: str
    arguments: dict[str, Any] = {}
    reads: bool = False
    strange: bool = False


@message("skills.call-done")
class CallDone(Body, frozen=True):
    """Ask a skill host to take what came of its CallOut: the result, or an error by its code. → CallTaken"""

    id: int
    result: dict[str, Any] = {}
    error: str = ""
    code: str = ""
    untrusted: bool = False


@message("skills.call-taken")
class CallTaken(Body, frozen=True):
    """It was taken; ``waited`` is false where nobody waits for it any more."""

    waited: bool = True


class Outcalls(Service):
    """The half of a skill host in a box."""

    _numbers = itertools.count(1)

    def __init__(self) -> None:
        self._open: dict[int, asyncio.Future[CallDone]] = {}

    async def call_out(
        self, to: str, skill: str, action: str, arguments: dict[str, Any], *, reads: bool, strange: bool
    ) -> CallDone:
        """Have an action called by the core. Raises what the call ended with."""
        if len(self._open) >= MOST_OPEN:
            raise BudgetExceeded(f"skill {skill!r}: {MOST_OPEN} calls of other skills wait already")
        number = next(self._numbers)
        done = self._open[number] = asyncio.get_running_loop().create_future()
        try:
            await self.port.tell(to, CallOut(number, skill, action, arguments, reads, strange))
            answer: CallDone = await asyncio.wait_for(done, CALL_S)
        except TimeoutError:
            raise DeadlineExceeded(f"skill {skill!r}: {action!r} gave no answer within {CALL_S:g} s") from None
        finally:
            del self._open[number]
        if answer.error:
            raise error_from(answer.code, answer.error)
        return answer

    @handles(CallDone)
    def call_done(self, told: CallDone, call: Call) -> CallTaken:
        waiting = self._open.get(told.id)
        if waiting is None or waiting.done():
            return CallTaken(False)
        waiting.set_result(told)
        return CallTaken()


class Callers:
    """The half of the core. ``do`` invokes an action under the labels of the current call, with an entry in the audit
    log; ``known`` gives an action by name."""

    def __init__(
        self,
        port: Port,
        known: Callable[[str], ActionInfo | None],
        do: Callable[[ActionInfo, Invoke, Call, str], Awaitable[Body]],
    ) -> None:
        self._port, self._known, self._do = port, known, do
        self._waiting: list[str] = []

    def begin(self, want: CallOut, call: Call, *, granted: bool) -> None:
        """Start the call; its end is told to whoever wants it."""
        self._port.spawn(self._called(want, call, granted=granted), f"call {want.action[:30]}")

    async def _called(self, want: CallOut, call: Call, *, granted: bool) -> None:
        current.set(call)  # its labels are those of what it leads to
        self._waiting.append(want.skill)
        try:
            answer = await self._answer(want, call, granted=granted)
        except BluerillError as error:
            answer = CallDone(want.id, error=str(error) or error.code, code=error.code)
        finally:
            self._waiting.remove(want.skill)
        try:
            await self._port.ask(call.sender, answer, CallTaken, within=CALL_S)
        except BluerillError as error:
            self._port.log.info("what %s called cannot be told to it: %s", call.sender, error)

    async def _answer(self, want: CallOut, call: Call, *, granted: bool) -> CallDone:
        name, who = want.action[:60], f"skill {want.skill!r}"
        if not granted:
            raise CapabilityError(f"{who} has no grant 'call:{name}'")
        known = self._known(want.action)
        if known is None or known.hidden:
            raise CallerError(f"{who}: no action is named {name!r}")
        if known.skill in self._waiting:
            raise CallerError(f"{who} may not call {name!r}: that skill is waiting for another one")
        if want.reads and not known.reads:
            raise CapabilityError(f"{who}: an action that reads may not call {name!r}, which changes things")
        strange = want.strange or bool(call.taint & Taint.UNTRUSTED)
        if must_ask(known, call.taint) or (strange and is_sensitive(known, want.arguments)):
            raise CapabilityError(f"{who}: {name!r} with a stranger's words is for the owner to ask for")
        done = await self._do(known, Invoke(want.action, want.arguments, strange=strange), call, f"skill {want.skill}")
        if isinstance(done, Unconfirmed) or not isinstance(done, Invoked):
            raise CapabilityError(f"{who}: {name!r} is for the owner to ask for")
        return CallDone(want.id, done.result, untrusted=done.untrusted)
