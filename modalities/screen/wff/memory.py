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
from .pictures import Picture, picture
from .problem import FaceError
from .schema.values import as_float

MAX_WORK = 1_000_000
"""Above so many combinations of options, times pictures, each option's costliest stands for the costliest of all."""

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
    uses = {mode: _uses(face, mode) for mode in (AMBIENT, ACTIVE)}
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
        if count * max(1, len(uses)) > MAX_WORK:
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


def _uses(face: Face, mode: str) -> list[_Use]:
    fonts = {each.get("name"): each for part in face.root.all("BitmapFonts") for each in part.all("BitmapFont")}
    known: dict[str, Picture | None] = {}
    found: dict[tuple[str, frozenset[Choice]], _Use] = {}
    told: set[tuple[str, frozenset[Choice]]] = set()
    waiting: list[tuple[Node, Node | None, frozenset[Choice]]] = []
    if face.scene is not None:
        waiting.append((face.scene, None, frozenset()))
    while waiting:
        node, parent, choices = waiting.pop()
        if _hidden(node, mode):
            continue
        choices = _narrowed(node, parent, choices)
        if node.tag == "BitmapFont":
            if (node.get("family"), choices) in told:
                continue
            told.add((node.get("family"), choices))
        for name, all_frames in _names(node, mode, fonts):
            shown = _picture(face, name, known)
            if shown is not None:
                at = node if parent is None or "width" in node.attributes else parent
                cost = _cost_at(at, shown, all_frames)
                before = found.get((shown.digest, choices))
                if before is None or before.cost < cost:
                    found[shown.digest, choices] = _Use(name, shown.digest, cost, choices)
        waiting.extend((child, node, choices) for child in node.children)
    return list(found.values())


def _picture(face: Face, name: str, known: dict[str, Picture | None]) -> Picture | None:
    if not name or name.startswith("["):
        return None
    if name not in known:
        try:
            known[name] = picture(face.resources, name)
        except FaceError:
            known[name] = None
    return known[name]


def _cost_at(at: Node, shown: Picture, all_frames: bool) -> int:
    share = _drawn_share(at, shown.width, shown.height)
    width, height = (max(1, round(side * share)) for side in shown.box)
    return width * height * shown.bytes_per_pixel * (shown.frames if all_frames else 1)


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
