"""Everyday movements of the simulated arm: the ones that a recogniser of gestures must let pass."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["live"]


def live(kind: str, rng: np.random.Generator, arm: Any, motion: Any) -> None:
    """Fill a motion with one kind of everyday life (``arm.EVERYDAY``)."""
    end, at = float(motion.t[-1]), float(rng.uniform(0.2, 0.8))
    if kind in ("walk", "run"):
        walk = kind == "walk"
        hertz = rng.uniform(1.5, 2.2) if walk else rng.uniform(2.4, 3.1)
        swing = rng.uniform(0.1, 0.45) if walk else rng.uniform(0.3, 0.8)
        bob = rng.uniform(0.012, 0.03) if walk else rng.uniform(0.03, 0.06)
        strides(rng, motion, hertz, bob, swing)
    while at < end - 0.5:
        at = _next(kind, rng, arm, motion, at)
        at += float(rng.exponential(0.6)) + 0.05


def strides(rng: np.random.Generator, motion: Any, hertz: float, bob: float, swing: float) -> None:
    """Steps: the body bobs at their rate, the arm swings at half of it."""
    phase = rng.uniform(0, 6.28)
    motion.elbow[:, 2] += bob * np.sin(2 * np.pi * hertz * motion.t + phase)
    motion.elbow[:, 1] += bob * np.sin(2 * np.pi * hertz * motion.t + phase + 1.1)
    motion.angles[:, 1] += swing * np.sin(np.pi * hertz * motion.t + phase)
    motion.angles[:, 0] += 0.35 * swing * np.sin(np.pi * hertz * motion.t + phase + 0.5)
    motion.angles[:, 2] += 0.5 * swing * np.sin(np.pi * hertz * motion.t + phase + rng.uniform(0, 6.28))
    for strike in np.arange(0.1, motion.t[-1], 1 / hertz):
        motion.bump(float(strike), bob * rng.uniform(0.01, 0.06))


def _next(kind: str, rng: np.random.Generator, arm: Any, motion: Any, at: float) -> float:
    """One more movement of a kind from ``at`` on; when it ends."""
    size, speed = arm.size, arm.speed
    normal, uniform = rng.normal, rng.uniform
    if kind == "lower":
        down = np.array([normal(0.3, 0.4), -uniform(0.7, 1.5), -uniform(0.2, 2.0)])
        end = motion.stroke(at, uniform(0.4, 1.0) / speed, down)
        return float(motion.stroke(end + uniform(1.5, 3.0), uniform(1.2, 2.2), -down))
    if kind == "reach":
        turn, push = normal(0, 0.6, 3) * size, normal(0, 0.18, 3)
        end = motion.stroke(at, uniform(0.5, 1.3) / speed, turn, push)
        return float(motion.stroke(end + uniform(0.1, 1.0), uniform(0.5, 1.4), -turn, -push))
    if kind == "drink":
        turn = np.array([normal(0, 0.4), uniform(0.5, 1.2), normal(0.2, 0.4)])
        end = motion.stroke(at, uniform(0.7, 1.3), turn, np.array([0, -0.05, 0.12]))
        return float(motion.stroke(end + uniform(0.6, 2.0), uniform(0.7, 1.4), -turn, np.array([0, 0.05, -0.12])))
    if kind == "type":
        motion.bump(at, uniform(0.0003, 0.002))
        return float(motion.stroke(at, uniform(0.08, 0.25), normal(0, 0.06, 3), normal(0, 0.01, 3)))
    if kind == "talk":
        hertz = uniform(0.8, 2.6)
        turn = normal(0, 0.35, 3) * size
        return float(motion.swing(at, uniform(0.5, 2.2), hertz, turn, normal(0, 0.05, 3), uniform(0, 6.28)))
    if kind == "wave":
        turn = np.array([uniform(0.2, 0.5), normal(0, 0.1), uniform(0, 0.3)]) * size
        return float(motion.swing(at, uniform(1.0, 2.5), uniform(1.4, 2.6), turn, None, uniform(0, 6.28)))
    if kind == "door":
        turn = np.array([0, 0, (-1) ** rng.integers(2) * uniform(0.5, 1.1)])
        end = motion.stroke(at, uniform(0.4, 0.9), turn)
        end = motion.stroke(end, uniform(0.4, 0.9), normal(0, 0.3, 3), normal(0, 0.2, 3))
        return float(motion.stroke(end + uniform(0.0, 0.4), uniform(0.4, 1.0), -turn))
    if kind == "knock":
        for blow in range(rng.integers(2, 5)):
            motion.bump(at + blow * uniform(0.2, 0.35), uniform(0.002, 0.012), int(rng.integers(3)))
            motion.swing(at + blow * 0.28, 0.25, 4.0, np.array([0, uniform(0.1, 0.3), 0]))
        return at + 1.2
    if kind == "settle":
        return float(motion.stroke(at, uniform(0.3, 1.0), normal(0, 0.18, 3), normal(0, 0.03, 3)))
    if kind == "stir":
        turn = normal(0, 0.15, 3)
        return float(motion.swing(at, uniform(1.0, 3.0), uniform(1.0, 2.8), turn, normal(0, 0.03, 3), uniform(0, 6.28)))
    return float(motion.stroke(at, uniform(0.4, 1.2), normal(0, 0.12, 3)))  # small changes while walking or running
