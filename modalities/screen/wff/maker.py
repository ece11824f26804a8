"""The maker: turns the attributes of nodes into live ones, keeps the scopes, and notes what it cannot do.

Everything that a face says and the renderer does not do becomes a note on the compiled scene; nothing is dropped in
silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from .bitmap import Bitmaps
from .expression import Expression, ExpressionError, Value
from .expression import compile as compiled
from .face import Face
from .glyphs import BitmapFont, Glyph
from .letters import Letters
from .live import Attribute, Board, Fixed, Follower, Frame, Live, Motion, Scope, Transform
from .node import Node
from .parts.element import Place
from .typesetting import Setter
from .words import Words

DEVICE: Final = "SYNC_TO_DEVICE"
MAX_NOTES: Final = 500


class Note(NamedTuple):
    """Something the renderer does not do, or could not: where, and what."""

    message: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"line {self.line}, {self.path}: {self.message}" if self.line else self.message


class Locale(NamedTuple):
    """Whose time and language: '' for the device's own. ``locales`` as the format lists them (``en_US fr_FR``)."""

    zone: str = ""
    locales: str = ""


@dataclass(slots=True)
class Reference:
    """An attribute that is published under a name."""

    name: str
    attribute: Attribute
    default: Value


class Maker:
    """Holds what parts are made from."""

    def __init__(self, face: Face, locale: str = "") -> None:
        self.face = face
        self.locale = locale
        self.notes: list[Note] = []
        self.boards: dict[Locale, Board] = {}
        self.references: list[Reference] = []
        self.bitmaps = Bitmaps(face.resources, locale, lambda problem: self.note(face.root, problem, whole=True))
        self.letters = Letters(face.resources)
        self.words = Words(Setter(self.letters), self.bitmaps.drawable)
        self.fonts = self._bitmap_fonts()
        self._used: set[tuple[int, str]] = set()

    def note(self, node: Node, message: str, *, whole: bool = False) -> None:
        """Write down what is not done."""
        note = Note(message, "" if whole else node.path, 0 if whole else node.line)
        if note not in self.notes and len(self.notes) < MAX_NOTES:
            self.notes.append(note)

    def scope(self, node: Node, outer: Scope | None = None) -> Scope:
        """The scope inside a node: its parent's, or another zone and language if it has a Localization."""
        found = node.first("Localization")
        slot = outer.slot if outer is not None else ""
        if found is None and outer is not None:
            return outer
        zone = found.get("timeZone") if found is not None else ""
        calendar = found.get("calendar") if found is not None else ""
        if calendar not in ("", "GREGORIAN") and found is not None:
            self.note(found, f"the calendar {calendar} is not known here; dates are Gregorian")
        locales = found.get("locales") if found is not None else ""
        here = Locale("" if zone == DEVICE else zone, locales)
        if here not in self.boards:
            self.boards[here] = Board()
        return Scope(self.boards[here], slot)

    def expression(self, node: Node, text: str) -> Expression | None:
        """A compiled expression; None, and a note, if it cannot be read."""
        try:
            return compiled(text)
        except ExpressionError as error:
            self.note(node, f"the expression cannot be read: {error}")
            return None

    def live(self, node: Node, text: str, scope: Scope, default: Value = None) -> Live:
        """The value of an attribute's text: a number, a colour, a word, or an expression."""
        plain = text.strip()
        try:
            return Fixed(float(plain))
        except ValueError:
            pass
        if plain.startswith("#") or not any(sign in plain for sign in '[("?<>=+*/'):
            return Fixed(plain)
        expression = self.expression(node, plain)
        if expression is None:
            return Fixed(default)
        return Fixed(expression.evaluate({})) if expression.is_constant else Follower(expression, scope)

    def attribute(self, node: Node, name: str, default: Value, scope: Scope) -> Attribute:
        """An attribute with everything that moves it."""
        base = self.live(node, node.get(name), scope, default) if name in node.attributes else Fixed(default)
        made = Attribute(base)
        self._used.add((id(node), name))
        if not node.children:
            return made
        for child in node.all("Transform"):
            if child.get("target") == name:
                made.transforms.append(self._transform(child, scope))
        for child in node.all("Variant"):
            if child.get("target") == name:
                made.ambient = self.live(child, child.get("value"), scope, default)
        gyro = node.first("Gyro")
        if gyro is not None and name in gyro.attributes:
            made.tilt = self.live(gyro, gyro.get(name), scope, 0.0)
        for child in node.all("Reference"):
            if child.get("source") == name:
                published = self.live(child, child.get("defaultValue", "0"), scope).get(Frame(0.0))
                self.references.append(Reference(f"REFERENCE.{child.get('name')}", made, published))
        return made

    def optional(self, node: Node, name: str, scope: Scope) -> Attribute | None:
        """An attribute, or None if neither it nor anything that would set it is there."""
        moved = any(child.get("target") == name for child in node.all("Transform", "Variant"))
        if name not in node.attributes and not moved:
            self._used.add((id(node), name))
            return None
        return self.attribute(node, name, None, scope)

    def place(self, node: Node, scope: Scope) -> Place:
        """The geometry of an element."""
        whole = {"width": float(self.face.width), "height": float(self.face.height)}
        defaults = {
            "x": 0.0, "y": 0.0, **(whole if node.tag == "Scene" else {"width": 0.0, "height": 0.0}), "pivotX": 0.5,
            "pivotY": 0.5, "angle": 0.0, "scaleX": 1.0, "scaleY": 1.0,
        }  # fmt: skip
        return Place(*(self.attribute(node, name, value, scope) for name, value in defaults.items()))

    def numbers(self, node: Node, names: Mapping[str, float], scope: Scope) -> dict[str, Attribute]:
        """Several numeric attributes by name, with their defaults."""
        return {name: self.attribute(node, name, default, scope) for name, default in names.items()}

    def finish(self, node: Node, *known: str) -> None:
        """Note the children of a node that nobody knows, and targets that nothing here has."""
        inert = ("Transform", "Variant", "Reference", "Gyro", "Localization", "Launch", "ScreenReader")
        for child in node.children:
            if child.tag not in known and child.tag not in inert:
                self.note(child, f"{child.tag} is not drawn here")
            if child.tag in ("Transform", "Variant") and (id(node), child.get("target")) not in self._used:
                self.note(child, f"{node.tag} has no {child.get('target')!r} that can change")

    def _transform(self, node: Node, scope: Scope) -> Transform:
        animation = node.first("Animation")
        by = node.get("mode") == "BY"
        if animation is None:
            return Transform(self.live(node, node.get("value"), scope, 0.0), by)
        motion = Motion(
            _number(animation.get("duration"), 0.0),
            animation.get("interpolation", "LINEAR"),
            tuple(_number(part, 0.5) for part in animation.get("controls", "0.5 0.5 0.5 0.5").split())[:4],
            animation.get("angleDirection", "NONE"),
            int(_number(animation.get("repeat"), 0)),
            int(min(max(_number(animation.get("fps"), 15), 1), 60)),
        )
        if "ANIMATION_VALUE" in node.get("value"):
            expression = self.expression(node, node.get("value"))
            if expression is not None:
                return Transform(Looped(expression, scope, motion), by, motion, looping=True)
        return Transform(self.live(node, node.get("value"), scope, 0.0), by, motion)

    def _bitmap_fonts(self) -> dict[str, BitmapFont]:
        fonts: dict[str, BitmapFont] = {}
        holder = self.face.root.first("BitmapFonts")
        for font in holder.all("BitmapFont") if holder is not None else ():
            glyphs = {}
            for node in font.all("Character", "Word"):
                edges = (
                    node.get("marginLeft"),
                    node.get("marginTop"),
                    node.get("marginRight"),
                    node.get("marginBottom"),
                )
                size = (_number(node.get("width"), 1.0), _number(node.get("height"), 1.0))
                glyphs[node.get("name")] = Glyph(node.get("resource"), *size, *(_number(edge, 0.0) for edge in edges))
            fonts[font.get("name")] = BitmapFont(glyphs)
        return fonts


