"""A simulated arm: what a watch measures when somebody raises, flicks, shakes or turns the wrist, or does something
else.

No recordings of such gestures with a gyroscope are at hand under a licence that allows training, so they are
computed: the forearm is a rigid rod with the watch near its end, turning about an elbow that moves too. Heading,
pitch and roll are sums of minimum-jerk strokes (T. Flash, N. Hogan, 1985), oscillations and tremor; position and
rotation are differentiated numerically, gravity is added, and the sensor's own faults: mounting error, bias, gain,
noise, and sampling that jitters.

Axes: world x east, y north (away from the wearer), z up; watch x to the hand, y to twelve, z out of the glass, left
wrist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...motion.samples import GRAVITY

__all__ = ["EVERYDAY", "GESTURES", "NOVEL", "Arm", "Take", "draw_arm", "everyday", "perform"]

FINE: Final = 200
"""Steps a second of the simulation."""
GESTURES: Final = ("raise", "flick", "double-flick", "shake", "rotate")
EVERYDAY: Final = ("lower", "reach", "drink", "type", "talk", "walk", "run", "wave", "door", "knock", "settle", "stir")
NOVEL: Final = ("circle", "square", "push", "chop", "twist-thrice", "screw", "zigzag", "scoop", "hammer", "sweep")
"""Gestures that the networks never see: an owner teaches them from a few examples."""

Array = NDArray[np.float64]
Rng = np.random.Generator


class Arm(NamedTuple):
    """A wearer, and how the watch sits. Lengths in m, angles in rad."""

    length: float
    speed: float
    size: float
    tremor: float
    mount: Array
    bias: Array
    gain: Array
    noise: tuple[float, float]
    rate: float
    jitter: float
    home: Array
    away: float


class Take(NamedTuple):
    """Rows (t, acc, gyro), and when the gesture began and ended."""

    rows: Array
    begin: float
    end: float


def draw_arm(rng: Rng, spread: float = 1.0) -> Arm:
    """A wearer at random; ``spread`` widens every range about its middle."""

    def between(low: float, high: float) -> float:
        middle, half = (low + high) / 2, (high - low) / 2 * spread
        return float(rng.uniform(middle - half, middle + half))

    return Arm(
        length=between(0.19, 0.29), speed=between(0.75, 1.3), size=between(0.75, 1.3), tremor=between(0.002, 0.02),
        mount=rng.normal(0, 0.13 * spread, 3), bias=np.r_[rng.normal(0, 0.12, 3), rng.normal(0, 0.015, 3)],
        gain=rng.normal(1, 0.015, 6), noise=(between(0.02, 0.12), between(0.004, 0.03)),
        rate=between(48, 108), jitter=between(0.0, 0.25),
        home=np.array([between(-1.2, 0.1), between(-0.15, 0.35), between(0.05, 0.75)]), away=between(0.0, 1.0),
    )  # fmt: skip


class Motion:
    """Angles (heading, pitch, roll) and elbow over fine time, to which strokes and oscillations are added."""

    def __init__(self, seconds: float, angles: Array) -> None:
        self.t = np.arange(int(seconds * FINE)) / FINE
        self.angles = np.tile(np.asarray(angles, float), (len(self.t), 1))
        self.elbow = np.zeros((len(self.t), 3))

    def stroke(self, at: float, seconds: float, turn: Array, push: Array | None = None) -> float:
        """A minimum-jerk stroke that stays where it ends. Returns its end."""
        s = np.clip((self.t - at) / seconds, 0, 1)[:, None]
        ease = s**3 * (10 - 15 * s + 6 * s**2)
        self.angles += ease * np.asarray(turn, float)
        if push is not None:
            self.elbow += ease * np.asarray(push, float)
        return at + seconds

    def swing(
        self, at: float, seconds: float, hertz: float, turn: Array, push: Array | None = None, phase: float = 0.0
    ) -> float:
        """An oscillation that swells and fades. Returns its end."""
        s = np.clip((self.t - at) / seconds, 0, 1)
        ease = np.clip(np.minimum(s, 1 - s) * seconds / 0.15, 0, 1)
        wave = (np.sin(2 * np.pi * hertz * (self.t - at) + phase) * ease)[:, None]
        self.angles += wave * np.asarray(turn, float)
        if push is not None:
            self.elbow += wave * np.asarray(push, float)
        return at + seconds

    def bump(self, at: float, metres: float, axis: int = 2) -> None:
        """A short knock against something."""
        self.elbow[:, axis] += metres * np.exp(-0.5 * ((self.t - at) / 0.012) ** 2)


def smooth_noise(rng: Rng, count: int, hertz: float) -> Array:
    """Noise below a frequency, of deviation one. (count, 3)"""
    width = max(int(FINE / (2 * hertz)), 1)
    kernel = np.hanning(2 * width + 3)
    raw = rng.normal(size=(count + len(kernel), 3))
    out = np.stack([np.convolve(raw[:, axis], kernel, "valid")[:count] for axis in range(3)], axis=1)
    return out / max(float(out.std()), 1e-9)


def measured(rng: Rng, arm: Arm, motion: Motion) -> Array:
    """What the watch's sensors say of a motion: rows (t, acc, gyro)."""
    count = len(motion.t)
    angles = motion.angles + smooth_noise(rng, count, 4.0) * arm.tremor
    turn = _rotations(angles)
    place = motion.elbow + smooth_noise(rng, count, 2.0) * arm.tremor * 0.12 + turn[:, :, 0] * arm.length
    speed = np.gradient(place, 1 / FINE, axis=0)
    push = np.gradient(speed, 1 / FINE, axis=0) + np.array([0, 0, GRAVITY])
    acc = np.einsum("tji,tj->ti", turn, push)
    rate = np.einsum("tji,tjk->tik", turn, np.gradient(turn, 1 / FINE, axis=0))  # R^T dR/dt, skew
    gyro = np.stack([rate[:, 2, 1], rate[:, 0, 2], rate[:, 1, 0]], axis=1)
    mount = _rotations(arm.mount[None])[0]
    true = np.concatenate([acc @ mount, gyro @ mount], axis=1)[3:-3]
    fine = motion.t[3:-3]
    at = np.arange(fine[0], fine[-1], 1 / arm.rate)
    at = np.sort(np.clip(at + rng.uniform(-0.5, 0.5, len(at)) * arm.jitter / arm.rate, fine[0], fine[-1]))
    rows = np.stack([np.interp(at, fine, true[:, axis]) for axis in range(6)], axis=1)
    rows = rows * arm.gain + arm.bias
    rows[:, :3] += rng.normal(0, arm.noise[0], (len(at), 3))
    rows[:, 3:] += rng.normal(0, arm.noise[1], (len(at), 3))
    return np.concatenate([at[:, None] - at[0], rows], axis=1)


