"""Reserve and release arithmetic over the memory budget: pure, no clock, no file, no process.

Nothing that takes memory runs unreserved. A reservation has two classes of bytes, because they behave differently
when they run out: *anonymous* memory can only be killed for, *file-backed* memory (mapped weights) can be
dropped and read again, but a model that scans its weights once per token gains nothing from a cache smaller than
the weights. Both are therefore counted in full.

    sum(anon) + sum(file) <= budget - headroom          always, after every operation

The headroom is never promised to anybody: it pays for what no estimate sees (kernel memory, sockets, the page
tables, the moment between a peak and its measurement). An owner whose process died over its cap keeps a *factor*
above 1: its next reservation of anonymous memory is that much larger, so that the same estimate does not kill it
twice. The factor is bounded; an owner that outgrows the device is refused instead.

The admission rule is the one of the scheduler's design: reservations are decided by one writer from the ledger
itself, never from a snapshot of what the system happens to use now.
"""

from __future__ import annotations

from typing import NamedTuple

from .errors import BudgetExceeded, CallerError
from .limits import HEADROOM_FIXED, HEADROOM_SHARE, KIB, MIB

FACTOR_LIMIT = 4.0
"""An estimate is never raised beyond this: what needs more has a wrong estimate, not a low one."""


class Reservation(NamedTuple):
    """What one owner may use, in bytes; ``total`` is what the host layer enforces as its cap."""

    owner: str
    anon: int
    file: int

    @property
    def total(self) -> int:
        return self.anon + self.file


class Snapshot(NamedTuple):
    """The ledger at one moment, for the monitor and for error texts. All in bytes."""

    budget: int
    headroom: int
    reserved: int
    available: int
    reservations: tuple[Reservation, ...]
    factors: dict[str, float]


def headroom_of(budget: int) -> int:
    """What a budget keeps back: 8 MiB + 5 %, but of a tiny budget never more than a quarter."""
    return min(HEADROOM_FIXED + int(HEADROOM_SHARE * budget), budget // 4)


def budget_for(usable: int) -> int:
    """The smallest budget that leaves ``usable`` bytes beside its headroom: the inverse of :func:`headroom_of`."""
    budget = min(int((usable + HEADROOM_FIXED) / (1.0 - HEADROOM_SHARE)), usable * 4 // 3)
    while budget - headroom_of(budget) < usable:
        budget += 1
    return budget


class Ledger:
    """Who holds how much of one memory budget.

    Raises CallerError for a budget, owner or amount that makes no sense.
    """

    def __init__(self, budget: int) -> None:
        if budget <= 0:
            raise CallerError(f"a memory budget must be positive, got {budget} bytes")
        self._budget = budget
        self._headroom = headroom_of(budget)
        self._held: dict[str, Reservation] = {}
        self._factors: dict[str, float] = {}
        self._reserved = 0

    @property
    def budget(self) -> int:
        return self._budget

    @property
    def headroom(self) -> int:
        return self._headroom

    @property
    def reserved(self) -> int:
        return self._reserved

    @property
    def available(self) -> int:
        """Bytes that can still be reserved."""
        return self._budget - self._headroom - self._reserved

    def holds(self, owner: str) -> Reservation | None:
        return self._held.get(owner)

    def estimate(self, owner: str, anon: int, file: int = 0) -> Reservation:
        """What :meth:`reserve` would take: anonymous bytes times the owner's factor. Reserves nothing."""
        if not owner:
            raise CallerError("a reservation needs an owner's name, got an empty string")
        if anon < 0 or file < 0:
            raise CallerError(f"{owner!r} cannot reserve a negative amount: anon {anon}, file {file} bytes")
        factor = self._factors.get(owner)
        return Reservation(owner, anon if factor is None else -int(-anon * factor // 1), file)

    def reserve(self, owner: str, anon: int, file: int = 0) -> Reservation:
        """Set memory aside for ``owner``, who must hold none yet.

        Raises BudgetExceeded, naming who holds the memory, if it does not fit; then nothing has changed.
        """
        wanted = self.estimate(owner, anon, file)
        if owner in self._held:
            raise CallerError(f"{owner!r} already holds {_mib(self._held[owner].total)}; resize or release it")
        self._admit(wanted, self.available)
        self._held[owner] = wanted
        self._reserved += wanted.total
        return wanted

    def release(self, owner: str) -> int:
        """Give an owner's memory back; returns the bytes freed. Raises CallerError if it holds none."""
        held = self._held.pop(owner, None)
        if held is None:
            raise CallerError(f"{owner!r} holds no reservation to release")
        self._reserved -= held.total
        return held.total

    def resize(self, owner: str, anon: int, file: int = 0) -> Reservation:
        """Replace an owner's reservation in one step; on BudgetExceeded the old one stands."""
        held = self._held.get(owner)
        if held is None:
            raise CallerError(f"{owner!r} holds no reservation to resize")
        wanted = self.estimate(owner, anon, file)
        self._admit(wanted, self.available + held.total)
        self._held[owner] = wanted
        self._reserved += wanted.total - held.total
        return wanted

    def raise_estimate(self, owner: str, factor: float) -> float:
        """Make the owner's *next* reservation larger (it died over its cap); returns the factor now in force."""
        if not 1.0 <= factor <= FACTOR_LIMIT:
            raise CallerError(f"the estimate of {owner!r} grows by a factor of 1 to {FACTOR_LIMIT:g}, got {factor!r}")
        grown = min(self._factors.get(owner, 1.0) * factor, FACTOR_LIMIT)
        self._factors[owner] = grown
        return grown

    def forget_estimate(self, owner: str) -> None:
        """Drop what was learned about an owner (it is removed, or its estimate was measured anew)."""
        self._factors.pop(owner, None)

    def rebudget(self, budget: int) -> None:
        """Change the budget while in use. Raises BudgetExceeded, changing nothing, if what is held would not fit."""
        if budget <= 0:
            raise CallerError(f"a memory budget must be positive, got {budget} bytes")
        headroom = headroom_of(budget)
        if self._reserved > budget - headroom:
            raise BudgetExceeded(
                f"a budget of {_mib(budget)} leaves {_mib(budget - headroom)}, less than is held: {self.holders()}"
            )
        self._budget, self._headroom = budget, headroom

    def snapshot(self) -> Snapshot:
        return Snapshot(
            self._budget,
            self._headroom,
            self._reserved,
            self.available,
            tuple(self._held.values()),
            dict(self._factors),
        )

    def _admit(self, wanted: Reservation, free: int) -> None:
        if wanted.total <= free:
            return
        factor = self._factors.get(wanted.owner, 1.0)
        grown = f" (estimate raised x{factor:.2f})" if factor > 1.0 else ""
        raise BudgetExceeded(
            f"{wanted.owner!r} wants {_mib(wanted.total)}{grown}, {_mib(free)} of {_mib(self._budget)} is free; "
            f"held by {self.holders(but=wanted.owner)}, headroom {_mib(self._headroom)}"
        )

    def holders(self, but: str = "", most: int = 6) -> str:
        """The largest holders in words; the rest as one number, so that an error stays one line."""
        held = sorted((r for r in self._held.values() if r.owner != but), key=lambda r: -r.total)
        if not held:
            return "nobody"
        names = [f"{r.owner} {_mib(r.total)}" for r in held[:most]]
        if len(held) > most:
            names.append(f"{len(held) - most} others {_mib(sum(r.total for r in held[most:]))}")
        return ", ".join(names)


def _mib(count: int) -> str:
    if abs(count) < MIB:
        return f"{count / KIB:.3g} KiB" if count else "0"
    return f"{count / MIB:.4g} MiB"
