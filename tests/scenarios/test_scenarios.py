"""Every scenario of this folder, each a test; see ``support/scenario.py`` for what may stand in one."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.scenario import Scenario, play, scenarios

ALL = dict(scenarios(Path(__file__).parent))


@pytest.mark.parametrize("name", ALL)
def test_scenario(name: str, tmp_path: Path) -> None:
    play(ALL[name], tmp_path)


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        ({"say": "set a timer for ten minutes", "calls": ["start_stopwatch"]}, "expected .*start_stopwatch"),
        ({"say": "set a timer for ten minutes", "store": {"timers": [{"total": 60}]}}, "no row of timers"),
        ({"say": "set a timer for ten minutes", "absent": {"timers": [{"total": 600}]}}, "a row of timers"),
        ({"say": "set a timer for ten minutes", "reply": "an hour"}, "expected 'an hour'"),
        ({"say": "what is the weather", "within_ms": 10}, "within 10"),
        ({"say": "cancel the timer", "outcome": "done"}, "expected it to be done"),
        ({"wait": "1m", "rings": ["timer"]}, "expected 1 rings"),
    ],
)
def test_a_scenario_can_fail(step: dict[str, object], complaint: str, tmp_path: Path) -> None:
    import msgspec

    broken = msgspec.convert({"name": "broken", "steps": [step], "net": ["weather"]}, Scenario)
    with pytest.raises(AssertionError, match=complaint):
        play(broken, tmp_path)
