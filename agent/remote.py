"""A chat model behind an OpenAI-compatible server (llama.cpp, vLLM, Ollama…) as langchain-core's chat model.

Only ``POST {base}/chat/completions`` is spoken, without streaming, over the standard library's HTTP client. This module
needs the extra ``models`` and is never imported by the core: it pulls pydantic, http and ssl.
Source: the OpenAI chat completions format, as those servers document it.
"""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, InvalidToolCall, SystemMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from ..kernel.errors import CallerError, DeadlineExceeded, ServiceFault

MAX_REPLY = 4 * 1024 * 1024


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
        address = urlsplit(self.base)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise CallerError(f"expected a URL such as http://localhost:8080/v1, got {self.base[:100]!r}")
        connect = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        connection = connect(address.hostname, address.port, timeout=self.timeout_s)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        key = os.environ.get("BLUERILL_API_KEY", "")
        if key:
            headers["Authorization"] = f"Bearer {key}"
        where = f"the model server at {address.hostname}:{address.port or ''}"
        try:
            connection.request("POST", address.path.rstrip("/") + "/chat/completions", json.dumps(request), headers)
            response = connection.getresponse()
            data = response.read(MAX_REPLY + 1)
        except TimeoutError as error:
            raise DeadlineExceeded(f"{where} did not answer in {self.timeout_s:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            raise ServiceFault(f"{where} cannot be reached: {error}") from error
        finally:
            connection.close()
        if len(data) > MAX_REPLY:
            raise ServiceFault(f"{where} answered with more than {MAX_REPLY} bytes")
        if response.status != 200:
            raise ServiceFault(f"{where} answered {response.status}: {data[:200].decode('utf-8', 'replace')}")
        try:
            reply = json.loads(data)
            choice: dict[str, Any] = reply["choices"][0]["message"]
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise ServiceFault(f"{where}: expected a chat completion, got {data[:100]!r}") from error
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
