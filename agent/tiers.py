"""Further tiers of the planner: any langchain-core chat model that can be offered tools.

The tiers above templates (a bundled encoder, a bundled decoder, larger or remote models) share one interface: a
``BaseChatModel``. :class:`ChatTier` offers it the actions as tools, turns its tool calls into planned calls, and keeps
only those that name an offered action and fit its schema; what does not is a refusal with the reason in ``problems``.
Nothing is executed here. The module needs the extra ``models``; the core never imports it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from time import perf_counter
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from ..kernel.errors import CallerError
from ..skills.messages import ActionInfo
from .messages import Planned, PlannedCall
from .plan import REFUSAL
from .remote import RemoteChatModel
from .schema import problem

MAX_CALLS = 8
UNCALIBRATED = 0.5
"""A chat model says nothing of how sure it is; this is no measured confidence."""
_PROMPT = """You plan requests made to a small watch. The local time is {now} ({day}).
Call the tools that do what is asked, in order, one call for each thing asked. Times are local ISO 8601 \
(2026-11-20T07:00), dates 2026-11-20, durations ISO 8601 (PT10M), recurrence RFC 5545 (FREQ=DAILY). An argument may be \
"$1.field" to use a field of the first call's result. Give only arguments that were asked for. If no tool does what is \
asked, call none and answer with one short sentence."""
_AS_JSON = """You cannot call tools directly: answer only with a JSON list of objects with "name" and "arguments" \
([] if no tool fits). The tools are: {tools}"""


def model_named(name: str) -> BaseChatModel:
    """``remote:URL`` or ``remote:URL#MODEL``. Raises CallerError for anything else."""
    kind, _, rest = name.partition(":")
    if kind != "remote" or not rest.startswith(("http://", "https://")):
        raise CallerError(f"expected a planner such as 'remote:http://localhost:8080/v1', got {name[:100]!r}")
    base, _, model = rest.partition("#")
    return RemoteChatModel(base=base, model=model or "default")


class ChatTier:
    """Plans with a chat model over a list of actions. ``name`` is what plans say they were made by."""

    def __init__(self, model: BaseChatModel, actions: Sequence[ActionInfo], name: str = "lm") -> None:
        self.name = name
        self.actions = {action.name: action for action in actions if not action.hidden}
        self.problems: list[str] = []
        self._tools: list[dict[str, Any]] = [_tool(action) for action in self.actions.values()]
        self._model = model
        self._bound: Any = None
        if self._tools:
            try:
                self._bound = model.bind_tools(self._tools)
            except NotImplementedError:
                pass  # a model without tools is asked for JSON

    def plan(self, text: str, now: datetime, context: Sequence[PlannedCall] = ()) -> Planned:
        """The calls the model makes of a text. Raises ServiceFault, DeadlineExceeded of the model's server."""
        started = perf_counter()
        self.problems = []
        answer = self._ask(text, now, context) if self._tools else AIMessage(content="")
        calls = self._calls(answer)
        said = answer.content if isinstance(answer.content, str) else ""
        reply = "" if calls else (said.strip()[:300] if self._bound is not None and said.strip() else REFUSAL)
        ms = round((perf_counter() - started) * 1000, 3)
        return Planned(calls, self.name, UNCALIBRATED, ms, reply)

    def _ask(self, text: str, now: datetime, context: Sequence[PlannedCall]) -> AIMessage:
        prompt = _PROMPT.format(now=now.strftime("%Y-%m-%dT%H:%M"), day=now.strftime("%A"))
        if context:
            before = [{"name": call.name, "arguments": call.arguments} for call in context]
            prompt += f"\nJust done, in case the request refers to it: {json.dumps(before)}"
        if self._bound is None:
            prompt += "\n" + _AS_JSON.format(tools=json.dumps([tool["function"] for tool in self._tools]))
        messages: list[BaseMessage] = [SystemMessage(prompt), HumanMessage(text)]
        answer = (self._bound if self._bound is not None else self._model).invoke(messages)
        return answer if isinstance(answer, AIMessage) else AIMessage(content=str(answer.content))

    def _calls(self, answer: AIMessage) -> list[PlannedCall]:
        """The calls that are valid; one that is not makes the whole plan a refusal, as half a plan misleads."""
        for invalid in answer.invalid_tool_calls:
            self.problems.append(f"{invalid.get('name')}: {invalid.get('error')}")
        raw = [(call["name"], call["args"]) for call in answer.tool_calls]
        if not raw and self._bound is None:
            raw = self._listed(str(answer.content))
        if len(raw) > MAX_CALLS:
            self.problems.append(f"expected at most {MAX_CALLS} calls, got {len(raw)}")
        calls: list[PlannedCall] = []
        for name, arguments in raw:
            action = self.actions.get(name)
            if action is None:
                self.problems.append(f"{name[:60]!r} is not one of the actions offered")
                continue
            wrong = problem(_without_references(arguments), _relaxed(action.schema, arguments))
            if wrong:
                self.problems.append(f"{name}: {wrong}")
                continue
            calls.append(PlannedCall(name, arguments))
        return [] if self.problems else calls

    def _listed(self, text: str) -> list[tuple[str, dict[str, Any]]]:
        """Calls written as a JSON list, perhaps with prose or a fence around it."""
        start, end = text.find("["), text.rfind("]")
        if start < 0 or end < start:
            return []
        try:
            rows = json.loads(text[start : end + 1])
        except ValueError as error:
            self.problems.append(f"expected a JSON list of calls: {error}")
            return []
        found: list[tuple[str, dict[str, Any]]] = []
        for row in rows:
            if isinstance(row, dict) and isinstance(row.get("name"), str):
                arguments = row.get("arguments") or {}
                if isinstance(arguments, dict):
                    found.append((row["name"], arguments))
                    continue
            self.problems.append(f"expected {{name, arguments}}, got {row!r:.80}")
        return found


def _tool(action: ActionInfo) -> dict[str, Any]:
    parameters = action.schema or {"type": "object", "properties": {}}
    return {
        "type": "function",
        "function": {"name": action.name, "description": action.description, "parameters": parameters},
    }


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("$") and value[1:2].isdigit()


def _without_references(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if not _is_reference(value)}


def _relaxed(schema: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """The schema without requiring what a reference will fill in: its value is known only when the plan runs."""
    filled = {name for name, value in arguments.items() if _is_reference(value)}
    if not filled:
        return schema
    return {**schema, "required": [name for name in schema.get("required") or () if name not in filled]}
