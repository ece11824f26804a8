"""Compiled documents of an archive: the same nodes as of their text, and one clear error for a torn one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bluerill.modalities.screen.wff.compiled import document, is_document
from bluerill.modalities.screen.wff.face import load
from bluerill.modalities.screen.wff.parse import parse
from bluerill.modalities.screen.wff.problem import FaceError
from bluerill.modalities.screen.wff.renderer import FaceRenderer
from support.compiled_xml import compiled
from support.wff import device
from support.wff_faces import IMAGE, archive
from support.wff_faces import document as face_of

VECTOR = (
    '<vector xmlns:android="http://schemas.android.com/apk/res/android" android:width="24dp" android:height="24dp" '
    'android:viewportWidth="24" android:viewportHeight="24.5"><group android:rotation="90">'
    '<path android:fillColor="#FF00FF00" android:pathData="M0,-24H24V0H0Z"/></group><path/><path/></vector>'
)
MANIFEST = (
    '<manifest xmlns:android="http://schemas.android.com/apk/res/android"><application>'
    '<property android:name="com.google.wear.watchface.format.version" android:value="3"/></application></manifest>'
)


@pytest.mark.parametrize("utf8", [True, False])
@pytest.mark.parametrize("typed", [True, False])
def test_a_compiled_document_says_what_its_text_says(utf8: bool, typed: bool) -> None:
    data = compiled(VECTOR, utf8=utf8, typed=typed)
    assert is_document(data)
    there, here = document(data, "x"), parse(VECTOR.encode())
    assert [(node.tag, node.path) for node in there.walk()] == [(node.tag, node.path) for node in here.walk()]
    assert [dict(node.attributes) for node in there.walk()] == [dict(node.attributes) for node in here.walk()]


def test_every_torn_document_is_one_error() -> None:
    whole = compiled(VECTOR)
    for size in range(4, len(whole) - 40, 7):
        with pytest.raises(FaceError, match="expected"):
            document(whole[:size], "torn")
    for place in range(8, len(whole)):
        torn = whole[:place] + b"\xff\xff\xff" + whole[place + 3 :]
        try:
            document(torn, "torn")
        except FaceError as error:
            assert "\n" not in str(error)  # noqa: PT017


def test_an_archive_tells_its_version_and_shows_its_drawables(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {
        "AndroidManifest.xml": compiled(MANIFEST),
        "res/raw/watchface.xml": face_of(IMAGE.format(450, "green")),
        "res/drawable-anydpi-v24/green.xml": compiled(VECTOR),
    }
    face = load(archive(tmp_path / "face.apk", files))
    assert (face.declared, face.version) == (True, 3)
    renderer = FaceRenderer(face, (90, 90))
    assert renderer.draw(device(), still=True).getpixel((45, 45)) == (0, 255, 0)
    assert not renderer.notes
