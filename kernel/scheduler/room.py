"""The memory of all models together: the kernel's ledger, a budget that may shrink below what is held, and claims.

All arithmetic is the ledger's. What is added is the time between wishing and having: a smaller budget counts for every
new reservation from the moment it is told, while the ledger follows as soon as what is held fits.
"""

from __future__ import annotations

from ..ledger import Ledger, Reservation, headroom_of


class Room:
    """Reservations by model. Bytes everywhere."""

    def __init__(self, budget: int) -> None:
        self.ledger = Ledger(max(1, budget))
        self.target = self.ledger.budget

    @property
    def capacity(self) -> int:
        """What may be reserved in all."""
        return self.target - headroom_of(self.target)

    @property
    def reserved(self) -> int:
        return self.ledger.reserved

    @property
    def available(self) -> int:
        """Bytes that can be reserved now; negative while a shrunk budget is still exceeded."""
        return min(self.ledger.available, self.capacity - self.ledger.reserved)

    def held(self, model: str) -> int:
        """Bytes a model holds; 0 for none."""
        reservation = self.ledger.holds(model)
        return reservation.total if reservation else 0

    def need(self, model: str, anon: int, file: int) -> int:
        """What reserving would take, estimates raised after an out-of-memory included."""
        return self.ledger.estimate(model, anon, file).total

    def reserve(self, model: str, anon: int, file: int) -> Reservation:
        return self.ledger.reserve(model, anon, file)

    def resize(self, model: str, anon: int, file: int) -> Reservation | None:
        """The new reservation, or None if it does not fit (then the old one stands)."""
        wanted = self.ledger.estimate(model, anon, file)
        held = self.held(model)
        if wanted.total > held and wanted.total - held > self.available:
            return None
        done = self.ledger.resize(model, anon, file)
        if wanted.total < held:
            self._follow()
        return done

    def release(self, model: str) -> None:
        self.ledger.release(model)
        self._follow()

    def rebudget(self, budget: int) -> None:
        """Aim at another budget; the ledger takes it over at once or when enough was released."""
        self.target = max(1, budget)
        self._follow()

    def _follow(self) -> None:
        if self.target != self.ledger.budget and self.ledger.reserved <= self.capacity:
            self.ledger.rebudget(self.target)
