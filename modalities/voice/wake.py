"""The wake word, by the small streaming networks of microWakeWord inside the ``pymicro-wakeword`` wheel.

Each network answers a probability every 30 ms or so; the library compares the mean of a sliding window with the
model's own cutoff. After a detection the word is not reported again for :data:`REFRACTORY_S`, and the network starts
afresh, since its window still holds the word.
"""

from __future__ import annotations

from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

from ...kernel.errors import CallerError

__all__ = ["WAKE_WORDS", "WakeWord"]

WAKE_WORDS: dict[str, str] = {
    "okay_nabu": "okay nabu",
    "hey_jarvis": "hey jarvis",
    "hey_mycroft": "hey mycroft",
    "alexa": "alexa",
}
"""Model name → the words that are said."""
REFRACTORY_S = 1.0
_BYTES_PER_S = 32_000


class WakeWord:
    """One wake word on one stream. Raises CallerError for a word that has no model."""

    def __init__(self, model: str = "okay_nabu") -> None:
        if model not in WAKE_WORDS:
            raise CallerError(f"wake word must be one of {', '.join(WAKE_WORDS)}, got {model[:40]!r}")
        self.model, self.words = model, WAKE_WORDS[model]
        self._network = MicroWakeWord.from_builtin(Model(model))
        self._features = MicroWakeWordFeatures()
        self._quiet_bytes = 0

    def feed(self, pcm: bytes) -> bool:
        """Whether the word ends in these samples."""
        self._quiet_bytes = max(0, self._quiet_bytes - len(pcm))
        heard = False
        for features in self._features.process_streaming(pcm):
            if self._network.process_streaming(features) and self._quiet_bytes == 0:
                heard = True
        if heard:
            self._quiet_bytes = int(REFRACTORY_S * _BYTES_PER_S)
            self._network.reset()
        return heard

    def reset(self) -> None:
        """Forget what was heard so far."""
        self._features = MicroWakeWordFeatures()
        self._network.reset()
        self._quiet_bytes = 0
