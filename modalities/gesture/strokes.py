"""Unistrokes: which shape a finger drew. Nearest template, by angle, with the best small rotation in closed form.

Source: Y. Li, "Protractor: A Fast and Accurate Gesture Recognizer" (CHI 2010). A stroke becomes 16 equidistant points
about their centroid, a vector of unit length; the similarity to a template is the cosine after the rotation that is
best, at most MAX_TURN, since on a watch up is up. The directions between the points, compared in the same way, count
for a small part: they tell corners from curves. All templates are compared in one product."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...kernel.errors import CallerError

__all__ = ["SHAPES", "Match", "Strokes", "resampled", "shipped"]

POINTS: Final = 16
MAX_TURN: Final = np.radians(30)
CORNERS: Final = 0.15
"""The part of directions in a similarity."""
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


def resampled(points: Points, count: int) -> Points:
    """``count`` points at equal distances along a line of (n, 2). Raises CallerError for a line of no length."""
    line = np.asarray(points, float).reshape(-1, 2)
    steps = np.hypot(*np.diff(line, axis=0).T) if len(line) > 1 else np.zeros(0)
    if not np.isfinite(steps).all() or steps.sum() <= 0:
        raise CallerError(f"expected a stroke that goes somewhere, got {len(line)} points without a length")
    line = line[np.r_[True, steps > 0]]
    along = np.r_[0.0, np.cumsum(steps[steps > 0])]
    at = np.linspace(0.0, along[-1], count)
    return np.stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])], axis=1)


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
    """The templates, and the nearest of them."""

    def __init__(self, shapes: dict[str, list[Points]] | None = None) -> None:
        self._lines: list[tuple[str, Points]] = []
        self._names: list[str] = []
        for name, lines in (shipped() if shapes is None else shapes).items():
            self.add(name, lines)

    def add(self, name: str, lines: Iterable[Points]) -> None:
        """More templates of a name. Raises CallerError: a line without length, or too many templates."""
        added = [(name, np.asarray(line, float).reshape(-1, 2)) for line in lines]
        if len(self._lines) + len(added) > MAX_TEMPLATES:
            raise CallerError(f"expected at most {MAX_TEMPLATES} templates of strokes, got more")
        self._build([*self._lines, *added])

    def remove(self, name: str) -> None:
        self._build([each for each in self._lines if each[0] != name])

    def _build(self, lines: Sequence[tuple[str, Points]]) -> None:
        places = [_places(line) for _, line in lines]
        directions = [_directions(line) for _, line in lines]
        self._lines = list(lines)
        self._names = [name for name, _ in lines]
        self._places = np.array(places).reshape(-1, POINTS)
        self._directions = np.array(directions).reshape(-1, POINTS)

    def nearest(self, points: Points) -> Match | None:
        """The template most like a stroke of (n, 2), however unlike; None without templates or for a mere point."""
        if not self._names:
            return None
        try:
            places, directions = _places(points), _directions(points)
        except CallerError:
            return None
        scores = (1 - CORNERS) * _cosines(self._places, places) + CORNERS * _cosines(self._directions, directions)
        best = int(np.argmax(scores))
        return Match(self._names[best], float(scores[best]))

    def recognise(self, points: Points) -> Match | None:
        """The shape that was drawn; None if it is like none."""
        match = self.nearest(points)
        return match if match is not None and match.score >= LEAST else None
