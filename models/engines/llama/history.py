"""How a sequence was computed: its decoding calls in order, so that it can be computed again bit by bit the same.

The kernels of a matrix product depend on how many rows it has: the same prompt in other chunks differs in its last
bits. So computing again repeats the *calls*: the prompt in the chunks it came in, the answer one token at a time, and
what was reused from an earlier sequence as that one computed it, tokens included that were cut off afterwards. The
price is the time of the original run.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Call", "History"]


class Call(NamedTuple):
    """One call: ``tokens`` decoded from ``position`` on, after which only ``keep`` tokens of the sequence stay."""

    position: int
    tokens: list[int]
    keep: int


class History:
    """The calls, 4 bytes a token and 8 a call."""

    __slots__ = ("_keeps", "_sizes", "_tokens", "position")

    def __init__(self) -> None:
        self.position = 0
        self._tokens = array("i")
        self._sizes = array("i")
        self._keeps = array("i")

    def __len__(self) -> int:
        return len(self._sizes)

    def add(self, tokens: list[int]) -> None:
        """These tokens were decoded in one call."""
        self._tokens.extend(tokens)
        self._sizes.append(len(tokens))
        self.position += len(tokens)
        self._keeps.append(self.position)

    def trim(self, position: int) -> None:
        """What came from ``position`` on was forgotten."""
        if position >= self.position:
            return
        self.position = position
        while self._sizes and self._start() >= position:
            del self._tokens[len(self._tokens) - self._sizes[-1] :]
            self._sizes.pop()
            self._keeps.pop()
        if self._sizes:
            self._keeps[-1] = position

    def _start(self) -> int:
        return self._keeps[-2] if len(self._keeps) > 1 else 0

    def calls(self) -> Iterator[Call]:
        """Every call, first to last."""
        at = position = 0
        for size, keep in zip(self._sizes, self._keeps, strict=True):
            yield Call(position, self._tokens[at : at + size].tolist(), keep)
            at += size
            position = keep

    def kept_tokens(self) -> list[int]:
        """The tokens that the sequence remembers."""
        return [token for call in self.calls() for token in call.tokens[: call.keep - call.position]]

    def copy(self) -> History:
        other = History()
        other.position = self.position
        other._tokens, other._sizes, other._keeps = self._tokens[:], self._sizes[:], self._keeps[:]
        return other
