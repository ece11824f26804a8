"""Strokes where the owner's examples stand beside the shipped templates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bluerill.modalities.gesture.strokes import OWN, Strokes

Points = NDArray[np.float64]
V: Points = np.array([(0, 0), (50, 100), (100, 0)], float)
CHECK: Points = np.array([(0, 60), (30, 100), (100, 0)], float)
STEEP: Points = np.array([(0, 34), (39, 100), (100, 0)], float)
"""Between both, nearer to the check."""


def known() -> Strokes:
    return Strokes({"v": [V], "check": [CHECK]})


def test_the_owners_way_of_drawing_a_shape_counts_with_the_shipped_one() -> None:
    strokes = known()
    near = strokes.nearest(STEEP)
    assert near is not None
    assert near.name == "check"
    strokes.add("v", [STEEP, STEEP + 2.0])
    near = strokes.nearest(STEEP)
    assert near is not None
    assert (near.name, round(near.score, 3)) == ("v", 1.0)
    strokes.remove("v")
    assert strokes.nearest(STEEP).name == "check"  # type: ignore[union-attr]


def test_one_example_that_slipped_does_not_decide() -> None:
    strokes = known()
    strokes.add("check", [CHECK, CHECK + 1.0, V])
    (check,) = [shape for shape in strokes._shapes if shape.name == "check"]
    alike = np.zeros(5)
    alike[check.shipped], alike[check.own] = 0.9, [0.7, 0.8, 1.0]
    assert check.value(alike, None) == ((0.8 + 1.0) / 2 + 0.9) / 2
    near = strokes.nearest(V)
    assert near is not None
    assert near.name == "v"


def test_a_shape_of_the_owners_alone_is_taken_for_a_little_more() -> None:
    strokes = Strokes({"v": [V]})
    strokes.add("mine", [V @ np.array([[0.97, 0.0], [0.0, 1.03]])])
    alike = {shape.name: shape.value(np.array([0.95, 0.95 - OWN / 2]), None) for shape in strokes._shapes}
    assert alike["mine"] > alike["v"]
    alike = {shape.name: shape.value(np.array([0.95, 0.95 - OWN * 2]), None) for shape in strokes._shapes}
    assert alike["mine"] < alike["v"]
