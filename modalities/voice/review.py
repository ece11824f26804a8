"""The review log: what was said and not understood, kept so that people can see it and sentences can be added.

JSON lines, the newest last, in two files of bounded size: when the current one is full it replaces the older one. A
device that cannot write (read-only, disk full) goes on without the log; that is counted, not raised.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

__all__ = ["ReviewLog"]

MAX_BYTES = 256 * 1024
MAX_TEXT = 400


class ReviewLog:
    """Appends to ``path``; ``path`` + ``.1`` is the older half."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self.path, self.max_bytes = path, max_bytes
        self.unwritten = 0

    def add(self, at: float, raw: str, reason: str, score: float, audio_s: float, engine: str) -> None:
        """Keep one turn that gave no words. ``at`` is in Unix seconds."""
        entry = {
            "at": round(at, 3), "raw": raw[:MAX_TEXT], "reason": reason, "score": round(score, 3),
            "audio_s": round(audio_s, 2), "engine": engine,
        }  # fmt: skip
        line = msgspec.json.encode(entry) + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and self.path.stat().st_size + len(line) > self.max_bytes:
                self.path.replace(self._older())
            with self.path.open("ab") as file:
                file.write(line)
        except OSError:
            self.unwritten += 1

    def entries(self, limit: int = 200) -> list[dict[str, Any]]:
        """The newest ``limit`` entries, oldest of them first; a line that does not decode is left out."""
        found: list[dict[str, Any]] = []
        for path in (self._older(), self.path):
            try:
                lines = path.read_bytes().splitlines()
            except OSError:
                continue
            for line in lines:
                try:
                    found.append(msgspec.json.decode(line, type=dict[str, Any]))
                except msgspec.DecodeError:
                    continue
        return found[-limit:]

    def _older(self) -> Path:
        return self.path.with_name(self.path.name + ".1")
