"""Pictures become upright RGB of a bounded size; what is none is one line, before a pixel is decoded."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bluerill.kernel.errors import CallerError
from bluerill.modalities.image.decode import MAX_BYTES, decode


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG whose header claims a size, with next to nothing behind it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_every_format_comes_out_as_rgb_of_the_size_wanted(kind: str) -> None:
    picture, size = decode(saved(Image.new("RGB", (300, 150), "red"), kind), 100)
    assert (picture.mode, picture.size, size) == ("RGB", (100, 50), (300, 150))
    red, green, blue = picture.getpixel((50, 25))  # type: ignore[misc]
    assert red > 240
    assert max(green, blue) < 16


def test_a_small_picture_is_not_enlarged() -> None:
    assert decode(saved(Image.new("L", (10, 20), 7)), 1000)[0].size == (10, 20)


def test_a_turned_photograph_is_set_upright() -> None:
    whole = Image.new("RGB", (40, 20), "black")
    whole.paste("white", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the top is on the right
    picture, size = decode(saved(whole, "JPEG", exif=exif, quality=95), 1000)
    assert (picture.size, size) == ((20, 40), (20, 40))
    assert picture.getpixel((10, 5))[0] > 200  # type: ignore[index]
    assert picture.getpixel((10, 35))[0] < 50  # type: ignore[index]


def test_what_is_transparent_is_laid_over_white() -> None:
    assert decode(saved(Image.new("RGBA", (4, 4), (255, 0, 0, 0))), 10)[0].getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "got an empty file"),
        (b"hello", "got a file that begins with b'hello'"),
        (b"\x89PNG\r\n\x1a\n", "expected a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "expected a picture"),
        (png_of(150_000, 1_000), "got 150000 x 1000"),
        (png_of(12_250, 12_250), "at most 50 megapixels"),
        (png_of(2**31 - 1, 2**31 - 1), "picture"),
        (png_of(0, 10), "picture"),
        (png_of(1000, 1000), "damaged"),
        (saved(Image.effect_noise((64, 64), 90), "JPEG")[:700], "damaged"),
        (b"\0" * (MAX_BYTES + 1), "at most 32 MiB"),
    ],
)
def test_what_is_no_picture_is_one_line(data: bytes, words: str) -> None:
    with pytest.raises(CallerError, match=words) as caught:
        decode(data, 1000)
    assert "\n" not in str(caught.value)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP"]), st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_a_damaged_file_is_a_picture_or_one_typed_error(kind: str, at: int, junk: bytes) -> None:
    data = bytearray(saved(Image.linear_gradient("L").resize((48, 32)), kind))
    at %= len(data)
    data[at : at + len(junk)] = junk
    try:
        picture, _ = decode(bytes(data), 64)
    except CallerError:
        return
    assert max(picture.size) <= 64


def test_brightness_alone_is_a_third_of_the_bytes_whatever_the_file() -> None:
    source = Image.new("RGBA", (400, 300), (250, 0, 0, 0))
    for kind, picture in (("JPEG", source.convert("RGB")), ("PNG", source), ("PNG", source.convert("L"))):
        target = io.BytesIO()
        picture.save(target, kind)
        grey, size = decode(target.getvalue(), 200, grey=True)
        assert (grey.mode, grey.size, size) == ("L", (200, 150), (400, 300))
    assert grey.getpixel((0, 0)) == source.convert("L").getpixel((0, 0))
