from __future__ import annotations

from bluerill.agent.jobs.gate import LOST_S, QUIET_S, Gate


def test_work_waits_from_the_first_word_until_a_moment_after_the_last() -> None:
    gate = Gate()
    assert gate.closed_for(10.0) == 0.0
    assert gate.heard("listening", 10.0)  # it closes
    assert not gate.heard("thinking", 12.0)  # it was closed
    assert not gate.heard("speaking", 13.0)
    assert gate.closed_for(14.0) > QUIET_S
    assert not gate.heard("idle", 15.0)
    assert gate.closed_for(15.0) == QUIET_S
    assert gate.closed_for(15.0 + QUIET_S) == 0.0


def test_a_turn_whose_end_was_lost_does_not_hold_work_up_for_ever() -> None:
    gate = Gate()
    gate.heard("listening", 10.0)
    assert gate.closed_for(10.0 + LOST_S - 0.1) > 0
    assert gate.closed_for(10.0 + LOST_S) == 0.0


def test_idle_does_not_close_an_open_gate() -> None:
    gate = Gate()
    gate.heard("idle", 10.0)
    assert gate.closed_for(10.0) == 0.0
