"""Unistrokes: which shape a finger drew. The nearest template by angle, and what three small networks make of it.

Source: Y. Li, "Protractor: A Fast and Accurate Gesture Recognizer" (CHI 2010). A stroke becomes 16 equidistant points
about their centroid, a vector of unit length; the similarity to a template is the cosine after the rotation that is
best, at most MAX_TURN, since on a watch up is up. The directions between the points, compared in the same way, count
for a small part: they tell corners from curves. All templates are compared in one product.

The networks read 32 points and their directions; they were trained on the shipped templates, drawn anew thousands of
times (``models/train/gesture/strokes.py``), and know which differences between two shapes matter. Their mean log
probability is added to the similarity with a small weight. Shapes of the owner's own have no network; an example of
the owner's counts a little more than a shipped one.
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
"""The weight of the networks' log probability beside a similarity; chosen, as OWN, on people s02 to s07."""
OWN: Final = 0.03
"""How much more like a stroke an example of the owner's is taken to be."""
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
        self._more = OWN * np.array([own for _, _, own in lines], float)
        known = self._reader.labels if self._reader is not None else []
        self._known = np.array([known.index(name) if name in known else -1 for name, _, _ in lines], int)

    def nearest(self, points: Points) -> Match | None:
        """The template most like a stroke of (n, 2), however unlike; None without templates or for a mere point."""
        if not self._lines:
            return None
        try:
            places, directions = _places(points), _directions(points)
            more = self._more + self._opinion(points)
        except CallerError:
            return None
        scores = (1 - CORNERS) * _cosines(self._places, places) + CORNERS * _cosines(self._directions, directions)
        best = int(np.argmax(scores + more))
        return Match(self._lines[best][0], float(scores[best]))

    def _opinion(self, points: Points) -> NDArray[np.float64]:
        """What the networks add to each template's similarity."""
        if self._reader is None:
            return np.zeros(len(self._lines))
        logs = self._reader.logs(looks(resampled(points, SEEN)[None]))[0]
        added: NDArray[np.float64] = READ * np.r_[logs, 0.0][self._known]
        return added

    def recognise(self, points: Points) -> Match | None:
        """The shape that was drawn; None if it is like none."""
        match = self.nearest(points)
        return match if match is not None and match.score >= LEAST else None
