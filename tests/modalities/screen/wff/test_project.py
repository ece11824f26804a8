"""The exported project: well-formed, complete, without code, and a face again when it is read."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from bluerill.modalities.screen.wff.check import check
from bluerill.modalities.screen.wff.face import load
from bluerill.modalities.screen.wff.problem import FaceError
from bluerill.modalities.screen.wff.project import package_of, project
from support.wff_faces import GROUP, IMAGE, archive, document, folder, picture

ANDROID = "{http://schemas.android.com/apk/res/android}"
COLOURS = (
    '<UserConfigurations><ColorConfiguration id="c" displayName="n" defaultValue="0">'
    '<ColorOption id="0" colors="#ffffff"/></ColorConfiguration></UserConfigurations>'
)
FILES: dict[str, bytes | str] = {
    "raw/watchface.xml": document(IMAGE.format(9, "hand"), COLOURS),
    "drawable-nodpi/hand.png": picture(),
    "values-fr/strings.xml": "<resources/>",
    "font/nice.ttf": b"font",
}


def made(tmp_path: Path, files: dict[str, bytes | str] = FILES, version: int = 3) -> dict[str, bytes]:
    face = load(folder(tmp_path / "face", files))
    text = face.resources.read("raw/watchface.xml")
    return project(face, text, "org.example.calm", "Calm & blue", version, b"preview")


def test_a_project_has_no_code_and_says_its_version(tmp_path: Path) -> None:
    files = made(tmp_path)
    manifest = ElementTree.fromstring(files["watchface/src/main/AndroidManifest.xml"])
    application = manifest.find("application")
    assert application is not None
    assert application.get(f"{ANDROID}hasCode") == "false"
    properties = {each.get(f"{ANDROID}name"): each.get(f"{ANDROID}value") for each in application.iter("property")}
    assert properties["com.google.wear.watchface.format.version"] == "3"
    build = files["watchface/build.gradle.kts"].decode()
    assert 'applicationId = "org.example.calm"' in build
    assert "minSdk = 35" in build
    assert "{{" not in build
    info = ElementTree.fromstring(files["watchface/src/main/res/xml/watch_face_info.xml"])
    assert {each.tag: each.get("value") for each in info} == {
        "Preview": "@drawable/preview",
        "MultipleInstancesAllowed": "true",
        "Editable": "true",
    }


def test_a_project_is_the_same_face_again(tmp_path: Path) -> None:
    files = made(tmp_path)
    again = load(folder(tmp_path / "project", files))
    assert (again.version, again.declared) == (3, True)
    assert check(again).passed
    assert again.resources.image("hand") == FILES["drawable-nodpi/hand.png"]
    assert again.resources.font("nice") == b"font"
    assert again.resources.image("preview") == b"preview"
    assert again.resources.string("watch_face_name") == "Calm & blue"


def test_what_the_face_brings_is_kept(tmp_path: Path) -> None:
    own: dict[str, bytes | str] = {
        **FILES,
        "drawable/preview.png": b"mine",
        "xml/watch_face_info.xml": "<WatchFaceInfo/>",
        "values/strings.xml": '<resources><string name="watch_face_name">Mine</string></resources>',
    }
    files = made(tmp_path, own)
    assert files["watchface/src/main/res/drawable/preview.png"] == b"mine"
    assert files["watchface/src/main/res/xml/watch_face_info.xml"] == b"<WatchFaceInfo/>"
    assert "watchface/src/main/res/values/watch_face_name.xml" not in files


def test_names_android_refuses_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FaceError, match="Hand-1"):
        made(tmp_path, {**FILES, "drawable/Hand-1.png": picture()})
    assert package_of("org.example.face") == "org.example.face"
    assert package_of("calm", "com.acme.market") == "com.acme.market.watchfacepush.calm"
    for bad in ("face", "Org.Example", "org..face", "org.example.1st", "../org.evil"):
        with pytest.raises(FaceError, match="package"):
            package_of(bad)


def test_an_apk_is_read_as_far_as_its_names_go(tmp_path: Path) -> None:
    """Its manifest is compiled; its resources keep their names, or were given short ones."""
    binary = b"\x03\x00\x08\x00" + b"\0" * 60
    plain = archive(
        tmp_path / "plain.apk",
        {"AndroidManifest.xml": binary, "resources.arsc": binary, "res/raw/watchface.xml": document(GROUP.format("")),
         "res/drawable-nodpi-v4/hand.png": picture()},
    )  # fmt: skip
    face = load(plain)
    assert (face.declared, face.resources.has_image("hand")) == (False, True)
    short = archive(
        tmp_path / "short.apk", {"AndroidManifest.xml": binary, "res/0K.xml": document(), "res/x1.png": b""}
    )
    assert load(short).name == "res/0K.xml"
    assert check(load(short)).valid
