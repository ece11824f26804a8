"""LangChain tools as a skill: a tool, a list of them or a toolkit of an installed package, in a process of its own.

The owner names them in the settings (``watch/langchain_tools.py``), as ``module:object`` or as an entry point of the
group ``bluerill.tools``. What is named may be a tool, a list, a toolkit, or a class or function that gives one of these
when it is called with the table's ``arguments``. It is imported here, inside the box, and nowhere else: the core never
sees LangChain. A tool that is a coroutine is awaited; any other one runs on a thread. One that hangs cannot be stopped,
so the process that holds it is given up after the answer.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..kernel.errors import CallerError, ServiceFault
from . import loader
from .aside import aside, give_up
from .listed_host import WITHIN_S, About, ListedHost, Ran, reason
from .listed_tools import Told, one_line

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

__all__ = ["GROUP", "LangchainHost", "ran", "tools_of"]

GROUP = "bluerill.tools"
MOST_BLOCKS = 16
MAX_TEXT = 64 * 1024


class LangchainHost(ListedHost):
    """``name`` is the skill's, ``tools`` what is named; ``env`` goes into the environment before anything is imported.
    ``opened`` says in grants' words what its box lets through (``internet``, ``files``, ``programs``)."""

    kind = "langchain"

    def __init__(
        self,
        name: str,
        tools: Sequence[str],
        arguments: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        opened: Sequence[str] = (),
        announce: str = "skills",
    ) -> None:
        super().__init__(name, announce)
        self.where = f"LangChain tools {name!r} ({', '.join(tools)})"
        self._named, self._given, self._env, self._open = list(tools), dict(arguments or {}), dict(env or {}), opened
        for value in self._env.values():
            if value.startswith("$"):
                raise CallerError(f"{self.where}: the environment has no {value[1:60]}, which its settings name")
        self._tools: dict[str, BaseTool] = {}
        self._loading = asyncio.Lock()

    async def start(self) -> None:
        os.environ.update(self._env)

    def grants(self) -> list[str]:
        return [*super().grants(), *self._open]

    async def look(self) -> About:
        async with self._loading:
            if not self._tools:
                # importing a large library takes longer than a loop may be silent
                self._tools = await aside(self._load)
        return About(
            f"LangChain tools of {', '.join(self._named)}.",
            _version(self._named[0]),
            [told for tool in self._tools.values() if (told := _told(tool, self.port.log)) is not None],
        )

    def _load(self) -> dict[str, BaseTool]:
        try:
            import langchain_core.tools  # noqa: F401
        except ImportError:
            raise ServiceFault("LangChain tools need LangChain: pip install 'bluerill[models]'") from None
        found: dict[str, BaseTool] = {}
        for named in self._named:
            for tool in tools_of(named, self._given):
                found.setdefault(tool.name, tool)
        return found

    async def run(self, tool: str, arguments: dict[str, Any]) -> Ran:
        held = self._tools[tool]
        try:
            return await asyncio.wait_for(ran(held, arguments), WITHIN_S)
        except TimeoutError:
            self.port.spawn(give_up(self.port, f"tool {tool!r} of {self.where}"), "give up")
            raise


def tools_of(named: str, arguments: Mapping[str, Any]) -> list[BaseTool]:
    """The tools that a name stands for. Raises CallerError in one line: what was expected and found."""
    from langchain_core.tools import BaseTool, BaseToolkit

    value = named
    if ":" not in named:
        there = {each.name: each.value for each in loader.entry_points(group=GROUP)}
        if named not in there:
            names = ", ".join(sorted(there)) or "none"
            raise CallerError(f"expected module:object, or one of the entry points in {GROUP} ({names}); got {named!r}")
        value = there[named].replace(" ", "")
    module, _, attribute = value.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (Exception, SystemExit) as error:
        raise CallerError(f"{value} cannot be imported: {reason(error)}") from error
    if isinstance(found, type) or (callable(found) and not isinstance(found, BaseTool)):
        try:
            found = found(**arguments)
        except Exception as error:
            raise CallerError(f"{value}({', '.join(arguments)}) failed: {reason(error)}") from error
    if isinstance(found, BaseToolkit):
        found = found.get_tools()
    tools = list(found) if isinstance(found, list | tuple) else [found]
    wrong = next((each for each in tools if not isinstance(each, BaseTool)), None)
    if wrong is not None or not tools:
        got = "an empty list" if not tools else type(wrong).__name__
        raise CallerError(f"{value}: expected a LangChain tool, a list of them or a toolkit, got {got}")
    return tools


def _told(tool: BaseTool, log: logging.Logger) -> Told | None:
    """The tool as it describes itself; None if it takes what no JSON says."""
    from langchain_core.utils.function_calling import convert_to_openai_tool

    try:
        function = convert_to_openai_tool(tool)["function"]
    except Exception as error:  # noqa: BLE001 - a model of arguments that has no schema: whatever pydantic says of it
        log.warning("tool %r cannot be described, and is left out: %s", tool.name, reason(error))
        return None
    schema = function.get("parameters") or {"type": "object", "properties": {}}
    return Told(tool.name, str(function.get("description", "")), schema)


async def ran(tool: BaseTool, arguments: dict[str, Any]) -> Ran:
    """Call a tool as a model would. Raises whatever it raises, but for what says that the call was wrong."""
    from langchain_core.tools import ToolException
    from pydantic import ValidationError

    call = {"name": tool.name, "args": arguments, "id": "1", "type": "tool_call"}
    try:
        answer = await (tool.ainvoke(call) if _suspends(tool) else aside(lambda: tool.invoke(call)))
    except ToolException as error:
        return Ran(str(error)[:MAX_TEXT], failed=True)
    except ValidationError as error:
        first = error.errors()[0]
        return Ran(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", failed=True)
    content = getattr(answer, "content", answer)
    text = _text(content)
    return Ran(text, getattr(answer, "status", "") == "error", _structured(text))


def _suspends(tool: BaseTool) -> bool:
    """Whether a tool is a coroutine of its own, and not one that LangChain makes of a function in a pool."""
    from langchain_core.tools import BaseTool, StructuredTool, Tool

    if isinstance(tool, StructuredTool | Tool):
        return tool.coroutine is not None
    return type(tool)._arun is not BaseTool._arun


def _text(content: Any) -> str:
    """The texts of an answer; what is no text is named."""
    if isinstance(content, str):
        return content[:MAX_TEXT]
    if not isinstance(content, list):
        return f"({one_line(type(content).__name__, 40)})"
    parts = []
    for block in content[:MOST_BLOCKS]:
        if isinstance(block, str):
            parts.append(block)
        elif isinstance(block, dict):
            text = block.get("text")
            parts.append(text if isinstance(text, str) else f"({one_line(str(block.get('type', '')), 40)})")
    return "\n".join(part[:MAX_TEXT] for part in parts)[:MAX_TEXT]


def _structured(text: str) -> dict[str, Any] | None:
    """What an answer holds where it is a JSON object."""
    if not text.startswith("{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _version(named: str) -> str:
    """Of the package that the first tool comes from, where its name is its module's."""
    from importlib import metadata

    try:
        return metadata.version(named.partition(":")[0].partition(".")[0]) or ""
    except metadata.PackageNotFoundError:
        return ""
