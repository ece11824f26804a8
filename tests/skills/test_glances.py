"""What many skills say becomes one list for the screen."""

from __future__ import annotations

from bluerill.skills.glances import Glances
from bluerill.skills.messages import Glance, TimerView


def timer(label: str) -> TimerView:
    return TimerView(label, label, 60.0)


def timers(glance: Glance | None) -> list[str]:
    assert glance is not None
    assert glance.timers is not None
    return [timer.label for timer in glance.timers]


def test_lists_are_joined_and_single_figures_passed_on() -> None:
    glances = Glances()
    tea, egg = timer("tea"), timer("egg")
    assert timers(glances.joined("timers", Glance(timers=[tea]))) == ["tea"]
    assert timers(glances.joined("kitchen", Glance(timers=[egg]))) == ["tea", "egg"]
    assert glances.joined("health", Glance(steps=12)) == Glance(steps=12)
    assert glances.joined("health", Glance()) is None
    assert (timers(glances.whole), glances.whole.steps) == (["tea", "egg"], 12)


def test_what_is_gone_is_taken_from_the_screen_once() -> None:
    glances = Glances()
    glances.joined("timers", Glance(timers=[timer("tea")]))
    glances.joined("kitchen", Glance(timers=[timer("egg")]))
    assert [timers(told) for told in glances.without_others(["timers"])] == [["tea"]]
    assert glances.without_others(["timers"]) == []
