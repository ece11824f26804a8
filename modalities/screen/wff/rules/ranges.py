"""Values the schemas let pass that no watch can use: pivots outside 0 to 1, negative sizes, NaN, empty names.

They agree with Google's reference validator (tools/dwf-validator in google/watchface) where that is stricter than the
schemas and no official face contradicts it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ..face import Face
from ..node import Node
from ..problem import Kind, Problem
from ..schema import ELEMENTS
from ..schema.validate import shown
from ..schema.values import (
    LATER_PROVIDERS,
    TYPES,
    Check,
    as_float,
    floats,
    integers,
)


@dataclass(frozen=True, slots=True)
class Range:
    """What an attribute must be in some elements (in all that have it, if none is named)."""

    attributes: tuple[str, ...]
    elements: frozenset[str]
    expected: str
    check: Check


def _range(attributes: str, elements: str, expected: str, check: Check) -> Range:
    return Range(tuple(attributes.split()), frozenset(elements.split()), expected, check)


def _switch(text: str) -> bool:
    return text.lower() in ("true", "false") or (text.startswith("[") and text.endswith("]"))


_SHAPES = "Arc Ellipse Rectangle RoundRectangle BoundingArc TextCircular"
_SIZED = (
    "WatchFace Group PartText PartImage PartAnimatedImage PartDraw ComplicationSlot AnalogClock DigitalClock TimeText "
    "HourHand MinuteHand SecondHand BoundingBox BoundingRoundBox BoundingOval Character Word InlineImage"
)

RANGES = (
    _range("pivotX pivotY", "", "a number from 0 to 1", floats(0, 1)),
    _range("width height", _SIZED, "a whole number of 0 or more", integers(0)),
    _range("width height", _SHAPES, "a number of 0 or more", floats(0)),
    _range("size", "Font BitmapFont", "a number of 0 or more", floats(0)),
    _range("thickness", "Stroke WeightedStroke", "a number of 0 or more", floats(0)),
    _range("radius", "Shadow OutGlow RadialGradient", "a number of 0 or more", floats(0)),
    _range("width", "Outline", "a number of 0 or more", floats(0)),
    _range("strength duration", "Tick", "a number from 0 to 1", floats(0, 1)),
    _range("hueRotate", "HsbFilter", "an angle from 0 to 360", floats(0, 360)),
    _range("fps", "Animation", "a whole number of 1 or more", integers(1)),
    _range("duration", "Animation", "a number of 0 or more", floats(0)),
    _range("delayPlay delayRepeat", "AnimationController", "a number of 0 or more", floats(0)),
    _range("loopCount", "AnimationController SequenceImages", "a whole number of 0 or more", integers(0)),
    _range("slotId", "ComplicationSlot", "a whole number", integers()),
    _range("dashIntervals", "Stroke", "numbers between blanks", lambda text: not TYPES["floats"].refused_in(text)),
    _range(
        "defaultSystemProvider",
        "DefaultProviderPolicy",
        "a system provider: " + ", ".join(LATER_PROVIDERS),
        lambda text: text in LATER_PROVIDERS,
    ),
    _range("defaultValue", "Reference", "a number or a colour", lambda text: not TYPES["default"].refused_in(text)),
    _range(
        "family resource source defaultImageResource optionId slotId key name id target",
        "Font BitmapFont Image AnimatedImage Photos Configuration Word Metadata Expression Flavor "
        "ListConfiguration BooleanConfiguration ColorConfiguration PhotosConfiguration ListOption ColorOption "
        "InlineImage Group Launch",
        "a text that is not empty",
        lambda text: text.strip() != "",
    ),
    _range("expression", "Compare", "the name of an Expression", lambda text: text.strip() != ""),
    _range("name", "ComplicationSlot", "a text that is not empty", lambda text: text.strip() != ""),
    _range("displayName", "ListOption ColorOption", "a text that is not empty", lambda text: text.strip() != ""),
    _range("name", "Character", "a single character", lambda text: len(text) == 1),
    _range("resource", "Character", "a text that is not empty", lambda text: text != ""),
    _range("interpolate", "WeightedStroke", "true, false or a source", _switch),
    _range("value", "Metadata", "a text that is not empty", lambda text: text != ""),
    _range("defaultValue", "Flavors", "a text that is not empty", lambda text: text != ""),
)

_BOOLEAN = TYPES["boolean"]
_NUMERIC = frozenset(
    attribute.name
    for element in ELEMENTS.values()
    for attribute in element.attributes.values()
    if attribute.type.name in ("float", "length", "extent", "gap", "share", "spacing")
)
"""Attributes that are numbers somewhere; the schemas let them be NaN."""


def ranges(face: Face) -> Iterator[Problem]:
    """One problem for each attribute outside its range, in every version."""
    for node in face.root.walk():
        for name, value in node.attributes.items():
            number = as_float(value) if name in _NUMERIC else None
            if number is not None and not math.isfinite(number):
                yield _refused(node, name, value, "a finite number")
                continue
            for each in RANGES:
                if name in each.attributes and (not each.elements or node.tag in each.elements):
                    if node.tag == "Group" and name == "name":
                        continue
                    if not each.check(value):
                        yield _refused(node, name, value, each.expected)
                        break
        if node.tag == "BooleanConfiguration" and node.path.startswith("WatchFace/UserConfigurations"):
            value = node.get("defaultValue", "TRUE")
            if value not in ("TRUE", "FALSE"):
                yield _refused(node, "defaultValue", value, _BOOLEAN.expected)


def _refused(node: Node, name: str, value: str, expected: str) -> Problem:
    return Problem(
        Kind.VALUE, f"{name}: expected {expected}, found {shown(value)}", node.path, node.line, attribute=name
    )
