"""The view: everything a face may show, at one moment; the data sources of a watch face.

A face is a function of this and nothing else, so the same view draws the same pixels. The fields mirror the sources
of the Watch Face Format (time, battery, steps, heart rate, complications), so that a face described in that format
can be drawn behind the same protocol later.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from ...skills.messages import TimerView
from ...skills.sky_view import SkyView

STEP_GOAL = 10_000


class View(NamedTuple):
    """What is true at ``moment`` (local, with zone). A reading that is not known is ``None`` or empty."""

    moment: datetime
    ambient: bool = False
    smooth: bool = True
    """The second hand sweeps; otherwise it ticks once a second."""
    battery: int | None = None
    steps: int | None = None
    heart_rate: int | None = None
    weather: str = ""
    next_alarm: datetime | None = None
    timers: tuple[TimerView, ...] = ()
    stopwatch_started: float = 0.0
    modes: tuple[str, ...] = ()
    unread: int = 0
    sky: SkyView | None = None

    @property
    def seconds(self) -> float:
        """Seconds of the minute, with fraction when the hand sweeps."""
        return self.moment.second + (self.moment.microsecond / 1e6 if self.smooth else 0.0)

    @property
    def alarm_text(self) -> str:
        """``07:00`` today or tomorrow before that hour, else ``Mon 07:00``; empty for none."""
        if self.next_alarm is None:
            return ""
        away = (self.next_alarm - self.moment.replace(tzinfo=None)).total_seconds()
        return f"{self.next_alarm:%H:%M}" if away < 86_400 else f"{self.next_alarm:%a %H:%M}"

    @property
    def temperature(self) -> str:
        """The degrees in the weather line: ``12°`` from ``12°C light rain``; its first word if there are none."""
        found = re.search(r"-?\d+(?:\.\d+)?\s*°", self.weather)
        if found is not None:
            return found.group().replace(" ", "")
        return self.weather.split(" ")[0][:8] if self.weather else ""

    @property
    def nearest_timer(self) -> TimerView | None:
        """The running timer that ends first, else a paused one."""
        running = [t for t in self.timers if t.state == "running"]
        if running:
            return min(running, key=lambda t: t.ends_at)
        return self.timers[0] if self.timers else None


def remaining(timer: TimerView, now: float) -> float:
    """Seconds a timer still has at Unix time ``now``; never negative."""
    left = timer.ends_at - now if timer.state == "running" else timer.remaining_s
    return max(left, 0.0)


def countdown(seconds: float) -> str:
    """``9:41`` or ``1:05:00``; rounded up, so that it reads 0:00 only when it is over."""
    whole = int(seconds) + (1 if seconds > int(seconds) else 0)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
