"""Faces of the format on the watch: bundled, of the owner's folder, and taken in while it runs."""

from __future__ import annotations

import asyncio
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from bluerill.kernel.errors import CallerError
from bluerill.modalities.screen.faces import Described, Wardrobe
from bluerill.modalities.screen.faces.wardrobe import BUNDLED, MAX_BYTES
from bluerill.modalities.screen.messages import FaceInstalled, Frame, InstallFace, Snapshot
from bluerill.modalities.screen.paint import Canvas
from bluerill.modalities.screen.renderer import Renderer
from bluerill.modalities.screen.scene import Scene
from bluerill.modalities.screen.view import View
from bluerill.modalities.screen.wff.check import check
from bluerill.modalities.screen.wff.face import load
from bluerill.modalities.screen.wff.measure_ambient import ambient_lit, ambient_still
from bluerill.modalities.screen.wff.measure_reading import contrast
from bluerill.skills.faces_folder import MAX_FACES, face_files, face_name
from bluerill.skills.messages import Glance
from bluerill.skills.system.faces import BUNDLED as NAMED
from support.easel import easel

NOW = View(datetime(2026, 11, 20, 10, 8, 36, tzinfo=UTC), battery=82)
RED = '<WatchFace width="450" height="450"><Scene backgroundColor="#FFFF0000"/></WatchFace>'


def packed(document: str = RED, **files: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("res/raw/watchface.xml", document)
        for name, data in files.items():
            archive.writestr(name, data)
    return sink.getvalue()


def seen(face: Described, view: View = NOW) -> Image.Image:
    canvas = Canvas(100)
    face.draw(canvas, view)
    return canvas.image


def test_the_skill_names_every_bundled_face() -> None:
    assert [face.name for face in Wardrobe(None).faces()] == list(NAMED)


@pytest.mark.parametrize("path", sorted(BUNDLED.iterdir()), ids=lambda path: path.stem)
def test_bundled_faces_are_drawn_wholly(path: Path) -> None:
    face = Described(path.stem, path)
    seen(face)
    assert not face.problem
    assert face._renderer is not None
    assert face._renderer.notes == []
    report = check(load(path), (ambient_lit, ambient_still, contrast))
    assert all(metric.passed is not False for metric in report.metrics), report.metrics
    assert report.passed


def test_a_face_that_was_made_meanwhile_is_found_when_it_is_named(tmp_path: Path) -> None:
    async def story() -> None:
        async with easel(faces=str(tmp_path)) as (page, screen):
            (tmp_path / "calm-blue.zip").write_bytes(packed())
            await page.port.tell("screen", Glance(face="calm blue"))
            await page.port.ask("screen", Snapshot(), Frame)
            assert screen.scene.face.name == "calm blue"
            await page.port.tell("screen", Glance(face="no such face"))
            await page.port.ask("screen", Snapshot(), Frame)
            assert screen.scene.face.name == "calm blue"

    asyncio.run(story())


def test_a_face_is_taken_in_kept_and_found_again(tmp_path: Path) -> None:
    wardrobe = Wardrobe(tmp_path / "faces")
    face, notes = wardrobe.take("My Face.zip", packed(), 100)
    assert (face.name, notes) == ("my face", [])
    assert seen(face).getpixel((50, 50)) == (255, 0, 0)
    assert [each.name for each in Wardrobe(tmp_path / "faces").faces()][-1] == "my face"
    again, _ = wardrobe.take("my-face.xml", RED.replace("FF0000", "0000FF").encode(), 100)
    assert seen(again).getpixel((50, 50)) == (0, 0, 255)
    assert list(face_files(tmp_path / "faces")) == ["my face"]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("x.zip", b"PK\x03\x04 no archive", "zip"), ("x.xml", b"<WatchFace", "well-formed"),
        ("x.zip", packed("<WatchFace/>"), "Scene"),
        ("...", packed(), "letters or digits"), ("slab.zip", packed(), "bundled"),
        ("x.zip", b"PK" + bytes(MAX_BYTES), "MiB"),
        ("x.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><WatchFace/>', "entities"),
    ],
)  # fmt: skip
def test_what_is_refused_leaves_nothing_behind(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    with pytest.raises(CallerError, match=why):
        Wardrobe(tmp_path).take(name, data, 100)
    assert list(tmp_path.iterdir()) == []


def test_only_so_many_faces_are_kept(tmp_path: Path) -> None:
    for number in range(MAX_FACES):
        (tmp_path / f"f{number:03d}.xml").write_text(RED)
    with pytest.raises(CallerError, match=str(MAX_FACES)):
        Wardrobe(tmp_path).take("one-more.zip", packed(), 100)


def test_names_are_plain_and_links_are_no_faces(tmp_path: Path) -> None:
    assert [face_name(name) for name in ("Blue_Dial-2.ZIP", "../../etc/passwd", "☃.xml", ".hidden.zip")] == [
        "blue dial 2", "etc passwd", "", "hidden",
    ]  # fmt: skip
    (tmp_path / "real.xml").write_text(RED)
    (tmp_path / "link.xml").symlink_to(tmp_path / "real.xml")
    (tmp_path / ".new-x.xml").write_text(RED)
    (tmp_path / "notes.txt").write_text("no face")
    assert list(face_files(tmp_path)) == ["real"]
    assert face_files(tmp_path / "none") == {}


def test_a_face_that_fails_shows_the_time_and_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_text("<WatchFace")
    face = Described("broken", broken)
    picture = seen(face)
    assert "well-formed" in face.problem
    assert picture.getbbox() is not None
    assert face.period(NOW) == 60.0


def test_of_all_faces_only_the_one_shown_keeps_its_pictures() -> None:
    one, other = (Described(name, BUNDLED / f"{name}.xml") for name in ("slab", "orbit"))
    scene = Scene([one, other])
    renderer = Renderer(scene, 180)
    for index in (0, 1):
        scene.index = index
        renderer.draw(NOW.moment.timestamp())
    assert one._renderer is None
    assert other._renderer is not None


def test_it_ticks_when_nobody_looks_and_rests_in_ambient_mode() -> None:
    sweeping = Described("orbit", BUNDLED / "orbit.xml")
    seen(sweeping)
    assert sweeping.period(NOW) == 1.0
    assert sweeping.period(NOW._replace(ambient=True)) == 60.0


def test_the_screen_takes_a_face_and_shows_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with easel(faces=str(tmp_path / "faces")) as (page, screen):
            lease = page.port.offer(packed())
            installed = await page.port.ask("screen", InstallFace("red.zip"), FaceInstalled, lease=lease)
            assert installed.name == "red"
            assert installed.faces[-1] == "red"
            assert screen.scene.face.name == "red"
            _, shot = await page.port.borrow("screen", Snapshot(), Frame)
            with shot:
                assert Image.open(io.BytesIO(shot.bytes())).getpixel((233, 233)) == (255, 0, 0)
            with pytest.raises(CallerError, match="zip archive"):
                await page.port.ask("screen", InstallFace("bad.zip"), FaceInstalled, lease=page.port.offer(b"PK bad"))
            with pytest.raises(CallerError, match="lease"):
                await page.port.ask("screen", InstallFace("none.zip"), FaceInstalled)
            assert screen.scene.face.name == "red"

    asyncio.run(asyncio.wait_for(main(), 20))
