"""When a turn of speech starts and stops: pure decisions, frames of speech probability in, events out.

No clock, no sound, no message: the state machine counts frames of 32 ms, so that a recording can be replayed through
it and gives the same turns every time. Three decisions are strategies and can be swapped:

- *turn start*: how many frames how likely are speech (:class:`StartRule`);
- *turn stop*: how much silence ends a turn (:class:`StopRule`). :class:`AdaptiveStop` asks how finished the words
  are: after "stop", which nothing follows, a fifth of a second is enough; after "set a timer for" people think. A fixed
  silence must choose between being slow and cutting people off (LiveKit's turn detector and Pipecat's smart turn
  make the same argument with a network; here the phrases of the device are known and say it themselves);
- *mute*: what is believed while the device itself speaks (:class:`MuteRule`).

    idle ──start rule──> speaking ──silence──> pausing ──stop rule──> idle (Stopped, or Dropped when too short)
                            ^────── speech ───────┘
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from .vad import FRAME_S

__all__ = [
    "AdaptiveStop",
    "Dropped",
    "Endpointer",
    "Event",
    "FixedStop",
    "MuteRule",
    "MuteWhileSpeaking",
    "Paused",
    "RaiseWhileSpeaking",
    "Resumed",
    "StartRule",
    "Started",
    "SteadyStart",
    "StopRule",
    "Stopped",
    "frames",
]  # fmt: skip


def frames(seconds: float) -> int:
    """Whole frames of a time, at least one."""
    return max(1, round(seconds / FRAME_S))


class Started(NamedTuple):
    """Speech began ``ago`` frames before this one."""

    ago: int


class Paused(NamedTuple):
    """The turn may be ending: it has been silent for a moment."""


class Resumed(NamedTuple):
    """It was only a pause: speech goes on with this frame."""


class Stopped(NamedTuple):
    """The turn ended; its last speech was ``silence`` frames ago. ``too_long``: it was cut at the limit."""

    silence: int
    too_long: bool = False


class Dropped(NamedTuple):
    """What had started was too short to be speech."""


Event = Started | Paused | Resumed | Stopped | Dropped


class StartRule(Protocol):
    """How speech is told from noise at the beginning of a turn."""

    threshold: float
    needed: int


class SteadyStart:
    """Speech is ``needed`` frames in a row above ``threshold``."""

    def __init__(self, threshold: float = 0.5, seconds: float = 0.064) -> None:
        self.threshold, self.needed = threshold, frames(seconds)


class StopRule(Protocol):
    """How much silence ends a turn."""

    def silence(self, ending: float) -> int:
        """Frames of silence after which the turn is over; ``ending`` as in ``messages.Partial``."""
        ...


class FixedStop:
    """The same silence always."""

    def __init__(self, seconds: float = 0.6) -> None:
        self._frames = frames(seconds)

    def silence(self, ending: float) -> int:
        return self._frames


class AdaptiveStop:
    """``closed_s`` when nothing can follow, ``complete_s`` for a whole phrase that often goes on, ``open_s`` when
    the words are not a phrase yet (or nobody knows)."""

    def __init__(self, closed_s: float = 0.2, complete_s: float = 0.34, open_s: float = 0.7) -> None:
        self.closed_s, self.complete_s, self.open_s = closed_s, complete_s, open_s

    def silence(self, ending: float) -> int:
        if ending <= 0.0:
            return frames(self.open_s)
        sure = min(1.0, ending)
        return frames(self.complete_s + sure * (self.closed_s - self.complete_s))


class MuteRule(Protocol):
    """What is believed while the device speaks, and for ``tail`` frames after it."""

    tail: int

    def start(self, rule: StartRule) -> tuple[float, int]:
        """Threshold and frames needed to start a turn over the device's own voice."""
        ...


