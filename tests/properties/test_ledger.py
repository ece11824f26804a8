"""Nothing is ever promised twice: reserved <= budget - headroom, whatever is asked of the ledger."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bluerill.kernel.errors import BudgetExceeded
from bluerill.kernel.ledger import FACTOR_LIMIT, Ledger, headroom_of
from bluerill.kernel.limits import MIB

owners = st.sampled_from(["asr", "mouth", "screen", "skills", "llm"])
amounts = st.integers(0, 200 * MIB)


class LedgerMachine(RuleBasedStateMachine):
    """A ledger beside the simplest model of one: a dict of what each owner holds."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger(256 * MIB)
        self.model: dict[str, int] = {}
        self.factors: dict[str, float] = {}

    def wanted(self, owner: str, anon: int, file: int) -> int:
        return -int(-anon * self.factors.get(owner, 1.0) // 1) + file

    @rule(owner=owners, anon=amounts, file=amounts)
    def reserve(self, owner: str, anon: int, file: int) -> None:
        if owner in self.model:
            return
        wanted = self.wanted(owner, anon, file)
        fits = wanted <= self.ledger.budget - self.ledger.headroom - sum(self.model.values())
        try:
            got = self.ledger.reserve(owner, anon, file)
        except BudgetExceeded as refused:
            said = str(refused)
            assert not fits
            assert all(name in said for name in (owner, *self.model))
        else:
            assert fits
            assert got.total == wanted
            self.model[owner] = wanted

    @precondition(lambda self: bool(self.model))
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        owner = data.draw(st.sampled_from(sorted(self.model)))
        assert self.ledger.release(owner) == self.model.pop(owner)

    @precondition(lambda self: bool(self.model))
    @rule(data=st.data(), anon=amounts, file=amounts)
    def resize(self, data: st.DataObject, anon: int, file: int) -> None:
        owner = data.draw(st.sampled_from(sorted(self.model)))
        wanted = self.wanted(owner, anon, file)
        others = sum(self.model.values()) - self.model[owner]
        fits = wanted <= self.ledger.budget - self.ledger.headroom - others
        try:
            self.ledger.resize(owner, anon, file)
        except BudgetExceeded:
            assert not fits
        else:
            assert fits
            self.model[owner] = wanted

    @rule(owner=owners, factor=st.floats(1.0, 2.0))
    def raise_estimate(self, owner: str, factor: float) -> None:
        now = self.ledger.raise_estimate(owner, factor)
        self.factors[owner] = min(self.factors.get(owner, 1.0) * factor, FACTOR_LIMIT)
        assert now == self.factors[owner] <= FACTOR_LIMIT

    @rule(budget=st.integers(1, 1024 * MIB))
    def rebudget(self, budget: int) -> None:
        fits = sum(self.model.values()) <= budget - headroom_of(budget)
        before = self.ledger.budget
        try:
            self.ledger.rebudget(budget)
        except BudgetExceeded:
            assert not fits
            assert self.ledger.budget == before
        else:
            assert fits

    @invariant()
    def never_promised_twice(self) -> None:
        snapshot = self.ledger.snapshot()
        assert snapshot.reserved == sum(self.model.values()) == sum(r.total for r in snapshot.reservations)
        assert snapshot.reserved <= snapshot.budget - snapshot.headroom
        assert snapshot.available == snapshot.budget - snapshot.headroom - snapshot.reserved >= 0


LedgerMachine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLedger = LedgerMachine.TestCase
