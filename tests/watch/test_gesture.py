"""``bluerill gesture`` and ``bluerill inject``: recordings recognised, gestures taught, and a watch that is touched."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bluerill.agent.messages import Saw
from bluerill.kernel.clock import ClockNow, SetClock
from bluerill.kernel.errors import CallerError
from bluerill.kernel.message import Body, Taint
from bluerill.modalities.gesture.messages import Gestured, Light, Motion
from bluerill.modalities.gesture.strokes import Strokes, shipped
from bluerill.modalities.gesture.touches import Touches
from bluerill.modalities.screen.messages import Crown, Touch
from bluerill.models.train.gesture.arm import draw_arm, perform
from bluerill.skills.messages import Happened, Invoke, Invoked, Sense, Sensed
from bluerill.watch.cli import build_parser, main
from bluerill.watch.commands.inject import fingers, inject
from bluerill.watch.commands.inject_time import read_moment


def csv_of(path: Path, gesture: str, seed: int = 3) -> Path:
    rng = np.random.default_rng(seed)
    rows = perform(rng, draw_arm(rng), gesture).rows
    np.savetxt(path, rows, delimiter=",", header="t,ax,ay,az,gx,gy,gz", comments="", fmt="%.5f")
    return path


@pytest.mark.process
def test_recordings_are_recognised_taught_and_forgotten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flick, star = csv_of(tmp_path / "flick.csv", "double-flick"), tmp_path / "star.json"
    star.write_text(json.dumps(shipped()["star"][0].tolist()))
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    assert main(["gesture", "--json", str(flick), str(star), str(empty)]) == 2
    out, err = capsys.readouterr()
    one, other = [json.loads(line) for line in out.splitlines()]
    assert (one["kind"], [event["gesture"] for event in one["events"]]) == ("motion", ["double-flick"])
    assert (other["kind"], [event["gesture"] for event in other["events"]]) == ("stroke", ["star"])
    assert err.splitlines() == [f"bluerill gesture: {empty}: expected a recording, got an empty file"]
    spiral = tmp_path / "spiral.json"
    spiral.write_text(json.dumps([[9 * t * np.cos(t), 9 * t * np.sin(t)] for t in np.linspace(0, 12, 50)]))
    assert main(["gesture", "--teach", "my-spiral", "--means", "ask what time is it", str(spiral)]) == 0
    assert capsys.readouterr().out == "my-spiral: 1 example\n"
    assert main(["gesture", "--json", str(spiral)]) == 0
    assert json.loads(capsys.readouterr().out)["events"][0]["gesture"] == "my-spiral"
    assert main(["gesture", "--forget", "my-spiral"]) == 0
    assert main(["gesture", "--list", "--json"]) == 0
    known = {row["name"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert "my-spiral" not in known
    assert known["double-tap"]["means"] == ["dismiss", "yes", "hush"]


@pytest.mark.parametrize("words", [[], ["--means", "stop"], ["--teach", "x"], ["--list", "--forget", "x"]])
def test_wrong_usage_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gesture", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


class Watch:
    """A front that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Body, Taint]] = []
        self.asked: list[Body] = []

    async def tell(self, to: str, body: Body, taint: Taint = Taint.NONE) -> None:
        self.told.append((to, body, taint))

    async def ask(self, to: str, body: Body, expect: Any, within: float | None = None) -> Any:
        self.asked.append(body)
        if isinstance(body, Sense):
            return Sensed(body.metric, 7.0 if body.value is None else body.value)
        if isinstance(body, SetClock):
            return ClockNow(body.to or 1_798_000_000.0, body.rate or 1.0, body.follow)
        return Invoked("set_home_place", {}, "Your home is Oslo now.")


def injected(*words: str) -> tuple[Watch, str]:
    """What ``bluerill inject WORDS`` sends and says."""
    watch = Watch()
    args: argparse.Namespace = build_parser("inject").parse_args(["inject", *words])
    said = asyncio.run(inject(watch, args))  # type: ignore[arg-type]
    return watch, said


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("tap",), "tap"),
        (("double-tap",), "double-tap"),
        (("long-press",), "long-press-end"),
        (("palm",), "palm"),
        (("swipe", "left"), "swipe-left"),
        (("swipe", "down"), "swipe-down"),
        (("pinch", "out"), "pinch-out"),
        (("pinch", "in"), "pinch-in"),
    ],
)
def test_the_touches_of_a_gesture_are_that_gesture(words: tuple[str, ...], name: str) -> None:
    args = build_parser("inject").parse_args(["inject", *words])
    touches = fingers(args.what, getattr(args, "way", ""), getattr(args, "place", []))
    hand = Touches(Strokes())
    found = [each.name for t in touches for each in hand.feed(t.phase, t.x, t.y, t.at, finger=t.finger, size=t.contact)]
    assert found[-1] == name


