"""The views that count: timers down, the stopwatch up, and what rings when they end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from ...skills.messages import RingView, TimerView
from .icons import icon
from .lettering import BOLD, BOLD_DISPLAY, MEDIUM, cut, fit, font, tidy
from .paint import MIDDLE, Canvas, glow, round_mask, sweep_gradient
from .palette import ACCENTS, AMBER, BLACK, CORAL, INK, MUTED, SOFT, TRACK, mix
from .view import countdown, remaining

Box = tuple[float, float, float, float]

DISMISS: Final[Box] = (96.0, 318.0, 370.0, 376.0)
SNOOZE: Final[Box] = (146.0, 386.0, 320.0, 430.0)
_RADIUS: Final = 212


def step_s(timer: TimerView, fps: int) -> float:
    """Seconds in which the countdown ring moves by half a pixel; between a frame and a second."""
    if timer.state != "running" or timer.total_s <= 0:
        return 1.0
    return min(max(timer.total_s / (2 * math.pi * _RADIUS) / 2, 1 / fps), 1.0)


def paint_timers(canvas: Canvas, timers: Sequence[TimerView], now: float, clock: str) -> None:
    """The nearest timer with its ring; up to two more below it. ``clock`` is when it ends, as text."""
    side, k = canvas.side, canvas.scale
    timer = timers[0]
    left = remaining(timer, now)
    share = min(left / timer.total_s, 1.0) if timer.total_s > 0 else 0.0
    paused = timer.state == "paused"
    canvas.image.paste(glow(side, mix(BLACK, AMBER, 0.10), BLACK, 0.9), (0, 0), round_mask(side))
    canvas.arc(_RADIUS, 14, 0, 360, TRACK)
    if share > 0.001:
        ring = MUTED if paused else sweep_gradient(side, (CORAL, AMBER, AMBER))
        canvas.arc(_RADIUS, 14, 0, share * 360, ring)
    icon(canvas, "timer", MIDDLE, 96, 40, MUTED if paused else AMBER)
    label = cut(tidy(timer.label) or "Timer", MEDIUM, round(25 * k), 250 * k)
    canvas.text(MIDDLE, 141, label, MEDIUM, 25, SOFT)
    text = countdown(left)
    size = 104 if len(text) <= 5 else 78
    canvas.text(MIDDLE, 224, text, BOLD, size, MUTED if paused else INK)
    under = "Paused" if paused else f"until {clock}"
    canvas.text(MIDDLE, 299, under, MEDIUM, 24, AMBER if paused else MUTED)
    for index, other in enumerate(timers[1:3]):
        name = cut(tidy(other.label) or "Timer", MEDIUM, round(21 * k), 120 * k)
        canvas.text(MIDDLE, 340 + index * 30, f"{name}  {countdown(remaining(other, now))}", MEDIUM, 21, MUTED)
    if len(timers) > 3:
        canvas.text(MIDDLE, 400, f"and {len(timers) - 3} more", MEDIUM, 19, MUTED)


def paint_stopwatch(canvas: Canvas, started: float, laps: int, now: float) -> None:
    """Elapsed time to a tenth, with a ring that goes round once a minute."""
    side = canvas.side
    gone = max(now - started, 0.0)
    tenths = int(gone * 10)
    hours, rest = divmod(tenths // 10, 3600)
    text = f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60:02d}:{rest % 60:02d}"
    canvas.image.paste(glow(side, mix(BLACK, AMBER, 0.10), BLACK, 0.9), (0, 0), round_mask(side))
    canvas.arc(_RADIUS, 14, 0, 360, TRACK)
    canvas.arc(_RADIUS, 14, 0, max(gone % 60 * 6, 0.5), sweep_gradient(side, (CORAL, AMBER, AMBER)))
    icon(canvas, "stopwatch", MIDDLE, 96, 40, AMBER)
    canvas.text(MIDDLE, 141, "Stopwatch", MEDIUM, 25, SOFT)
    canvas.text(MIDDLE, 224, text, BOLD, 96 if not hours else 72, INK)
    canvas.text(MIDDLE, 296, f".{tenths % 10}", BOLD, 44, AMBER)
    if laps:
        canvas.text(MIDDLE, 350, f"{laps} lap" + ("s" if laps != 1 else ""), MEDIUM, 24, MUTED)


def paint_ring(canvas: Canvas, ring: RingView, more: int, clock: str, beat: float) -> None:
    """Something rings: what, since when, and two targets. ``beat`` 0..1 is the place in the pulse."""
    side, k = canvas.side, canvas.scale
    colour = ACCENTS[ring.kind]
    swell = 0.5 - 0.5 * math.cos(beat * 2 * math.pi)
    canvas.image.paste(glow(side, mix(BLACK, colour, 0.20), BLACK, 0.98), (0, 0), round_mask(side))
    canvas.arc(224, 5 + 6 * round(swell * 8) / 8, 0, 360, mix(mix(BLACK, colour, 0.35), colour, swell))
    name = {"alarm": "alarm", "timer": "timer", "reminder": "bell"}[ring.kind]
    canvas.disc(MIDDLE, 84, 38, mix(BLACK, colour, 0.28))
    shake = 3.0 * math.sin(beat * 8 * math.pi) if swell > 0.5 else 0.0
    icon(canvas, name, MIDDLE + shake, 84, 44, colour)
    canvas.text(MIDDLE, 148, clock, BOLD_DISPLAY, 44, INK)
    title, under = _ring_words(ring, clock)
    sizes = [round(size * k) for size in (38, 33, 29, 26)]
    bottom = 262 if under else 308
    setting = fit(title, MEDIUM, sizes, radius=200 * k, top=180 * k, bottom=bottom * k, centre=MIDDLE * k)
    for text, x, y in setting.lines:
        canvas.image_text(text, x, y, font(MEDIUM, setting.pixels), INK)
    if under:
        canvas.text(MIDDLE, 284, cut(under, MEDIUM, round(27 * k), 330 * k), MEDIUM, 27, SOFT)
    canvas.pill(*DISMISS, colour)
    canvas.text(MIDDLE, (DISMISS[1] + DISMISS[3]) / 2, "Dismiss", BOLD, 27, (30, 10, 8))
    if has_snooze(ring):
        canvas.pill(*SNOOZE, mix(BLACK, colour, 0.26))
        canvas.text(MIDDLE, (SNOOZE[1] + SNOOZE[3]) / 2, "Snooze", BOLD, 24, INK)
        if more:
            canvas.text(MIDDLE + 76, 150, f"+{more}", BOLD, 26, colour, anchor="lm")
    elif more:
        canvas.text(MIDDLE, 404, f"and {more} more", MEDIUM, 22, MUTED)


def _ring_words(ring: RingView, clock: str) -> tuple[str, str]:
    """What is said large, and small below it: of a reminder what to do, of others their name first."""
    title, text = tidy(ring.title) or ring.kind.capitalize(), tidy(ring.text)
    if ring.kind == "reminder" and text:
        return text, ""
    return title, text if text not in (title, clock) else ""


def has_snooze(ring: RingView) -> bool:
    """A timer that ended is over; alarms and reminders can come again."""
    return ring.kind != "timer"


def inside(box: Box, x: float, y: float, slack: float = 6.0) -> bool:
    """Whether a touch hits a target, with a little slack for fingers."""
    return box[0] - slack <= x <= box[2] + slack and box[1] - slack <= y <= box[3] + slack
