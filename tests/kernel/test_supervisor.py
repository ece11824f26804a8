"""When a dead child starts again."""

from __future__ import annotations

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.kernel.supervisor import ExitKind, ExitReason, Quarantine, Restart, Supervisor

CRASH = ExitReason(ExitKind.CODE, 1)


def test_a_long_run_resets_the_back_off() -> None:
    supervisor = Supervisor("asr")
    supervisor.started(0.0)
    assert supervisor.exited(0.1, CRASH) == Restart(0.1 + 0.05, CRASH)
    supervisor.started(1.0)
    assert supervisor.exited(1.1, CRASH) == Restart(1.1 + 0.1, CRASH)
    supervisor.started(2.0)
    assert supervisor.exited(32.0, CRASH) == Restart(32.05, CRASH)
    assert supervisor.restarts == 3


def test_the_sixth_end_within_a_minute_is_quarantine_and_recover_starts_afresh() -> None:
    supervisor = Supervisor("asr")
    now = 0.0
    for _ in range(5):
        supervisor.started(now)
        decision = supervisor.exited(now + 2, CRASH)
        assert isinstance(decision, Restart)
        now = decision.at
    supervisor.started(now)
    decision = supervisor.exited(now + 2, ExitReason(ExitKind.SIGNAL, 11))
    assert decision == Quarantine("asr ended 6 times within 60 s, last: it was killed by SIGSEGV")
    with pytest.raises(CallerError, match="quarantined"):
        supervisor.started(now + 3)
    assert supervisor.recover(100.0).at == 100.0
    supervisor.started(100.0)
    assert isinstance(supervisor.exited(100.0, CRASH), Restart)


def test_ends_spread_over_longer_than_the_period_go_on_for_ever() -> None:
    supervisor = Supervisor("asr")
    for n in range(100):
        supervisor.started(n * 13.0)
        assert isinstance(supervisor.exited(n * 13.0 + 12, CRASH), Restart)


@pytest.mark.parametrize("kind", [ExitKind.CAGE, ExitKind.EXEC])
def test_what_a_restart_cannot_mend_is_quarantined_at_once(kind: ExitKind) -> None:
    supervisor = Supervisor("asr")
    supervisor.started(0.0)
    assert isinstance(supervisor.exited(0.0, ExitReason(kind)), Quarantine)


def test_a_child_that_never_started_counts_as_a_short_run() -> None:
    supervisor = Supervisor("asr")
    first = supervisor.exited(0.0, CRASH)
    second = supervisor.exited(1.0, CRASH)
    assert isinstance(first, Restart)
    assert isinstance(second, Restart)
    assert second.at - 1.0 == pytest.approx(2 * first.at)


@pytest.mark.parametrize("kind", list(ExitKind))
def test_every_reason_has_words(kind: ExitKind) -> None:
    text = ExitReason(kind, 9, "because").text
    assert text.endswith("(because)")
    assert "\n" not in text


def test_an_unknown_signal_is_named_by_its_number() -> None:
    assert ExitReason(ExitKind.SIGNAL, 63).text == "was killed by signal 63"


def test_calls_out_of_order_are_the_callers_fault() -> None:
    supervisor = Supervisor("asr")
    with pytest.raises(CallerError, match="not quarantined"):
        supervisor.recover(0.0)
    supervisor.started(0.0)
    with pytest.raises(CallerError, match="started twice"):
        supervisor.started(1.0)
    with pytest.raises(CallerError, match="makes no sense"):
        Supervisor("asr", period=0)
