"""The scene compiler: nodes of a face into parts that draw themselves. One function a tag; what has none is noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from .build_draw import part_draw
from .build_text import part_text, time_text
from .expression import Value
from .live import Attribute, Fixed, Follower, Frame, Live, Scope
from .maker import Maker
from .node import Node
from .parts.choice import Condition, Option
from .parts.clock import HourAngle, MinuteAngle, SecondAngle
from .parts.element import Element, Group, Visual
from .parts.image import Clip, Controller, PartAnimatedImage, PartImage
from .parts.slot import Bounding, Slot

PARTS: Final = ("PartText", "PartImage", "PartAnimatedImage", "PartDraw")
CHOICES: Final = ("Condition", "ListConfiguration", "BooleanConfiguration", "ColorConfiguration")
CHILDREN: Final = ("Group", *PARTS, *CHOICES, "AnalogClock", "DigitalClock", "ComplicationSlot")

BOUNDING: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("BoundingBox", "BoundingRoundBox", "BoundingOval"), ("x", "y", "width", "height")),
    "BoundingArc": ("centerX", "centerY", "width", "height", "thickness", "startAngle", "endAngle"),
}

Common = tuple[Attribute, Attribute | None, str, str]


def children(maker: Maker, node: Node, scope: Scope, *, known: Sequence[str] = CHILDREN) -> list[Visual]:
    """The visible children of a node, from the lowest up."""
    return [_of(child, _BUILDERS[child.tag](maker, child, scope)) for child in node.children if child.tag in known]


def _of(node: Node, visual: Visual) -> Visual:
    """The visual, told which node it was made from."""
    if isinstance(visual, Element):
        visual.origin = node
    return visual


def common(maker: Maker, node: Node, scope: Scope) -> Common:
    """Opacity, tint, render mode and blend mode."""
    alpha = maker.attribute(node, "alpha", 255.0, scope)
    return alpha, maker.optional(node, "tintColor", scope), node.get("renderMode", "SOURCE"), node.get("blendMode")


def group(maker: Maker, node: Node, scope: Scope) -> Visual:
    """Group, AnalogClock's and DigitalClock's frame, and the Scene itself."""
    inner = maker.scope(node, scope)
    made = Group(maker.place(node, inner), *common(maker, node, inner))
    made.children = children(maker, node, inner)
    maker.finish(node, *CHILDREN)
    return made


def analog(maker: Maker, node: Node, scope: Scope) -> Visual:
    """AnalogClock: a group of hands."""
    inner = maker.scope(node, scope)
    made = Group(maker.place(node, inner), *common(maker, node, inner))
    made.children = [
        _of(child, _hand(maker, child, inner)) for child in node.all("HourHand", "MinuteHand", "SecondHand")
    ]
    maker.finish(node, "HourHand", "MinuteHand", "SecondHand")
    return made


def _hand(maker: Maker, node: Node, scope: Scope) -> Visual:
    place = maker.place(node, scope)
    place.angle.base = _angle(node, scope)
    made = PartImage(place, *common(maker, node, scope), maker.bitmaps)
    made.choices = [Fixed(node.get("resource"))]
    maker.finish(node, "Sweep", "Tick")
    return made


def _angle(node: Node, scope: Scope) -> Live:
    names = {"HourHand": ("HOUR_0_11", "MINUTE"), "MinuteHand": ("MINUTE",), "SecondHand": ()}[node.tag]
    scope.board.watch(frozenset(names))
    if node.tag != "SecondHand":
        return HourAngle(scope) if node.tag == "HourHand" else MinuteAngle(scope)
    sweep, beat = node.first("Sweep"), node.first("Tick")
    if beat is not None:
        return SecondAngle(scope, 1.0, _float(beat, "strength", 0.0), _float(beat, "duration", 0.0))
    if sweep is not None:
        return SecondAngle(
            scope, 0.0 if sweep.get("frequency") == "SYNC_TO_DEVICE" else _float(sweep, "frequency", 1.0)
        )
    return SecondAngle(scope)


def digital(maker: Maker, node: Node, scope: Scope) -> Visual:
    """DigitalClock: a group of time texts."""
    inner = maker.scope(node, scope)
    made = Group(maker.place(node, inner), *common(maker, node, inner))
    for child in node.all("TimeText"):
        made.children.append(_of(child, time_text(maker, child, inner, common(maker, child, inner))))
    maker.finish(node, "TimeText")
    return made


def text(maker: Maker, node: Node, scope: Scope) -> Visual:
    """PartText."""
    inner = maker.scope(node, scope)
    return part_text(maker, node, inner, common(maker, node, inner))


def draw(maker: Maker, node: Node, scope: Scope) -> Visual:
    """PartDraw."""
    inner = maker.scope(node, scope)
    return part_draw(maker, node, inner, common(maker, node, inner))


def image(maker: Maker, node: Node, scope: Scope) -> Visual:
    """PartImage with one image, several, or photos."""
    inner = maker.scope(node, scope)
    made = PartImage(maker.place(node, inner), *common(maker, node, inner), maker.bitmaps)
    images, photos, filters = node.first("Images"), node.first("Photos"), node.first("ImageFilters")
    if photos is not None:
        # no photo library is here: the face's own default picture stands for the owner's photos
        made.choices = [maker.live(photos, photos.get("defaultImageResource"), inner)]
        made.photo = True
        made.every = int(_float(photos, "changeAfterEvery", 1))
    else:
        holder = images if images is not None else node
        made.choices = [maker.live(one, one.get("resource"), inner) for one in holder.all("Image")]
        made.change = images.get("change", "TAP") if images is not None else ""
        made.direction = images.get("changeDirection", "FORWARD") if images is not None else "FORWARD"
        made.photo = any("PHOTO_IMAGE" in one.get("resource") for one in holder.all("Image"))
    hsb = filters.first("HsbFilter") if filters is not None else None
    if hsb is not None:
        names = {"hueRotate": 0.0, "saturate": 1.0, "brightness": 1.0}
        made.filtered = tuple(maker.numbers(hsb, names, inner).values())  # type: ignore[assignment]
    maker.finish(node, "Image", "Images", "Photos", "ImageFilters")
    return made


def animated(maker: Maker, node: Node, scope: Scope) -> Visual:
    """PartAnimatedImage."""
    inner = maker.scope(node, scope)
    made = PartAnimatedImage(maker.place(node, inner), *common(maker, node, inner), maker.bitmaps)
    several = node.first("AnimatedImages")
    made.clips = [_clip(one) for one in (several or node).all("AnimatedImage", "SequenceImages")]
    if several is not None:
        made.change = several.get("change", "TAP")
        made.direction = several.get("changeDirection", "FORWARD")
    thumbnail = node.first("Thumbnail")
    made.thumbnail = thumbnail.get("resource") if thumbnail is not None else ""
    control = node.first("AnimationController")
    if control is not None:
        made.controller = Controller(
            control.get("play", "ON_VISIBLE"), _float(control, "delayPlay", 0.0), _float(control, "delayRepeat", 0.0),
            control.get("repeat") == "TRUE", int(_float(control, "loopCount", 1)),
            control.get("beforePlaying", "DO_NOTHING"), control.get("afterPlaying", "DO_NOTHING"),
        )  # fmt: skip
    maker.finish(node, "AnimatedImage", "AnimatedImages", "SequenceImages", "Thumbnail", "AnimationController")
    return made


def _clip(node: Node) -> Clip:
    if node.tag == "AnimatedImage":
        return Clip((node.get("resource"),), 15.0, 1, node.get("thumbnail"), node.get("format") != "IMAGE")
    names = tuple(one.get("resource") for one in node.all("Image")) or ("",)
    rate = min(max(_float(node, "frameRate", 15.0), 1.0), 60.0)
    return Clip(names, rate, int(_float(node, "loopCount", 1)), node.get("thumbnail"))


def condition(maker: Maker, node: Node, scope: Scope) -> Visual:
    """Condition: named expressions, and what is seen when each is true."""
    named: dict[str, Live] = {}
    holder = node.first("Expressions")
    for one in holder.all("Expression") if holder is not None else ():
        named[one.get("name")] = _test(maker, one, one.content, scope)
    branches: list[tuple[Live, Sequence[Visual]]] = []
    for one in node.all("Compare"):
        name = one.get("expression")
        test = named.get(name) or _test(maker, one, name, scope)
        branches.append((test, children(maker, one, scope)))
        maker.finish(one, *CHILDREN)
    default = node.first("Default")
    maker.finish(node, "Expressions", "Compare", "Default")
    return Condition(branches, children(maker, default, scope) if default is not None else ())


def _test(maker: Maker, node: Node, text: str, scope: Scope) -> Live:
    expression = maker.expression(node, text.strip())
    if expression is None:
        return Fixed(False)
    return Fixed(expression.evaluate({})) if expression.is_constant else Follower(expression, scope)


def option(maker: Maker, node: Node, scope: Scope) -> Visual:
    """ListConfiguration, BooleanConfiguration and ColorConfiguration inside the scene."""
    branches: dict[str, Sequence[Visual]] = {}
    for one in node.all("ListOption", "BooleanOption", "ColorOption"):
        branches[one.get("id")] = children(maker, one, scope)
        maker.finish(one, *CHILDREN)
    maker.finish(node, "ListOption", "BooleanOption", "ColorOption")
    return Option(Named(f"OPTION.{node.get('id')}", scope), branches)


class Named:
    """The value of one name on a scope's board."""

    def __init__(self, name: str, scope: Scope) -> None:
        self._name = name
        self._scope = scope
        scope.board.watch(frozenset((name,)))

    def get(self, _frame: Frame) -> Value:
        """The value now."""
        return self._scope[self._name]


