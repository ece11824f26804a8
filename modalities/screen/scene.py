"""The scene: what the glass should show, as a pure model. Messages in, a stage out; no pixels and no clock.

One stage is shown at a time, the most urgent one: something that rings, then the agent at work, then a card, then
the timers if they were asked for, then the face. ``next_change`` says when the picture next differs, so that the
screen can sleep until then: nothing is drawn to find out that nothing moved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...agent.messages import Show, State
from ...skills.messages import Card, Glance, RingView, TimerView
from ...skills.sky_view import SkyView
from .cards import overflow
from .faces import Face
from .lettering import tidy
from .messages import Shown
from .timing import step_s
from .view import View, countdown, remaining

SMOOTH_S: Final = 30.0
"""The second hand sweeps for so long after the last sign of an onlooker; then it ticks, which costs a thirtieth."""
SLIDE_S: Final = 0.26
RING_FPS: Final = 15
MAX_CARD_S: Final = 600.0
MAX_VIEWS: Final = 64
"""Timers and rings kept; a glance with more is cut."""

Kind = Literal["ring", "listening", "thinking", "speaking", "card", "timers", "stopwatch", "face", "ambient"]


class Stage(NamedTuple):
    """What is on the glass. ``key`` changes when one picture should give way to another."""

    kind: Kind
    key: tuple[object, ...]


class Scene:
    """State of the glass. Times are Unix seconds given by the caller."""

    def __init__(self, faces: Sequence[Face], *, zone: str = "", face: str = "", fps: int = 30) -> None:
        self.faces = list(faces)
        self.fps = fps
        self.index = next((i for i, f in enumerate(self.faces) if f.name == face), 0)
        self.ambient = False
        self.zone: tzinfo | None = _zone(zone)
        self.battery: int | None = None
        self.steps: int | None = None
        self.heart_rate: int | None = None
        self.weather = ""
        self.next_alarm: datetime | None = None
        self.timers: list[TimerView] = []
        self.rings: list[RingView] = []
        self.stopwatch_started = 0.0
        self.stopwatch_laps = 0
        self.brightness = 100
        self.modes: tuple[str, ...] = ()
        self.unread = 0
        self.sky: SkyView | None = None
        self.phase: str = "idle"
        self.words = ""
        self.card: Card | None = None
        self.card_until = 0.0
        self.card_count = 0
        self.scroll = 0.0
        self.marked: int | None = None
        """The line of the card that a finger points at."""
        self.timers_open = False
        self.touched_at = 0.0
        self.slide = 0
        """+1 or -1 while the last change of face came from a turn or swipe, else 0."""
        self.moving_until = 0.0

    # what the device says

    def glance(self, glance: Glance) -> None:
        """Take over what a glance says; fields left None stay."""
        if glance.timers is not None:
            order = {"ringing": 2, "running": 0, "paused": 1}
            timers = [t for t in glance.timers[:MAX_VIEWS] if t.state != "ringing"]
            self.timers = sorted(timers, key=lambda t: (order[t.state], t.ends_at))
            self.timers_open = self.timers_open and bool(self.timers)
        if glance.rings is not None:
            if glance.rings and not self.rings:
                self.dismiss_card()  # what a ring covers is old news when the ring ends
            self.rings = list(glance.rings[:MAX_VIEWS])
        if glance.next_alarm is not None:
            self.next_alarm = _local(glance.next_alarm)
        if glance.stopwatch_started is not None:
            self.stopwatch_started = glance.stopwatch_started
        if glance.stopwatch_laps is not None:
            self.stopwatch_laps = glance.stopwatch_laps
        if glance.battery is not None:
            self.battery = min(max(glance.battery, 0), 100)
        if glance.steps is not None:
            self.steps = max(glance.steps, 0)
        if glance.heart_rate is not None:
            self.heart_rate = glance.heart_rate if glance.heart_rate > 0 else None
        if glance.weather is not None:
            self.weather = tidy(glance.weather)
        if glance.sky is not None:
            self.sky = glance.sky
        if glance.brightness is not None:
            self.brightness = min(max(glance.brightness, 0), 100)
        if glance.modes is not None:
            self.modes = tuple(glance.modes[:16])
        if glance.zone is not None:
            self.zone = _zone(glance.zone)
        if glance.unread is not None:
            self.unread = glance.unread
        if glance.face:
            self.choose(glance.face)

    def show(self, show: Show, now: float) -> None:
        """Put a card up."""
        self.card = show.card
        self.card_until = now + min(max(show.seconds, 0.5), MAX_CARD_S)
        self.card_count += 1
        self.scroll, self.marked = 0.0, None
        self.timers_open = False
        self.wake(now)

    def state(self, state: State, now: float) -> None:
        """The agent listens, thinks, speaks or rests."""
        self.phase = state.phase
        self.words = tidy(state.text)
        if state.phase != "idle":
            self.wake(now)

    def choose(self, name: str) -> bool:
        """Show a face by name; False if there is none of that name."""
        for index, face in enumerate(self.faces):
            if face.name == name.strip().lower():
                self.index, self.slide = index, 0
                return True
        return False

    def offer(self, faces: Sequence[Face]) -> None:
        """Other faces to choose from; the one that is shown stays."""
        shown = self.face
        self.faces = [shown if each.name == shown.name else each for each in faces]
        if shown not in self.faces:
            self.faces.append(shown)
        self.index = self.faces.index(shown)

    def wear(self, face: Face) -> None:
        """Show a face that is new, or new under its name."""
        self.faces = [each for each in self.faces if each.name != face.name] + [face]
        self.index, self.slide, self.ambient = len(self.faces) - 1, 0, False

    def wake(self, now: float) -> None:
        """Someone looks: leave ambient mode and move smoothly for a while."""
        self.ambient = False
        self.touched_at = now

    def expire(self, now: float) -> None:
        """Forget a card whose time is over; one that is being spoken stays until the words end."""
        if self.card is not None and now >= self.card_until and self.phase != "speaking":
            self.dismiss_card()

    # what the owner does

    def turn_faces(self, step: int, now: float) -> None:
        """The next or previous face, sliding in."""
        self.index = (self.index + step) % len(self.faces)
        self.slide = 1 if step > 0 else -1
        self.moving_until = now + SLIDE_S
        self.wake(now)

    def scroll_by(self, distance: float, now: float) -> None:
        """Move a long card; it stays up while it is being read."""
        if self.card is not None:
            self.scroll = min(max(self.scroll + distance, 0.0), overflow(self.card))
            self.card_until = max(self.card_until, now + 6.0)

    def mark(self, line: int, now: float) -> None:
        """A finger points at a line of the card, which stays up to be spoken of."""
        self.marked = line
        self.card_until = max(self.card_until, now + 8.0)

    def dismiss_card(self) -> None:
        self.card = None
        self.scroll, self.marked = 0.0, None

    # what follows

    @property
    def face(self) -> Face:
        return self.faces[self.index]

    @property
    def toast(self) -> Card | None:
        """The card that is only a line over the face, because it is about the face."""
        return self.card if self.card is not None and self.card.kind == "face" else None

    def stage(self, now: float) -> Stage:
        """What should be on the glass at ``now``."""
        self.expire(now)
        if self.rings:
            return Stage("ring", ("ring", self.rings[0].id))
        if self.phase == "listening":
            return Stage("listening", ("listening",))
        if self.phase in ("thinking", "acting"):
            return Stage("thinking", ("thinking",))
        if self.card is not None and not self.toast:
            if self.card.kind == "timer" and self.timers:
                return Stage("timers", ("timers", self.timers[0].id))
            return Stage("card", ("card", self.card_count))
        if self.phase == "speaking" and self.words and not self.toast:
            return Stage("speaking", ("speaking",))
        if self.timers_open and self.timers:
            return Stage("timers", ("timers", self.timers[0].id))
        if self.timers_open and self.stopwatch_started:
            return Stage("stopwatch", ("stopwatch",))
        if self.ambient:
            return Stage("ambient", ("ambient",))
        return Stage("face", ("face", self.face.name))

    def moment(self, now: float) -> datetime:
        """Local time with zone."""
        if self.zone is None:
            return datetime.fromtimestamp(now).astimezone()
        return datetime.fromtimestamp(now, self.zone)

    def view(self, now: float) -> View:
        """The data sources for a face."""
        return View(
            self.moment(now), self.ambient, now - self.touched_at < SMOOTH_S, self.battery, self.steps,
            self.heart_rate, self.weather, self.next_alarm, tuple(self.timers), self.stopwatch_started, self.modes,
            self.unread, self.sky,
        )  # fmt: skip

    def next_change(self, now: float) -> float:
        """When the picture next differs from that of ``now``; always later than ``now``."""
        frame = 1 / self.fps
        if now < self.moving_until:
            return now + frame
        stage = self.stage(now)
        speaking = self.phase == "speaking"
        if stage.kind in ("listening", "thinking", "speaking") or (speaking and stage.kind == "card"):
            return now + frame
        if stage.kind == "ring":
            return now + 1 / RING_FPS
        if stage.kind == "card":
            return max(self.card_until, now + frame)
        ends = self.card_until if self.card is not None and not speaking else float("inf")
        if stage.kind == "timers":
            step = min(step_s(t, self.fps) for t in self.timers)
            return min(_after(now, step), max(ends, now + frame))
        if stage.kind == "stopwatch":
            return _after(now, 0.1)
        view = self.view(now)
        period = self.face.period(view)
        following = now + frame if period <= frame else _after(now, period)
        if self.toast:
            following = min(following, max(ends, now + frame))
        if view.smooth and not self.ambient:
            # The sweep ends by itself: one more picture then, and ticks from there on.
            following = min(following, max(self.touched_at + SMOOTH_S, now + frame))
        return following

    def describe(self, now: float) -> Shown:
        """The stage in words, for those who cannot see the glass; changes at most once a minute on a face."""
        stage = self.stage(now)
        moment = self.moment(now)
        clock = f"{moment:%H:%M}, {moment:%A} {moment.day} {moment:%B}"
        ring = self.rings[0] if self.rings else None
        said: dict[Kind, Callable[[], str]] = {
            "ring": lambda: f"{ring.kind} ringing: {ring.title} {ring.text}" if ring else "",
            "listening": lambda: "Listening",
            "thinking": lambda: "Thinking",
            "speaking": lambda: self.words,
            "card": lambda: _read(self.card),
            "timers": lambda: "; ".join(_say_timer(t, now) for t in self.timers[:3]),
            "stopwatch": lambda: "Stopwatch running",
            "ambient": lambda: f"Ambient {self.face.name} face, {clock}",
            "face": lambda: f"{_read(self.toast)}. " * bool(self.toast) + f"{self.face.name} face, {clock}",
        }
        return Shown(
            stage.kind, tidy(said[stage.kind]()), self.face.name, self.ambient,
            ring.kind if ring else "", ring.id if ring else "",
        )  # fmt: skip


def _after(now: float, step: float) -> float:
    """The next multiple of ``step`` after ``now``."""
    # A hair later than the boundary, so that the clock has surely passed it.
    return (int(now / step) + 1) * step + 0.001


def _zone(name: str) -> tzinfo | None:
    """A zone by IANA name; None (the machine's own) for none or one that does not exist."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _local(text: str) -> datetime | None:
    """ISO local time; None for none or nonsense."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None


def _read(card: Card | None) -> str:
    return "" if card is None else ". ".join(part for part in (card.title, card.text, *card.lines[:10]) if part)


def _say_timer(timer: TimerView, now: float) -> str:
    # To the minute while there are minutes, so that the words do not change every second.
    left = remaining(timer, now)
    rest = f"{-(-left // 60):.0f} min" if left > 60 else countdown(-(-left // 10) * 10)
    return f"{timer.label or 'Timer'} {timer.state}, about {rest} left"
