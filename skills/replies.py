"""A skill's reply as the message that its host answers with: plain JSON, and bounded."""

from __future__ import annotations

from collections.abc import Container

import msgspec

from ..kernel.errors import ServiceFault
from .contract import Reply
from .messages import Invoked

__all__ = ["MAX_RESULT", "MAX_SPEECH", "invoked"]

MAX_RESULT = 32 * 1024
"""Bytes of a result with its undo, as JSON."""
MAX_SPEECH = 2_000


def invoked(action: str, skill: str, reply: object, parameters: Container[str] = ()) -> Invoked:
    """The reply as a message. Raises ServiceFault if it is none, or not plain JSON, or too large, or asks for what is
    none of the action's parameters."""
    if isinstance(reply, str):
        reply = Reply(reply)
    if not isinstance(reply, Reply):
        raise ServiceFault(f"action {action!r} of skill {skill!r} returned {type(reply).__name__}, expected a Reply")
    if reply.ask and reply.ask not in parameters:
        raise ServiceFault(f"action {action!r} of skill {skill!r} asks for {reply.ask[:40]!r}, no parameter of it")
    try:
        result = msgspec.to_builtins(reply.result, str_keys=True)
        undo = "" if reply.undo is None else msgspec.json.encode(reply.undo).decode()
        size = len(msgspec.json.encode(result)) + len(undo)
    except (TypeError, ValueError, RecursionError) as error:
        raise ServiceFault(f"action {action!r} of skill {skill!r} returned what is not plain JSON: {error}") from None
    if size > MAX_RESULT:
        raise ServiceFault(f"action {action!r} of skill {skill!r} returned {size} bytes, at most {MAX_RESULT}")
    return Invoked(action, result, reply.speech[:MAX_SPEECH], reply.card, undo, ask=reply.ask)
