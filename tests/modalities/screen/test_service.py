"""The screen service on a real kernel: frames when something changes, silence when nothing does."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Coroutine
from typing import Any

import pytest
from PIL import Image

from bluerill.agent.messages import Press, Show
from bluerill.kernel.errors import CallerError
from bluerill.modalities.screen.faces import bundled
from bluerill.modalities.screen.messages import Attach, Attached, Crown, Frame, SetFace, Snapshot, Touch
from bluerill.modalities.screen.service import ScreenService
from bluerill.skills.messages import GLANCE_CHANGED, Card, Glance, RingView
from support.easel import easel


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 20))


def test_an_attached_page_gets_the_whole_picture_and_then_silence() -> None:
    async def main() -> None:
        async with easel() as (page, screen):
            attached = await page.port.ask("screen", Attach(), Attached)
            assert attached == Attached(466, 30, [face.name for face in bundled()])
            await page.until(lambda: bool(page.frames and page.shown))
            first = page.frames[0]
            assert first.full
            assert (first.x, first.y, first.width, first.height) == (0, 0, 466, 466)
            assert page.picture.getbbox() is not None
            # The minimal face stands still for the rest of the minute: the loop sleeps, whatever the frame rate.
            drawn = screen.renderer.drawn
            await asyncio.wait_for(page.port.sleep(0.3), 1)
            assert screen.renderer.drawn - drawn <= 1

    run(main())


def test_unattached_it_draws_nothing() -> None:
    async def main() -> None:
        async with easel(face="analog") as (page, screen):
            await page.port.tell("screen", Glance(battery=5))
            await page.port.ask("screen", Attach(False), Attached)
            await asyncio.wait_for(page.port.sleep(0.15), 1)
            assert screen.renderer.drawn == 0
            assert not page.frames

    run(main())


def test_a_screen_that_starts_asks_to_be_told_everything() -> None:
    async def main() -> None:
        async with easel() as (page, _):
            await page.until(lambda: bool(page.signals))
            assert page.signals == [GLANCE_CHANGED]

    run(main())


def test_patches_and_snapshot_agree() -> None:
    async def main() -> None:
        async with easel() as (page, screen):
            await page.port.ask("screen", Attach(), Attached)
            await page.port.tell("screen", Show(Card("reply", "Time", "Ten past ten."), 30))
            await page.until(lambda: any(s.stage == "card" for s in page.shown))
            # The cross-fade goes as JPEG and is settled exactly when it ends.
            await page.until(lambda: screen.differ.settled and page.frames[-1].format == "png")
            frame, lease = await page.port.borrow("screen", Snapshot(), Frame)
            with lease, Image.open(io.BytesIO(lease.bytes())) as whole:
                assert frame.full
                assert frame.seq == page.frames[-1].seq
                assert whole.convert("RGB").tobytes() == page.picture.tobytes()

    run(main())


def test_a_snapshot_needs_no_page() -> None:
    async def main() -> None:
        async with easel() as (page, _):
            _, lease = await page.port.borrow("screen", Snapshot(), Frame)
            with lease, Image.open(io.BytesIO(lease.bytes())) as whole:
                assert whole.size == (466, 466)
                assert whole.getbbox() is not None

    run(main())


def test_a_ring_is_shown_and_its_buttons_reach_the_session() -> None:
    async def main() -> None:
        async with easel() as (page, _):
            await page.port.ask("screen", Attach(), Attached)
            await page.port.tell("screen", Glance(rings=[RingView("a7", "alarm", "Wake up")]))
            await page.until(lambda: any(s.ringing == "alarm" and s.ring == "a7" for s in page.shown))
            await page.port.tell("screen", Touch("down", 233, 347))
            await page.port.tell("screen", Touch("up", 233, 347))
            await page.until(lambda: page.presses == [Press("dismiss", "a7")])

    run(main())


def test_a_slow_page_gets_fewer_pictures_and_the_newest_last() -> None:
    async def main() -> None:
        async with easel(face="analog") as (page, screen):
            await page.port.ask("screen", Attach(), Attached)
            await page.until(lambda: len(page.frames) >= 3)
            page.hold.clear()
            await asyncio.wait_for(page.port.sleep(0.4), 2)
            waiting = screen.seq - len(page.frames)
            page.hold.set()
            await page.until(lambda: len(page.frames) > 20)
            assert waiting <= 64 + 2, "no more pictures wait than the port has credits"
            seqs = [frame.seq for frame in page.frames]
            assert seqs == sorted(set(seqs))

    run(main())


def test_brightness_dims_the_whole_glass() -> None:
    async def main() -> None:
        async with easel() as (page, _):
            await page.port.ask("screen", Attach(), Attached)
            await page.until(lambda: bool(page.frames))
            before = max(high for _, high in page.picture.getextrema())  # type: ignore[misc]
            await page.port.tell("screen", Glance(brightness=0))
            await page.until(lambda: len(page.frames) > 1)
            after = max(high for _, high in page.picture.getextrema())  # type: ignore[misc]
            assert 0.25 < after / before < 0.35

    run(main())


def test_faces_ambient_and_crown() -> None:
    async def main() -> None:
        async with easel() as (page, screen):
            await page.port.ask("screen", Attach(), Attached)
            await page.port.tell("screen", SetFace("digital"))
            await page.until(lambda: page.shown != [] and page.shown[-1].face == "digital")
            await page.port.tell("screen", Crown(pressed=True))
            await page.until(lambda: page.shown[-1].ambient)
            await page.port.tell("screen", Crown(degrees=float("nan")))
            await page.port.tell("screen", Touch("down", float("inf"), 0))
            await page.port.tell("screen", SetFace(ambient=False))
            await page.until(lambda: not page.shown[-1].ambient)
            with pytest.raises(CallerError, match="no face is named 'none'; there are analog, digital, minimal"):
                screen.on_set_face(SetFace("none"), None)  # type: ignore[arg-type]

    run(main())


def test_a_face_that_was_turned_to_is_told_once_it_stays() -> None:
    async def main() -> None:
        async with easel() as (page, screen):
            await page.port.ask("screen", Attach(), Attached)
            names = [face.name for face in screen.scene.faces]
            begin = names.index(screen.scene.face.name)
            await page.port.tell("screen", Crown(degrees=30))
            await page.port.tell("screen", Crown(degrees=30))  # the first was not meant
            await page.until(lambda: bool(page.presses))
            assert page.presses == [Press("face", names[(begin + 2) % len(names)])]

    run(main())


def test_it_turns_ambient_by_itself_if_told_to() -> None:
    async def main() -> None:
        async with easel(ambient_after=0.2) as (page, _):
            await page.port.ask("screen", Attach(), Attached)
            await page.until(lambda: page.shown != [] and page.shown[-1].ambient)

    run(main())


@pytest.mark.parametrize("settings", [{"size": 10}, {"size": 5000}, {"fps": 0}, {"fps": 1000}])
def test_impossible_settings_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(CallerError, match=r"size must be 64\.\.1024 and fps 1\.\.60"):
        ScreenService(**settings)  # type: ignore[arg-type]
