"""Chat messages as the prompt that a model was trained on: the template of its own file, rendered in a sandbox.

A template is a program from whoever made the file, so it runs in jinja2's immutable sandbox, and only in the server's
process. What people and pages write is data: where a message contains the text of a control token (``<|im_end|>``…),
messages are cut out of the rendered prompt and tokenised apart, as plain text, so that nobody can end their turn and
speak as the system. Otherwise the whole is tokenised at once, exactly as in training.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, NoReturn

from ....kernel.errors import CallerError, ServiceFault
from ...messages import ChatMessage
from .context import Context

__all__ = ["chat_text", "chat_tokens", "refuse_control", "rendered"]

MAX_MESSAGES = 512
MAX_TEMPLATE = 256 * 1024
ROLES = ("system", "user", "assistant", "tool")


def chat_tokens(context: Context, messages: Sequence[ChatMessage]) -> list[int]:
    """The tokens of a chat, ready for the assistant's answer. Raises CallerError without a template."""
    template = context.meta("tokenizer.chat_template")
    if not template:
        raise CallerError("this model has no chat template; give it a prompt instead of messages")
    special = _special(context)
    if not any(_has_control(context, message.content) for message in messages):
        return _tokens(context, rendered(template, messages, special), special)
    marks = [f"\ue000{secrets.token_hex(12)}\ue001" for _ in messages]
    text = rendered(template, [ChatMessage(m.role, mark) for m, mark in zip(messages, marks, strict=True)], special)
    tokens: list[int] = []
    for message, mark in zip(messages, marks, strict=True):
        before, found, text = text.partition(mark)
        if not found:
            raise CallerError(f"the chat template leaves out or reorders a message of the {message.role!r}")
        tokens += _tokens(context, before, special, first=not tokens)
        tokens += context.tokenize(message.content, special=False, parse=False)
    return tokens + _tokens(context, text, special, first=False)


def chat_text(context: Context, messages: Sequence[ChatMessage]) -> tuple[str, bool]:
    """The prompt of a chat as text, and whether the model's own beginning belongs before it: for what tokenises by
    itself. Raises CallerError for messages with the text of a control token."""
    template = context.meta("tokenizer.chat_template")
    if not template:
        raise CallerError("this model has no chat template; give it a prompt instead of messages")
    for message in messages:
        refuse_control(context, message.content)
    special = _special(context)
    text = rendered(template, messages, special)
    return text, not (special["bos_token"] and text.startswith(special["bos_token"]))


def refuse_control(context: Context, text: str) -> None:
    """Raises CallerError if a text holds the text of a control token."""
    if _has_control(context, text):
        raise CallerError("beside pictures a text may not contain control tokens of the model")


def rendered(template: str, messages: Sequence[ChatMessage], special: dict[str, str]) -> str:
    """The prompt as text. Raises CallerError for a bad message or a template that fails."""
    try:
        from jinja2 import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError:
        raise ServiceFault("chat templates need jinja2: pip install 'bluerill[llama]'") from None
    if not 0 < len(messages) <= MAX_MESSAGES:
        raise CallerError(f"a chat has 1 to {MAX_MESSAGES} messages, got {len(messages)}")
    for message in messages:
        if message.role not in ROLES:
            raise CallerError(f"the role of a message is {', '.join(ROLES)}; got {message.role[:40]!r}")
    if len(template) > MAX_TEMPLATE:
        raise CallerError(f"the chat template has {len(template)} characters, at most {MAX_TEMPLATE}")

    def refuse(text: str) -> NoReturn:
        raise TemplateError(text)

    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    given: dict[str, Any] = {
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "add_generation_prompt": True,
        "raise_exception": refuse,
        "tools": None,
        **special,
    }
    try:
        return environment.from_string(template).render(given)
    except (
        TemplateError,
        TypeError,
        ValueError,
        ArithmeticError,
        LookupError,
        AttributeError,
        RecursionError,
    ) as error:
        raise CallerError(f"the chat template of this model fails: {' '.join(str(error).split())[:200]}") from None


def _special(context: Context) -> dict[str, str]:
    lib = context.lib

    def text(token: int) -> str:
        found = lib.llama_vocab_get_text(context.vocab, token) if token >= 0 else None
        return found.decode("utf-8", "replace") if found else ""

    return {
        "bos_token": text(int(lib.llama_vocab_bos(context.vocab))),
        "eos_token": text(int(lib.llama_vocab_eos(context.vocab))),
    }


def _tokens(context: Context, text: str, special: dict[str, str], first: bool = True) -> list[int]:
    """A part of the template; the model's own beginning is added unless the template writes it."""
    bos = special["bos_token"]
    adds = first and not (bos and text.startswith(bos))
    return context.tokenize(text, special=adds, parse=True) if text or adds else []


def _has_control(context: Context, text: str) -> bool:
    """Whether reading control tokens in a text changes its tokens."""
    return context.tokenize(text, special=False, parse=True) != context.tokenize(text, special=False, parse=False)