def _rotations(angles: Array) -> Array:
    """Heading, pitch (up) and roll → watch-to-world matrices (n, 3, 3)."""
    (ch, cp, cr), (sh, sp, sr) = np.cos(angles).T, np.sin(angles).T
    row0 = [ch * cp, -sh * cr - ch * sp * sr, sh * sr - ch * sp * cr]
    row1 = [sh * cp, ch * cr - sh * sp * sr, -ch * sr - sh * sp * cr]
    row2 = [sp, cp * sr, cp * cr]
    return np.moveaxis(np.array([row0, row1, row2]), 2, 0)


def _rest(rng: Rng) -> Array:
    """Where an arm is when the watch is not being looked at: hanging, on a table, in the lap."""
    kind = rng.integers(3)
    if kind == 0:
        return np.array([rng.uniform(-0.5, 1.8), rng.uniform(-1.55, -1.0), rng.uniform(-2.2, -0.9)])
    roll = rng.uniform(-0.6, 0.1) if kind == 1 else rng.uniform(-1.6, 0.2)
    return np.array([rng.uniform(-0.9, 1.4), rng.uniform(-0.5, 0.1), roll])


def _viewing(rng: Rng, arm: Arm) -> Array:
    return arm.home + rng.normal(0, 0.08, 3)


def _posture(rng: Rng, arm: Arm) -> Array:
    """Where a gesture begins: mostly where the watch can be seen, or at rest."""
    return _viewing(rng, arm) if rng.random() < 0.65 else _rest(rng)


def _background(rng: Rng, arm: Arm, motion: Motion) -> None:
    """The wearer may be walking meanwhile."""
    if rng.random() < 0.25:
        _steps(rng, motion, rng.uniform(1.6, 2.1), rng.uniform(0.01, 0.03), rng.uniform(0.0, 0.12))


