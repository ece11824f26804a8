"""A LangChain tool as an action of a skill package: for authors who have a tool and want it spoken.

    from bluerill.skills.contract import Skill
    from bluerill.skills.langchain_action import tool_action

    solver = Skill.of("solver", tool_action(SolveTool(), "solve {problem}", examples=["solve two x is four"]))

The tool's name, description and arguments become the action's, and what it answers is said. It runs where the package
runs: in the box, without a socket. A tool that needs the network, files or programs is better listed in the owner's
settings (``watch/langchain_tools.py``), whose box can be opened.
"""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from ..kernel.errors import ManifestError
from .contract import Number, Refusal, Reply, Say, Text, action
from .langchain_host import ran
from .listed_host import MAX_RESULT, MAX_SPEECH
from .listed_tools import ident, one_line, parameters

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

__all__ = ["tool_action"]

_TYPES: dict[str, Any] = {"text": Text, "number": Number, "bool": bool}


def tool_action(tool: BaseTool, *sentences: str | Say, name: str = "", **marks: Any) -> Callable[..., Any]:
    """The tool as a function marked with ``@action``, whose other ``marks`` are ``action``'s. ``name`` is the action's,
    if not the tool's own. Arguments that no words could fill are left to their defaults. Raises ManifestError if one of
    those is needed."""

    async def run(**arguments: Any) -> Reply:
        done = await ran(tool, {own[key]: value for key, value in arguments.items() if value is not None})
        if done.failed:
            raise Refusal(one_line(done.text, 300) or "That did not work.")
        result: dict[str, Any] = {"text": done.text[: MAX_RESULT // 2]}
        return Reply(one_line(done.text, MAX_SPEECH) or "Done.", result=result)

    schema = _schema(tool)
    found = parameters(schema)
    lacking = {str(each) for each in schema.get("required", [])} - {each.name for each in found}
    if lacking:
        raise ManifestError(f"tool {tool.name!r} needs {sorted(lacking)[0]!r}, which no words could fill")
    own: dict[str, str] = {}
    signature, notes = [], []
    annotations: dict[str, Any] = {"return": Reply}
    for each in sorted(found, key=lambda each: not each.required):
        field = ident(each.name) or "value"
        field += "_" if keyword.iskeyword(field) else ""
        own[field] = each.name
        kind: Any = Literal[tuple(each.choices)] if each.kind == "choice" else _TYPES[each.kind]
        annotations[field] = kind if each.required else kind | None
        default = inspect.Parameter.empty if each.required else None
        signature.append(inspect.Parameter(field, inspect.Parameter.KEYWORD_ONLY, default=default))
        notes += [f"{field.removesuffix('_')}: {each.description}"] if each.description else []
    run.__name__ = run.__qualname__ = name or ident(tool.name)
    run.__doc__ = "\n".join([one_line(tool.description, 400), "", *notes])
    run.__annotations__ = annotations
    run.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
    return action(*sentences, **marks)(run)


def _schema(tool: BaseTool) -> Mapping[str, Any]:
    """The JSON schema of what a caller gives, which needs less memory to get than the form for models does."""
    schema: Any = tool.tool_call_schema
    made: Mapping[str, Any] = schema if isinstance(schema, dict) else schema.model_json_schema()
    return made
