"""``bluerill top`` as text: what is promised, what is used and of which kind, what models do."""

from __future__ import annotations

from typing import Any

from bluerill.agent.messages import CallReport, Turn
from bluerill.kernel.limits import MIB
from bluerill.kernel.status import ServiceStatus, Status
from bluerill.models.messages import Models, Resident
from bluerill.watch.commands.top import render, render_models, render_turns


def test_a_child_shows_its_parts_and_who_started_it() -> None:
    used: dict[str, Any] = {"reserved": 100 * MIB, "charge": 90 * MIB, "anon": 12 * MIB, "file": 78 * MIB}
    child = ServiceStatus("model-1", "running", 7, "child", starter="models", **used)
    core = ServiceStatus("core", "running", reserved=32 * MIB, charge=20 * MIB)
    text = render(Status(1.0, "linux", "cgroup-v2", 512 * MIB, 34 * MIB, 132 * MIB, 3.0, [core, child]))
    [line] = [line for line in text.splitlines() if "model-1" in line]
    assert "child of models" in line
    assert "90M of 100M" in line
    assert "12M+78M" in line


def test_models_show_what_is_resident_and_what_waits() -> None:
    tiny = Resident("tiny", "busy", 20 * MIB, 80 * MIB, 2, 31.5)
    queued = {"voice": 1, "background": 4}
    text = render_models(Models([tiny], queued, 300 * MIB, 100 * MIB, loads=3, evictions=2, refusals=1, tokens_s=12.25))
    assert "100M of 300M" in text
    assert "1 voice, 4 background in hand; 3 loads, 2 evictions, 1 refused, 0 deaths" in text
    assert "20M+80M" in text
    assert "31.5" in text


def test_a_turn_says_where_it_came_from_and_what_it_pointed_at() -> None:
    calls = [CallReport("cancel_alarm", {}), CallReport("set_alarm", {})]
    turn = Turn(1, "voice", "set that one to seven", calls, "", "templates", 0.97, {}, seen="alarm that was touched")
    text = render_turns([turn, Turn(2, "gesture star", "hm", [], "", "", 0.0, {}, outcome="refused")])
    assert "voice, templates 0.97; “this” is the alarm that was touched" in text
    assert "cancel_alarm → set_alarm" in text
    assert "gesture star, no planner" in text
