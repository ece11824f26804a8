"""Vector drawables: what is filled, stroked, clipped and coloured, and what is told instead of drawn."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PIL import Image

from bluerill.modalities.screen.wff.check import check
from bluerill.modalities.screen.wff.effort import MAX_DRAW_S
from bluerill.modalities.screen.wff.face import load
from bluerill.modalities.screen.wff.parse import parse
from bluerill.modalities.screen.wff.problem import FaceError
from bluerill.modalities.screen.wff.renderer import FaceRenderer
from bluerill.modalities.screen.wff.vector.drawable import draw, size_of
from bluerill.modalities.screen.wff.vector.fill import Budget, filled
from bluerill.modalities.screen.wff.vector.path import contours
from support.wff import device
from support.wff_faces import IMAGE, document, folder

SQUARE = "M4,4h16v16h-16z"
RED = 'android:fillColor="#F00"'


def vector(inner: str, more: str = "", wide: int = 24) -> str:
    return (
        '<vector xmlns:android="http://schemas.android.com/apk/res/android" xmlns:aapt="http://schemas.android.com/aapt" '
        f'android:width="{wide}dp" android:height="24dp" android:viewportWidth="{wide}" android:viewportHeight="24" {more}>{inner}</vector>'
    )


def picture(inner: str, more: str = "", side: int = 96) -> Image.Image:
    found, notes = draw(parse(vector(inner, more).encode()), (side, side))
    assert not notes
    return found


def path(data: str, more: str = RED) -> str:
    return f'<path android:pathData="{data}" {more}/>'


def gradient(kind: str, more: str) -> str:
    colours = 'android:startColor="#FF0000FF" android:endColor="#FFFF0000"'
    inner = f'<gradient android:type="{kind}" {colours} {more}/>'
    return f'<path android:pathData="M0,0h24v24h-24z"><aapt:attr name="android:fillColor">{inner}</aapt:attr></path>'


def pixel(image: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    found = image.getpixel(place)
    assert isinstance(found, tuple)
    return found


def area(image: Image.Image) -> float:
    """How much of the picture is covered, in its viewport's square units."""
    return sum(i * n for i, n in enumerate(image.getchannel("A").histogram())) / 255 * (24 / image.width) ** 2


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (SQUARE, 256),
        ("m 4 4 16 0 0 16 -16 0 z", 256),
        ("M4,4 20,4 20,20 4,20", 256),
        ("M12,2a10,10 0 1,1 0,20a10,10 0 1,1 0,-20z", 314.16),
        ("M12,2A10 10 0 112 12L12 12Z", 235.6),
        ("M2,12C2,6.477 6.477,2 12,2S22,6.477 22,12 17.523,22 12,22 2,17.523 2,12", 314.16),
        ("M0,12Q12,-12 24,12T48,12z", 192),
        ("M1e0,1.0.5.5", 0),
        ("", 0),
    ],
)
def test_paths_cover_what_geometry_says(data: str, wanted: float) -> None:
    assert area(picture(path(data))) == pytest.approx(wanted, abs=wanted * 0.01 + 0.3)


def test_a_path_that_crosses_itself_is_filled_by_its_rule() -> None:
    star = "M12,2 L18,20 L2,9 L22,9 L6,20 Z"
    twice = "M4,4h16v16h-16z M8,8h8v8h-8z"
    against = "M4,4h16v16h-16z M8,8v8h8v-8z"
    middle = (48, 52)
    odd = RED + ' android:fillType="evenOdd"'
    assert pixel(picture(path(star)), middle) == (255, 0, 0, 255)
    assert pixel(picture(path(star, odd)), middle) == (0, 0, 0, 0)
    assert pixel(picture(path(twice)), middle) == (255, 0, 0, 255)
    assert pixel(picture(path(against)), middle) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("more", "wanted"), [("", 8), ('android:strokeLineCap="square"', 12), ('android:strokeLineCap="round"', 11.14)]
)
def test_strokes_have_their_width_and_caps(more: str, wanted: float) -> None:
    line = path("M10,12h4", f'android:strokeColor="#0F0" android:strokeWidth="2" {more}')
    assert area(picture(line)) == pytest.approx(wanted, abs=0.2)


def test_a_closed_stroke_is_a_ring_and_can_be_trimmed() -> None:
    ring = 'android:strokeColor="#FFF" android:strokeWidth="2"'
    circle = "M12,4a8,8 0 1,1 0,16a8,8 0 1,1 0,-16z"
    whole = area(picture(path(circle, ring)))
    assert whole == pytest.approx(2 * 3.1416 * 8 * 2, rel=0.01)
    part = ring + ' android:trimPathStart="0.25" android:trimPathEnd="0.5" android:trimPathOffset="0.6"'
    assert area(picture(path(circle, part))) == pytest.approx(whole / 4, rel=0.03)


