"""What a program that the owner did not write is offered of the skills, and in which words: for MCP and LangChain."""

from __future__ import annotations

from collections.abc import Iterable

from .messages import ActionInfo

__all__ = ["described", "offered"]


def offered(actions: Iterable[ActionInfo], *, only: Iterable[str] = (), sensitive: bool = False) -> list[ActionInfo]:
    """The actions a planner may choose, of the skills in ``only`` (empty: all).

    An action that is always sensitive is offered only with ``sensitive``; one that is so with some values is offered,
    and the call must be judged.
    """
    chosen = frozenset(only)
    return [
        each
        for each in actions
        if not each.hidden
        and (not chosen or each.skill in chosen)
        and (sensitive or not each.sensitive or each.sensitive_when)
    ]


def described(action: ActionInfo) -> str:
    """The action's description, and how people say it."""
    said = "; ".join(f"“{example}”" for example in action.examples[:2])
    return f"{action.description}{f' People say: {said}.' if said else ''}"
