"""The gate: background work waits while the owner speaks, or is being answered. Pure: time is passed in."""

from __future__ import annotations

QUIET_S = 1.0
"""After a turn someone may go on speaking."""
LOST_S = 60.0
"""A turn nobody heard the end of is over."""


class Gate:
    """Told what the session does; says how long to wait."""

    def __init__(self) -> None:
        self._until = 0.0
        self.phase = "idle"

    def heard(self, phase: str, now: float) -> bool:
        """The session says what it does; returns whether the gate closes by that."""
        was = self.closed_for(now) > 0
        self.phase = phase
        if phase != "idle":
            self._until = now + LOST_S
            return not was
        self._until = min(self._until, now + QUIET_S)
        return False

    def closed_for(self, now: float) -> float:
        """Seconds until work may go on if nothing else happens, 0.0 if it may now."""
        return max(0.0, self._until - now)
