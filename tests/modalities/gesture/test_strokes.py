"""Strokes where the owner's examples stand beside the shipped templates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bluerill.modalities.gesture.strokes import OWN, Strokes, shipped

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


def test_a_new_shape_of_the_owners_is_known_and_takes_no_template_of_the_devices() -> None:
    strokes = Strokes()
    angle = np.linspace(0.0, 4 * np.pi, 80)
    spiral = np.stack([angle * np.cos(angle), angle * np.sin(angle)], axis=1)
    strokes.add("spiral", [spiral, spiral * (1.0, 0.9), spiral * (0.9, 1.1)])
    near = strokes.recognise(spiral * (1.0, 1.2))
    assert near is not None
    assert near.name == "spiral"
    for name, lines in shipped().items():
        for line in lines:
            found = strokes.recognise(line)
            assert found is not None
            assert found.name == name


def test_what_is_like_no_template_is_none() -> None:
    zigzag = np.stack([np.arange(20.0), np.tile([0.0, 9.0], 10)], axis=1)
    strokes = Strokes()
    assert strokes.recognise(zigzag) is None
    strokes.add("zigzag", [zigzag])
    found = strokes.recognise(zigzag)
    assert found is not None
    assert found.name == "zigzag"
    assert strokes.recognise(np.zeros((5, 2))) is None
