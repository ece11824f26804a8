"""What the glass shows, and when it next changes."""

from __future__ import annotations

from PIL import ImageChops

from bluerill.agent.messages import Show, State
from bluerill.modalities.screen.faces import bundled
from bluerill.modalities.screen.renderer import Renderer
from bluerill.modalities.screen.scene import MAX_VIEWS, SMOOTH_S, Scene
from bluerill.skills.messages import Card, Glance, RingView, TimerView

NOW = 1_795_169_376.4


def scene(**glance: object) -> Scene:
    made = Scene(bundled(), zone="UTC")
    made.glance(Glance(**glance))  # type: ignore[arg-type]
    return made


def test_the_most_urgent_thing_is_shown() -> None:
    glass = scene(timers=[TimerView("1", "Tea", 600, ends_at=NOW + 60)])
    assert glass.stage(NOW).kind == "face"
    glass.show(Show(Card("reply", "", "Done."), 5), NOW)
    assert glass.stage(NOW).kind == "card"
    glass.state(State("listening", "set"), NOW)
    assert glass.stage(NOW).kind == "listening"
    glass.show(Show(Card("timer", "Tea", "0:02"), 60), NOW)
    glass.glance(Glance(rings=[RingView("1", "timer", "Tea")]))
    assert glass.stage(NOW).kind == "ring"
    assert glass.card is None
    glass.glance(Glance(rings=[]))
    glass.state(State("idle"), NOW)
    assert glass.stage(NOW).kind == "face", "the card that the ring covered is forgotten"
    glass.show(Show(Card("reply", "", "Done."), 5), NOW)
    assert glass.stage(NOW + 4.9).kind == "card"
    assert glass.stage(NOW + 5.0).kind == "face"


def test_a_timer_card_shows_the_countdown_and_a_spoken_card_stays() -> None:
    glass = scene(timers=[TimerView("1", "Tea", 600, ends_at=NOW + 600)])
    glass.show(Show(Card("timer", "Tea", "10 minutes"), 3), NOW)
    assert glass.stage(NOW).kind == "timers"
    glass.state(State("speaking", "Ten minutes."), NOW)
    assert glass.stage(NOW + 30).kind == "timers"
    glass.state(State("idle"), NOW + 31)
    assert glass.stage(NOW + 31).kind == "face"


def test_fields_of_a_glance_that_are_none_stay() -> None:
    glass = scene(battery=50, weather="9° fog")
    glass.glance(Glance(steps=10))
    assert (glass.battery, glass.weather, glass.steps) == (50, "9° fog", 10)
    glass.glance(Glance(battery=400, brightness=-5, next_alarm="nonsense", zone="No/Where"))
    assert (glass.battery, glass.brightness, glass.next_alarm, glass.zone) == (100, 0, None, None)


def test_a_flood_of_timers_is_cut() -> None:
    glass = scene(timers=[TimerView(str(i), "", 60, ends_at=NOW + i) for i in range(1000)])
    assert len(glass.timers) == MAX_VIEWS


def test_nothing_changes_before_next_change_and_something_does_then() -> None:
    glass = scene()
    glass.touched_at = NOW - 100
    following = glass.next_change(NOW)
    assert 0.5 < following - NOW < 0.7  # the next whole second, seen from .4
    glass.choose("minimal")
    assert round(glass.next_change(NOW)) % 60 == 0
    glass.ambient = True
    assert round(glass.next_change(NOW)) % 60 == 0


def test_the_sweep_ends_when_nobody_looks() -> None:
    glass = scene()
    glass.touched_at = NOW
    assert glass.next_change(NOW) - NOW < 0.04
    assert glass.view(NOW + 1).smooth
    assert not glass.view(NOW + SMOOTH_S).smooth


def test_a_long_timer_is_drawn_seldom_and_a_short_one_often() -> None:
    glass = scene(timers=[TimerView("1", "", 7200, ends_at=NOW + 7000)])
    glass.timers_open = True
    assert glass.next_change(NOW) - NOW > 0.3
    glass.glance(Glance(timers=[TimerView("1", "", 10, ends_at=NOW + 9)]))
    assert glass.next_change(NOW) - NOW < 0.05


def test_the_stage_in_words_for_those_who_cannot_see_it() -> None:
    glass = scene()
    assert glass.describe(NOW).text == "analog face, 10:09, Friday 20 November"
    glass.glance(Glance(rings=[RingView("a7", "alarm", "Wake up")]))
    said = glass.describe(NOW)
    assert (said.stage, said.ringing, said.ring) == ("ring", "alarm", "a7")
    assert "Wake up" in said.text


def test_faces_are_chosen_by_name_or_not_at_all() -> None:
    glass = scene()
    assert glass.choose(" Digital ")
    assert glass.face.name == "digital"
    assert not glass.choose("../etc")
    assert glass.face.name == "digital"


def test_news_of_the_face_is_a_line_over_it() -> None:
    about = scene(face="orbit")
    about.show(Show(Card("face", title="Orbit", icon="face")), NOW)
    about.state(State("speaking", "Here is your new face."), NOW)
    assert about.stage(NOW).kind == "face"
    assert about.describe(NOW).text.startswith("Orbit. orbit face")
    with_toast = Renderer(about, 180).draw(NOW)
    about.state(State("idle"), NOW)
    assert NOW < about.next_change(NOW + 4.9) <= NOW + 5.1
    assert about.stage(NOW + 6).kind == "face"
    assert about.toast is None
    without = Renderer(about, 180).draw(NOW + 6)
    low = (60, 140, 120, 165)
    assert ImageChops.difference(with_toast.crop(low), without.crop(low)).getbbox() is not None
