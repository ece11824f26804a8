"""Touches and the crown, and what they mean on each stage."""

from __future__ import annotations

import pytest

from bluerill.agent.messages import Press, Show, State
from bluerill.modalities.screen.faces import bundled
from bluerill.modalities.screen.fingers import Fingers
from bluerill.modalities.screen.messages import Crown, Pointed, Touch
from bluerill.modalities.screen.scene import Scene
from bluerill.skills.messages import Card, Glance, RingView, TimerView

NOW = 1_795_169_376.4


@pytest.fixture
def scene() -> Scene:
    return Scene(bundled(), zone="UTC")


@pytest.fixture
def fingers(scene: Scene) -> Fingers:
    return Fingers(scene, 0.5)


def stroke(fingers: Fingers, begin: tuple[float, float], end: tuple[float, float]) -> Press | None:
    """In design units; the glass of these tests is half as large."""
    fingers.touch(Touch("down", begin[0] / 2, begin[1] / 2), NOW)
    fingers.touch(Touch("move", end[0] / 2, end[1] / 2), NOW)
    return fingers.touch(Touch("up", end[0] / 2, end[1] / 2), NOW)


def tap(fingers: Fingers, x: float = 233, y: float = 233) -> Press | None:
    return stroke(fingers, (x, y), (x + 3, y - 2))


def test_targets_of_a_ring(scene: Scene, fingers: Fingers) -> None:
    scene.glance(Glance(rings=[RingView("a7", "alarm", "Wake up")]))
    assert tap(fingers, 233, 347) == Press("dismiss", "a7")
    assert tap(fingers, 233, 408) == Press("snooze", "a7")
    assert tap(fingers, 233, 200) is None
    assert fingers.crown(Crown(pressed=True), NOW) == Press("dismiss", "a7")


def test_a_timer_that_ended_has_no_snooze(scene: Scene, fingers: Fingers) -> None:
    scene.glance(Glance(rings=[RingView("t1", "timer", "Tea")]))
    assert tap(fingers, 233, 408) is None
    assert tap(fingers, 233, 347) == Press("dismiss", "t1")


def test_swipes_and_notches_turn_faces(scene: Scene, fingers: Fingers) -> None:
    stroke(fingers, (350, 233), (150, 240))
    assert scene.face.name == "digital"
    stroke(fingers, (150, 233), (350, 233))
    assert scene.face.name == "analog"
    fingers.crown(Crown(20), NOW)
    assert scene.face.name == "analog"
    fingers.crown(Crown(20), NOW)
    assert scene.face.name == "digital"
    fingers.crown(Crown(-1e9), NOW)
    assert scene.face.name == "analog"


def test_the_crown_sleeps_and_wakes(scene: Scene, fingers: Fingers) -> None:
    fingers.crown(Crown(pressed=True), NOW)
    assert scene.stage(NOW).kind == "ambient"
    tap(fingers)
    assert scene.stage(NOW).kind == "face"


def test_cards_are_dismissed_and_long_ones_scrolled(scene: Scene, fingers: Fingers) -> None:
    scene.show(Show(Card("list", "Shopping", "", [f"item {i}" for i in range(20)]), 5), NOW)
    stroke(fingers, (233, 350), (233, 200))
    assert scene.scroll == 150
    fingers.crown(Crown(10), NOW)
    assert scene.scroll == 166
    fingers.crown(Crown(100000), NOW)
    assert 0 < scene.scroll < 1000
    tap(fingers)
    assert scene.card is not None
    assert scene.marked is not None  # it is pointed at, and stays to be spoken of
    tap(fingers)
    assert scene.card is None


def test_a_tap_takes_away_the_line_over_the_face(scene: Scene, fingers: Fingers) -> None:
    scene.show(Show(Card("face", title="Orbit", text="a long text " * 60)), NOW)
    assert stroke(fingers, (233, 300), (233, 150)) is None  # nothing to scroll
    assert scene.toast is not None
    tap(fingers)
    assert scene.card is None


def test_a_tap_opens_timers_and_stops_the_agent(scene: Scene, fingers: Fingers) -> None:
    tap(fingers)
    assert scene.stage(NOW).kind == "face"
    scene.glance(Glance(timers=[TimerView("1", "Tea", 60, ends_at=NOW + 60)]))
    tap(fingers)
    assert scene.stage(NOW).kind == "timers"
    tap(fingers)
    assert scene.stage(NOW).kind == "face"
    scene.state(State("thinking", "hm"), NOW)
    assert tap(fingers) == Press("stop")


def test_a_move_or_up_without_a_down_is_nothing(fingers: Fingers) -> None:
    assert fingers.touch(Touch("up", 1, 1), NOW) is None
    assert fingers.touch(Touch("move", 1, 1), NOW) is None


def test_what_a_finger_points_at(scene: Scene, fingers: Fingers) -> None:
    scene.show(Show(Card("list", "Shopping list", "", ["milk", "bread", "eggs"]), 5), NOW)
    found = [fingers.pointed(233 / 2, y / 2, NOW) for y in (143, 250, 290, 330, 440)]
    assert [each and each.text for each in found] == [None, "milk", "bread", "eggs", None]
    assert found[1] == Pointed("list", "milk", "Shopping list")
    scene.show(Show(Card("notice", "Bank", "", ["Call us"]), 5), NOW)
    assert tap(fingers, 233, 290) is None
    assert scene.card is None  # a stranger's words are not spoken of by pointing: the card goes, as ever
    timers = [TimerView("1", "Tea", 60, ends_at=NOW + 60), TimerView("2", "", 5400, ends_at=NOW + 90)]
    scene.glance(Glance(timers=timers))
    scene.timers_open = True
    names = [fingers.pointed(233 / 2, y / 2, NOW) for y in (224, 342, 372)]
    assert [each and (each.kind, each.text) for each in names] == [
        ("timer", "Tea"),
        ("timer", "1 hour 30 minute"),
        None,
    ]
    scene.timers_open = False
    assert fingers.pointed(100, 100, NOW) is None
