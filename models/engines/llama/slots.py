"""The places for sequences in a context, and the ends of earlier sequences that are kept in them for reuse.

A finished sequence with a prefix key stays in its place until somebody needs the place. The next sequence with that key
takes it over, cut back to what both have in common; while the earlier one still runs, its state is copied instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ....kernel.errors import BudgetExceeded
from .context import Context
from .history import History

__all__ = ["Slots"]


class Owner(Protocol):
    """A running sequence, as its place sees it."""

    slot: int
    key: str
    history: History


class _Slot:
    __slots__ = ("history", "key", "owner", "used")

    def __init__(self) -> None:
        self.owner: Owner | None = None
        self.history: History | None = None
        self.key = ""
        self.used = 0


class Slots:
    """Raises BudgetExceeded when all places are taken by sequences that are not finished."""

    def __init__(self, context: Context, count: int) -> None:
        self._context = context
        self._slots = [_Slot() for _ in range(count)]
        self._turn = 0

    def take(self, owner: Owner) -> int:
        """An empty place."""
        number = self._empty()
        self._context.forget(number)
        self._give(number, owner)
        return number

    def _empty(self) -> int:
        idle = [number for number, slot in enumerate(self._slots) if slot.owner is None]
        if not idle:
            raise BudgetExceeded(f"all {len(self._slots)} sequences of this model are in use; pause or end one")
        return min(idle, key=lambda number: (self._slots[number].history is not None, self._slots[number].used))

    def _give(self, number: int, owner: Owner) -> None:
        slot = self._slots[number]
        self._turn += 1
        slot.owner, slot.history, slot.key, slot.used = owner, None, "", self._turn
        owner.slot = number

    def take_with_prefix(self, owner: Owner, tokens: Sequence[int]) -> History:
        """A place for these tokens, with as much of their beginning as an earlier sequence with this key left; the
        last token is always computed anew, since its logits are needed."""
        for number, slot in enumerate(self._slots):
            if slot.owner is None and slot.history is not None and slot.key == owner.key:
                history, reused = slot.history, _common(slot.history, tokens)
                if reused and self._context.trim(number, reused):
                    history.trim(reused)
                    self._give(number, owner)
                    return history
                slot.history, slot.key = None, ""
                self._context.forget(number)
        source = next((s.owner for s in self._slots if s.owner is not None and s.owner.key == owner.key), None)
        number = self.take(owner)
        if source is not None and source.slot >= 0 and (reused := _common(source.history, tokens)):
            self._context.copy(source.slot, number)
            if self._context.trim(number, reused):
                history = source.history.copy()
                history.trim(reused)
                return history
        return History()

    def leave(self, owner: Owner, keep: History | None = None) -> None:
        """Give a place up, keeping in it what was computed or nothing."""
        if owner.slot < 0:
            return
        slot = self._slots[owner.slot]
        slot.owner = None
        if keep is not None and keep.position:
            slot.history, slot.key = keep, owner.key
        else:
            self._context.forget(owner.slot)
        owner.slot = -1


def _common(history: History, tokens: Sequence[int]) -> int:
    """How many tokens both begin with, at most all but the last of ``tokens``."""
    most = len(tokens) - 1
    for number, (kept, wanted) in enumerate(zip(history.kept_tokens(), tokens, strict=False)):
        if number >= most or kept != wanted:
            return min(number, most)
    return min(history.position, most)
