"""Pictures of the glass, compared with ones that were looked at.

Refresh with ``make golden`` and look at what changed. A small tolerance allows for another
FreeType; a wrong place, colour or word is far outside it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from bluerill.agent.messages import Show, State
from bluerill.modalities.screen.faces import bundled
from bluerill.modalities.screen.renderer import Renderer
from bluerill.modalities.screen.scene import Scene
from bluerill.skills.messages import Card, Glance, RingView, TimerView

HERE = Path(__file__).parent / "screen"
NOW = 1_795_169_376.4
"""2026-11-20 10:09:36.4 UTC, when the hands frame the dial."""
SIDE = 233
TIMERS = [
    TimerView("1", "Tea", 600, ends_at=NOW + 581),
    TimerView("2", "Pasta", 900, ends_at=NOW + 800),
    TimerView("3", "Eggs", 420, remaining_s=61, state="paused"),
]
ITEMS = ["milk", "bread", "two pounds of tomatoes from the market", "coffee", "olive oil", "batteries", "soap"]


def card(card: Card) -> Callable[[Scene], None]:
    return lambda scene: scene.show(Show(card, 60), NOW)


def scrolled(scene: Scene) -> None:
    scene.show(Show(Card("list", "Shopping", "", ITEMS), 60), NOW)
    scene.scroll_by(60, NOW)


def timers(scene: Scene) -> None:
    scene.glance(Glance(timers=TIMERS))
    scene.timers_open = True


def stopwatch(scene: Scene) -> None:
    scene.glance(Glance(stopwatch_started=NOW - 83.4, stopwatch_laps=2))
    scene.timers_open = True


def ambient(face: str) -> Callable[[Scene], None]:
    def prepare(scene: Scene) -> None:
        scene.choose(face)
        scene.ambient = True

    return prepare


SCENES: dict[str, Callable[[Scene], None]] = {
    "analog": lambda scene: None,
    "analog-timer": lambda scene: scene.glance(Glance(timers=TIMERS)),
    "digital": lambda scene: scene.glance(Glance(face="digital")),
    "minimal": lambda scene: scene.glance(Glance(face="minimal")),
    "analog-ambient": ambient("analog"),
    "digital-ambient": ambient("digital"),
    "minimal-ambient": ambient("minimal"),
    "card-reply": card(Card("reply", "Time", "It is nine minutes past ten.")),
    "card-weather": card(Card("weather", "Berlin", "12° and light rain until four, then a little sun")),
    "card-health": card(Card("health", "Steps", "6,204 of 10,000", value=0.62)),
    "card-list": scrolled,
    "timers": timers,
    "stopwatch": stopwatch,
    "ring-alarm": lambda scene: scene.glance(Glance(rings=[RingView("a", "alarm", "Wake up")])),
    "ring-timer": lambda scene: scene.glance(Glance(rings=[RingView("t", "timer", "Tea", "ten minutes")])),
    "listening": lambda scene: scene.state(State("listening", "set a timer for ten minutes and"), NOW),
    "thinking": lambda scene: scene.state(State("thinking", "set a timer for ten minutes"), NOW),
}


def picture(prepare: Callable[[Scene], None]) -> Image.Image:
    scene = Scene(bundled(), zone="UTC")
    scene.glance(Glance(battery=82, steps=6204, heart_rate=72, weather="12° light rain", next_alarm="2026-11-21T07:00"))
    scene.touched_at = NOW
    prepare(scene)
    # Drawn at full size, kept at half: the files stay small and every part of the drawing is still compared.
    return Renderer(scene, SIDE * 2).draw(NOW).resize((SIDE, SIDE), Image.Resampling.BOX)


@pytest.mark.parametrize("name", SCENES)
def test_picture_is_as_it_was_when_it_was_looked_at(name: str, tmp_path: Path) -> None:
    drawn = picture(SCENES[name])
    kept = HERE / f"{name}.png"
    if os.environ.get("BLUERILL_GOLDEN"):
        HERE.mkdir(exist_ok=True)
        drawn.save(kept, optimize=True)
        return
    assert kept.is_file(), f"{kept.name} was never made: run make golden and look at it"
    with Image.open(kept) as file:
        wanted = file.convert("RGB")
    difference = ImageChops.difference(wanted, drawn)
    mean = max(ImageStat.Stat(difference).mean)
    far = sum(difference.convert("L").histogram()[48:])
    if mean > 0.8 or far > 60:
        drawn.save(tmp_path / f"{name}.png")
    assert (mean <= 0.8, far <= 60) == (True, True), f"{name}: mean {mean:.2f}, {far} pixels far off; see {tmp_path}"


def test_one_moment_draws_one_picture() -> None:
    assert picture(SCENES["analog"]).tobytes() == picture(SCENES["analog"]).tobytes()
