"""Movements by example."""

from __future__ import annotations

import numpy as np
import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.motion.example import LONGEST_S, MAX_NAMES, Examples, Segmenter, cut
from bluerill.models.motion.samples import GRAVITY, RATE, Steady
from bluerill.models.train.gesture.arm import NOVEL, draw_arm, perform


def movement(rng: np.random.Generator, arm: object, name: str) -> np.ndarray:
    return cut(np.concatenate(Steady().feed(perform(rng, arm, name, 0.8, 0.7).rows)))  # type: ignore[arg-type]


def test_three_examples_are_enough_to_tell_gestures_apart() -> None:
    rng = np.random.default_rng(21)
    arm, examples = draw_arm(rng), Examples()
    for name in NOVEL[:5]:
        for _ in range(3):
            examples.add(name, movement(rng, arm, name))
    right = [
        near is not None and near.name == name
        for name in NOVEL[:5]
        for near in (examples.nearest(movement(rng, arm, name)) for _ in range(2))
    ]
    assert sum(right) >= 9


def test_another_movement_is_none_of_them() -> None:
    rng = np.random.default_rng(22)
    arm, examples = draw_arm(rng), Examples()
    for _ in range(3):
        examples.add("circle", movement(rng, arm, "circle"))
    assert examples.recognise(movement(rng, arm, "hammer")) is None
    examples.remove("circle")
    assert examples.nearest(movement(rng, arm, "circle")) is None


def test_a_movement_without_end_is_no_movement_and_is_not_kept() -> None:
    segmenter = Segmenter()
    endless = np.tile([0, 0, GRAVITY, 3.0, 0, 0], (int(20 * LONGEST_S * RATE), 1))
    assert segmenter.feed(endless) == []
    assert len(segmenter._held) <= (LONGEST_S + 1) * RATE
    with pytest.raises(CallerError, match="found none"):
        cut(np.tile([0, 0, GRAVITY, 0, 0, 0.0], (200, 1)))


def test_there_are_only_so_many() -> None:
    examples, rng = Examples(), np.random.default_rng(1)
    for number in range(MAX_NAMES):
        examples.add(f"g{number}", rng.normal(size=(30, 6)))
    with pytest.raises(CallerError, match="at most"):
        examples.add("one-more", rng.normal(size=(30, 6)))
