"""What a page's hands do: touches to screen and gestures, motion, teaching, pictures with words, injected readings."""

from __future__ import annotations

import asyncio
import io
import struct
from collections.abc import Coroutine
from typing import Any

import numpy as np
from PIL import Image

from bluerill.agent.messages import Microphone, Request, Saw
from bluerill.kernel.message import Taint
from bluerill.modalities.gesture.messages import Gestured
from bluerill.models.train.gesture.arm import draw_arm, perform
from support.front import front
from support.tab import Tab, tab


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


async def bring(page: Tab, data: bytes) -> None:
    await page.say("bring-picture", name="p.png", size=len(data))
    at = 0
    while at < len(data):
        assert (await page.hear("page.piece"))["offset"] == at
        await page.connection.send(struct.pack("<BI", 4, at) + data[at : at + 48 * 1024])
        at += 48 * 1024


def png() -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", (40, 30), "#e02020").save(sink, "PNG")
    return sink.getvalue()


def test_a_touch_is_a_gesture_of_the_owner() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page:
            await page.say("touch", phase="down", x=300, y=200, at=5.0)
            await page.say("touch", phase="up", x=120, y=200, at=5.1)
            await device.until(device.session, 1, Gestured)
            (made,) = device.session.of(Gestured)
            assert (made.gesture, made.kind) == ("swipe-left", "touch")
            assert device.session.callers[-1].taint == Taint.USER

    run(main())


def test_a_phones_motion_is_a_gesture_too() -> None:
    async def main() -> None:
        rng = np.random.default_rng(3)
        rows = perform(rng, draw_arm(rng), "double-flick").rows
        async with front() as device, tab(device) as page:
            for at in range(0, len(rows), 64):
                await page.say("motion", source="phone", samples=rows[at : at + 64].tolist())
            await device.until(device.session, 1, Gestured)
            assert device.session.of(Gestured)[0].gesture == "double-flick"
            await page.say("motion", samples=[[0, 1e300, 0, 0, 0, 0, 0]])
            assert "1000000" in (await page.hear("page.problem"))["text"]

    run(main())


def test_the_page_that_was_touched_gets_the_microphone() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as _, tab(device) as page:
            await page.say("touch", phase="down", x=1, y=1)
            await page.say("touch", phase="up", x=1, y=1)
            await device.until(device.session, 1, Gestured)
            await device.tell("web", Microphone(True))
            assert (await page.hear("agent.microphone"))["on"] is True

    run(main())


def test_a_gesture_is_taught_listed_and_forgotten() -> None:
    async def main() -> None:
        spiral = [[150 + 8 * t * np.cos(t), 150 + 8 * t * np.sin(t)] for t in np.linspace(0, 12, 40)]
        async with front() as device, tab(device) as page:
            await page.say("teach", name="my-spiral", points=spiral, means=["ask what time is it"])
            assert (await page.hear("gesture.taught"))["examples"] == 1
            known = (await page.hear("gesture.gestures"))["gestures"]
            assert [each["name"] for each in known if each.get("examples")] == ["my-spiral"]
            await page.say("teach", name="tap", points=spiral)
            assert "knows 'tap' already" in (await page.hear("page.problem"))["text"]
            await page.say("teach", name="mine", points=spiral, means=["unlock"])
            assert "'ask WORDS'" in (await page.hear("page.problem"))["text"]
            await page.say("forget-gesture", name="my-spiral")
            assert (await page.hear("gesture.taught")).get("examples", 0) == 0

    run(main())


def test_words_wait_for_the_picture_that_came_before_them() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page:
            await bring(page, png())
            await page.say("ask", text="what colour is this", id=1)
            seen = await page.hear("image.seen")
            assert seen["palette"][0]["name"] == "red"
            await device.until(device.session, 1, Request)
            kinds = [type(body) for body in device.session.seen]
            assert kinds.index(Saw) < kinds.index(Request)
            saw = device.session.callers[kinds.index(Saw)]
            assert saw.taint & Taint.UNTRUSTED

    run(main())


def test_what_is_no_picture_is_one_problem_and_words_go_on() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page:
            await bring(page, b"no picture at all")
            problem = await page.hear("page.problem")
            assert (problem["about"], "expected a picture" in problem["text"]) == ("picture", True)
            await page.say("ask", text="hello", id=2)
            await device.until(device.session, 1, Request)
            assert device.session.of(Saw) == []
            await page.say("bring-picture", name="x", size=1 << 30)
            assert "at most 8 MiB" in (await page.hear("page.problem"))["text"]

    run(main())


def test_the_page_sets_the_clock() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page:
            await page.say("clock", to=2_000_000_000.0, rate=60)
            now = await page.hear("kernel.clock-now")
            assert 2_000_000_000 <= now["wall"] < 2_000_000_600
            assert (now["rate"], now.get("follows", False)) == (60, False)
            await page.say("clock", rate=1e6)
            assert "0.1 to 3600" in (await page.hear("page.problem"))["text"]
            await page.say("clock", to=-5)
            assert "`$.to`" in (await page.hear("page.problem"))["text"]
            await page.say("clock", follow=True)
            assert (await page.hear("kernel.clock-now"))["follows"] is True

    run(main())
