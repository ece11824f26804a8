"""Resources are found by name as Android finds them, and nothing outside their folder is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bluerill.modalities.screen.wff.face import load, load_all
from bluerill.modalities.screen.wff.problem import FaceError
from bluerill.modalities.screen.wff.resources import Folder, ResourceMissing, Resources
from support.wff_faces import archive, document, folder, picture, resources

STRINGS = '<resources><string name="hello">{}</string></resources>'


def test_the_most_general_picture_wins_and_a_locale_has_its_own(tmp_path: Path) -> None:
    found = resources(
        tmp_path,
        {
            "res/drawable-hdpi/hand.png": b"hdpi",
            "res/drawable-nodpi/hand.png": b"nodpi",
            "res/drawable-fr/hand.webp": b"fr",
            "res/drawable/hand2.png": b"2",
        },
    )
    assert found.image("hand") == b"nodpi"
    assert found.image("@drawable/hand") == b"nodpi"
    assert found.image("hand.png", "fr_CA") == b"fr"
    assert found.image("hand", "de") == b"nodpi"
    assert found.has_image("hand2")
    assert not found.has_image("hand3")
    with pytest.raises(ResourceMissing, match="hand3"):
        found.image("hand3")


def test_texts_fall_back_to_the_language_and_the_default(tmp_path: Path) -> None:
    found = resources(
        tmp_path,
        {
            "res/values/strings.xml": STRINGS.format(r"It\'s <b>on</b>\nnow"),
            "res/values-fr/strings.xml": STRINGS.format('"salut"'),
            "res/values-fr-rCA/strings.xml": STRINGS.format("allô"),
        },
    )
    assert found.string("@string/hello") == "It's on\nnow"
    assert found.string("hello", "fr_CA") == "allô"
    assert found.string("hello", "fr-FR") == "salut"
    assert found.string("hello", "de") == "It's on\nnow"
    assert found.string("nobody") is None
    assert found.locales() == ["fr", "fr-rCA"]


def test_fonts_and_assets(tmp_path: Path) -> None:
    found = resources(tmp_path, {"res/font/nice.ttf": b"font", "assets/dial.png": b"dial"})
    assert found.font("nice") == found.font("nice.ttf") == b"font"
    assert found.image("dial") == b"dial"
    with pytest.raises(ResourceMissing, match="res/font"):
        found.font("other")
    assert not Resources().known
    with pytest.raises(ResourceMissing):
        Resources().image("x")


def test_a_link_in_a_folder_is_refused(tmp_path: Path) -> None:
    folder(tmp_path, {"res/raw/watchface.xml": document()})
    (tmp_path / "res" / "drawable").symlink_to("/etc")
    with pytest.raises(FaceError, match="link"):
        load(tmp_path)
    with pytest.raises(FaceError, match="link"):
        Folder(tmp_path)


@pytest.mark.parametrize("form", ["folder", "project", "zip", "document in raw", "document alone"])
def test_a_face_is_read_in_every_form(tmp_path: Path, form: str) -> None:
    files: dict[str, bytes | str] = {"raw/watchface.xml": document(), "drawable/hand.png": picture()}
    in_res = {f"res/{name}": content for name, content in files.items()}
    manifest = (
        '<manifest xmlns:android="http://schemas.android.com/apk/res/android"><application><property '
        'android:name="com.google.wear.watchface.format.version" android:value="2"/></application></manifest>'
    )
    match form:
        case "folder":
            face = load(folder(tmp_path, files))
        case "project":
            face = load(folder(tmp_path, {"AndroidManifest.xml": manifest, **in_res}))
        case "zip":
            face = load(archive(tmp_path / "face.zip", in_res))
        case "document in raw":
            folder(tmp_path, {"AndroidManifest.xml": manifest, **in_res})
            face = load(tmp_path / "res" / "raw" / "watchface.xml")
        case _:
            folder(tmp_path, {"mine.xml": document(), "drawable/hand.png": picture()})
            face = load(tmp_path / "mine.xml")
    assert (face.width, face.height, face.shape) == (450, 450, "CIRCLE")
    assert face.resources.has_image("hand") == (form != "document alone")
    assert (face.version, face.declared) == ((2, True) if form in ("project", "document in raw") else (5, False))


def test_every_document_of_a_folder_is_a_face(tmp_path: Path) -> None:
    folder(tmp_path, {"res/raw/watchface.xml": document(), "res/raw/watchface_square.xml": document()})
    assert [face.name for face in load_all(tmp_path)] == ["res/raw/watchface.xml", "res/raw/watchface_square.xml"]


def test_nothing_readable_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(FaceError, match="found nothing"):
        load(tmp_path / "gone.zip")
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(FaceError, match="zip archive"):
        load(tmp_path / "text.zip")
    folder(tmp_path / "empty", {"res/values/strings.xml": STRINGS.format("x")})
    with pytest.raises(FaceError, match="found none"):
        load(tmp_path / "empty")
