"""A chat model behind an OpenAI-compatible server (llama.cpp, vLLM, Ollama…) as langchain-core's chat model.

Only ``POST {base}/chat/completions`` is spoken, whole or as server-sent events. This module needs the extra ``models``
and is never imported by the core: it pulls pydantic, http and ssl.
Source: the OpenAI chat completions format, as those servers document it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    InvalidToolCall,
    ToolCall,
    convert_to_openai_messages,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from ..kernel.errors import ServiceFault
from ..models.engines.events import EventStream
from ..models.engines.openai import Busy, OpenAIServer

_PASSED = ("tools", "tool_choice", "response_format", "parallel_tool_calls", "seed", "top_p")
"""What a request may carry besides, unchanged."""


class RemoteChatModel(BaseChatModel):
    """``base`` is the URL up to and with ``/v1``; the key is read from BLUERILL_API_KEY where the server wants one."""

    base: str
    model: str = "default"
    timeout_s: float = 60.0
    temperature: float = 0.0
    max_tokens: int = 512
    stop: list[str] | None = None

    @property
    def _llm_type(self) -> str:
        return "openai-compatible"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | dict[str, Any] | bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with these tools offered; it may use any number of them. ``tool_choice`` as OpenAI's, and "any"."""
        options: dict[str, Any] = {"tools": [convert_to_openai_tool(tool) for tool in tools]}
        if tool_choice in ("any", True):
            options["tool_choice"] = "required"
        elif isinstance(tool_choice, str) and tool_choice not in ("auto", "none", "required"):
            options["tool_choice"] = {"type": "function", "function": {"name": tool_choice}}
        elif tool_choice:
            options["tool_choice"] = tool_choice
        return self.bind(**options, **kwargs)

    def _request(self, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": kwargs.get("model", self.model),
            "messages": convert_to_openai_messages(messages),
            "temperature": kwargs.get("temperature", self.temperature),
            "max_tokens": kwargs.get("max_tokens", self.max_tokens),
            **{name: kwargs[name] for name in _PASSED if name in kwargs},
        }
        if stop or self.stop:
            request["stop"] = list(stop or self.stop or [])
        return request

    def _server(self) -> OpenAIServer:
        return OpenAIServer(self.base, os.environ.get("BLUERILL_API_KEY", ""), read_s=self.timeout_s)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        """Raises ServiceFault, CallerError, DeadlineExceeded of the server."""
        server = self._server()
        try:
            reply = server.post("/chat/completions", self._request(messages, stop, kwargs))
        except Busy as error:
            raise ServiceFault(str(error)) from error
        try:
            choice = reply["choices"][0]
            message = _received(choice["message"])
        except (KeyError, IndexError, TypeError, AttributeError):
            raise ServiceFault(f"{server.where}: expected a chat completion, got {str(reply)[:100]!r}") from None
        message.usage_metadata = _usage(reply.get("usage"))
        message.response_metadata = _about(choice, reply, self.model)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """Raises as :meth:`_generate`."""
        server = self._server()
        request = {**self._request(messages, stop, kwargs), "stream_options": {"include_usage": True}}
        try:
            stream = EventStream(server, "/chat/completions", request)
        except Busy as error:
            raise ServiceFault(str(error)) from error
        finish: dict[str, Any] = {}
        try:
            while (event := stream.next()) is not None:
                try:
                    message = _piece(event)
                    finish |= _about(event["choices"][0], event, self.model) if event.get("choices") else {}
                except (KeyError, IndexError, TypeError, AttributeError) as error:
                    raise ServiceFault(f"{server.where}: expected a completion chunk, got {error!r}") from None
                chunk = ChatGenerationChunk(message=message)
                if run_manager is not None:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        except Busy as error:
            raise ServiceFault(str(error)) from error
        finally:
            stream.close()
        yield ChatGenerationChunk(message=AIMessageChunk(content="", response_metadata=finish, chunk_position="last"))


def _about(choice: dict[str, Any], reply: dict[str, Any], model: str) -> dict[str, Any]:
    reason = choice.get("finish_reason")
    return {"finish_reason": reason, "model_name": str(reply.get("model") or model)} if reason else {}


def _usage(used: Any) -> UsageMetadata | None:
    if not isinstance(used, dict):
        return None
    read, made = int(used.get("prompt_tokens") or 0), int(used.get("completion_tokens") or 0)
    return UsageMetadata(input_tokens=read, output_tokens=made, total_tokens=read + made)


def _piece(event: dict[str, Any]) -> AIMessageChunk:
    """What one event of a stream says. The servers send a call's arguments in parts, numbered by ``index``."""
    delta: dict[str, Any] = (event["choices"][0].get("delta") or {}) if event.get("choices") else {}
    calls = []
    for number, raw in enumerate(delta.get("tool_calls") or []):
        function = raw.get("function") or {}
        calls.append(
            tool_call_chunk(
                name=function.get("name"), args=function.get("arguments"), id=raw.get("id"),
                index=raw.get("index", number),
            )
        )  # fmt: skip
    return AIMessageChunk(
        content=delta.get("content") or "", tool_call_chunks=calls, usage_metadata=_usage(event.get("usage"))
    )


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