def slot(maker: Maker, node: Node, scope: Scope) -> Visual:
    """ComplicationSlot."""
    outer = maker.scope(node, scope)
    inner = Scope(outer.board, node.get("slotId"))
    made = Slot(maker.place(node, inner), *common(maker, node, inner))
    made.prepare()
    made.kind = Named("COMPLICATION.TYPE", inner)
    made.layouts = {one.get("type"): children(maker, one, inner) for one in node.all("Complication")}
    for one in node.all("Complication"):
        maker.finish(one, *CHILDREN)
    made.shape = _bounding(maker, node)
    maker.finish(node, "Complication", "DefaultProviderPolicy", *BOUNDING)
    return made


def _bounding(maker: Maker, node: Node) -> Bounding | None:
    """The shape a slot is cut to; None, and a note, if it lacks what it needs."""
    shape = node.first(*BOUNDING)
    if shape is None:
        return None
    numbers = {name: _float(shape, name, 0.0) for name in shape.attributes}
    if any(name not in numbers for name in BOUNDING[shape.tag]):
        maker.note(shape, f"{shape.tag} lacks what it needs; the slot is not cut to it")
        return None
    back = shape.get("direction") == "COUNTER_CLOCKWISE"
    return Bounding(shape.tag, numbers, shape.get("isRoundEdge") == "TRUE", back)


def _float(node: Node, name: str, default: float) -> float:
    try:
        value = float(node.get(name))
    except ValueError:
        return default
    return value if -1e6 < value < 1e6 else default


_BUILDERS: dict[str, Callable[[Maker, Node, Scope], Visual]] = {
    "Group": group,
    "AnalogClock": analog,
    "DigitalClock": digital,
    "PartText": text,
    "PartDraw": draw,
    "PartImage": image,
    "PartAnimatedImage": animated,
    "Condition": condition,
    "ListConfiguration": option,
    "BooleanConfiguration": option,
    "ColorConfiguration": option,
    "ComplicationSlot": slot,
}
