"""The ledger's words and edges; its arithmetic is proven in tests/properties/test_ledger.py."""

from __future__ import annotations

import pytest

from bluerill.kernel.errors import BudgetExceeded, CallerError
from bluerill.kernel.ledger import Ledger, headroom_of
from bluerill.kernel.limits import MIB


def test_headroom_is_8_mib_and_5_percent_but_never_more_than_a_quarter() -> None:
    assert headroom_of(200 * MIB) == 18 * MIB
    assert headroom_of(8 * MIB) == 2 * MIB
    assert headroom_of(4) == 1


def test_a_refusal_says_what_was_wanted_what_is_free_and_who_holds_the_rest() -> None:
    ledger = Ledger(200 * MIB)
    ledger.reserve("asr", 100 * MIB)
    ledger.reserve("screen", 40 * MIB, 2 * MIB)
    with pytest.raises(BudgetExceeded) as refused:
        ledger.reserve("llm", 41 * MIB)
    assert str(refused.value) == (
        "'llm' wants 41 MiB, 40 MiB of 200 MiB is free; held by asr 100 MiB, screen 42 MiB, headroom 18 MiB"
    )
    assert ledger.holds("llm") is None
    assert ledger.reserve("llm", 40 * MIB).total == 40 * MIB
    assert ledger.available == 0


def test_an_error_stays_one_line_however_many_hold_memory() -> None:
    ledger = Ledger(1000 * MIB)
    for number in range(50):
        ledger.reserve(f"s{number}", MIB)
    with pytest.raises(BudgetExceeded, match="44 others 44 MiB") as refused:
        ledger.reserve("big", 2000 * MIB)
    assert len(str(refused.value)) < 250


def test_an_owner_that_outgrew_its_cap_gets_more_next_time_but_not_without_end() -> None:
    ledger = Ledger(1000 * MIB)
    ledger.reserve("asr", 40 * MIB)
    assert ledger.raise_estimate("asr", 1.25) == 1.25
    held = ledger.holds("asr")
    assert held is not None
    assert held.anon == 40 * MIB  # what is held is not touched
    ledger.release("asr")
    assert ledger.reserve("asr", 40 * MIB, 10 * MIB)[1:] == (50 * MIB, 10 * MIB)
    for _ in range(20):
        ledger.raise_estimate("asr", 2.0)
    assert ledger.estimate("asr", MIB).anon == 4 * MIB
    ledger.forget_estimate("asr")
    assert ledger.estimate("asr", MIB).anon == MIB


def test_senseless_calls_are_the_callers_fault() -> None:
    ledger = Ledger(100 * MIB)
    ledger.reserve("asr", MIB)
    for wrong in (
        lambda: Ledger(0),
        lambda: ledger.reserve("asr", MIB),
        lambda: ledger.reserve("", MIB),
        lambda: ledger.reserve("llm", -1),
        lambda: ledger.release("llm"),
        lambda: ledger.resize("llm", 1),
        lambda: ledger.raise_estimate("asr", 0.5),
        lambda: ledger.rebudget(0),
    ):
        with pytest.raises(CallerError):
            wrong()
    assert ledger.reserved == MIB


def test_a_budget_cannot_shrink_below_what_is_held() -> None:
    ledger = Ledger(200 * MIB)
    ledger.reserve("asr", 100 * MIB)
    with pytest.raises(BudgetExceeded, match="asr 100 MiB"):
        ledger.rebudget(110 * MIB)
    ledger.rebudget(120 * MIB)
    assert ledger.available == 6 * MIB
