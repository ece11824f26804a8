"""A tap: how often somebody may say something, so that a package that floods is a package that is heard less."""

from __future__ import annotations

from collections import deque


class Tap:
    """Lets ``most`` through in any ``span_s`` seconds, for each name by itself. ``names`` are bounded by who asks."""

    def __init__(self, most: int, span_s: float) -> None:
        self._most = most
        self._span = span_s
        self._passed: dict[str, deque[float]] = {}
        self._shut: set[str] = set()

    def passes(self, name: str, now: float) -> bool:
        """Whether one more goes through now."""
        passed = self._passed.setdefault(name, deque())
        while passed and now - passed[0] >= self._span:
            passed.popleft()
        if len(passed) >= self._most:
            return False
        passed.append(now)
        self._shut.discard(name)
        return True

    def first_refusal(self, name: str) -> bool:
        """Whether this is the first that was kept back since one went through: worth one line in a log."""
        first = name not in self._shut
        self._shut.add(name)
        return first
