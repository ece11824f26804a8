"""A skill whose actions are tools that the owner listed: an MCP server's, or LangChain's.

One process a table of the settings, started by the first call and gone when idle. It answers as every skill host does,
so that what the owner agrees to, what is hashed and what is asked about first are decided where they are for packages
(``packages.py``); what a tool answers is labelled untrusted there. What is here is the same for every kind of tool:
bounds, one line for whatever goes wrong, and that nothing is called that nobody has looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from ..kernel.errors import BluerillError, CallerError, DeadlineExceeded, ServiceFault
from ..kernel.message import Body
from ..kernel.service import Call, Leased, Service, handles
from .catalogue import fingerprint
from .listed_tools import Told, actions, one_line
from .messages import (
    CATALOGUE_CHANGED,
    ActionInfo,
    Card,
    Catalogue,
    GetCatalogue,
    GetRest,
    Invoke,
    Invoked,
    MayRest,
    SkillInfo,
    Undo,
)

__all__ = ["MAX_RESULT", "WITHIN_S", "About", "ListedHost", "Ran", "reason"]

WITHIN_S = 18.0
MAX_SPEECH = 1_000
MAX_RESULT = 16 * 1024


class About(NamedTuple):
    """What a program says of itself as a whole."""

    summary: str
    version: str
    tools: Sequence[Told]


class Ran(NamedTuple):
    """What a tool answered; ``content`` is its structured form, if it has one."""

    text: str
    failed: bool = False
    content: dict[str, Any] | None = None


class ListedHost(Service):
    """``name`` is the skill's. A kind of tool says what there is (:meth:`look`) and calls it (:meth:`run`)."""

    concurrency = 8
    kind = ""
    """``mcp`` or ``langchain``: the first half of the name of its package and of its grant."""
    where = ""
    """What it is, for whoever reads an error."""

    def __init__(self, name: str, announce: str = "skills") -> None:
        self.name, self._announce = name, announce
        self._actions: dict[str, tuple[str, ActionInfo]] = {}
        self._told: Catalogue | None = None

    async def look(self) -> About:
        """What there is. Whatever it raises is the program's fault."""
        raise NotImplementedError

    async def run(self, tool: str, arguments: dict[str, Any]) -> Ran:
        """Call a tool. Whatever it raises is the program's fault."""
        raise NotImplementedError

    def grants(self) -> list[str]:
        """What its owner agrees to."""
        return [f"{self.kind}:{self.name}"]

    def changed(self) -> None:
        """The program says that its tools are others."""
        self._told = None
        self.port.notify(self._announce, CATALOGUE_CHANGED)

    @handles(GetCatalogue)
    async def catalogue(self, request: GetCatalogue, call: Call) -> Catalogue | Leased:
        whole = await self._listed()
        return Leased(Catalogue(whole.fingerprint), self.port.offer(msgspec.json.encode(whole)))

    async def _listed(self) -> Catalogue:
        try:
            about = await self.look()
        except Exception as error:
            raise self._failed(error) from error
        self._actions, left = actions(self.name, about.tools, self.grants())
        for each in left:
            self.port.log.warning("%s: %s", self.where, each)
        info = SkillInfo(
            self.name, one_line(about.version, 20), f"{self.kind}:{self.name}", one_line(about.summary, 160),
            list(self._actions), self.grants(), isolation="process",
        )  # fmt: skip
        acts = [action for _, action in self._actions.values()]
        self._told = Catalogue(fingerprint(acts, [info]), acts, [info])
        return self._told

    @handles(Invoke)
    async def invoke(self, request: Invoke, call: Call) -> Invoked:
        if self._told is None:  # a program that nobody has looked at yet
            await self._listed()
            self.port.notify(self._announce, CATALOGUE_CHANGED)
            raise CallerError(f"{self.name.capitalize()} was restarted; please say it again.")
        held = self._actions.get(request.action)
        if held is None:
            raise CallerError(f"no action is named {request.action[:60]!r}; see the catalogue")
        try:
            ran = await self.run(held[0], dict(request.arguments))
        except Exception as error:
            raise self._failed(error) from error
        if ran.failed:
            raise CallerError(one_line(ran.text, 300) or f"{self.name} could not do that.")
        result: dict[str, Any] = {"text": ran.text[:MAX_RESULT]}
        if ran.content is not None and _small(ran.content):
            result["content"] = ran.content
        speech = one_line(ran.text, MAX_SPEECH) or "Done."
        return Invoked(request.action, result, speech, Card("notice", self.name[:40], speech[:200]))

    @handles(Undo)
    async def undo(self, request: Undo, call: Call) -> Body:
        raise CallerError(f"what {self.name} did cannot be taken back from here")

    @handles(GetRest)
    def may_rest(self, request: GetRest, call: Call) -> MayRest:
        return MayRest(True)

    def _failed(self, error: Exception) -> BluerillError:
        if isinstance(error, BluerillError):
            return error
        if isinstance(error, TimeoutError):
            return DeadlineExceeded(f"{self.where} gave no answer within {WITHIN_S:g} s")
        return ServiceFault(f"{self.where}: {reason(error)}")


def _small(value: Any) -> bool:
    try:
        return len(msgspec.json.encode(value)) <= MAX_RESULT
    except (TypeError, ValueError, RecursionError):
        return False


def reason(error: BaseException) -> str:
    """The innermost reason of a failure, which libraries wrap in groups, on one line."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return one_line(f"{type(error).__name__}: {error}", 200)
