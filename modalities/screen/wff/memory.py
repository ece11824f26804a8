"""How much memory a face's decoded pictures take in each mode, for the costliest choice of its options.

The method follows Google's memory footprint evaluator (play-validations in google/watchface) in what it counts: each
picture once, cropped, no larger than it is drawn, with the fewest bytes a pixel that lose nothing; every frame of an
animation; a bitmap font's characters where the font is used. Options of one configuration exclude each other; cases of
a Condition do not, for a watch keeps what it may show next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from .face import Face
from .node import Node
from .pictures import picture
from .problem import FaceError
from .schema.values import as_float

MAX_CHOICES = 4_096
"""Above so many combinations of options the sum of each option's largest stands for the costliest one."""

AMBIENT, ACTIVE = "ambient", "active"
Choice = tuple[str, str]
"""A configuration and its option; a slot and its type."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes of decoded pictures in each mode, and the picture that takes most in active mode."""

    ambient: int
    active: int
    largest: str


@dataclass(slots=True)
class _Use:
    """A picture at a place: what it costs there, and the choices under which it is shown."""

    name: str
    key: str
    cost: int
    choices: frozenset[Choice] = field(default_factory=frozenset)


def footprint(face: Face) -> Footprint:
    """The footprint of a face; pictures that are missing or damaged count nothing (other checks name them)."""
    uses = {mode: list(_uses(face, mode)) for mode in (AMBIENT, ACTIVE)}
    largest = max(uses[ACTIVE], key=lambda use: use.cost, default=None)
    return Footprint(_costliest(uses[AMBIENT]), _costliest(uses[ACTIVE]), largest.name if largest else "")


def _costliest(uses: list[_Use]) -> int:
    options: dict[str, set[str]] = {}
    for use in uses:
        for configuration, option in use.choices:
            options.setdefault(configuration, set()).add(option)
    count = 1
    for each in options.values():
        count *= len(each)
        if count > MAX_CHOICES:
            return _bound(uses)
    names = list(options)
    combinations = product(*(sorted(options[name]) for name in names))
    return max(_cost(uses, dict(zip(names, combination, strict=True))) for combination in combinations)


def _cost(uses: list[_Use], chosen: Mapping[str, str]) -> int:
    """Each picture once, at its largest, of those the choice shows."""
    costs: dict[str, int] = {}
    for use in uses:
        if all(chosen[name] == option for name, option in use.choices):
            costs[use.key] = max(use.cost, costs.get(use.key, 0))
    return sum(costs.values())


def _bound(uses: list[_Use]) -> int:
    """An upper bound: what is always shown, and of each configuration its costliest option."""
    always = [use for use in uses if not use.choices]
    by_choice: dict[str, dict[str, list[_Use]]] = {}
    for use in uses:
        if use.choices:
            name, option = min(use.choices)
            by_choice.setdefault(name, {}).setdefault(option, []).append(_Use(use.name, use.key, use.cost))
    return _cost(always, {}) + sum(
        max(_cost(shown, {}) for shown in options.values()) for options in by_choice.values()
    )


def _uses(face: Face, mode: str) -> Iterator[_Use]:
    fonts = {each.get("name"): each for part in face.root.all("BitmapFonts") for each in part.all("BitmapFont")}
    waiting: list[tuple[Node, Node | None, frozenset[Choice]]] = []
    if face.scene is not None:
        waiting.append((face.scene, None, frozenset()))
    while waiting:
        node, parent, choices = waiting.pop()
        if _hidden(node, mode):
            continue
        choices = _narrowed(node, parent, choices)
        for name, frames in _names(node, mode, fonts):
            yield from _use(
                face, name, node if parent is None or "width" in node.attributes else parent, choices, frames
            )
        waiting.extend((child, node, choices) for child in node.children)


def _narrowed(node: Node, parent: Node | None, choices: frozenset[Choice]) -> frozenset[Choice]:
    if parent is None:
        return choices
    if node.tag in ("ListOption", "BooleanOption"):
        return choices | {(parent.get("id"), node.get("id"))}
    if node.tag == "Complication":
        return choices | {(f"slot {parent.get('slotId')}", node.get("type"))}
    return choices


def _names(node: Node, mode: str, fonts: Mapping[str, Node]) -> Iterator[tuple[str, bool]]:
    """The pictures an element shows by itself, and whether all their frames are kept."""
    moving = mode == ACTIVE
    match node.tag:
        case "HourHand" | "MinuteHand" | "SecondHand" | "Image" | "InlineImage" | "Thumbnail":
            yield node.get("resource"), True
        case "AnimatedImage":
            if moving or not node.get("thumbnail"):
                yield node.get("resource"), moving
            if node.get("thumbnail"):
                yield node.get("thumbnail"), True
        case "Photos":
            yield node.get("defaultImageResource"), True
        case "BitmapFont":
            for each in fonts[node.get("family")].children if node.get("family") in fonts else ():
                yield each.get("resource"), True


def _use(face: Face, name: str, at: Node, choices: frozenset[Choice], all_frames: bool) -> Iterator[_Use]:
    if not name or name.startswith("["):
        return
    try:
        found = picture(face.resources, name)
    except FaceError:
        return
    width, height = found.box
    share = _drawn_share(at, found.width, found.height)
    width, height = max(1, round(width * share)), max(1, round(height * share))
    frames = found.frames if all_frames else 1
    yield _Use(name, found.digest, width * height * found.bytes_per_pixel * frames, choices)


def _drawn_share(at: Node, width: int, height: int) -> float:
    """How much smaller than the file a picture is drawn; never larger, for it is not blown up in memory."""
    drawn = [as_float(at.get(side)) or 0.0 for side in ("width", "height")]
    shares = [have / full for have, full in zip(drawn, (width, height), strict=True) if have > 0 and full > 0]
    return min(1.0, max(shares)) if shares else 1.0


def _hidden(node: Node, mode: str) -> bool:
    """Whether an element is never seen in a mode: its opacity there is 0 for good."""
    if any(each.get("target") == "alpha" for each in node.all("Transform")):
        return False
    opacity = node.get("alpha", "255")
    if mode == AMBIENT:
        for variant in node.all("Variant"):
            if variant.get("mode") == "AMBIENT" and variant.get("target") == "alpha":
                opacity = variant.get("value")
    return as_float(opacity) == 0
