"""Clocks: the angles of analogue hands, and the digits of a digital clock. Both are live values of ordinary parts."""

from __future__ import annotations

import re
from typing import Final

from ..easing import tick
from ..expression import Value, number, truth
from ..live import Frame, Scope

SWEEP_FPS: Final = 30.0
"""Pictures a second of a hand that sweeps as smoothly as the device can."""
MINUTE_STEP_S: Final = 5.0
"""The minute hand creeps in steps of this (half a degree, less than two pixels at the rim of a 466-pixel screen)."""
_FIELD = re.compile(r"(hh|h|mm|m|ss|s)(?:_(10|1))?")


class HourAngle:
    """Degrees of the hour hand: half a degree a minute."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, frame: Frame) -> Value:
        """Clockwise from the top."""
        frame.moves(60.0)
        return number(self._scope["HOUR_0_11"]) * 30 + number(self._scope["MINUTE"]) / 2


class MinuteAngle:
    """Degrees of the minute hand, creeping in small steps; in ambient mode from minute to minute."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, frame: Frame) -> Value:
        """Clockwise from the top."""
        minute = number(self._scope["MINUTE"])
        if frame.ambient:
            return minute * 6
        frame.moves(MINUTE_STEP_S)
        return minute * 6 + number(self._scope["SECOND"]) // MINUTE_STEP_S * MINUTE_STEP_S / 10


class SecondAngle:
    """Degrees of the second hand. ``frequency`` steps a second (0: as smooth as the device can), or a tick that
    overshoots by ``strength`` within ``duration`` of the second."""

    def __init__(self, scope: Scope, frequency: float = 1.0, strength: float = 0.0, duration: float = 0.0) -> None:
        self._scope = scope
        self._frequency = frequency
        self._strength = strength
        self._duration = min(max(duration, 0.0), 1.0)

    def get(self, frame: Frame) -> Value:
        """Clockwise from the top."""
        seconds = float(number(self._scope["SECOND_MILLISECOND"]))
        whole = int(seconds)
        if self._duration:
            share = seconds - whole
            frame.moves(1 / SWEEP_FPS if share < self._duration else 1.0)
            return (whole - 1 + tick(self._strength, self._duration, share)) * 6
        rate = self._frequency or SWEEP_FPS
        frame.moves(1 / rate)
        return int(seconds * rate + 1e-6) / rate * 6


class ClockText:
    """The text of a TimeText: ``hh:mm`` and the like, or one digit of a field (``mm_10``).

    ``hours`` is 12, 24, or SYNC_TO_DEVICE for the device's own setting.
    """

    def __init__(self, scope: Scope, pattern: str, hours: str) -> None:
        self._scope = scope
        self._pattern = pattern
        self._hours = hours

    def get(self, frame: Frame) -> Value:
        """The text now."""
        frame.moves(1.0 if "s" in self._pattern else 60.0)
        return _FIELD.sub(self._field, self._pattern)

    def _field(self, match: re.Match[str]) -> str:
        letters, place = match.groups()
        name = {"h": "HOUR_0_23", "m": "MINUTE", "s": "SECOND"}[letters[0]]
        value = int(number(self._scope[name]))
        day = self._hours == "24" or (self._hours != "12" and truth(self._scope["IS_24_HOUR_MODE"]))
        if letters[0] == "h" and not day:
            value = (value + 11) % 12 + 1
        if place:
            return str(value // 10 if place == "10" else value % 10)
        return f"{value:02d}" if len(letters) == 2 else str(value)
