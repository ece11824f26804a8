"""Text from the bytes of tokens, piece by piece: whole characters only, and never a part of a stop string.

A token may end in the middle of a UTF-8 character, and a stop string may be spread over tokens. What may still turn out
to be either is held back until the next token decides.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from ...kernel.errors import CallerError

__all__ = ["MAX_STOPS", "TextOut"]

MAX_STOPS = 16
MAX_STOP_CHARS = 256


class TextOut:
    """``push`` each token's bytes; what it returns may be shown. ``stopped`` once a stop string came (it is not part of
    the text). Raises CallerError for too many, empty or overlong stop strings."""

    def __init__(self, stops: Sequence[str] = ()) -> None:
        if len(stops) > MAX_STOPS or any(not 0 < len(stop) <= MAX_STOP_CHARS for stop in stops):
            raise CallerError(f"expected at most {MAX_STOPS} stop strings of 1 to {MAX_STOP_CHARS} characters")
        self.stopped = False
        self._stops = tuple(stops)
        self._held = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, piece: bytes) -> str:
        """Take a token's bytes."""
        return self._take(self._decoder.decode(piece))

    def end(self) -> str:
        """What was held back and is text after all."""
        rest = self._take(self._decoder.decode(b"", final=True))
        held, self._held = self._held, ""
        return rest if self.stopped else rest + held

    def _take(self, text: str) -> str:
        if self.stopped:
            return ""
        text = self._held + text
        found = [at for stop in self._stops if (at := text.find(stop)) >= 0]
        if found:
            self.stopped = True
            self._held = ""
            return text[: min(found)]
        keep = max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - keep :] if keep else ""
        return text[: len(text) - keep] if keep else text


def _overlap(text: str, stop: str) -> int:
    """The length of the longest end of ``text`` that begins ``stop``."""
    for size in range(min(len(stop) - 1, len(text)), 0, -1):
        if text.endswith(stop[:size]):
            return size
    return 0
