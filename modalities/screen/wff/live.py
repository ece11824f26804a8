"""Attributes that live: values that follow sources, are transformed, animated, tilted, and different in ambient mode.

A board holds what the sources say now and remembers when each last changed; an expression is evaluated again only when
one of its own did. While a frame is drawn, everything that is looked at also says how soon it may change, so the time
of the next frame comes out of what is really shown: hidden second hands cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from .affine import Box
from .easing import eased, turned
from .effort import ANY, Effort
from .expression import Expression, Value, number

MINUTE: Final = 60.0
EVERY_FRAME: Final = frozenset(("MILLISECOND", "SECOND_MILLISECOND", "UTC_TIMESTAMP"))
EVERY_SECOND: Final = frozenset(
    {
        "SECOND", "SECOND_Z", "SECONDS_IN_DAY", "SECONDS_SINCE_EPOCH", "MINUTE_SECOND", "SECOND_TENS_DIGIT",
        "SECOND_UNITS_DIGIT",
    }
)  # fmt: skip


def period_of(sources: frozenset[str]) -> float:
    """Seconds between the changes of a value made of these sources: 0 for always moving, at most a minute."""
    if sources & EVERY_FRAME:
        return 0.0
    return 1.0 if sources & EVERY_SECOND else MINUTE


@dataclass(slots=True)
class Frame:
    """One drawing. ``now`` is in Unix seconds; a ``still`` frame shows where animations end.

    ``period`` becomes the seconds until what was drawn may look different; ``shown_at`` is when the face came up,
    ``taps`` how often it was tapped since, ``clip`` the pixels of the screen.
    ``effort`` bounds how long it may take. Elements whose ``id`` is ``hidden`` are left out; those that are drawn are
    noted in ``trace``, if there is one.
    """

    now: float
    ambient: bool = False
    still: bool = False
    shown_at: float = 0.0
    period: float = MINUTE
    taps: int = 0
    visits: int = 1
    clip: Box = (0, 0, 4096, 4096)
    hidden: frozenset[int] = frozenset()
    trace: list[object] | None = None
    effort: Effort = ANY

    def moves(self, seconds: float) -> None:
        """Something that is shown changes every so many seconds."""
        self.period = min(self.period, seconds)


class Readings(Protocol):
    """What sources say at one moment."""

    def get(self, name: str, /) -> Value: ...


class Board:
    """The values of the sources that a scene uses, and in which round each last changed."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.stamps: dict[str, int] = {}
        self.round = 0
        self._names: set[str] = set()
        self._readings: Readings | None = None

    def watch(self, names: frozenset[str]) -> None:
        """Follow more sources."""
        self._names |= names

    @property
    def names(self) -> frozenset[str]:
        """The sources that are followed."""
        return frozenset(self._names)

    def update(self, readings: Readings) -> None:
        """A new moment."""
        self.round += 1
        self._readings = readings
        for name in self._names:
            self.put(name, readings.get(name))

    def put(self, name: str, value: Value) -> None:
        """Set one value, as a Reference does."""
        if name not in self.stamps or self.values[name] != value or type(self.values[name]) is not type(value):
            self.values[name] = value
            self.stamps[name] = self.round

    def get(self, name: str) -> Value:
        """What a source says now; None for one that nobody knows."""
        if name in self.values:
            return self.values[name]
        return self._readings.get(name) if self._readings is not None else None


class Scope(Mapping[str, Value]):
    """What an expression sees: a board, and the complication slot it stands in."""

    def __init__(self, board: Board, slot: str = "") -> None:
        self.board = board
        self.slot = slot

    def full(self, name: str) -> str:
        """A source's name on the board: a slot's own data carry its id."""
        head, _, rest = name.partition(".")
        if self.slot and head == "COMPLICATION" and not rest.partition(".")[0].isdigit():
            return f"COMPLICATION.{self.slot}.{rest}"
        return name

    def __getitem__(self, name: str) -> Value:
        return self.board.get(self.full(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self.board.values)

    def __len__(self) -> int:
        return len(self.board.values)


class Follower:
    """An expression in its scope, evaluated when its sources change."""

    __slots__ = ("_expression", "_names", "_period", "_round", "_scope", "_value")

    def __init__(self, expression: Expression, scope: Scope) -> None:
        self._expression = expression
        self._scope = scope
        self._names = tuple(scope.full(name) for name in sorted(expression.sources))
        self._period = period_of(expression.sources)
        self._round = -1
        self._value: Value = None
        scope.board.watch(frozenset(self._names))

    def get(self, frame: Frame) -> Value:
        """The value now."""
        if self._period < frame.period:
            frame.period = self._period
        stamps = self._scope.board.stamps
        latest = max((stamps.get(name, 0) for name in self._names), default=0)
        if latest > self._round:
            self._value = self._expression.evaluate(self._scope)
            self._round = latest
        return self._value


class Fixed:
    """A value that never changes."""

    __slots__ = ("_value",)

    def __init__(self, value: Value) -> None:
        self._value = value

    def get(self, _frame: Frame) -> Value:
        """The value."""
        return self._value


class Live(Protocol):
    """Anything that has a value now."""

    def get(self, frame: Frame, /) -> Value:
        """The value now."""
        ...


@dataclass(slots=True)
class Motion:
    """How a value moves to a new one: the Animation of a Transform."""

    duration: float
    curve: str = "LINEAR"
    controls: tuple[float, ...] = (0.5, 0.5, 0.5, 0.5)
    direction: str = "NONE"
    repeat: int = 0
    fps: int = 15


@dataclass(slots=True)
class Transform:
    """One Transform of an attribute: its value replaces the attribute's or is added to it (``by``)."""

    value: Live
    by: bool = False
    motion: Motion | None = None
    looping: bool = False
    _from: float = 0.0
    _to: float | None = None
    _since: float = 0.0

    def get(self, frame: Frame) -> Value:
        """The value now, on its way to a new one if it is animated."""
        value = self.value.get(frame)
        motion = self.motion
        if motion is None or motion.duration <= 0 or frame.still or self.looping or isinstance(value, (str, tuple)):
            return value
        target = float(number(value))
        if self._to is None or target != self._to:
            here = target if self._to is None else self._at(frame.now, motion)
            self._from, self._to = here, turned(here, target, motion.direction)
            self._since = frame.now
            if here == target:
                self._to = target
        if frame.now - self._since < motion.duration:
            frame.moves(1 / max(motion.fps, 1))
            return self._at(frame.now, motion)
        self._to = target
        return target

    def _at(self, now: float, motion: Motion) -> float:
        assert self._to is not None, "a motion has an end before it is asked where it is"
        share = min(max((now - self._since) / motion.duration, 0.0), 1.0)
        return self._from + (self._to - self._from) * eased(motion.curve, share, motion.controls)


@dataclass(slots=True)
class Attribute:
    """One attribute of an element: its own value, its transforms, its tilt (Gyro) and its ambient variant."""

    base: Live
    transforms: list[Transform] = field(default_factory=list)
    tilt: Live | None = None
    ambient: Live | None = None

    def get(self, frame: Frame) -> Value:
        """The value now."""
        if frame.ambient and self.ambient is not None:
            return self.ambient.get(frame)
        value = self.base.get(frame)
        for transform in self.transforms:
            step = transform.get(frame)
            value = number(value) + number(step) if transform.by else step
        if self.tilt is not None:
            value = number(value) + number(self.tilt.get(frame))
        return value

    def number(self, frame: Frame) -> float:
        """The value as a number; what is none, or is not finite, is 0."""
        value = float(number(self.get(frame)))
        return value if -1e9 < value < 1e9 else 0.0
