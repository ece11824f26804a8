"""``bluerill inject WHAT …``: what a real watch would measure or feel, given to the one that runs. Each is a
message."""

from __future__ import annotations

import argparse
import asyncio
import struct
import time
from pathlib import Path
from typing import Final

import msgspec

from ...agent.messages import Saw
from ...kernel import eventloop
from ...kernel.errors import CallerError
from ...kernel.message import Taint
from ...kernel.places import state_directory
from ...modalities.gesture.messages import Gestured, Hand, Light, Motion
from ...modalities.image.client import look
from ...modalities.image.files import read_picture
from ...modalities.screen.messages import Crown, Touch
from ...skills.messages import Card, Happened, Invoke, Invoked, Sense, Sensed
from ..control import Front, SocketFront
from .inject_time import set_time, warp

MIDDLE: Final = 233.0
REACH: Final = 150.0
WAYS: Final = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
SENSORS: Final = {
    "battery": "per cent",
    "heart-rate": "beats a minute",
    "steps": "today",
    "calories": "today",
    "distance": "km today",
    "sleep": "hours last night",
    "compass": "degrees from north, clockwise",
    "light": "lux; dark all at once is a hand over the glass",
}
SWITCHES: Final = ("charging", "connection")
HELD_S: Final = 0.6
"""How long a hand in a picture is shown: longer than a pose must be held."""
MOST_SPEED: Final = 1000.0


def arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    for name in ("motion", "accelerometer"):
        motion = what.add_parser(name, help="a recording of the wrist (CSV: t, ax … gz), at its own pace")
        motion.add_argument("file", type=Path, metavar="FILE")
        motion.add_argument("--speed", type=float, default=1.0, metavar="N", help="N times as fast; 0: at once")
    hand = what.add_parser("hand", help="a hand's landmarks (JSON lines or CSV: t, x0 … y20), or a picture")
    hand.add_argument("file", type=Path, metavar="FILE")
    hand.add_argument("--speed", type=float, default=1.0, metavar="N", help="N times as fast; 0: at once")
    for name, line in (("tap", "a finger"), ("double-tap", "a finger, twice"), ("long-press", "a finger that stays")):
        touch = what.add_parser(name, help=f"{line} on the glass (in its middle, or at X Y of 466)")
        touch.add_argument("place", nargs="*", type=float, metavar="X Y")
    what.add_parser("palm", help="a palm on the glass")
    swipe = what.add_parser("swipe", help="a finger across the glass")
    swipe.add_argument("way", choices=WAYS, metavar="|".join(WAYS))
    pinch = what.add_parser("pinch", help="two fingers")
    pinch.add_argument("way", choices=("in", "out"), metavar="in|out")
    crown = what.add_parser("crown", help="the crown turns (degrees, clockwise)")
    crown.add_argument("degrees", type=float)
    button = what.add_parser("button", help="a button is pressed")
    button.add_argument("which", choices=("crown", "side"), metavar="crown|side")
    for name, line in SENSORS.items():
        sensor = what.add_parser(name, help=f"what the simulated sensor reads ({line}) until the watch ends")
        sensor.add_argument("value", metavar="N|day", help="a number, or 'day': as the time of day gives it")
    for name in SWITCHES:
        switch = what.add_parser(name, help="on or off")
        switch.add_argument("value", choices=("on", "off"), metavar="on|off")
    moment = what.add_parser("time", help="the watch's clock: '2026-12-24 07:59', 07:59, +2h, or now")
    moment.add_argument("moment", metavar="WHEN")
    pace = what.add_parser("time-warp", help="the watch's clock runs N times as fast (off: as ever)")
    pace.add_argument("rate", metavar="N|off")
    place = what.add_parser("location", help="where the watch is")
    place.add_argument("place_name", metavar="PLACE")
    notice = what.add_parser("notification", help="words of somebody else, shown on the glass and never believed")
    notice.add_argument("title")
    notice.add_argument("text", nargs="?", default="")
    image = what.add_parser("image", help="a picture in view: for a minute 'this' means it")
    image.add_argument("file", type=Path, metavar="FILE")


def run(args: argparse.Namespace) -> int:
    return eventloop.run(_inject(args))


async def _inject(args: argparse.Namespace) -> int:
    front = await SocketFront.connect(str(state_directory() / "device.sock"))
    try:
        told = await inject(front, args)
    finally:
        await front.close()
    if told:
        print(told)
    return 0


async def inject(front: Front, args: argparse.Namespace) -> str:
    """Send it; what is to be said of it. Raises CallerError for what cannot be injected."""
    what: str = args.what
    if what == "time":
        return await set_time(front, args.moment)
    if what == "time-warp":
        return await warp(front, args.rate)
    if what in ("motion", "accelerometer", "hand"):
        return await _played(front, args.file, args.speed, hand=what == "hand")
    if what in SENSORS or what in SWITCHES:
        return await _sense(front, what, args.value)
    if what == "location":
        answer = await front.ask("skills", Invoke("set_home_place", {"place": args.place_name}), Invoked)
        return answer.speech
    if what == "notification":
        card = Card("notice", title=args.title[:200], text=args.text[:1000])
        await front.tell("session", Happened("notification", "", card), Taint.UNTRUSTED)
    elif what == "image":
        seen = await look(front, read_picture(args.file))
        await front.tell("session", Saw(seen), Taint.UNTRUSTED)
        return f"{len(seen.codes)} codes and {len(seen.text)} lines of text are in view"
    elif what == "button" and args.which == "side":
        await front.tell("session", Gestured("side-button", "touch", 1.0, time.time(), ["listen"]), Taint.USER)
    elif what in ("button", "crown"):
        turned = Crown(pressed=True) if what == "button" else Crown(args.degrees)
        for to in ("screen", "gesture"):
            await front.tell(to, turned, Taint.USER)
    else:
        await _touch(front, fingers(what, getattr(args, "way", ""), getattr(args, "place", [])))
    return ""