def test_touches_go_to_screen_and_gestures_as_the_owners() -> None:
    watch, said = injected("tap", "100", "120")
    assert said == ""
    assert [(to, body.phase, taint) for to, body, taint in watch.told if isinstance(body, Touch)] == [
        ("screen", "down", Taint.USER), ("gesture", "down", Taint.USER),
        ("screen", "up", Taint.USER), ("gesture", "up", Taint.USER),
    ]  # fmt: skip
    with pytest.raises(CallerError, match="between 0 and 466"):
        injected("tap", "100", "900")


def test_sensors_read_what_is_injected() -> None:
    watch, said = injected("heart-rate", "151")
    assert (watch.asked, said) == ([Sense("heart_rate", 151.0)], "heart-rate: 151")
    assert injected("charging", "on")[1] == "charging: on"
    assert injected("battery", "day")[0].asked == [Sense("battery", None)]
    assert injected("location", "oslo")[0].asked == [Invoke("set_home_place", {"place": "oslo"})]
    with pytest.raises(CallerError, match="expected a number"):
        injected("battery", "full")


def test_a_notification_is_a_strangers_and_crown_and_buttons_the_owners() -> None:
    ((to, body, taint),) = injected("notification", "Bank", "call us")[0].told
    assert (to, taint) == ("session", Taint.UNTRUSTED)
    assert isinstance(body, Happened)
    told = injected("crown", "40")[0].told
    assert [(to, taint) for to, _, taint in told] == [("screen", Taint.USER), ("gesture", Taint.USER)]
    assert isinstance(told[0][1], Crown)
    ((_, pressed, _),) = injected("button", "side")[0].told
    assert isinstance(pressed, Gestured)
    assert pressed.means == ["listen"]


def test_motion_is_sent_at_once_or_at_its_pace(tmp_path: Path) -> None:
    watch, said = injected("motion", str(csv_of(tmp_path / "shake.csv", "shake")), "--speed", "0")
    assert all(isinstance(body, Motion) and to == "gesture" for to, body, _ in watch.told)
    assert said.endswith("s of motion")
    with pytest.raises(CallerError, match="speed"):
        injected("motion", str(tmp_path / "shake.csv"), "--speed", "-1")
    stroke = tmp_path / "s.json"
    stroke.write_text("[[1,2],[3,4]]")
    with pytest.raises(CallerError, match="got a stroke"):
        injected("motion", str(stroke))


def test_a_picture_comes_into_view_as_a_strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bluerill.modalities.image.messages import Seen
    from bluerill.watch.commands import inject as module

    async def look(front: object, data: bytes) -> Seen:
        return Seen((3, 3))

    monkeypatch.setattr(module, "look", look)
    picture = tmp_path / "p.png"
    picture.write_bytes(b"x")
    ((to, body, taint),) = injected("image", str(picture))[0].told
    assert (to, taint) == ("session", Taint.UNTRUSTED)
    assert isinstance(body, Saw)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("time", "2026-12-24T07:59:30+00:00"), SetClock(to=1_798_099_170.0)),
        (("time", "+1h30m"), SetClock(by=5400.0)),
        (("time", "now"), SetClock(rate=1.0, follow=True)),
        (("time-warp", "60"), SetClock(rate=60.0)),
        (("time-warp", "off"), SetClock(rate=1.0)),
    ],
)
def test_the_clock_is_set_and_hastened(words: tuple[str, ...], asked: SetClock) -> None:
    watch, said = injected(*words)
    assert watch.asked[-1] == asked
    assert said.startswith("the watch's clock: ")


def test_a_time_of_day_is_one_of_the_watchs_day() -> None:
    now = datetime(2030, 5, 6, 22, 0, tzinfo=ZoneInfo("Europe/Paris"))
    assert read_moment("07:59", now).to == datetime(2030, 5, 6, 7, 59, tzinfo=now.tzinfo).timestamp()


@pytest.mark.parametrize("words", [("time", "soon"), ("time", "+5y"), ("time-warp", "fast"), ("time-warp", "-1")])
def test_what_is_no_time_is_one_line(words: tuple[str, ...]) -> None:
    with pytest.raises(CallerError, match="expected"):
        injected(*words)


def test_light_reaches_the_sensor_and_the_gestures() -> None:
    watch, said = injected("light", "2")
    assert watch.asked == [Sense("light", 2.0)]
    assert [(to, body) for to, body, _ in watch.told] == [("gesture", Light(2.0))]
    assert said == "light: 2"
