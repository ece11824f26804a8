"""The gesture service on its own: touches, motion, recordings, and what the owner teaches."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bluerill.kernel.errors import CallerError, ManifestError
from bluerill.modalities.gesture.messages import (
    Forget,
    Gestured,
    Gestures,
    GetGestures,
    Motion,
    Recognise,
    Teach,
)
from bluerill.modalities.gesture.service import GestureService
from bluerill.modalities.gesture.strokes import shipped
from bluerill.modalities.screen.messages import Crown, Touch
from bluerill.models.train.gesture.arm import draw_arm, perform
from bluerill.skills.messages import Put, Rows, Scan, Stored
from support.lone_port import LonePort, run, send


class Shelf:
    """A store of one space."""

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}

    def __call__(self, body: object) -> Rows | Stored:
        if isinstance(body, Scan):
            return Rows(dict(self.rows))
        assert isinstance(body, Put)
        for key, value in body.rows.items():
            self.rows.pop(key, None)
            if value is not None:
                self.rows[key] = value
        return Stored(len(body.rows))


async def started(shelf: Shelf | None = None, **settings: Any) -> tuple[GestureService, LonePort]:
    service, port = GestureService(**settings), LonePort("gesture", {"store": shelf or Shelf()})
    service.port = port
    await service.start()
    return service, port


def packed(rows: np.ndarray) -> bytes:
    return rows.astype("<f4").tobytes()


def names(port: LonePort) -> list[str]:
    return [made.gesture for made in port.of("session", Gestured)]


def test_a_double_tap_is_told_with_what_it_may_mean() -> None:
    async def main() -> None:
        service, port = await started()
        for at in (1.0, 1.2):
            await send(service, Touch("down", 100, 100, at=at))
            await send(service, Touch("up", 101, 100, at=at + 0.05))
        first, second = port.of("session", Gestured)
        assert (first.gesture, first.means) == ("tap", [])
        assert (second.gesture, second.means) == ("double-tap", ["dismiss", "yes", "hush"])

    run(main)


def test_a_long_press_is_told_while_the_finger_is_down() -> None:
    async def main() -> None:
        service, port = await started()
        await send(service, Touch("down", 100, 100))
        await port.advance(0.3)
        assert names(port) == []
        await port.advance(0.3)
        assert names(port) == ["long-press"]
        await send(service, Touch("up", 100, 100))
        assert names(port) == ["long-press", "long-press-end"]
        await port.advance(5)
        assert len(names(port)) == 2

    run(main)


def test_the_owners_map_stands_over_the_shipped_one(tmp_path: Path) -> None:
    own = tmp_path / "gestures.toml"
    own.write_text('star = "ask start the stopwatch"\ndouble-tap = []\n')

    async def main() -> None:
        service, _ = await started(own=str(own))
        known: Gestures = await send(service, GetGestures())
        means = {info.name: info.means for info in known.gestures}
        assert means["star"] == ["ask start the stopwatch"]
        assert means["double-tap"] == []
        assert means["shake"] == ["no", "hush"]

    run(main)


@pytest.mark.parametrize(
    "text", ["star = 3", 'star = ["unlock"]', 'star = "ask "', "= no toml", "[star]\nmeans = 1", "wrist = 'tail'"]
)
def test_a_wrong_map_is_one_line_that_names_the_file(tmp_path: Path, text: str) -> None:
    own = tmp_path / "gestures.toml"
    own.write_text(text)
    with pytest.raises(ManifestError, match=r"gestures\.toml") as raised:
        GestureService(own=str(own))
    assert "\n" not in str(raised.value)


def test_a_flick_in_a_live_stream_is_a_gesture_on_either_wrist(tmp_path: Path) -> None:
    async def main() -> None:
        rng = np.random.default_rng(6)
        rows = perform(rng, draw_arm(rng), "double-flick").rows
        own = tmp_path / "gestures.toml"
        for wrist in ("left", "right"):
            own.write_text(f"wrist = '{wrist}'\n")
            service, port = await started(own=str(own))
            given = rows if wrist == "left" else rows * np.array([1, -1, 1, 1, 1, -1, -1])
            for at in range(0, len(rows), 20):
                await send(service, Motion("phone", packed(given[at : at + 20])))
            assert names(port) == ["double-flick"]

    run(main)


def test_a_recording_is_recognised_piece_by_piece_and_nothing_is_done() -> None:
    async def main() -> None:
        service, port = await started()
        rng = np.random.default_rng(6)
        rows = perform(rng, draw_arm(rng), "shake").rows
        events = []
        for at in range(0, len(rows), 100):
            piece = packed(rows[at : at + 100])
            events += (await send(service, Recognise(1, "motion", piece, at + 100 >= len(rows)))).events
        assert [event.gesture for event in events if event.gesture == "shake"] == ["shake"]
        star = packed(shipped()["star"][0])
        (event,) = (await send(service, Recognise(2, "stroke", star, True))).events
        assert event.gesture == "star"
        assert port.told == []
        assert not service._recordings

    run(main)


def test_recordings_and_streams_that_nobody_ends_are_bounded() -> None:
    async def main() -> None:
        service, _ = await started()
        one = struct.pack("<7f", *range(7))
        for number in range(20):
            await send(service, Recognise(number, "motion", one))
            await send(service, Motion(f"s{number}", one))
        assert len(service._recordings) <= 4
        assert len(service._streams) <= 4

    run(main)


@pytest.mark.parametrize("data", [b"", b"abc", bytes(28 * 513)])
def test_what_is_no_motion_is_the_callers_fault(data: bytes) -> None:
    async def main() -> None:
        service, _ = await started()
        with pytest.raises(CallerError, match="samples of 28 bytes"):
            await send(service, Motion("phone", data))

    run(main)


def test_nan_and_swapped_axes_do_no_harm() -> None:
    async def main() -> None:
        service, port = await started()
        rng = np.random.default_rng(6)
        rows = perform(rng, draw_arm(rng), "flick").rows
        rows[::3, 1:] = np.nan
        await send(service, Motion("a", packed(rows[:300])))
        await send(service, Motion("b", packed(rng.normal(0, 1e30, (300, 7)))))
        await send(service, Motion("c", packed(np.full((512, 7), np.inf))))
        swapped = rows[:, [0, 4, 5, 6, 1, 2, 3]]
        await send(service, Motion("d", packed(swapped[:300])))
        assert all(name in ("raise", "flick", "double-flick", "shake", "rotate") for name in names(port))

    run(main)


def test_a_taught_stroke_is_kept_recognised_and_forgotten() -> None:
    async def main() -> None:
        shelf = Shelf()
        service, port = await started(shelf)
        spiral = np.array([[100 + 6 * t * np.cos(t), 100 + 6 * t * np.sin(t)] for t in np.linspace(0, 12, 60)])
        taught = await send(service, Teach("my-spiral", "stroke", packed(spiral), ["ask what time is it"]))
        assert (taught.examples, taught.like) == (1, "")
        again, port = await started(shelf)  # the store has it
        await send(again, Touch("down", spiral[0, 0], spiral[0, 1], at=1.0))
        for step, (x, y) in enumerate(spiral[1:]):
            await send(again, Touch("move", x, y, at=1.0 + step / 50))
        await send(again, Touch("up", spiral[-1, 0], spiral[-1, 1], at=2.5))
        (made,) = port.of("session", Gestured)
        assert (made.gesture, made.kind, made.means) == ("my-spiral", "stroke", ["ask what time is it"])
        await send(again, Forget("my-spiral"))
        assert shelf.rows == {}
        with pytest.raises(CallerError, match="no gesture of yours"):
            await send(again, Forget("my-spiral"))

    run(main)


def test_a_taught_movement_is_recognised() -> None:
    async def main() -> None:
        service, port = await started()
        rng = np.random.default_rng(31)
        arm = draw_arm(rng)
        for number in range(3):
            rows = perform(rng, arm, "circle", 0.8, 0.7).rows
            taught = await send(service, Teach("air-circle", "motion", packed(rows), ["stop"]))
            assert taught.examples == number + 1
        for number in range(6):
            rows = perform(rng, arm, "circle").rows
            for at in range(0, len(rows), 20):
                await send(service, Motion(f"wrist-{number}", packed(rows[at : at + 20])))
        assert names(port).count("air-circle") >= 3  # some are made while walking

    run(main)


@pytest.mark.parametrize(
    ("name", "kind", "data", "why"),
    [
        ("flick", "motion", b"", "knows 'flick' already"),
        ("../evil", "stroke", b"", "expected a name"),
        ("dot", "stroke", packed(np.ones((4, 2))), "goes somewhere"),
        ("lump", "motion", packed(np.zeros((100, 7))), "found none"),
        ("odd", "stroke", b"12345", "floats a row"),
        ("huge", "stroke", bytes(20_000), "floats a row"),
    ],
)
def test_what_cannot_be_learned_is_one_line_and_changes_nothing(name: str, kind: Any, data: bytes, why: str) -> None:
    async def main() -> None:
        shelf = Shelf()
        service, _ = await started(shelf)
        with pytest.raises(CallerError, match=why):
            await send(service, Teach(name, kind, data))
        assert shelf.rows == {}
        assert not service._lessons.rows

    run(main)


def test_a_damaged_row_is_passed_over() -> None:
    async def main() -> None:
        shelf = Shelf()
        shelf.rows = {"bad": {"kind": "stroke", "means": [], "examples": ["%%%"]}, "worse": 7}
        service, _ = await started(shelf)
        assert not service._lessons.rows

    run(main)


def test_the_crown_turned_far_is_a_gesture() -> None:
    async def main() -> None:
        service, port = await started()
        for degrees in (40, 40, 40, float("nan"), -95):
            await send(service, Crown(degrees))
        await send(service, Crown(pressed=True))
        assert names(port) == ["crown-down", "crown-up", "crown-press"]

    run(main)
