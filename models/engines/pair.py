"""Two recognisers, one list of readings: whisper-nano first, pocketsphinx as a second opinion.

The two err differently: nano learned from synthetic voices and hears them, and noise, better; pocketsphinx learned from
people. Combining the hypotheses of unlike recognisers is old and works (ROVER, Fiscus 1997); here nothing is voted, the
readings of both are put in one list by cost, and the witnesses that judge one engine's readings (the phrase book, the
planner) judge these. The second engine is asked only where the first is unsure, because its pass takes as long as the
first's and the list is judged in the time that silence gives.
"""

from __future__ import annotations

from collections.abc import Sequence

from .engine import Guess, SpeechEngine

__all__ = ["PairEngine"]

SURE = 0.55
"""From this ``clear`` on the first engine is sure: rightly heard renderings have 0.6 to 0.8 (at 10 dB 0.55 to 0.8),
people 0.25 to 0.6, and so has other speech."""
SECOND = 6.0
"""What every reading of the second engine costs beyond its own cost."""


class PairEngine:
    """See :class:`~.engine.SpeechEngine`. Partial text is the first engine's."""

    name = "nano+pocketsphinx"
    open_vocabulary = False

    def __init__(self, first: SpeechEngine, second: SpeechEngine) -> None:
        self.first, self.second = first, second
        self.reject_below = first.reject_below

    def learn(self, sentences: Sequence[str], fingerprint: str) -> None:
        for engine in (self.first, self.second):
            engine.learn(sentences, fingerprint)

    def start(self) -> None:
        for engine in (self.first, self.second):
            engine.start()

    def feed(self, pcm: bytes) -> None:
        for engine in (self.first, self.second):
            engine.feed(pcm)

    def partial(self) -> str:
        return self.first.partial()

    def finish(self) -> list[Guess]:
        """The readings of both, cheapest first; the second's only where the first is unsure."""
        guesses = self.first.finish()
        if _sure(guesses):
            return guesses
        found = {guess.text: guess for guess in guesses}
        for guess in self.second.finish():
            other = guess._replace(cost=guess.cost + (SECOND if guesses else 0.0))
            known = found.get(guess.text)
            if known is None:
                found[guess.text] = other
            elif known.cost > 0.0:  # both heard it: that is worth more than either alone
                found[guess.text] = known._replace(cost=min(known.cost, other.cost), fit=max(known.fit, other.fit))
        return sorted(found.values(), key=lambda guess: guess.cost)

    def close(self) -> None:
        for engine in (self.first, self.second):
            engine.close()


def _sure(guesses: Sequence[Guess]) -> bool:
    return bool(guesses) and guesses[0].clear >= SURE
