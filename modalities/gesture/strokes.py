"""Unistrokes: which shape a finger drew. The nearest template by angle, and what three small networks make of it.

Source: Y. Li, "Protractor: A Fast and Accurate Gesture Recognizer" (CHI 2010). A stroke becomes 16 equidistant points
about their centroid, a vector of unit length; the similarity to a template is the cosine after the rotation that is
best, at most MAX_TURN, since on a watch up is up. The directions between the points, compared in the same way, count
for a small part: they tell corners from curves. All templates are compared in one product.

The networks read 32 points and their directions; they were trained on the shipped templates, drawn anew thousands of
times (``models/train/gesture/strokes.py``), and know which differences between two shapes matter. Their mean log
probability is added to the similarity with a small weight. A shape that the owner drew as well is as like as the mean
of its likest shipped template and the owner's two likest examples, and its networks count less: they know how people
draw, the examples how this one does. Shapes of the owner's alone have no network.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...kernel.errors import CallerError
from ...models.motion.line import SEEN, looks, resampled
from ...models.motion.network import Panel

__all__ = ["SHAPES", "Match", "Strokes", "resampled", "shipped"]

POINTS: Final = 16
MAX_TURN: Final = np.radians(30)
CORNERS: Final = 0.15
"""The part of directions in a similarity."""
READ: Final = 0.015
"""The weight of the networks' log probability beside a similarity; chosen on people s02 to s07."""
READ_BESIDE: Final = 0.005
"""The same where there are examples of the owner's. Chosen, with the half that these count, on people s02 to s07, each
in turn the owner of one, three or five random examples of every shape, or of four shapes."""
OWN: Final = 0.02
"""How much more like a stroke a shape of the owner's alone is taken to be, for want of a network. Chosen on people s02
to s07, each in turn the owner of four shapes that templates and networks were made not to know, and two of them as one
owner who draws unevenly: with more, such shapes take strokes of the device's; with less, the device's take theirs."""
NEAREST: Final = 2
"""Examples of the owner's that count for a shape: the likest two, since one may be like a stroke by chance."""
MODELS: Final = Path(__file__).parents[2] / "models" / "weights" / "strokes"
LEAST: Final = 0.84
"""A stroke less similar than this to every template is none of them (1 in 500 strokes of other people is below)."""
MAX_TEMPLATES: Final = 512

Points = NDArray[np.float64]
Vector = NDArray[np.complex128]


class Match(NamedTuple):
    """The nearest template's name, and its similarity (at most 1)."""

    name: str
    score: float


def shipped() -> dict[str, list[Points]]:
    """The shapes that come with the device: name to variants, each (n, 2)."""
    table = tomllib.loads(Path(__file__).with_name("shapes.toml").read_text("utf-8"))
    return {name: [np.array(line, float) for line in lines] for name, lines in table.items()}


SHAPES: Final = tuple(shipped())


def _unit(vector: Vector) -> Vector:
    return vector / max(float(np.linalg.norm(vector)), 1e-12)


def _places(points: Points) -> Vector:
    line = resampled(points, POINTS)
    line -= line.mean(axis=0)
    flat: Vector = line[:, 0] + 1j * line[:, 1]
    return _unit(flat)


def _directions(points: Points) -> Vector:
    steps = np.diff(resampled(points, POINTS + 1), axis=0)
    whole: Vector = steps[:, 0] + 1j * steps[:, 1]
    return _unit(whole / np.maximum(np.abs(whole), 1e-9))


def _cosines(templates: Any, vector: Vector) -> NDArray[np.float64]:
    dots = templates.conj() @ vector
    turn = np.clip(np.angle(dots), -MAX_TURN, MAX_TURN)
    return np.real(dots * np.exp(-1j * turn))


class _Shape(NamedTuple):
    """A name: the places of its templates, the device's and the owner's, and of its network's answer (-1: none)."""

    name: str
    shipped: list[int]
    own: list[int]
    network: int

    def value(self, alike: NDArray[np.float64], logs: NDArray[Any] | None) -> float:
        """How much a stroke is taken for this shape, from its similarity to every template."""
        read = float(logs[self.network]) if logs is not None and self.network >= 0 else 0.0
        if not self.own:
            return float(alike[self.shipped].max()) + READ * read
        own = float(np.sort(alike[self.own])[-NEAREST:].mean())
        if not self.shipped:
            return own + OWN
        return (own + float(alike[self.shipped].max())) / 2 + READ_BESIDE * read


class Strokes:
    """The templates, and the nearest of them. Those in ``shapes`` (None: the shipped ones, with their networks) are the
    device's; what is added later is the owner's."""

    def __init__(self, shapes: dict[str, list[Points]] | None = None, reader: Panel | None = None) -> None:
        self._reader = Panel.load(sorted(MODELS.glob("*.npz"))) if shapes is None and reader is None else reader
        self._lines: list[tuple[str, Points, bool]] = []
        for name, lines in (shipped() if shapes is None else shapes).items():
            self._lines += [(name, np.asarray(line, float).reshape(-1, 2), False) for line in lines]
        self._build(self._lines)

    def add(self, name: str, lines: Iterable[Points]) -> None:
        """More templates of a name, the owner's. Raises CallerError: a line without length, or too many templates."""
        added = [(name, np.asarray(line, float).reshape(-1, 2), True) for line in lines]
        if len(self._lines) + len(added) > MAX_TEMPLATES:
            raise CallerError(f"expected at most {MAX_TEMPLATES} templates of strokes, got more")
        self._build([*self._lines, *added])

    def remove(self, name: str) -> None:
        """Forget the owner's examples of a name; a shape of the device's keeps its own."""
        self._build([each for each in self._lines if each[0] != name or not each[2]])

    def _build(self, lines: Sequence[tuple[str, Points, bool]]) -> None:
        places = [_places(line) for _, line, _ in lines]
        directions = [_directions(line) for _, line, _ in lines]
        self._lines = list(lines)
        self._places = np.array(places).reshape(-1, POINTS)
        self._directions = np.array(directions).reshape(-1, POINTS)
        known = self._reader.labels if self._reader is not None else []
        self._shapes: list[_Shape] = []
        for name in dict.fromkeys(name for name, _, _ in lines):
            here = [at for at, line in enumerate(lines) if line[0] == name]
            own = [at for at in here if lines[at][2]]
            network = known.index(name) if name in known else -1
            self._shapes.append(_Shape(name, [at for at in here if not lines[at][2]], own, network))

    def nearest(self, points: Points) -> Match | None:
        """The shape most like a stroke of (n, 2), however unlike; None without templates or for a mere point."""
        if not self._lines:
            return None
        try:
            places, directions = _places(points), _directions(points)
            logs = self._reader.logs(looks(resampled(points, SEEN)[None]))[0] if self._reader is not None else None
        except CallerError:
            return None
        alike = (1 - CORNERS) * _cosines(self._places, places) + CORNERS * _cosines(self._directions, directions)
        best = max(self._shapes, key=lambda shape: shape.value(alike, logs))
        return Match(best.name, float(alike[best.shipped + best.own].max()))

    def recognise(self, points: Points) -> Match | None:
        """The shape that was drawn; None if it is like none."""
        match = self.nearest(points)
        return match if match is not None and match.score >= LEAST else None
