"""A hand over the glass, by its light."""

from __future__ import annotations

import pytest

from bluerill.modalities.gesture.cover import Cover
from bluerill.modalities.gesture.messages import Gestured, Light
from bluerill.modalities.gesture.service import GestureService
from support.lone_port import LonePort, run, send


def covers(*readings: tuple[float, float]) -> list[float]:
    cover = Cover()
    return [at for lux, at in readings if cover.feed(lux, at)]


def test_dark_all_at_once_is_a_cover_however_long_it_was_light() -> None:
    assert covers((400, 0.0), (2, 60.0)) == [60.0]
    assert covers((400, 0.0), (200, 9.8), (90, 10.0), (3, 10.3)) == [10.3]


@pytest.mark.parametrize(
    "readings",
    [
        [(400.0 * 0.8**n, n * 2.0) for n in range(40)],  # dusk
        [(8, 0.0), (0, 1.0)],  # it was dark before
        [(400, 0.0), (100, 1.0)],  # a cloud
        [(float("nan"), 0.0), (float("inf"), 0.5), (-1, 1.0), (0, 1.5)],
    ],
)
def test_what_is_no_hand(readings: list[tuple[float, float]]) -> None:
    assert covers(*readings) == []


def test_a_hand_that_flutters_is_one_cover() -> None:
    assert covers((400, 0.0), (1, 1.0), (400, 1.2), (1, 1.4), (400, 3.0), (1, 4.0)) == [1.0, 4.0]


def test_a_cover_silences_and_agrees_to_nothing() -> None:
    async def main() -> None:
        service, port = GestureService(store=""), LonePort("gesture", {})
        service.port = port
        await service.start()
        for lux in (300.0, 1.0):
            await send(service, Light(lux))
            await port.advance(0.2)
        (made,) = port.of("session", Gestured)
        assert made.gesture == "cover"
        assert made.means == ["hush", "dismiss", "no"]

    run(main)
