"""Fingers over time: what they mean, and what hostile or clumsy ones do not."""

from __future__ import annotations

import itertools
import math

import pytest

from bluerill.modalities.gesture.strokes import Strokes, shipped
from bluerill.modalities.gesture.touches import LONG_S, MAX_POINTS, Touches


def made(*touches: tuple[object, ...]) -> list[str]:
    """The names of what these touches (phase, x, y, at, finger, contact) make."""
    fingers = Touches(Strokes())
    return [found.name for touch in touches for found in fingers.feed(*touch)]  # type: ignore[arg-type]


def line(*places: tuple[float, float], begin: float = 0.0, seconds: float = 0.3) -> list[tuple[object, ...]]:
    """A finger that draws straight from place to place."""
    points = [
        (one[0] + (other[0] - one[0]) * step / 10, one[1] + (other[1] - one[1]) * step / 10)
        for one, other in itertools.pairwise(places)
        for step in range(1, 11)
    ]
    pace = seconds / len(points)
    moves = [("move", x, y, begin + pace * (at + 1)) for at, (x, y) in enumerate(points)]
    return [("down", *places[0], begin), *moves, ("up", *places[-1], begin + seconds)]


def test_a_tap_and_another_soon_and_near_is_double() -> None:
    def tap(at: float, x: float = 100) -> list[tuple[object, ...]]:
        return [("down", x, 100, at), ("up", x + 3, 102, at + 0.08)]

    assert made(*tap(0), *tap(0.25)) == ["tap", "double-tap"]
    assert made(*tap(0), *tap(0.7)) == ["tap", "tap"]
    assert made(*tap(0), *tap(0.2, 300)) == ["tap", "tap"]
    assert made(*tap(0), *tap(0.2), *tap(0.4)) == ["tap", "double-tap", "tap"]


def test_a_press_is_long_while_the_finger_is_still_down() -> None:
    fingers = Touches(Strokes())
    assert fingers.feed("down", 200, 200, 1.0) == []
    assert fingers.due is not None
    assert fingers.late(1.2) == []
    (found,) = fingers.late(1.6)
    assert (found.name, found.at) == ("long-press", 1.0 + LONG_S)
    assert fingers.late(1.7) == []
    assert [found.name for found in fingers.feed("up", 200, 200, 3.0)] == ["long-press-end"]


def test_a_press_that_nobody_looked_at_in_time_is_told_at_its_end() -> None:
    assert made(("down", 50, 50, 0.0), ("up", 50, 50, 2.0)) == ["long-press", "long-press-end"]


@pytest.mark.parametrize(
    ("to", "name"),
    [
        ((330, 240), "swipe-right"),
        ((130, 240), "swipe-left"),
        ((230, 120), "swipe-up"),
        ((235, 400), "swipe-down"),
    ],
)
def test_a_straight_quick_line_is_a_swipe(to: tuple[float, float], name: str) -> None:
    assert made(*line((230, 233), to)) == [name]


def test_a_slow_or_slanted_line_is_nothing() -> None:
    assert made(*line((100, 233), (350, 233), seconds=1.5)) == []
    assert made(*line((100, 100), (300, 290))) == []


def test_two_fingers_pinch() -> None:
    together = [("down", 200, 200, 0, 0), ("down", 260, 200, 0.02, 1)]
    apart = [
        ("move", 120, 200, 0.2, 0),
        ("move", 340, 200, 0.22, 1),
        ("up", 120, 200, 0.3, 0),
        ("up", 340, 200, 0.31, 1),
    ]
    assert made(*together, *apart) == ["pinch-out"]
    wide = [("down", 100, 200, 0, 0), ("down", 360, 200, 0.02, 1)]
    closer = [
        ("move", 220, 200, 0.2, 0),
        ("move", 250, 200, 0.22, 1),
        ("up", 250, 200, 0.3, 1),
        ("up", 220, 200, 0.3, 0),
    ]
    assert made(*wide, *closer) == ["pinch-in"]


def test_a_palm_is_one_palm_and_nothing_else() -> None:
    fingers = [("down", 100 + 60 * n, 200, n / 100, n) for n in range(4)]
    lifted = [("up", 100 + 60 * n, 200, 0.9 + n / 100, n) for n in range(4)]
    assert made(*fingers, *lifted) == ["palm"]
    assert made(("down", 200, 200, 0, 0, 180.0), ("up", 200, 200, 0.1)) == ["palm"]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shape_drawn_as_it_stands_in_the_book_is_that_shape(name: str) -> None:
    for variant in shipped()[name]:
        assert made(*line(*(tuple(point) for point in variant * 2.4 + 90), seconds=1.2)) == [name]


def test_a_scribble_is_no_shape() -> None:
    places = [(100.0 + 90 * math.sin(7.1 * n), 200.0 + 80 * math.sin(3.3 * n + 1)) for n in range(14)]
    assert made(*line(*places)) == []


def test_what_is_not_a_touch_does_nothing() -> None:
    assert made(("down", math.nan, 3, 0), ("move", 5, 5, 0), ("up", 5, 5, math.inf), ("up", 1, 1, 0, 7)) == []


def test_a_finger_that_stays_for_ever_is_bounded() -> None:
    fingers = Touches(Strokes())
    fingers.feed("down", 0, 0, 0)
    for step in range(10 * MAX_POINTS):
        fingers.feed("move", step % 400, step % 300, step / 60)
    assert all(len(held.points) <= MAX_POINTS for held in fingers._down.values())
    for finger in range(1, 40):
        fingers.feed("down", 0, 0, 1, finger)
    assert len(fingers._down) <= 10
