"""Pictures, fonts and texts a face names are in its folder. Of a document that stands alone nothing is asked."""

from __future__ import annotations

from collections.abc import Iterator

from ..face import Face
from ..node import Node
from ..pictures import picture
from ..problem import FaceError, Kind, Problem

_PICTURES = {
    "HourHand": ("resource",),
    "MinuteHand": ("resource",),
    "SecondHand": ("resource",),
    "Image": ("resource",),
    "AnimatedImage": ("resource", "thumbnail"),
    "SequenceImages": ("thumbnail",),
    "Thumbnail": ("resource",),
    "InlineImage": ("resource",),
    "Character": ("resource",),
    "Word": ("resource",),
    "Photos": ("defaultImageResource",),
}
_BUILT_IN = ("SYNC_TO_DEVICE",)


def resources(face: Face) -> Iterator[Problem]:
    """One problem for each name that is not there, at its first use."""
    if not face.resources.known:
        return
    told: set[tuple[str, str]] = set()
    for node in face.root.walk():
        for attribute in _PICTURES.get(node.tag, ()):
            name = node.get(attribute)
            if name and not name.startswith("[") and ("picture", name) not in told:
                told.add(("picture", name))
                if not face.resources.has_image(name):
                    yield _missing(node, attribute, f"expected a picture {name[:80]!r} in res/drawable, found none")
                elif (why := _damage(face, name)) is not None:
                    yield _missing(node, attribute, why)
        if "icon" in node.attributes and not face.resources.has_image(node.get("icon")):
            yield _missing(node, "icon", f"expected a picture {node.get('icon')[:80]!r} in res/drawable, found none")
        if node.tag == "Font" and (family := node.get("family")) and ("font", family) not in told:
            told.add(("font", family))
            if family not in _BUILT_IN and not face.resources.has_font(family):
                yield Problem(
                    Kind.ADVICE,
                    f"no font {family[:80]!r} in res/font; the watch takes its own, if it has none of this name",
                    node.path,
                    node.line,
                    attribute="family",
                )


def _damage(face: Face, name: str) -> str | None:
    try:
        picture(face.resources, name)
    except FaceError as error:
        return str(error)
    return None


def _missing(node: Node, attribute: str, message: str) -> Problem:
    return Problem(Kind.RESOURCE, message, node.path, node.line, "add the file, or mend the name", attribute=attribute)
