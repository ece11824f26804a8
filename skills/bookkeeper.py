"""Keeps the audit log for the service ``skills``: what was called and decided, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, TypeVar

import msgspec

from ..kernel.errors import BluerillError, CallerError
from ..kernel.service import Call, Port
from . import audit
from .messages import ActionInfo, Unconfirmed

R = TypeVar("R")


class Bookkeeper:
    """``folder`` is the log's ('': there is none)."""

    def __init__(self, port: Port, folder: str) -> None:
        self._port = port
        self._log = audit.Audit(folder)

    def entry(
        self,
        known: ActionInfo,
        package: str,
        arguments: dict[str, Any],
        call: Call,
        *,
        confirmed: bool = False,
        via: str = "",
    ) -> audit.Entry:
        """A call that is about to be made."""
        return audit.Entry(
            self._port.wall(), known.name, known.skill, package, audit.shown(arguments), audit.labels(call.taint),
            via or call.sender, known.grants, confirmed,
        )  # fmt: skip

    async def kept(self, told: audit.Entry, work: Awaitable[R], good: audit.Outcome = "done") -> R:
        """Do the work and write down what came of it, whatever that is."""
        outcome: audit.Outcome = "failed"
        why = "nobody waited for its end"
        try:
            answer = await work
            outcome, why = "asked" if isinstance(answer, Unconfirmed) else good, ""
            return answer
        except BluerillError as error:
            outcome, why = "refused" if isinstance(error, CallerError) else "failed", str(error)
            raise
        finally:
            self.note(msgspec.structs.replace(told, outcome=outcome, why=why))

    def decided(self, what: str, call: Call, package: str, grants: list[str], skill: str = "") -> None:
        """Write down a decision of the owner's."""
        labels = audit.labels(call.taint)
        self.note(audit.Entry(self._port.wall(), what, skill, package, {}, labels, call.sender, grants))

    def note(self, told: audit.Entry) -> None:
        problem = self._log.write(told)
        if problem:
            self._port.log.warning("the audit log misses %s: %s", told.action, problem)
