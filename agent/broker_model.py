"""A model of this device as langchain-core's chat model: what planners and agents use instead of a remote one.

It speaks to the service ``models`` through anything with an ``ask`` like a port's (a service's port, or a command's
front), streams by pulling, and cancels when its reader stops. It is asynchronous only: a service must not block its
loop for an answer. This module needs the extra ``models`` and is never imported by the core.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

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
)

ROLES = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool"}
NEXT_S = 30.0


class BluerillChatModel(BaseChatModel):
    """``port`` has ``ask``; ``model`` is a card's name or a path; ``within_s`` is the deadline of a whole answer."""

    port: Any
    model: str
    klass: Klass = "interactive"
    within_s: float = 60.0
    temperature: float = 0.0
    max_tokens: int = 512

    @property
    def _llm_type(self) -> str:
        return "bluerill"

    def _asked(self, messages: list[BaseMessage], stop: list[str] | None, stream: bool) -> Infer:
        return Infer(
            self.model,
            messages=[ChatMessage(ROLES.get(each.type, "user"), str(each.content)) for each in messages],
            max_tokens=self.max_tokens,
            sampling=Sampling(temperature=self.temperature),
            stop=list(stop or []),
            klass=self.klass,
            stream=stream,
        )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise CallerError("a model of this device is asked with ainvoke or astream; blocking would stop its service")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        """Raises BudgetExceeded if the broker refuses, and what an inference raises."""
        asked = self._asked(messages, stop, stream=False)
        answer = await self.port.ask("models", asked, Inference | Refused, within=self.within_s)
        if isinstance(answer, Refused):
            raise _refusal(answer)
        message = AIMessage(content=answer.text, response_metadata={"finish_reason": answer.finish})
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        asked = self._asked(messages, stop, stream=True)
        opened = await self.port.ask("models", asked, InferOpened | Refused, within=self.within_s)
        if isinstance(opened, Refused):
            raise _refusal(opened)
        ended = False
        try:
            while not ended:
                piece = await self.port.ask("models", Next(opened.stream), InferChunk | InferStop, within=NEXT_S)
                ended = isinstance(piece, InferStop)
                chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece.text))
                if run_manager is not None:
                    await run_manager.on_llm_new_token(piece.text, chunk=chunk)
                yield chunk
        finally:
            if not ended:
                await self.port.ask("models", CancelStream(opened.stream), Cancelled)


def _refusal(refused: Refused) -> BudgetExceeded:
    return BudgetExceeded(f"{refused.reason}; try again in {refused.retry_after_s:.1f} s")