class Looped:
    """A value of a running animation: ``[ANIMATION_VALUE]`` goes from 0 to 1, again for every repeat."""

    def __init__(self, expression: Expression, scope: Scope, motion: Motion) -> None:
        self._expression = expression
        self._scope = scope
        self._motion = motion
        scope.board.watch(frozenset(scope.full(name) for name in expression.sources if name != "ANIMATION_VALUE"))

    def get(self, frame: Frame) -> Value:
        """The value now."""
        from .easing import eased

        motion = self._motion
        rounds = (frame.now - frame.shown_at) / motion.duration if motion.duration > 0 else 1.0
        running = motion.repeat < 0 or rounds < motion.repeat + 1
        if frame.still:
            share = 1.0
        elif running:
            frame.moves(1 / motion.fps)
            share = eased(motion.curve, max(rounds, 0.0) % 1, motion.controls)
        else:
            share = 1.0
        return self._expression.evaluate(_With(self._scope, share))


class _With(Scope):
    """A scope in which an animation runs."""

    def __init__(self, scope: Scope, share: float) -> None:
        super().__init__(scope.board, scope.slot)
        self._share = share

    def __getitem__(self, name: str) -> Value:
        return self._share if name == "ANIMATION_VALUE" else super().__getitem__(name)


def _number(text: str, default: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return default
    return value if -1e9 < value < 1e9 else default
