"""However a child dies: at most ``intensity`` restarts within any period, and none before its back-off."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bluerill.kernel.supervisor import ExitKind, ExitReason, Quarantine, Supervisor

ends = st.sampled_from([ExitKind.CODE, ExitKind.SIGNAL, ExitKind.MEMORY, ExitKind.HUNG, ExitKind.HELLO])
runs = st.lists(st.tuples(st.floats(0, 30), ends), min_size=1, max_size=60)


@given(runs=runs, intensity=st.integers(0, 6), period=st.floats(0.5, 60))
def test_restarts_are_bounded_in_every_window(
    runs: list[tuple[float, ExitKind]], intensity: int, period: float
) -> None:
    supervisor = Supervisor("asr", intensity=intensity, period=period)
    now = 0.0
    granted: list[float] = []
    for ran, kind in runs:
        supervisor.started(now)
        now += ran
        decision = supervisor.exited(now, ExitReason(kind, 1))
        if isinstance(decision, Quarantine):
            assert "asr" in decision.reason
            assert supervisor.quarantined == decision
            assert len([at for at in granted if now - at < period]) == intensity
            return
        granted.append(now)
        assert 0.05 - 1e-9 <= decision.at - now <= 5.0 + 1e-9
        assert len([at for at in granted if now - at < period]) <= intensity
        now = decision.at


@given(count=st.integers(1, 30))
def test_the_back_off_of_short_runs_doubles_to_its_limit(count: int) -> None:
    supervisor = Supervisor("asr", intensity=1000)
    now, delays = 0.0, []
    for _ in range(count):
        supervisor.started(now)
        decision = supervisor.exited(now, ExitReason(ExitKind.CODE, 1))
        assert not isinstance(decision, Quarantine)
        delays.append(round(decision.at - now, 9))
        now = decision.at
    assert delays == [min(round(0.05 * 2**n, 9), 5.0) for n in range(count)]
