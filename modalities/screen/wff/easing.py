"""Easing: how far a movement has come, at a share of its time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

_CURVES = {
    "EASE_IN": (0.42, 0.0, 1.0, 1.0),
    "EASE_OUT": (0.0, 0.0, 0.58, 1.0),
    "EASE_IN_OUT": (0.42, 0.0, 0.58, 1.0),
}


def eased(curve: str, share: float, controls: Sequence[float] = (0.5, 0.5, 0.5, 0.5)) -> float:
    """``share`` 0..1 of the time → share of the way; OVERSHOOT goes beyond 1 and comes back, as Android's does."""
    if curve == "LINEAR" or share <= 0 or share >= 1:
        return min(max(share, 0.0), 1.0)
    if curve == "OVERSHOOT":
        back, tension = share - 1, 2.0
        return back * back * ((tension + 1) * back + tension) + 1
    x1, y1, x2, y2 = _CURVES.get(curve) or (*controls, 0.5, 0.5, 0.5, 0.5)[:4]
    return bezier(x1, y1, x2, y2, share)


@lru_cache(maxsize=512)
def bezier(x1: float, y1: float, x2: float, y2: float, share: float) -> float:
    """CSS's cubic-bezier: y where the curve's x is ``share``. The x controls are held within 0..1."""
    x1, x2 = min(max(x1, 0.0), 1.0), min(max(x2, 0.0), 1.0)
    low, high = 0.0, 1.0
    for _ in range(24):
        t = (low + high) / 2
        if 3 * (1 - t) ** 2 * t * x1 + 3 * (1 - t) * t * t * x2 + t**3 < share:
            low = t
        else:
            high = t
    t = (low + high) / 2
    return 3 * (1 - t) ** 2 * t * y1 + 3 * (1 - t) * t * t * y2 + t**3


def turned(here: float, target: float, direction: str) -> float:
    """An angle to go to, such that the way there runs in the direction wanted (any: unchanged)."""
    if direction == "CLOCKWISE":
        return target + 360 * -((target - here) // 360) if target < here else target
    if direction == "COUNTER_CLOCKWISE":
        return target - 360 * -((here - target) // 360) if target > here else target
    return target


def tick(strength: float, duration: float, share: float) -> float:
    """A ticking second hand: the share of its step after a share of the second.

    The curve is cubic-bezier((duration - 0.033) / duration, 1 + 2·strength, 1, 1) over ``duration`` seconds; then it
    rests.
    """
    if duration <= 0 or share >= duration:
        return 1.0
    return bezier(max((duration - 0.033) / duration, 0.0), 1 + strength * 2, 1.0, 1.0, share / duration)
