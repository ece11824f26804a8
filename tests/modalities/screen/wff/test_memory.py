"""The memory of decoded pictures: what counts, how much, and for which choice of options."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from bluerill.modalities.screen.wff.face import Face, load
from bluerill.modalities.screen.wff.memory import Footprint, footprint
from bluerill.modalities.screen.wff.pictures import MAX_PIXELS, measure
from bluerill.modalities.screen.wff.problem import FaceError
from support.wff_faces import GROUP, IMAGE, document, folder, picture

ODD = (255, 1, 3, 255)
"""No colour of five or six bits."""
FILES = {f"drawable/{name}.png": picture(10, 10, (255, 1, index, 255)) for index, name in enumerate("abcd")}
OPTION = (
    '<ListConfiguration id="l"><ListOption id="0">{}</ListOption><ListOption id="1">{}</ListOption></ListConfiguration>'
)


def face(root: Path, scene: str, before: str = "", **files: bytes) -> Face:
    more = {f"drawable/{name}.png": data for name, data in files.items()}
    return load(folder(root, {"raw/watchface.xml": document(scene, before), **FILES, **more}))


def taken(root: Path, scene: str, before: str = "", **files: bytes) -> Footprint:
    return footprint(face(root, scene, before, **files))


def shown(name: str, side: int = 10) -> str:
    return IMAGE.format(side, name)


@pytest.mark.parametrize(
    ("colour", "depth"),
    [
        (ODD, 4),
        ((255, 0, 0, 255), 2),
        ((8, 4, 8, 255), 2),
        ((255, 255, 255, 128), 1),
        ((0, 0, 0, 9), 1),
        ((9, 9, 9, 9), 4),
    ],
)
def test_as_few_bytes_a_pixel_as_lose_nothing(colour: tuple[int, int, int, int], depth: int) -> None:
    assert measure(picture(3, 5, colour), "p").bytes_per_pixel == depth


def test_what_is_transparent_around_a_picture_is_cut_off() -> None:
    image = Image.new("RGBA", (40, 30))
    image.paste(ODD, (10, 10, 18, 12))
    data = io.BytesIO()
    image.save(data, "PNG")
    found = measure(data.getvalue(), "p")
    assert (found.width, found.height, found.box, found.decoded_bytes) == (40, 30, (8, 2), 64)
    assert measure(picture(9, 9, (1, 2, 3, 0)), "p").decoded_bytes == 1


def test_every_frame_of_an_animation_counts() -> None:
    frames = [Image.new("RGB", (5, 4), (level, 0, 0)) for level in (1, 80, 160)]
    data = io.BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:])
    assert measure(data.getvalue(), "g").decoded_bytes == 5 * 4 * 4 * 3


def test_a_picture_too_large_is_refused_by_its_header() -> None:
    data = io.BytesIO()
    Image.new("1", (4096, 4096)).save(data, "PNG")
    with pytest.raises(FaceError, match=f"{MAX_PIXELS:,}"):
        measure(data.getvalue(), "big")
    with pytest.raises(FaceError, match="can be decoded"):
        measure(b"GIF89a", "torn")


def test_a_picture_counts_once_at_its_largest(tmp_path: Path) -> None:
    assert taken(tmp_path, shown("a") + shown("a", 5)).active == 400
    assert taken(tmp_path, shown("a", 5) + shown("a", 5)).active == 100
    assert taken(tmp_path, shown("a", 99)).active == 400  # it is not blown up in memory
    assert taken(tmp_path, shown("a") + shown("b")) == Footprint(800, 800, "b")


def test_what_a_mode_never_shows_costs_nothing_in_it(tmp_path: Path) -> None:
    hidden = shown("a").replace("<Image ", '<Variant mode="AMBIENT" target="alpha" value="0"/><Image ')
    only_ambient = hidden.replace('value="0"', 'value="255"').replace("<PartImage", '<PartImage alpha="0"')
    assert taken(tmp_path, hidden) == Footprint(0, 400, "a")
    assert taken(tmp_path, only_ambient) == Footprint(400, 0, "")
    inside = GROUP.format('<Variant mode="AMBIENT" target="alpha" value="0"/>' + shown("a"))
    assert taken(tmp_path, inside).ambient == 0


def test_options_of_one_configuration_exclude_each_other(tmp_path: Path) -> None:
    assert taken(tmp_path, OPTION.format(shown("a"), shown("b"))).active == 400
    assert taken(tmp_path, OPTION.format(shown("a"), shown("b")) + shown("a")).active == 800
    # two uses of one configuration agree; two configurations do not have to
    assert taken(tmp_path, OPTION.format(shown("a"), "") + OPTION.format("", shown("b"))).active == 400
    other = OPTION.format("", shown("b")).replace('"l"', '"m"')
    assert taken(tmp_path, OPTION.format(shown("a"), "") + other).active == 800


def test_many_configurations_have_an_upper_bound(tmp_path: Path) -> None:
    scene = "".join(OPTION.format(shown("a"), shown("b")).replace('"l"', f'"l{i}"') for i in range(40))
    assert 800 <= taken(tmp_path, scene).active <= 40 * 400


def test_fonts_of_pictures_count_where_they_are_used(tmp_path: Path) -> None:
    font = '<BitmapFont name="f"><Character name="1" resource="c" width="9" height="9"/></BitmapFont>'
    font = f"<BitmapFonts>{font}</BitmapFonts>"
    clock = (
        '<DigitalClock x="0" y="0" width="9" height="9"><TimeText x="0" y="0" width="9" height="9" format="hh">'
        '<BitmapFont family="f" size="9"/></TimeText></DigitalClock>'
    )
    assert taken(tmp_path, GROUP.format(""), font).active == 0
    assert taken(tmp_path, clock, font) == Footprint(400 * 81 // 100, 400 * 81 // 100, "c")
