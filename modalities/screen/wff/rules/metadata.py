"""What a face says of itself: the values of the keys the format knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..face import Face
from ..problem import Kind, Problem
from ..schema.validate import shown
from ..schema.values import as_integer

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]", re.ASCII)


def metadata(face: Face) -> Iterator[Problem]:
    """A PREVIEW_TIME that is no time, a CLOCK_TYPE that does not exist, a STEP_GOAL that is no count."""
    for node in face.root.all("Metadata"):
        key, value = node.get("key"), node.attributes.get("value")
        if value is None:
            continue
        expected = ""
        if key == "PREVIEW_TIME" and not _TIME.fullmatch(value):
            expected = "a time such as 10:08:32"
        elif key == "CLOCK_TYPE" and value not in ("ANALOG", "DIGITAL"):
            expected = "ANALOG or DIGITAL"
        elif key == "STEP_GOAL" and (as_integer(value) is None or (as_integer(value) or 0) < 0):
            expected = "a whole number of 0 or more"
        if expected:
            yield Problem(
                Kind.REQUIRED,
                f"{key}: expected {expected}, found {shown(value)}",
                node.path,
                node.line,
                attribute="value",
            )