def _steps(rng: Rng, motion: Motion, hertz: float, bob: float, swing: float) -> None:
    phase = rng.uniform(0, 6.28)
    motion.elbow[:, 2] += bob * np.sin(2 * np.pi * hertz * motion.t + phase)
    motion.elbow[:, 1] += bob * 0.5 * np.sin(2 * np.pi * hertz * motion.t + phase + 1.0)
    motion.angles[:, 1] += swing * np.sin(np.pi * hertz * motion.t + phase)
    motion.angles[:, 0] += swing * 0.3 * np.sin(np.pi * hertz * motion.t + phase + 0.6)
    for strike in np.arange(0.1, motion.t[-1], 1 / hertz):
        motion.bump(float(strike), bob * rng.uniform(0.01, 0.05))


def _raise(rng: Rng, arm: Arm, motion: Motion, at: float) -> float:
    seconds = rng.uniform(0.4, 0.85) / arm.speed
    lift = rng.uniform(0.0, 0.12) * np.array([rng.normal(0, 0.3), 0.5, 1.0])
    return motion.stroke(at, seconds, _viewing(rng, arm) - motion.angles[0], lift)


def _flick(rng: Rng, arm: Arm, motion: Motion, at: float) -> float:
    turn = np.array([rng.normal(0, 0.08), rng.normal(0, 0.1), -rng.uniform(0.9, 1.7) * arm.size])
    out, back = rng.uniform(0.11, 0.22) / arm.speed, rng.uniform(0.13, 0.28) / arm.speed
    end = motion.stroke(at, out, turn)
    return motion.stroke(end + rng.uniform(-0.03, 0.04), back, -turn * rng.uniform(0.88, 1.08))


def _double(rng: Rng, arm: Arm, motion: Motion, at: float) -> float:
    return _flick(rng, arm, motion, _flick(rng, arm, motion, at) + rng.uniform(0.0, 0.26))


def _shake(rng: Rng, arm: Arm, motion: Motion, at: float) -> float:
    axis = rng.integers(3)
    turn = np.zeros(3)
    turn[axis] = rng.uniform(0.18, 0.5) * arm.size
    turn += rng.normal(0, 0.05, 3)
    push = rng.normal(0, 0.012, 3) * arm.size
    return motion.swing(
        at, rng.uniform(0.8, 1.6), rng.uniform(3.4, 6.2) * arm.speed**0.5, turn, push, rng.uniform(0, 6.28)
    )


def _rotate(rng: Rng, arm: Arm, motion: Motion, at: float) -> float:
    turn = np.array([rng.normal(0, 0.08), rng.normal(0, 0.1), -rng.uniform(1.3, 2.3) * min(arm.size, 1.2)])
    return motion.stroke(at, rng.uniform(0.35, 0.9) / arm.speed, turn)


_PERFORM: Final[dict[str, Callable[[Rng, Arm, Motion, float], float]]] = {
    "raise": _raise, "flick": _flick, "double-flick": _double, "shake": _shake, "rotate": _rotate,
}  # fmt: skip


def perform(rng: Rng, arm: Arm, gesture: str, before: float = 1.8, after: float = 1.6) -> Take:
    """One gesture, with rest before and after it."""
    from .novel import novel

    seen = gesture == "rotate" or gesture in NOVEL  # begins where the watch is looked at
    start = _rest(rng) if gesture == "raise" else _viewing(rng, arm) if seen else _posture(rng, arm)
    motion = Motion(before + 3.6 + after, start)
    _background(rng, arm, motion)
    begin = before + rng.uniform(0, 0.3)
    act = _PERFORM.get(gesture) or novel(gesture)
    end = act(rng, arm, motion, begin)
    rows = measured(rng, arm, motion)
    return Take(rows[rows[:, 0] <= end + after], begin, end)


def everyday(rng: Rng, arm: Arm, kind: str, seconds: float = 8.0) -> Array:
    """What people do with their arms when they mean nothing by it: rows."""
    from .daily import live

    motion = Motion(seconds, _viewing(rng, arm) if kind in ("lower", "settle") else _rest(rng))
    live(kind, rng, arm, motion)
    return measured(rng, arm, motion)
