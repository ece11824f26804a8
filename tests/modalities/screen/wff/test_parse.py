"""A document becomes plain nodes with their places, or one error."""

from __future__ import annotations

import pytest

from bluerill.modalities.screen.wff import parse as module
from bluerill.modalities.screen.wff.parse import parse
from bluerill.modalities.screen.wff.problem import FaceError

TEXT = b"""<?xml version="1.0"?>
<!-- a face -->
<WatchFace width="450" xmlns:tools="urn:x" tools:ignore="y" xml:lang="en">
  <Scene>
    <Font>Hello <Upper>there</Upper> world<Template>%s:%s<Parameter/><Parameter/></Template></Font>
    <Font><![CDATA[[SECOND] < 3]]></Font>
  </Scene>
</WatchFace>
"""


def test_nodes_keep_their_place_text_and_order() -> None:
    root = parse(TEXT)
    [scene] = root.children
    hello, data = scene.all("Font")
    assert (root.tag, root.line, hello.line) == ("WatchFace", 3, 5)
    assert data.path == "WatchFace/Scene/Font[2]"
    assert data.text == "[SECOND] < 3"
    assert hello.text == "Hello "
    assert [child.tail for child in hello.children] == [" world", ""]
    assert hello.content == "Hello  world"
    assert [node.tag for node in root.walk()][:4] == ["WatchFace", "Scene", "Font", "Upper"]
    assert hello.first("Template") is hello.children[1]
    assert hello.get("family", "none") == "none"


def test_attributes_of_other_namespaces_do_not_count() -> None:
    assert dict(parse(TEXT).attributes) == {"width": "450", "tools:ignore": "y"}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<WatchFace>", "no element found"),
        (b"<WatchFace></Scene>", "mismatched tag"),
        (b"", "no element found"),
        (b'<WatchFace xmlns="urn:x"/>', "urn:x"),
        (b"<!DOCTYPE WatchFace><WatchFace/>", "no document type"),
    ],
)
def test_what_is_no_face_is_refused_with_its_line(data: bytes, found: str) -> None:
    with pytest.raises(FaceError, match=found) as caught:
        parse(data, "mine.xml")
    assert str(caught.value).startswith("mine.xml, line 1:")
    assert "\n" not in str(caught.value)


def test_the_largest_document_that_is_allowed_is_read() -> None:
    inner = b"<g/>" * (module.MAX_ELEMENTS - 1)
    assert len(parse(b"<WatchFace>" + inner + b"</WatchFace>").children) == module.MAX_ELEMENTS - 1
    deep = module.MAX_DEPTH
    assert parse(b"<g>" * deep + b"</g>" * deep).tag == "g"
