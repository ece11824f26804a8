"""The image service: pictures by lease or in pieces, codes and text where their libraries are, bounds everywhere."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Coroutine
from typing import Any

import pytest
from PIL import Image, ImageDraw

from bluerill.kernel.errors import BudgetExceeded, CallerError
from bluerill.kernel.lease import Lease
from bluerill.kernel.service import Call
from bluerill.modalities.image.messages import Line, NotSeen, See, SeeChunk, Seen, SeeReady, SeeStart, SeeStop
from bluerill.modalities.image.service import MAX_LOOKS, NO_LABELS, ImageService
from bluerill.modalities.image.text import reading_order


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, 60))


def png(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def poster(text: str) -> Image.Image:
    picture = Image.new("RGB", (900, 400), "white")
    ImageDraw.Draw(picture).multiline_text((40, 60), text, fill="black", font_size=64)
    return picture


async def see(service: ImageService, data: bytes, *want: Any) -> Seen | NotSeen:
    with Lease.offer(data) as lease:
        return await service.see(See(want), Call("web", lease=lease))


def test_the_codes_of_a_picture_with_their_places() -> None:
    zxing = pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed: pip install 'bluerill[see]'")
    code = zxing.create_barcode("https://example.org/a?b=c", zxing.BarcodeFormat.QRCode)
    square = Image.fromarray(zxing.write_barcode_to_image(code, scale=6)).convert("RGB")
    page = Image.new("RGB", (3000, 2500), "white")
    page.paste(square, (2000, 1500))
    page.paste(square, (100, 80))
    seen = run(see(ImageService(), png(page), "codes"))
    assert isinstance(seen, Seen)
    assert [found.text for found in seen.codes] == ["https://example.org/a?b=c"] * 2
    assert seen.size == (3000, 2500)
    for (left, top), found in zip([(100, 80), (2000, 1500)], seen.codes, strict=True):
        x, y = found.corners[0]
        assert left <= x <= left + square.width / 3
        assert top <= y <= top + square.height / 3
    assert (seen.text, seen.palette, seen.notes) == ([], [], [])


@pytest.mark.audio  # it loads networks, as decoding speech does
def test_the_text_of_a_poster_in_reading_order() -> None:
    pytest.importorskip("rapidocr", reason="rapidocr is not installed: pip install 'bluerill[see]'")
    service = ImageService()
    seen = run(see(service, png(poster("Concert on Friday\nDoors open at 8")), "text", "labels"))
    assert isinstance(seen, Seen)
    assert [line.text.replace(" ", "") for line in seen.text] == [
        "ConcertonFriday",
        "Doorsopenat8",
    ]
    assert all(line.confidence > 0.8 for line in seen.text)
    assert seen.notes == [NO_LABELS]
    small = poster("Exit").crop((30, 60, 200, 140))
    assert [line.text for line in run(see(service, png(small), "text")).text] == ["Exit"]


def test_rows_are_read_from_the_left_whatever_their_order() -> None:
    def line(text: str, x: int, y: int) -> Line:
        return Line(text, 1.0, [(x, y), (x + 50, y + 2), (x + 50, y + 22), (x, y + 20)])

    mixed = [line("d", 0, 60), line("b", 70, 4), line("a", 0, 0), line("c", 140, -3), line("e", 90, 66)]
    assert [each.text for each in reading_order(mixed)] == ["a", "b", "c", "d", "e"]
    assert reading_order([]) == []


def test_what_is_no_picture_is_a_negative_answer() -> None:
    answer = run(see(ImageService(), b"hello", "palette"))
    assert isinstance(answer, NotSeen)
    assert "expected a picture" in answer.reason


def test_without_the_libraries_the_rest_is_seen_and_the_mend_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    seen = run(see(ImageService(), png(Image.new("RGB", (20, 20), "red")), "codes", "text", "palette"))
    assert isinstance(seen, Seen)
    assert [colour.name for colour in seen.palette] == ["red"]
    assert len([note for note in seen.notes if "pip install 'bluerill[see]'" in note]) == 2


def test_a_picture_in_pieces() -> None:
    async def story() -> None:
        service, data = ImageService(), png(Image.new("RGB", (64, 64), "blue"))
        got = ready = service.begin(SeeStart(len(data)), Call("control"))
        for at in range(0, len(data), 50):
            got = service.take(SeeChunk(ready.look, data[at : at + 50]), Call("control"))
        assert got == SeeReady(ready.look, len(data))
        seen = await service.end(SeeStop(ready.look, ("palette",)), Call("control"))
        assert isinstance(seen, Seen)
        with pytest.raises(CallerError, match="no picture 1 is being handed over"):
            await service.end(SeeStop(ready.look), Call("control"))

    run(story())


def test_pieces_are_bounded_and_belong_to_who_began() -> None:
    async def story() -> None:
        service = ImageService()
        for size in (0, -1, 1 << 40):
            with pytest.raises(CallerError, match="1 to 33554432 bytes"):
                service.begin(SeeStart(size), Call("control"))
        first = service.begin(SeeStart(10), Call("control")).look
        with pytest.raises(CallerError, match="by 'web'"):
            service.take(SeeChunk(first, b"x"), Call("web"))
        with pytest.raises(BudgetExceeded, match="announced with 10 bytes"):
            service.take(SeeChunk(first, b"x" * 11), Call("control"))
        second = service.begin(SeeStart(10), Call("control")).look
        service.take(SeeChunk(second, b"x"), Call("control"))
        with pytest.raises(CallerError, match="1 came"):
            await service.end(SeeStop(second), Call("control"))
        looks = [service.begin(SeeStart(10), Call("control")).look for _ in range(MAX_LOOKS + 1)]
        with pytest.raises(CallerError, match="no picture"):
            service.take(SeeChunk(looks[0], b"x"), Call("control"))
        with pytest.raises(CallerError, match="its lease"):
            await service.see(See(), Call("control"))

    run(story())
