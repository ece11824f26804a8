"""A model of this device as langchain-core's chat model: what planners and agents use instead of a remote one.

It speaks to the service ``models`` through anything with an ``ask`` like a port's (a service's port, or a command's
front), streams by pulling, and cancels when its reader stops. Tools are told to the model in words and kept by a
grammar, so a model that was never trained for tools can only call one that was offered, with arguments that fit.

Inside a service it is asynchronous only: a service must not block its loop for an answer. Where the port's loop runs on
another thread, ``runner`` carries the blocking calls there (:mod:`bluerill.watch.langchain`). This module needs the
extra ``models`` and is never imported by the core.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from ..kernel.errors import BudgetExceeded, CallerError
from ..models.messages import (
    Cancelled,
    CancelStream,
    ChatMessage,
    Infer,
    InferChunk,
    Inference,
    InferOpened,
    InferStop,
    Klass,
    Next,
    Refused,
    Sampling,
    Usage,
)
from .tool_calls import Offer, read, told

NEXT_S = 30.0


class BluerillChatModel(BaseChatModel):
    """``port`` has ``ask``; ``model`` is a card's name or a path; ``within_s`` is the deadline of a whole answer."""

    port: Any = None
    model: str
    klass: Klass = "interactive"
    within_s: float = 60.0
    temperature: float = 0.0
    max_tokens: int = 512
    stop: list[str] | None = None
    runner: Callable[[Coroutine[Any, Any, Any]], Any] | None = None
    """Runs a coroutine where the port lives, and waits for it."""

    @property
    def _llm_type(self) -> str:
        return "bluerill"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | dict[str, Any] | bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with these tools offered; ``tool_choice`` as OpenAI's, and "any".

        Raises ValueError for a choice that is not offered.
        """
        offered = [convert_to_openai_tool(tool) for tool in tools]
        Offer.of(offered, tool_choice)
        return self.bind(tools=offered, tool_choice=tool_choice, **kwargs)

    def _offer(self, kwargs: dict[str, Any]) -> Offer:
        return Offer.of(kwargs.get("tools") or [], kwargs.get("tool_choice"))

    def _asked(
        self, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any], *, stream: bool
    ) -> Infer:
        offer = self._offer(kwargs)
        lines = [told(each) for each in messages]
        if offer.instruction:  # as part of the system message: many templates know only one, and only at the start
            first = lines.pop(0)[1] + "\n" if lines and lines[0][0] == "system" else ""
            lines.insert(0, ("system", first + offer.instruction))
        return Infer(
            kwargs.get("model", self.model),
            messages=[ChatMessage(role, text) for role, text in lines],
            max_tokens=kwargs.get("max_tokens", self.max_tokens),
            sampling=Sampling(temperature=kwargs.get("temperature", self.temperature)),
            grammar=offer.grammar,
            stop=list(stop or self.stop or []),
            klass=self.klass,
            stream=stream,
        )

    # --- where nobody is kept from anything

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        if self.runner is None:
            work.close()
            raise CallerError(
                "a model of this device is asked with ainvoke or astream; blocking would stop its service"
            )
        return self.runner(work)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        result = self._run(self._agenerate(messages, stop, **kwargs))
        assert isinstance(result, ChatResult)
        return result

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        pieces = self._astream(messages, stop, **kwargs)
        try:
            while (chunk := self._run(_next(pieces))) is not None:
                if run_manager is not None:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        finally:
            if self.runner is not None:
                self._run(pieces.aclose())  # type: ignore[attr-defined]

    # --- on the loop of the port

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        """Raises BudgetExceeded if the broker refuses, and what an inference raises."""
        asked = self._asked(messages, stop, kwargs, stream=False)
        answer = await self.port.ask("models", asked, Inference | Refused, within=self.within_s)
        if isinstance(answer, Refused):
            raise _refusal(answer)
        words, calls, invalid = read(answer.text) if asked.grammar else (answer.text, [], [])
        message = AIMessage(
            content=words,
            tool_calls=calls,
            invalid_tool_calls=invalid,
            usage_metadata=_usage(answer.usage),
            response_metadata={"finish_reason": answer.finish, "model_name": asked.model},
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        asked = self._asked(messages, stop, kwargs, stream=True)
        opened = await self.port.ask("models", asked, InferOpened | Refused, within=self.within_s)
        if isinstance(opened, Refused):
            raise _refusal(opened)
        ended, held = False, ""
        try:
            while not ended:
                piece = await self.port.ask("models", Next(opened.stream), InferChunk | InferStop, within=NEXT_S)
                ended = isinstance(piece, InferStop)
                text = piece.text
                if asked.grammar and (held + text).lstrip()[:1] in ("", "["):
                    held, text = held + text, ""  # a list of calls is worth something only when it is whole
                elif held:
                    held, text = "", held + text
                message = AIMessageChunk(content=text)
                if isinstance(piece, InferStop):
                    message = _last(text, held, piece, asked.model)
                chunk = ChatGenerationChunk(message=message)
                if run_manager is not None:
                    await run_manager.on_llm_new_token(text, chunk=chunk)
                yield chunk
        finally:
            if not ended:
                await self.port.ask("models", CancelStream(opened.stream), Cancelled)


async def _next(pieces: AsyncIterator[ChatGenerationChunk]) -> ChatGenerationChunk | None:
    return await anext(pieces, None)


def _last(text: str, held: str, stop: InferStop, model: str) -> AIMessageChunk:
    """The end of a stream: the calls, what it cost, and that it is the end."""
    words, calls, invalid = read(held)
    chunks = [
        tool_call_chunk(
            name=call["name"], args=json.dumps(call["args"], ensure_ascii=False), id=call["id"], index=number
        )
        for number, call in enumerate(calls)
    ] + [tool_call_chunk(name=each["name"], args=each["args"], id=each["id"], index=None) for each in invalid]
    return AIMessageChunk(
        content=text + words,
        tool_call_chunks=chunks,
        usage_metadata=_usage(stop.usage),
        response_metadata={"finish_reason": stop.finish, "model_name": model},
        chunk_position="last",
    )


def _usage(usage: Usage) -> UsageMetadata:
    return UsageMetadata(
        input_tokens=usage.prompt,
        output_tokens=usage.generated,
        total_tokens=usage.prompt + usage.generated,
        input_token_details={"cache_read": usage.reused},
    )


def _refusal(refused: Refused) -> BudgetExceeded:
    again = f"; try again in {refused.retry_after_s:.1f} s" if refused.retry_after_s else ""
    return BudgetExceeded(refused.reason + again)
