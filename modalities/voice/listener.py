"""One stream of sound, turned into acts: wake, begin, more, pause, stop, drop.

The listener joins the pre-roll ring, the wake word, the voice detector and the endpointer; like them it knows no
clock and sends no message: time is counted in frames of the stream itself, and what is to be done is returned as
acts for the service to carry out. Modes:

- ``always``: every turn of speech is taken.
- ``wake``: asleep until the wake word; then one turn, and a window for follow-ups without it.
- ``push``: asleep until the talk button. Held, it keeps the turn open until it is let go; tapped, the turn ends by
  itself. The button also works in the other modes.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from .endpoint import Dropped, Endpointer, Paused, Resumed, Started, Stopped, frames
from .ring import PreRoll
from .vad import FRAME_S, VoiceDetector
from .wake import WakeWord

__all__ = ["Act", "Begin", "Drop", "End", "Listener", "More", "Pause", "Resume", "Woke"]

Mode = Literal["wake", "push", "always"]

PRE_ROLL_S = 0.3
"""Sound before the first sure frame of speech that belongs to the turn."""
HEARD_AFTER_WAKE_S = 0.096
"""The wake word is noticed about this long after it ended; a command may already have begun."""
WAIT_AFTER_WAKE_S = 5.0
FOLLOW_UP_S = 4.0
TAP_S = 0.4
WHISPER = 0.15
"""A held button takes even what the voice detector doubts, if it saw a frame this likely."""


class Woke(NamedTuple):
    by: str


class Begin(NamedTuple):
    """A turn began; ``pcm`` holds the pre-roll and what led to the decision."""

    pcm: bytes


class More(NamedTuple):
    pcm: bytes


class Pause(NamedTuple):
    """The turn may be over: a good moment to decode ahead."""


class Resume(NamedTuple):
    """It was not over: what was taken for silence belongs to the turn."""


class End(NamedTuple):
    """The turn is over. ``endpoint_s`` is from the last speech to this decision."""

    audio_s: float
    endpoint_s: float
    too_long: bool = False


class Drop(NamedTuple):
    """Nothing came of it: ``began`` says whether a Begin went before."""

    reason: Literal["silence", "noise", "aborted"]
    began: bool
    audio_s: float = 0.0


Act = Woke | Begin | More | Pause | Resume | End | Drop


class Listener:
    """See the module's text. ``feed`` returns the acts that follow from some samples, in order."""

    def __init__(
        self,
        mode: Mode,
        wake_word: str = "okay_nabu",
        endpointer: Endpointer | None = None,
        follow_up_s: float = FOLLOW_UP_S,
    ) -> None:
        self.mode = mode
        self.endpointer = endpointer or Endpointer()
        self._detector = VoiceDetector()
        self._wake = WakeWord(wake_word) if mode == "wake" else None
        self._ring = PreRoll(frames(PRE_ROLL_S) + 32)
        self._follow_up = frames(follow_up_s) if follow_up_s > 0 else 0
        self._awake = 0  # frames left in which a turn may start without being woken
        self._told = False  # whether sleep must be announced: someone was promised to be heard
        self._since_wake = 0
        self._held = 0  # frames the button is down, 0 = up
        self._loudest = 0.0
        self._turn = 0  # frames of the turn
        self._deaf = False  # until the turn under way is over

    @property
    def attentive(self) -> bool:
        """Whether speech would start a turn now."""
        return self.mode == "always" or self._awake > 0 or self._held > 0

    def feed(self, pcm: bytes) -> list[Act]:
        """The acts that follow from these samples (any number, 16 kHz mono s16le)."""
        acts: list[Act] = []
        for frame, probability in self._detector.feed(pcm):
            self._frame(frame, probability, acts)
        return acts

    def _frame(self, frame: bytes, probability: float, acts: list[Act]) -> None:
        self._ring.push(frame)
        self._since_wake += 1
        if self._held:
            self._held += 1
            self._loudest = max(self._loudest, probability)
        if self._deaf:
            if isinstance(self.endpointer.feed(probability), Stopped | Dropped):
                self._deaf = False
            return
        if self.endpointer.in_turn:
            self._turn += 1
            acts.append(More(frame))
            self._event(probability, acts)
            return
        if self._wake is not None and self._wake.feed(frame):
            self._ring.clear()  # the wake word itself must not be transcribed
            self._ring.push(frame)
            self._open(self._wake.model, WAIT_AFTER_WAKE_S, acts)
            return
        if not self.attentive:
            return
        if self._awake and not self._held:
            self._awake -= 1
            if self._awake == 0 and self.mode != "always":
                self.endpointer.reset()
                if self._told:
                    self._told = False
                    acts.append(Drop("silence", began=False))
                return
        self._event(probability, acts)

    def _event(self, probability: float, acts: list[Act]) -> None:
        event = self.endpointer.feed(probability)
        if isinstance(event, Started):
            before = min(event.ago + 1 + frames(PRE_ROLL_S), self._since_wake + frames(HEARD_AFTER_WAKE_S))
            pcm = self._ring.newest(before)
            self._turn = len(pcm) // 1024
            acts.append(Begin(pcm))
        elif isinstance(event, Paused):
            acts.append(Pause())
        elif isinstance(event, Resumed):
            acts.append(Resume())
        elif isinstance(event, Stopped):
            self._ended(event, acts)
        elif isinstance(event, Dropped):
            acts.append(Drop("noise", began=True, audio_s=self._turn * FRAME_S))
            self._turn = 0

    def _ended(self, event: Stopped, acts: list[Act]) -> None:
        acts.append(End(self._turn * FRAME_S, event.silence * FRAME_S, event.too_long))
        self._turn = 0
        self._held = 0
        self.endpointer.hold = False
        self._told = False
        self._awake = self._follow_up if self.mode == "wake" else 0

    def _open(self, by: str, seconds: float, acts: list[Act]) -> None:
        self._awake, self._told, self._since_wake = frames(seconds), True, 0
        self.endpointer.reset()
        acts.append(Woke(by))

    def push(self, down: bool) -> list[Act]:
        """The talk button went down or up."""
        acts: list[Act] = []
        if down:
            if not self._held:
                if not self.endpointer.in_turn:
                    self._open("button", WAIT_AFTER_WAKE_S, acts)
                    self._since_wake = frames(PRE_ROLL_S)  # people begin to speak before the button is quite down
                self._held, self._loudest = 1, 0.0
                self.endpointer.hold = True
            return acts
        held, self._held = self._held, 0
        self.endpointer.hold = False
        if held == 0 or held <= frames(TAP_S):
            return acts  # a tap: the turn ends by itself
        if self.endpointer.in_turn:
            return acts + self.finish()
        self._awake, self._told = 0, False
        self.endpointer.reset()
        if self._loudest >= WHISPER:
            pcm = self._ring.newest(held)
            audio_s = len(pcm) / 32_000
            return [*acts, Begin(pcm), End(audio_s, 0.0)]
        return [*acts, Drop("silence", began=False)]

    def device_speaks(self, active: bool) -> None:
        """The device itself begins or ends to speak; a follow-up may come when it is done."""
        self.endpointer.device_speaks(active)
        if self._awake and not self._told:
            self._awake = self._follow_up

    def hint(self, ending: float) -> None:
        """How finished the words are, from the recogniser."""
        self.endpointer.hint(ending)

    def gap(self) -> None:
        """Samples were lost: what comes does not follow what was. A turn under way goes on."""
        self._detector.reset()
        if not self.endpointer.in_turn:
            self._ring.clear()
            if self._wake is not None:
                self._wake.reset()

    def abandon(self) -> None:
        """The recogniser failed: the rest of this turn is of no use, and must not be taken for a turn of its own."""
        self._deaf = self.endpointer.in_turn
        self._turn = 0

    def finish(self) -> list[Act]:
        """No more samples will come for the turn under way."""
        acts: list[Act] = []
        event = self.endpointer.finish()
        if self._deaf:
            self._deaf = False
            return acts
        if isinstance(event, Stopped):
            self._ended(event, acts)
        elif isinstance(event, Dropped):
            acts.append(Drop("noise", began=True, audio_s=self._turn * FRAME_S))
            self._turn = 0
        return acts
