"""A chat model behind an OpenAI-compatible server (llama.cpp, vLLM, Ollama…) as langchain-core's chat model.

Only ``POST {base}/chat/completions`` is spoken, without streaming. This module needs the extra ``models`` and is never
imported by the core: it pulls pydantic, http and ssl.
Source: the OpenAI chat completions format, as those servers document it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, InvalidToolCall, SystemMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from ..kernel.errors import ServiceFault
from ..models.engines.openai import Busy, OpenAIServer


class RemoteChatModel(BaseChatModel):
    """``base`` is the URL up to and with ``/v1``; the key is read from BLUERILL_API_KEY where the server wants one."""

    base: str
    model: str = "default"
    timeout_s: float = 60.0
    temperature: float = 0.0
    max_tokens: int = 512

    @property
    def _llm_type(self) -> str:
        return "openai-compatible"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with these tools offered; it may use any number of them."""
        options: dict[str, Any] = {"tools": [convert_to_openai_tool(tool) for tool in tools]}
        if tool_choice is not None:
            options["tool_choice"] = tool_choice
        return self.bind(**options, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request: dict[str, Any] = {
            "model": self.model,
            "messages": [_sent(message) for message in messages],
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            **{name: kwargs[name] for name in ("tools", "tool_choice") if name in kwargs},
        }
        if stop:
            request["stop"] = stop
        return ChatResult(generations=[ChatGeneration(message=_received(self._post(request)))])

    def _post(self, request: dict[str, Any]) -> dict[str, Any]:
        server = OpenAIServer(self.base, os.environ.get("BLUERILL_API_KEY", ""), read_s=self.timeout_s)
        try:
            reply = server.post("/chat/completions", request)
        except Busy as error:
            raise ServiceFault(str(error)) from error
        try:
            choice: dict[str, Any] = reply["choices"][0]["message"]
        except (KeyError, IndexError, TypeError):
            raise ServiceFault(f"{server.where}: expected a chat completion, got {str(reply)[:100]!r}") from None
        return choice


def _sent(message: BaseMessage) -> dict[str, Any]:
    role = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool"}.get(message.type, "user")
    sent: dict[str, Any] = {"role": role, "content": message.content}
    if isinstance(message, ToolMessage):
        sent["tool_call_id"] = message.tool_call_id
    if isinstance(message, SystemMessage):
        sent["content"] = str(message.content)
    return sent


def _received(message: dict[str, Any]) -> AIMessage:
    """The answer, with its tool calls; those whose arguments are no JSON object are kept apart as invalid."""
    calls: list[ToolCall] = []
    invalid: list[InvalidToolCall] = []
    for number, raw in enumerate(message.get("tool_calls") or []):
        function = raw.get("function") or {}
        name, text = str(function.get("name", "")), function.get("arguments") or "{}"
        identity = str(raw.get("id") or f"call-{number}")
        try:
            arguments = json.loads(text) if isinstance(text, str) else text
        except ValueError:
            arguments = None
        if isinstance(arguments, dict):
            calls.append(ToolCall(name=name, args=arguments, id=identity, type="tool_call"))
        else:
            wrong = f"expected a JSON object as arguments of {name!r}"
            invalid.append(
                InvalidToolCall(name=name, args=str(text), id=identity, error=wrong, type="invalid_tool_call")
            )
    return AIMessage(content=message.get("content") or "", tool_calls=calls, invalid_tool_calls=invalid)
