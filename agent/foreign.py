"""Tools that are no skill's: what a program hands over as JSON schemas, as actions a planner can be offered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..kernel.errors import CallerError
from ..skills.messages import ActionInfo

__all__ = ["MAX_TOOLS", "actions_from_tools"]

MAX_TOOLS = 128


def actions_from_tools(tools: Sequence[dict[str, Any]]) -> list[ActionInfo]:
    """Foreign tools ({name, description, parameters}) as actions; ``inputSchema`` as MCP writes it will do as well.

    Raises CallerError naming the one that is wrong.
    """
    if len(tools) > MAX_TOOLS:
        raise CallerError(f"expected at most {MAX_TOOLS} tools, got {len(tools)}")
    actions: list[ActionInfo] = []
    for number, raw in enumerate(tools):
        tool = raw.get("function", raw) if isinstance(raw, dict) else {}
        tool = tool if isinstance(tool, dict) else {}
        name, parameters = tool.get("name"), tool.get("parameters") or tool.get("inputSchema") or {}
        if not isinstance(name, str) or not name or not isinstance(parameters, dict):
            raise CallerError(f"tool {number}: expected {{name, description, parameters}}, got {raw!r:.80}")
        if any(action.name == name for action in actions):
            raise CallerError(f"tool {number}: a second tool named {name[:60]!r}")
        actions.append(ActionInfo(name, "tools", str(tool.get("description", "")), schema=parameters))
    return actions
