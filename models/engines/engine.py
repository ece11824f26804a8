"""What a speech recogniser is to the device: one interface, several engines.

An engine hears one utterance at a time::

    engine.learn(sentences, fingerprint)   # what may be said; engines with an open vocabulary ignore it
    engine.start()
    engine.feed(pcm)                       # as it arrives; 16 kHz mono s16le
    engine.partial()                       # '' where the engine cannot stream
    engine.finish()                        # best guess first

``finish`` may be called again after more ``feed``: the turn was not over yet. Engines are plain synchronous objects,
meant for a process of their own; whoever wires them decides where they run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

__all__ = ["Guess", "SpeechEngine"]


class Guess(NamedTuple):
    """One reading of an utterance. ``cost`` is what it costs beyond the engine's best reading (0.0 = the best), on a
    scale of the engine's own; ``fit`` is how well the sounds match the words, 1.0 where the engine cannot tell;
    ``clear`` is how plainly it was heard before any knowledge of words, 0.0 where the engine cannot tell."""

    text: str
    cost: float = 0.0
    fit: float = 1.0
    clear: float = 0.0


class SpeechEngine(Protocol):
    """One recogniser. ``open_vocabulary`` means that what it hears need not be one of the device's phrases;
    below ``reject_below`` (a phrase score, or the fit of an open vocabulary) nothing was heard."""

    name: str
    open_vocabulary: bool
    reject_below: float

    def learn(self, sentences: Sequence[str], fingerprint: str) -> None: ...

    def start(self) -> None: ...

    def feed(self, pcm: bytes) -> None: ...

    def partial(self) -> str: ...

    def finish(self) -> list[Guess]: ...

    def close(self) -> None: ...
