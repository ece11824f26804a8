"""Choices: conditions, and the options of the owner's configurations. One branch is seen, the others cost nothing."""

from __future__ import annotations

from collections.abc import Sequence

from ..affine import Affine
from ..colour import Colour
from ..expression import text_of, truth
from ..live import Frame, Live
from .element import Part, Visual


class Condition:
    """The first branch whose expression is true, else the default."""

    def __init__(self, branches: Sequence[tuple[Live, Sequence[Visual]]], otherwise: Sequence[Visual]) -> None:
        self._branches = branches
        self._otherwise = otherwise

    def parts(self, frame: Frame, matrix: Affine, tint: Colour | None) -> list[Part]:
        """What the chosen branch shows."""
        for test, children in self._branches:
            if truth(test.get(frame)):
                return _all(children, frame, matrix, tint)
        return _all(self._otherwise, frame, matrix, tint)


class Option:
    """The branch whose id is what the owner chose."""

    def __init__(self, chosen: Live, options: dict[str, Sequence[Visual]]) -> None:
        self._chosen = chosen
        self._options = options

    def parts(self, frame: Frame, matrix: Affine, tint: Colour | None) -> list[Part]:
        """What the chosen option shows."""
        return _all(self._options.get(text_of(self._chosen.get(frame)), ()), frame, matrix, tint)


def _all(children: Sequence[Visual], frame: Frame, matrix: Affine, tint: Colour | None) -> list[Part]:
    return [part for child in children for part in child.parts(frame, matrix, tint)]