def fingers(what: str, way: str, place: list[float]) -> list[Touch]:
    """The touches of a gesture, with their times. Raises CallerError for a place that is none."""
    if len(place) not in (0, 2) or not all(0 <= each <= 2 * MIDDLE for each in place):
        raise CallerError(f"expected a place on the glass as X Y between 0 and 466, got {' '.join(map(str, place))}")
    x, y = place or (MIDDLE, MIDDLE)
    if what == "swipe":
        dx, dy = WAYS[way]
        steps = [Touch("move", x + dx * REACH * n / 10, y + dy * REACH * n / 10, at=n / 50) for n in range(1, 11)]
        return [Touch("down", x, y), *steps, Touch("up", x + dx * REACH, y + dy * REACH, at=0.22)]
    if what == "pinch":
        near, far = (40.0, 140.0) if way == "out" else (140.0, 40.0)
        return [
            *(Touch("down", x + side * near, y, finger, 0.01 * finger) for finger, side in ((0, -1), (1, 1))),
            *(Touch("move", x + side * far, y, finger, 0.2) for finger, side in ((0, -1), (1, 1))),
            *(Touch("up", x + side * far, y, finger, 0.3) for finger, side in ((0, -1), (1, 1))),
        ]
    if what == "palm":
        return [Touch("down", x, y, contact=200.0), Touch("up", x, y, at=0.5)]
    held = 0.8 if what == "long-press" else 0.06
    once = [Touch("down", x, y), Touch("up", x, y, at=held)]
    again = [Touch("down", x, y, at=0.2), Touch("up", x, y, at=0.26)]
    return [*once, *again] if what == "double-tap" else once


async def _touch(front: Front, touches: list[Touch]) -> None:
    """At their own pace, since the screen and a long press go by the time they see."""
    began = time.monotonic()
    for touch in touches:
        await asyncio.sleep(max(0.0, touch.at - (time.monotonic() - began)))
        timed = msgspec.structs.replace(touch, at=began + touch.at)
        for to in ("screen", "gesture"):
            await front.tell(to, timed, Taint.USER)


async def _sense(front: Front, what: str, value: str) -> str:
    metric = what.replace("-", "_")
    try:
        number = {"day": None, "on": 1.0, "off": 0.0}[value] if value in ("day", "on", "off") else float(value)
    except ValueError:
        raise CallerError(f"expected a number or 'day' for {what}, got {value[:40]!r}") from None
    sensed = await front.ask("skills", Sense(metric, number), Sensed)
    if metric == "light":
        await front.tell("gesture", Light(sensed.value), Taint.USER)
    shown = f"{sensed.value:g}" if what in SENSORS else "on" if sensed.value else "off"
    return f"{what}: {shown}"


async def _played(front: Front, path: Path, speed: float, *, hand: bool) -> str:
    """A recording of the wrist or of a hand, at its own pace."""
    from ...modalities.gesture.recordings import hand_frames, motion_rows, open_recording

    if not 0 <= speed <= MOST_SPEED:
        raise CallerError(f"expected a speed between 0 (at once) and {MOST_SPEED:g}, got {speed:g}")
    kind, wanted = open_recording(path).kind, "pose" if hand else "motion"
    if hand and kind == "picture":
        return await _shown(front, path)
    if kind != wanted:
        raise CallerError(f"{path}: expected a recording of {'a hand' if hand else 'motion'}, got a {kind}")
    began, source, last = time.monotonic(), f"cli-{time.time_ns()}", 0.0
    for rows in hand_frames(path) if hand else motion_rows(path):
        for start in range(0, len(rows), 32):
            piece = rows[start : start + 32]
            last = max(last, float(piece[-1, 0]) if piece[-1, 0] == piece[-1, 0] else last)
            if speed:
                await asyncio.sleep(max(0.0, last / speed - (time.monotonic() - began)))
            data = piece.astype("<f4").tobytes()
            await front.tell("gesture", Hand(source, data) if hand else Motion(source, data), Taint.USER)
    return f"{last:.1f} s of {'a hand' if hand else 'motion'}"


async def _shown(front: Front, path: Path) -> str:
    """A picture of a hand, held before the watch for HELD_S. It may be anybody's, so it can agree to nothing."""
    seen = await look(front, read_picture(path), ("hand",))
    if seen.notes:
        raise CallerError(f"{path}: {seen.notes[0]}")
    if seen.hand is None:
        raise CallerError(f"{path}: expected a picture of a hand, and the model found none in it")
    points = [float(each) for x, y, _ in seen.hand.landmarks for each in (x, y)]
    frames = [struct.pack(f"<{1 + len(points)}f", at / 10, *points) for at in range(int(HELD_S * 10) + 1)]
    await front.tell("gesture", Hand(f"cli-{time.time_ns()}", b"".join(frames)), Taint.UNTRUSTED)
    return f"a hand: {seen.hand.pose or 'no pose that is known'}"