class RaiseWhileSpeaking:
    """Barge-in: a turn may start, but it takes clearer and longer speech. For echo-cancelled microphones, as a
    browser's is."""

    def __init__(self, threshold: float = 0.8, seconds: float = 0.16, tail_s: float = 0.2) -> None:
        self.threshold, self.needed, self.tail = threshold, frames(seconds), frames(tail_s)

    def start(self, rule: StartRule) -> tuple[float, int]:
        return max(self.threshold, rule.threshold), max(self.needed, rule.needed)


class MuteWhileSpeaking:
    """Hear nothing while speaking: for a bare microphone beside a loudspeaker."""

    def __init__(self, tail_s: float = 0.3) -> None:
        self.tail = frames(tail_s)

    def start(self, rule: StartRule) -> tuple[float, int]:
        return 2.0, rule.needed  # no probability reaches 2


class Endpointer:
    """The state machine of one stream.

    ``shortest_s`` of speech make a turn, ``longest_s`` end it in any case, ``pause_s`` of silence make a
    :class:`Paused`. :attr:`hold` keeps a turn open through any silence (a pressed talk button).
    """

    def __init__(
        self,
        start: StartRule | None = None,
        stop: StopRule | None = None,
        mute: MuteRule | None = None,
        *,
        shortest_s: float = 0.12,
        longest_s: float = 15.0,
        pause_s: float = 0.096,
    ) -> None:
        self.start_rule: StartRule = start or SteadyStart()
        self.stop_rule: StopRule = stop or AdaptiveStop()
        self.mute_rule: MuteRule = mute or RaiseWhileSpeaking()
        self.shortest, self.longest, self.pause = frames(shortest_s), frames(longest_s), frames(pause_s)
        self.hold = False
        self.speaking = False
        self._muted = 0
        self._ending = 0.0
        self.reset()

    def reset(self) -> None:
        """Back to idle; what was going on is forgotten."""
        self.in_turn = self._paused = False
        self._run = self._speech = self._length = self._silence = 0
        self._ending = 0.0

    def hint(self, ending: float) -> None:
        """What the recogniser thinks of the words so far; forgotten when speech goes on."""
        if self.in_turn and self._silence:
            self._ending = ending

    def device_speaks(self, active: bool) -> None:
        """The device itself begins or ends to speak."""
        self.speaking = active
        if not active:
            self._muted = self.mute_rule.tail

    def feed(self, probability: float) -> Event | None:
        """One more frame; at most one thing happens in it."""
        if not self.in_turn:
            return self._idle(probability)
        self._length += 1
        paused, resumed = self._paused, False
        # Staying in a turn takes less than starting one: words fade at their ends.
        if probability >= self.start_rule.threshold * 0.7:
            self._speech += 1
            self._silence, self._ending = 0, 0.0
            self._paused, resumed = False, paused
        else:
            self._silence += 1
        if self._length >= self.longest:
            return self._stop(Stopped(self._silence, too_long=True))
        if resumed:
            return Resumed()
        if self._silence == 0:
            return None
        if not self.hold and self._silence >= self.stop_rule.silence(self._ending):
            return self._stop(Stopped(self._silence) if self._speech >= self.shortest else Dropped())
        if self._silence == self.pause and self._speech >= self.shortest:
            self._paused = True
            return Paused()
        return None

    def finish(self) -> Event | None:
        """No more frames will come: whatever runs ends here."""
        if not self.in_turn:
            return None
        return self._stop(Stopped(self._silence) if self._speech >= self.shortest else Dropped())

    def _idle(self, probability: float) -> Event | None:
        threshold, needed = self.start_rule.threshold, self.start_rule.needed
        if self.speaking or self._muted:
            threshold, needed = self.mute_rule.start(self.start_rule)
            self._muted = max(0, self._muted - 1)
        self._run = self._run + 1 if probability >= threshold else 0
        if self._run < needed:
            return None
        begun = Started(self._run - 1)
        self._speech = self._length = self._run
        self._run = self._silence = 0
        self._ending = 0.0
        self.in_turn = True
        return begun

    def _stop(self, event: Event) -> Event:
        self.reset()
        return event
