"""Tool calls as text, for models that only write text: how tools are told to them, and calls read from what they said.

The text is the JSON list that :func:`.grammar.calls` allows. This module needs the extra ``models``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from langchain_core.messages import AIMessage, BaseMessage, InvalidToolCall, ToolCall, ToolMessage

from . import grammar

__all__ = ["Offer", "read", "told"]

_TELL = """You can use these tools:
{tools}
To use them, answer only with a JSON list of calls, such as [{{"name": "a_tool", "arguments": {{}}}}]{otherwise}"""
_OR_TALK = "; if none is needed, answer in words."
_MUST = "; you must use one now."


class Offer(NamedTuple):
    """Tools that a model is offered. ``functions`` are in OpenAI's form; ``must``: it has to call one."""

    functions: Sequence[dict[str, Any]]
    must: bool = False

    @classmethod
    def of(cls, tools: Sequence[dict[str, Any]], choice: Any = None) -> Offer:
        """``tools`` in OpenAI's form; ``choice`` is "auto", "none", "any", "required", a tool's name, or a dict of it.

        Raises ValueError for a name that is not offered.
        """
        functions = [tool["function"] for tool in tools]
        if isinstance(choice, dict):
            choice = (choice.get("function") or choice).get("name")
        if choice in (None, "auto", False):
            return cls(functions)
        if choice == "none":
            return cls([])
        if choice in ("any", "required", True):
            return cls(functions, must=True)
        named = [function for function in functions if function["name"] == choice]
        if not named:
            raise ValueError(f"expected one of the tools offered as the choice, got {choice!r:.60}")
        return cls(named, must=True)

    @property
    def grammar(self) -> str:
        """GBNF: calls of these tools, and words where it may talk; '' without tools."""
        if not self.functions:
            return ""
        schemas = {function["name"]: function.get("parameters") or {} for function in self.functions}
        return grammar.calls(schemas, least=1, talk=not self.must, references=False)

    @property
    def instruction(self) -> str:
        if not self.functions:
            return ""
        tools = "\n".join(json.dumps(function, ensure_ascii=False) for function in self.functions)
        return _TELL.format(tools=tools, otherwise=_MUST if self.must else _OR_TALK)


def told(message: BaseMessage) -> tuple[str, str]:
    """Role and text of a message for a model that knows only text: calls as the list it would write itself."""
    text = str(message.text)
    if isinstance(message, AIMessage):
        if message.tool_calls:
            listed = [{"name": call["name"], "arguments": call["args"]} for call in message.tool_calls]
            text = "\n".join(filter(None, [text, json.dumps(listed, ensure_ascii=False)]))
        return "assistant", text
    if isinstance(message, ToolMessage):
        outcome = "failed" if message.status == "error" else "answered"
        return "user", f"The tool {message.name or ''} {outcome}: {text}".replace("  ", " ")
    if message.type == "system":
        return "system", text
    return "user", f"{message.name}: {text}" if message.name else text


def read(text: str) -> tuple[str, list[ToolCall], list[InvalidToolCall]]:
    """Words, calls, and calls that are none, of what a model said when it was offered tools."""
    if not text.lstrip().startswith("["):
        return text, [], []
    try:
        rows = json.loads(text)
    except ValueError as error:
        return "", [], [InvalidToolCall(name=None, args=text, id="call-0", error=str(error), type="invalid_tool_call")]
    calls: list[ToolCall] = []
    invalid: list[InvalidToolCall] = []
    for number, row in enumerate(rows):
        name, arguments = (row.get("name"), row.get("arguments")) if isinstance(row, dict) else (None, None)
        if isinstance(name, str) and isinstance(arguments, dict):
            calls.append(ToolCall(name=name, args=arguments, id=f"call-{number}", type="tool_call"))
        else:
            wrong = "expected an object with name and arguments"
            invalid.append(
                InvalidToolCall(
                    name=None, args=str(row)[:500], id=f"call-{number}", error=wrong, type="invalid_tool_call"
                )
            )
    return "", calls, invalid
