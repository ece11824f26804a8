"""Gestures that are only for teaching by example: no network is trained on them (``arm.NOVEL``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["novel"]


def novel(name: str) -> Callable[[np.random.Generator, Any, Any, float], float]:
    """The movement of a name, as ``perform`` wants it. Each of an owner's is alike in form, and varies in size and
    speed."""

    def act(rng: np.random.Generator, arm: Any, motion: Any, at: float) -> float:
        size, slow = arm.size * rng.uniform(0.85, 1.15), rng.uniform(0.88, 1.12) / arm.speed
        small = rng.normal(0, 0.04, 3)
        if name == "circle":
            end = motion.swing(at, 1.1 * slow, 1 / (1.1 * slow), np.array([0.5, 0, 0]) * size + small)
            motion.swing(at, 1.1 * slow, 1 / (1.1 * slow), np.array([0, 0.5, 0]) * size, phase=np.pi / 2)
            return float(end)
        still = (0.0, 0.0, 0.0)
        paths: dict[str, list[tuple[float, tuple[float, float, float], tuple[float, float, float]]]] = {
            "square": [(0.28, t, (0, 0, 0)) for t in ((0.6, 0, 0), (0, -0.5, 0), (-0.6, 0, 0), (0, 0.5, 0))],
            "push": [(0.3, (0, 0, 0), (0, 0.22, 0)), (0.35, (0, 0, 0), (0, -0.22, 0))],
            "chop": [(0.2, (0, -0.8, 0), (0, 0, -0.1)), (0.45, (0, 0.8, 0), (0, 0, 0.1))],
            "twist-thrice": [(0.2, (0, 0, s * 0.9), (0, 0, 0)) for s in (1, -1, 1, -1, 1, -1)],
            "screw": [(0.45, (0, 0, 1.4), (0, 0.1, 0)), (0.45, (0, 0, -1.4), (0, -0.1, 0))],
            "zigzag": [(0.22, (s * 0.6, -0.18, 0.0), still) for s in (1, -1, 1)] + [(0.4, (-0.6, 0.54, 0.0), still)],
            "scoop": [
                (0.3, (0.3, -0.6, 0.5), still),
                (0.35, (0.3, 0.9, -0.9), (0, 0, 0.1)),
                (0.4, (-0.6, -0.3, 0.4), (0, 0, -0.1)),
            ],
            "hammer": [(0.16, (0, s * 0.55, 0), (0, 0, 0)) for s in (1, -1, 1, -1)],
            "sweep": [(0.5, (1.3, 0, 0), (0.1, 0, 0)), (0.55, (-1.3, 0, 0), (-0.1, 0, 0))],
        }  # fmt: skip
        for seconds, turn, push in paths[name]:
            at = motion.stroke(at, seconds * slow, np.array(turn) * size + small * 0.5, np.array(push) * size)
        return at

    return act
