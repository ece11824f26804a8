"""The skills' actions as langchain-core tools: for agents and chains that run outside the device.

What such a program sends is not the owner's word: an action that is sensitive is run only if the owner allowed that
when the tools were made. This module needs the extra ``models`` and is never imported by the core.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Literal

from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel

from ..kernel.errors import BluerillError
from ..skills.messages import ActionInfo, Catalogue, Invoke, Invoked
from ..skills.offer import described, offered
from ..skills.policy import is_sensitive

__all__ = ["SkillTool", "skill_tools"]

INVOKE_S = 30.0


class Nothing(BaseModel):
    """No arguments."""


class SkillTool(BaseTool):
    """One action. Its answer is what the watch would say; the result itself is the artifact.

    ``port`` has ``ask``; ``runner`` runs a coroutine where the port lives (needed for ``invoke``, not for ``ainvoke``).
    A refusal or an error of the skill is a ToolException, which an agent can read.
    """

    action: ActionInfo
    port: Any
    runner: Callable[[Coroutine[Any, Any, Any]], Any] | None = None
    sensitive: bool = False
    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"

    def _run(self, **arguments: Any) -> tuple[str, dict[str, Any]]:
        work = self._arun(**arguments)
        if self.runner is None:
            work.close()
            raise ToolException("a skill of this device is called with ainvoke; blocking would stop its service")
        done: tuple[str, dict[str, Any]] = self.runner(work)
        return done

    async def _arun(self, **arguments: Any) -> tuple[str, dict[str, Any]]:
        if not self.sensitive and is_sensitive(self.action, arguments):
            raise ToolException(f"{self.name} with these arguments needs the owner; the tools were made without that")
        try:
            done = await self.port.ask("skills", Invoke(self.name, arguments, strange=True), Invoked, within=INVOKE_S)
        except BluerillError as error:
            raise ToolException(str(error)) from error
        return done.speech or "Done.", done.result


def skill_tools(
    catalogue: Catalogue,
    port: Any,
    runner: Callable[[Coroutine[Any, Any, Any]], Any] | None = None,
    *,
    only: Iterable[str] = (),
    sensitive: bool = False,
) -> list[BaseTool]:
    """A tool for every action that is offered to strangers (:func:`~bluerill.skills.offer.offered`)."""
    return [
        SkillTool(
            name=action.name,
            description=described(action),
            args_schema=action.schema if action.schema.get("properties") else Nothing,
            action=action,
            port=port,
            runner=runner,
            sensitive=sensitive,
            handle_tool_error=True,
        )
        for action in offered(catalogue.actions, only=only, sensitive=sensitive)
    ]
