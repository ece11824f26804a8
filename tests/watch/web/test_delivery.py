"""A face on its way from a page to the glass, in pieces."""

from __future__ import annotations

import asyncio
import io
import struct
import zipfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from bluerill.watch.web.delivery import MAX_FACE_BYTES
from support.front import Front, front
from support.tab import Tab, tab

RED = '<WatchFace width="450" height="450"><Scene backgroundColor="#FFFF0000"/></WatchFace>'


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 20))


def packed(padding: int = 0) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("raw/watchface.xml", RED)
        archive.writestr("assets/noise.bin", bytes(padding))
    return sink.getvalue()


async def send(page: Tab, name: str, data: bytes, step: int = 48 * 1024) -> None:
    await page.say("bring-face", name=name, size=len(data))
    at = 0
    while at < len(data):
        assert (await page.hear("page.piece"))["offset"] == at
        await page.connection.send(struct.pack("<BI", 4, at) + data[at : at + step])
        at += step


def own(device: Front, folder: Path) -> None:
    device.screen.wardrobe._folder = folder


def test_a_face_in_pieces_is_put_on_and_every_page_learns_of_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page, tab(device) as other:
            own(device, tmp_path)
            await send(page, "red.zip", packed(100_000))
            done = await page.hear("page.face")
            assert (done["name"], done["notes"]) == ("red", [])
            assert (await other.hear("page.faces"))["faces"][-1] == "red"
            assert device.screen.scene.face.name == "red"

    run(main())


def test_what_the_screen_refuses_is_said_and_nothing_is_kept(tmp_path: Path) -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page:
            own(device, tmp_path)
            await send(page, "bad.zip", b"PK no archive")
            assert "zip archive" in (await page.hear("page.problem"))["text"]

    run(main())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("size", "pieces", "why"),
    [
        (MAX_FACE_BYTES + 1, [], "at most 4 MiB"),
        (10, [(5, b"late")], "after 0"),
        (4, [(0, b"too many")], "after 0"),
        (10, [(0, b"")], "head"),
    ],
)
def test_pieces_nobody_asked_for_are_refused(size: int, pieces: list[tuple[int, bytes]], why: str) -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page:
            await page.say("bring-face", name="x.zip", size=size)
            for offset, data in pieces:
                await page.connection.send(struct.pack("<BI", 4, offset) + data)
            assert why in (await page.hear("page.problem"))["text"]

    run(main())


def test_one_face_is_on_its_way_at_a_time() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page, tab(device) as other:
            await page.say("bring-face", name="x.zip", size=100)
            await page.hear("page.piece")
            await other.say("bring-face", name="y.zip", size=100)
            assert "another page" in (await other.hear("page.problem"))["text"]
            await other.connection.send(struct.pack("<BI", 4, 0) + b"mine")
            assert "announced" in (await other.hear("page.problem"))["text"]

    run(main())
