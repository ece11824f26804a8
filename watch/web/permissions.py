"""What the owner is asked about other people's skills, on the page: open questions, their answers, grants taken back.

The page answers what ``skills`` asks and moves grants that were agreed to; it can bring no package and agree to nothing
that was not asked (``skills/ownership.py``).
"""

from __future__ import annotations

from typing import Final

from ...kernel.errors import BluerillError
from ...kernel.message import Body, Taint
from ...kernel.service import Port
from ...skills.admission import Admitted
from ...skills.questions import (
    Consider,
    Decide,
    GetGrants,
    GetQuestions,
    Grants,
    Proposed,
    Questions,
    SetGrant,
)
from . import protocol

__all__ = ["Permissions"]

SKILLS: Final = "skills"
WITHIN_S: Final = 30.0


class Permissions:
    """Asks ``skills`` for a page."""

    def __init__(self, port: Port) -> None:
        self._port = port

    async def look(self, *, held_only: bool = False) -> list[bytes]:
        """What is asked, and what is held; nothing on a device without skills."""
        try:
            if held_only:
                return [await self._held()]
            asked = await self._port.ask(SKILLS, GetQuestions(), Questions, within=WITHIN_S, taint=Taint.USER)
            return [protocol.forward(asked), await self._held()]
        except BluerillError as error:
            self._port.log.info("what skills may do is not known: %s", error)
            return []

    async def say(self, said: protocol.Decided | protocol.GrantMoved | protocol.Considered) -> list[bytes]:
        """Pass on a decision. Raises typed errors."""
        wish: Body
        match said:
            case protocol.Decided(number, yes):
                wish, expect = Decide(number, yes), Admitted
            case protocol.GrantMoved(skill, grant, held):
                wish, expect = SetGrant(skill, grant, held), Admitted
            case protocol.Considered(skill):
                answer = await self._port.ask(SKILLS, Consider(skill), Proposed, within=WITHIN_S, taint=Taint.USER)
                return [protocol.own("asked-about", package=answer.question.package)]
        await self._port.ask(SKILLS, wish, expect, within=WITHIN_S, taint=Taint.USER)
        return [await self._held()]

    async def _held(self) -> bytes:
        return protocol.forward(await self._port.ask(SKILLS, GetGrants(), Grants, within=WITHIN_S, taint=Taint.USER))
