"""A plan as a graph: which calls wait for which. Pure: a list of calls in, the same calls with their edges out.

Two kinds of edges, those of a data flow machine with side effects (compare LLMCompiler, Kim et al. 2024, which has the
first only):

    data    an argument is ``$1.field``, so the call waits for the first
    order   two calls of one skill of which one changes something stay in the order they were said in; what replaces
            the last call of the session waits for all before it; and so does what the catalogue does not know

Everything else runs as soon as it can: "set a timer for ten minutes and what's the weather" does not wait for the
network before the timer runs. What fails takes with it only what needs its result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ..skills.messages import ActionInfo
from ..skills.purpose import derived, filled
from .messages import PlannedCall
from .references import needs

__all__ = ["linked", "purpose"]

_PROGRAM = ("mcp:", "langchain:")
"""The grants of actions that another program answers; what comes after those waits, since their answer labels it."""


def purpose(action: ActionInfo, call: PlannedCall) -> str:
    """What the call is for, as words after "could not"; '' if nobody said."""
    return filled(action.purpose, call.spans, call.arguments) or derived(action.description)


def linked(calls: Sequence[PlannedCall], actions: Mapping[str, ActionInfo]) -> list[PlannedCall]:
    """The calls with ``after`` (numbers counted from one, ascending) and ``purpose`` filled in; a single call stays as
    it is. ``actions`` is the catalogue by name."""
    if len(calls) < 2:
        return list(calls)
    found: list[PlannedCall] = []
    for place, call in enumerate(calls):
        wanted = needs(call.arguments)
        after = sorted(
            {n for n in wanted if 1 <= n <= place}
            | {earlier + 1 for earlier in range(place) if _ordered(calls[earlier], call, actions)}
        )
        action = actions.get(call.name)
        found.append(replace(call, after=after, purpose=purpose(action, call) if action is not None else ""))
    return found


def _ordered(earlier: PlannedCall, later: PlannedCall, actions: Mapping[str, ActionInfo]) -> bool:
    one, other = actions.get(earlier.name), actions.get(later.name)
    if one is None or other is None or later.revises or any(grant.startswith(_PROGRAM) for grant in one.grants):
        return True
    return one.skill == other.skill and not (one.reads and other.reads)