def test_groups_turn_scale_and_move_and_clips_hold_within_them() -> None:
    turned = f'<group android:rotation="90" android:pivotX="12" android:pivotY="12">{path("M12,0h2v12h-2z")}</group>'
    assert picture(turned).getchannel("A").getbbox() == (48, 48, 96, 56)
    moved = (
        f'<group android:scaleX="0.5" android:scaleY="0.5" android:translateX="12">{path("M0,0h24v24h-24z")}</group>'
    )
    assert picture(moved).getchannel("A").getbbox() == (48, 0, 96, 48)
    clipped = (
        f'<group><clip-path android:pathData="M0,0h6v24h-6z"/>{path("M0,0h24v6h-24z")}</group>{path("M0,18h24v6h-24z")}'
    )
    found = picture(clipped)
    assert (pixel(found, (8, 8))[3], pixel(found, (60, 8))[3], pixel(found, (60, 90))[3]) == (255, 0, 255)


def test_colours_alpha_and_tint() -> None:
    half = picture(path(SQUARE, 'android:fillColor="#80FF0000"'))
    assert pixel(half, (48, 48)) == (255, 0, 0, 128)
    faded = picture(path(SQUARE, 'android:fillColor="#ABC" android:fillAlpha="0.5"'), 'android:alpha="0.5"')
    assert pixel(faded, (48, 48)) == pytest.approx((0xAA, 0xBB, 0xCC, 64), abs=1)
    tinted = picture(path(SQUARE), 'android:tint="@android:color/white"')
    assert pixel(tinted, (48, 48)) == (255, 255, 255, 255)


def test_gradients() -> None:
    ends = 'android:startX="0" android:startY="0" android:endX="24" android:endY="0"'
    linear = picture(gradient("linear", ends))
    assert pixel(linear, (2, 50))[2] > 240
    assert pixel(linear, (94, 50))[0] > 240
    radial = picture(gradient("radial", 'android:centerX="12" android:centerY="12" android:gradientRadius="12"'))
    assert pixel(radial, (48, 48))[2] > 235
    assert pixel(radial, (48, 2))[0] > 235
    sweep = picture(gradient("sweep", 'android:centerX="12" android:centerY="12"'))
    assert pixel(sweep, (90, 52))[2] > 220  # just below three o'clock, where it begins
    assert pixel(sweep, (90, 44))[0] > 220


def test_what_is_not_drawn_is_told() -> None:
    odd = path(SQUARE, 'android:fillColor="?attr/colorAccent"') + "<trick/>"
    _, notes = draw(parse(vector(odd, 'android:tint="#F00" android:tintMode="screen"').encode()), (9, 9))
    assert len(notes) == 3
    assert any("?attr/colorAccent" in note for note in notes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (vector(path("M0,0 L5")), "pathData, character 8"),
        (vector(path("5,5")), "pathData, character 1"),
        (vector(path("M0,0 zz9")), "pathData"),
        (vector(path("M0,0" + "c1,1e5 2,-1e5 3,0" * 200)), "at most 20,000 points"),
        (vector(path("M0,0h1v1h-1z") * 501), "at most 500 paths"),
        (vector("").replace("24dp", "0dp"), "width, height"),
        ("<shape/>", "expected a <vector>"),
    ],
)
def test_what_cannot_be_drawn_is_one_error(text: str, said: str) -> None:
    with pytest.raises(FaceError, match="expected") as caught:
        draw(parse(text.encode()), (96, 96))
    assert said in str(caught.value)


def test_a_tangle_is_given_up_in_time() -> None:
    tangle = [[(float(i * 37 % 1000), float(i % 2 * 1000)) for i in range(20_000)]]
    begin = time.thread_time()
    with pytest.raises(FaceError, match="crossings"):
        filled(tangle, (0, 0, 1000, 1000), Budget())
    assert time.thread_time() - begin < MAX_DRAW_S


def test_far_away_and_not_a_number() -> None:
    assert (
        filled([c.points for c in contours("M1e30,-1e30L1e30,1e30L-1e30,5z", 1.0)], (0, 0, 9, 9), Budget()) is not None
    )
    with pytest.raises(FaceError):
        contours("MNaN,1", 1.0)


def test_a_face_shows_them_as_other_pictures(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {
        "res/raw/watchface.xml": document(IMAGE.format(450, "dial") + IMAGE.format(9, "bad")),
        "res/drawable/dial.xml": vector(path("M0,0h24v24h-24z", 'android:fillColor="@color/brand"')),
        "res/drawable/bad.xml": vector(path("M0")),
        "res/values/colors.xml": '<resources><color name="brand">#FF102030</color></resources>',
    }
    face = load(folder(tmp_path, files))
    renderer = FaceRenderer(face, (90, 90))
    assert renderer.draw(device(), still=True).getpixel((45, 45)) == (16, 32, 48)
    assert [str(note) for note in renderer.notes if "'bad'" in str(note)]
    assert check(face).valid
    memory = {metric.name: metric.value for metric in check(face).metrics}
    assert memory["memory_active"] == 48 * 48 * 4 + 9 * 9 * 4
    assert size_of(parse(vector("", wide=48).encode())) == (96, 48)
