"""The bundled faces tell the time: read back from their pixels; and ambient mode spends little light."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from PIL import Image, ImageChops, ImageStat

from bluerill.modalities.screen.faces import bundled
from bluerill.modalities.screen.lettering import BOLD, BOLD_DISPLAY, LIGHT_DISPLAY
from bluerill.modalities.screen.paint import Canvas
from bluerill.modalities.screen.view import View

FACES = {face.name: face for face in bundled()}
TIMES = [(0, 0), (1, 5), (3, 40), (6, 30), (7, 21), (9, 15), (10, 9), (12, 59), (15, 33), (18, 2), (21, 47), (23, 58)]
FULL = View(
    datetime(2026, 11, 20, 10, 9, 36, tzinfo=UTC), False, True, 82, 6204, 72, "12° rain", datetime(2026, 11, 21, 7)
)


def at(hour: int, minute: int, *, ambient: bool = False, second: int = 36) -> View:
    return FULL._replace(moment=datetime(2026, 11, 20, hour, minute, second, tzinfo=UTC), ambient=ambient)


def draw(name: str, view: View) -> Image.Image:
    canvas = Canvas(466)
    FACES[name].draw(canvas, view)
    return canvas.image


def bright(image: Image.Image, angle: float, radius: float) -> bool:
    """Whether the pixel there is nearly white: a hand."""
    turn = math.radians(angle)
    pixel = image.getpixel((round(233 + math.sin(turn) * radius), round(233 - math.cos(turn) * radius)))
    assert isinstance(pixel, tuple)
    return min(pixel) > 180


def directions(image: Image.Image, radius: float) -> list[float]:
    """The angles of the bright marks on a circle round the middle."""
    steps = [step / 2 for step in range(720)]
    lit = [bright(image, angle, radius) for angle in steps]
    found: list[float] = []
    run: list[float] = []
    start = next(i for i, on in enumerate(lit) if not on)
    for i in range(start, start + 721):
        if lit[i % 720] and i < start + 720:
            run.append(i / 2)
        elif run:
            found.append(sum(run) / len(run) % 360)
            run = []
    return found


def apart(one: float, other: float) -> float:
    return abs((one - other + 180) % 360 - 180)


@pytest.mark.parametrize(("hour", "minute"), TIMES)
def test_the_hands_of_analog_can_be_read_back(hour: int, minute: int) -> None:
    hour_angle, minute_angle = (hour % 12 + minute / 60) * 30, minute * 6 + 1.0
    # Read when neither end of the second hand covers one of the others.
    ends = {
        s: [abs(apart(s * 6 + turn, hand)) for turn in (0, 180) for hand in (hour_angle, minute_angle)]
        for s in range(60)
    }
    second = max(ends, key=lambda s: min(ends[s]))
    minute_angle = minute * 6 + second // 10
    image = draw("analog", at(hour, minute, second=second))
    far = directions(image, 170)
    # The hand is a white frame round a dark slot, so that it may count twice.
    assert far
    assert all(apart(angle, minute_angle) <= 4 for angle in far), f"minute hand not at {minute_angle}: {far}"
    # Near the hub are both hands; what is not the minute hand must be the hour hand (or hidden behind it).
    near = [angle for angle in directions(image, 31) if apart(angle, minute_angle) > 8]
    if apart(hour_angle, minute_angle) > 35:
        assert near, "no hour hand"
        assert all(apart(angle, hour_angle) <= 5 for angle in near), f"hour hand not at {hour_angle}: {near}"
    else:
        assert all(apart(angle, hour_angle) <= 20 for angle in near)


def reading(image: Image.Image, candidates: list[str], font: str, size: int) -> str:
    """The candidate text whose picture is nearest to the figures (white on black) in the image."""
    figures = image.crop(image.point([0] * 60 + [255] * 196).getbbox())

    def distance(text: str) -> float:
        canvas = Canvas(466)
        canvas.text(233, 233, text, font, size, (255, 255, 255))
        wanted = canvas.image.convert("L")
        wanted = wanted.crop(wanted.point([0] * 60 + [255] * 196).getbbox())
        shape = (max(wanted.width, figures.width) + 4, max(wanted.height, figures.height) + 4)
        held = Image.new("L", shape)
        held.paste(figures, (2, 2))
        nearest = 1e9
        for dx in range(1, 4):
            for dy in range(1, 4):
                moved = Image.new("L", shape)
                moved.paste(wanted, (dx, dy))
                nearest = min(nearest, ImageStat.Stat(ImageChops.difference(held, moved)).sum[0])
        return nearest

    return min(candidates, key=distance)


def ink(channel: Image.Image, paper: int, full: int) -> Image.Image:
    """A channel stretched so that ``paper`` is black and ``full`` is white."""
    return channel.point([max(0, min(255, round((v - paper) / (full - paper) * 255))) for v in range(256)])


@pytest.mark.parametrize(("hour", "minute"), TIMES)
def test_the_figures_of_digital_can_be_read_back(hour: int, minute: int) -> None:
    image = draw("digital", at(hour, minute))
    red, _, blue = image.crop((40, 156, 426, 268)).split()
    hours = ink(red, 150, 243)  # white has red, the colon little and the minutes' blue less
    minutes = ink(ImageChops.subtract(blue, red), 50, 163)
    assert reading(hours, [f"{h:02d}" for h in range(24)], BOLD_DISPLAY, 138) == f"{hour:02d}"
    assert reading(minutes, [f"{m:02d}" for m in range(60)], LIGHT_DISPLAY, 138) == f"{minute:02d}"


@pytest.mark.parametrize(("hour", "minute"), TIMES)
def test_the_figures_of_minimal_can_be_read_back(hour: int, minute: int) -> None:
    image = draw("minimal", at(hour, minute))
    middle = ink(image.crop((118, 130, 348, 312)).getchannel("R"), 30, 243)
    assert reading(middle, [str(h) for h in range(24)], LIGHT_DISPLAY, 190) == str(hour)
    turn = math.radians(minute * 6)
    x, y = round(233 + math.sin(turn) * 186), round(233 - math.cos(turn) * 186)
    bead = image.crop((x - 22, y - 16, x + 22, y + 16)).getchannel("G")
    assert reading(ink(bead, 226, 22), [f"{m:02d}" for m in range(60)], BOLD, 30) == f"{minute:02d}"


LARGE = ("signal", "terminal")
"""Faces whose large digits are nearly all there is."""


@pytest.mark.parametrize("name", FACES)
def test_ambient_lights_few_pixels_and_shows_no_seconds(name: str) -> None:
    image = draw(name, at(10, 9, ambient=True))
    inside = math.pi * 233**2
    any_light = sum(image.convert("L").histogram()[9:]) / inside
    weighted = sum(level * count for level, count in enumerate(image.convert("L").histogram())) / 255 / inside
    most = 0.15 if name in LARGE else 0.10  # the format's own limit
    assert any_light <= most, f"{any_light:.1%} of the pixels are lit"
    assert weighted <= (0.10 if name in LARGE else 0.05)
    later = at(10, 9, ambient=True)
    later = later._replace(moment=later.moment.replace(second=59))
    assert draw(name, later).tobytes() == image.tobytes()


@pytest.mark.parametrize("name", FACES)
def test_burn_in_no_pixel_is_lit_all_day_in_ambient(name: str) -> None:
    worst = Image.new("L", (466, 466), 255)
    for hour, minute in TIMES:
        lit = draw(name, at(hour, minute, ambient=True)).convert("L").point([0] * 60 + [255] * 196)
        worst = ImageChops.darker(worst, lit)
    # The hub of analog, or the colon of digits, is the one thing that every time has in common; the strokes of very
    # large digits cross in more.
    assert sum(worst.histogram()[1:]) <= (2_000 if name in LARGE else 130)


@pytest.mark.parametrize("name", FACES)
def test_a_face_draws_with_nothing_known_and_at_other_sizes(name: str) -> None:
    for side in (180, 454):
        canvas = Canvas(side)
        FACES[name].draw(canvas, View(datetime(2026, 11, 20, 10, 9, tzinfo=UTC)))
        assert canvas.image.getpixel((1, 1)) == (0, 0, 0)
        assert canvas.image.getbbox() is not None


def test_periods_let_the_screen_sleep() -> None:
    still = FULL._replace(smooth=False)
    for face in FACES.values():  # a face described by data knows its rate once it was drawn
        face.draw(Canvas(180), still)
    ticking = {name for name, face in FACES.items() if face.period(still) == 1.0}
    assert {"analog", "digital", "meridian", "orbit"} <= ticking
    assert {face.period(still) for name, face in FACES.items() if name not in ticking} <= {5.0, 60.0}
    assert {"minimal", "slab"}.isdisjoint(ticking)
    assert [face.period(FULL._replace(ambient=True)) for face in FACES.values()] == [60.0] * len(FACES)
