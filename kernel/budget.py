"""The device's memory while it runs: a budget that moves, and room made for who does not fit.

The ledger only says yes or no. Here a *no* becomes a *wait a moment* where somebody can make room: services that
start children (their children are a cache of loaded models, mostly) and services started on demand that idle.
What is freed is put aside for the one who waits, as a growing reservation of its own (a :class:`Claim`), so that it
cannot be taken by others meanwhile; the ledger's promise holds at every moment. A smaller budget is such a claim too:
when it is complete it is released together with the budget that it came from.

Each starter is told its *share* whenever it moves: what its children hold and what is free, less what is claimed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .children import BudgetChanged, BudgetState, SetBudget, Shortage
from .errors import BudgetExceeded, CallerError
from .ledger import headroom_of
from .limits import MAKE_ROOM_S, SHRINK_S
from .manifest import format_size, parse_size
from .message import Lane
from .remote import RemoteSeat
from .seat import Seat
from .service import Call

if TYPE_CHECKING:
    from .loop import Kernel

SMALLER = "smaller budget"


class Claim:
    """Bytes somebody waits for, put aside as they become free. ``owner`` is whose; ``name`` is the ledger's.

    A *firm* claim lowers the shares at once, so that starters must make room; another one is only told as a Shortage,
    for which they may give what is idle.
    """

    def __init__(self, owner: str, want: int, firm: bool, full: asyncio.Future[None]) -> None:
        self.owner = owner
        self.firm = firm
        self.name = f"{owner} (waiting)"
        self.want = want
        self.held = 0
        self.full = full


class Budget:
    """Live changes of the memory budget."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._claims: dict[str, Claim] = {}
        self._told: dict[str, int] = {}  # shares of those who asked for theirs
        self._telling = False

    def share(self, starter: str) -> int:
        """What a starter's children may hold together, in bytes."""
        kernel = self._kernel
        missing = sum(claim.want - claim.held for claim in self._claims.values() if claim.firm)
        return max(0, kernel.ledger.available + kernel.nursery.held(starter) - missing)

    def state(self, call: Call) -> BudgetState:
        """The budget as ``call.sender`` sees it; a starter is told from now on when its share moves."""
        ledger = self._kernel.ledger
        seat = self._kernel.seats.get(call.sender)
        share = 0
        if seat is not None and seat.spec.starts is not None:
            share = self._told[call.sender] = self.share(call.sender)
        return BudgetState(ledger.budget, ledger.headroom, ledger.reserved, share)

    def moved(self) -> None:
        """Something was reserved or released: serve who waits, tell who shares."""
        for claim in self._claims.values():
            self._fill(claim)
        if not self._telling and any(self.share(name) != told for name, told in self._told.items()):
            self._telling = True
            self._kernel.spawn(self._tell(), "tell the budget")

    async def _tell(self) -> None:
        """Tell every starter its share, as it is when the word leaves."""
        try:
            for name in list(self._told):
                share = self.share(name)
                if share != self._told[name] and self._kernel.seats[name].holder is not None:
                    self._told[name] = share
                    await self._kernel.monitor.port.tell(name, BudgetChanged(share), lane=Lane.CONTROL)
        finally:
            self._telling = False

    # --- a service that does not fit

    def waits(self, seat: Seat) -> bool:
        """Whether room is being made for a seat."""
        return seat.name in self._claims

    async def make_room(self, seat: Seat, refused: BudgetExceeded) -> None:
        """Wait until a seat fits; then it must be started at once. Raises ``refused`` if it will not."""
        kernel = self._kernel
        want = kernel.ledger.estimate(seat.name, seat.spec.memory_bytes).total
        if seat.name in self._claims or not self._could_free():
            raise refused
        try:
            await self._claim(seat.name, want, seat.spec.default_lane is not Lane.BACKGROUND, MAKE_ROOM_S)
        except TimeoutError:
            raise refused from None

    # --- a budget that moves

    async def set(self, request: SetBudget, call: Call) -> BudgetState:
        """Change the budget. Raises CallerError, BudgetExceeded (nothing has changed)."""
        ledger, budget = self._kernel.ledger, request.bytes
        if budget <= 0:
            raise CallerError(f"a memory budget must be positive, got {budget} bytes")
        if SMALLER in self._claims:
            raise BudgetExceeded("the budget is being made smaller already; try again when that is done")
        least, usable = self._least(), budget - headroom_of(budget)
        if least > usable:
            raise BudgetExceeded(
                f"{format_size(budget)} leaves {format_size(max(0, usable))}, "
                f"the core and the services started at boot need {format_size(least)}"
            )
        lost = (ledger.budget - ledger.headroom) - usable
        if lost > 0:
            try:
                await self._claim(SMALLER, lost, True, SHRINK_S)
            except TimeoutError:
                raise BudgetExceeded(
                    f"{format_size(budget)} is too small for what runs, and no room was made in {SHRINK_S:g} s: "
                    f"{ledger.holders()}"
                ) from None
        ledger.rebudget(budget)
        self._kernel.log.info("the memory budget is %s now", format_size(budget))
        self.moved()
        return self.state(call)

    def _least(self) -> int:
        """Bytes that the core and the services started at boot need."""
        least = 0
        for seat in self._kernel.seats.values():
            if (
                isinstance(seat, RemoteSeat)
                and seat.spec.start == "boot"
                and not self._kernel.nursery.starter_of(seat.name)
            ):
                held = self._kernel.ledger.holds(seat.name)
                least += seat.spec.memory_bytes if held is None else held.total
        return least + parse_size(self._kernel.manifest.device.core)

    # --- claims

    def _could_free(self) -> bool:
        return len(self._kernel.nursery) > 0 or bool(self._spare())

    def _spare(self) -> list[RemoteSeat]:
        return [seat for seat in self._kernel.seats.values() if isinstance(seat, RemoteSeat) and seat.spare]

    async def _claim(self, owner: str, want: int, firm: bool, within: float) -> None:
        """Put ``want`` bytes aside and give them back at once. Raises TimeoutError; then nothing is held."""
        kernel = self._kernel
        claim = self._claims[owner] = Claim(owner, want, firm, kernel.loop.create_future())
        try:
            self._fill(claim)
            if not claim.full.done():
                for seat in self._spare():
                    if seat.name != owner:
                        kernel.spawn(seat.rest(), f"rest {seat.name}")
                lacking = want - claim.held
                for name in () if firm else self._told:
                    told = kernel.monitor.port.tell(name, Shortage(lacking, owner), lane=Lane.CONTROL)
                    kernel.spawn(told, f"tell {name}")
                self.moved()
                await asyncio.wait_for(claim.full, within)
        finally:
            del self._claims[owner]
            if claim.held:
                kernel.ledger.release(claim.name)
            if not claim.full.done() or claim.full.cancelled():
                self.moved()

    def _fill(self, claim: Claim) -> None:
        ledger = self._kernel.ledger
        more = min(claim.want - claim.held, ledger.available)
        if more > 0:
            claim.held += more
            if ledger.holds(claim.name) is None:
                ledger.reserve(claim.name, claim.held)
            else:
                ledger.resize(claim.name, claim.held)
        if claim.held >= claim.want and not claim.full.done():
            claim.full.set_result(None)
