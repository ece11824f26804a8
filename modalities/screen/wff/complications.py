"""Complications: what each slot of a face shows, made from the device's own data by the format's system providers.

Our own providers ``bluerill/timer``, ``bluerill/alarm``, ``bluerill/stopwatch`` and ``bluerill/weather`` may be named
as a slot's primary or secondary provider; providers of other platforms' apps are passed over, as the format intends,
until the system's default.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from PIL import Image

from ..icons import icon_mask
from ..view import countdown, remaining
from .device import Device
from .expression import Value
from .expression.names import names
from .node import Node
from .weather import CONDITIONS

EMPTY: Final = "EMPTY"
ICON_PIXELS: Final = 96


class Data(NamedTuple):
    """What a provider knows now. ``low``, ``high``, ``value`` make a ranged value, or progress towards ``high``."""

    text: str
    title: str = ""
    icon: str = ""
    long: str = ""
    value: float | None = None
    low: float = 0.0
    high: float = 100.0


Provider = Callable[[Device], Data | None]


class Policy(NamedTuple):
    """What a slot asks for, best first: (provider, type)."""

    wishes: tuple[tuple[str, str], ...]

    @property
    def first(self) -> str:
        return self.wishes[0][0] if self.wishes else ""


def read_policy(node: Node | None) -> Policy:
    """A DefaultProviderPolicy; without one a slot is empty."""
    if node is None:
        return Policy(())
    pairs = (
        ("primaryProvider", "primaryProviderType"),
        ("secondaryProvider", "secondaryProviderType"),
        ("defaultSystemProvider", "defaultSystemProviderType"),
    )
    return Policy(tuple((node.get(who), node.get(kind, EMPTY)) for who, kind in pairs if node.get(who)))


class Complications:
    """The slots of one face. ``policies`` by slot; ``supported`` the types each can show."""

    def __init__(self, policies: Mapping[str, Policy], supported: Mapping[str, frozenset[str]]) -> None:
        self._policies = policies
        self._supported = supported
        self._kept: tuple[Device, dict[str, tuple[str, Data | None]]] | None = None

    def value(self, slot: str, name: str, device: Device) -> Value:
        """One field of a slot's data."""
        kind, data = self._now(slot, device)
        if name == "TYPE":
            return kind
        return None if data is None else _field(name, data, kind)

    def _now(self, slot: str, device: Device) -> tuple[str, Data | None]:
        if self._kept is None or self._kept[0] is not device:
            self._kept = (device, {})
        kept = self._kept[1]
        if slot not in kept:
            kept[slot] = self._chosen(slot, device)
        return kept[slot]

    def _chosen(self, slot: str, device: Device) -> tuple[str, Data | None]:
        wished = device.overrides.get(f"COMPLICATION.{slot}.TYPE")
        if isinstance(wished, str):
            return wished, Data("", value=0.0)
        for who, kind in self._policies.get(slot, Policy(())).wishes:
            provider = PROVIDERS.get(who)
            if kind == EMPTY and who in PROVIDERS:
                return EMPTY, None
            if provider is None or kind not in self._supported.get(slot, frozenset()):
                continue
            data = provider(device.as_set)
            if data is not None and _gives(data, kind):
                return kind, data
        return EMPTY, None


def _gives(data: Data, kind: str) -> bool:
    """Whether a provider's data can be shown as a type."""
    if kind in ("RANGED_VALUE", "GOAL_PROGRESS"):
        return data.value is not None
    if kind in ("MONOCHROMATIC_IMAGE", "SMALL_IMAGE"):
        return bool(data.icon)
    return kind == "SHORT_TEXT" or (kind == "LONG_TEXT" and bool(data.long))


def _field(name: str, data: Data, kind: str) -> Value:
    if name in ("MONOCHROMATIC_IMAGE", "MONOCHROMATIC_IMAGE_AMBIENT"):
        return icon_png(data.icon) if data.icon else None
    if name in ("SMALL_IMAGE", "SMALL_IMAGE_AMBIENT"):
        return icon_png(data.icon) if data.icon else None
    values: dict[str, Value] = {
        "TEXT": (data.long if kind == "LONG_TEXT" else data.text) or None,
        "TITLE": data.title or None,
        "RANGED_VALUE_VALUE": data.value,
        "RANGED_VALUE_MIN": data.low,
        "RANGED_VALUE_MAX": data.high,
        "GOAL_PROGRESS_VALUE": data.value,
        "GOAL_PROGRESS_TARGET_VALUE": data.high,
    }
    return values.get(name)


@lru_cache(maxsize=32)
def icon_png(name: str) -> bytes:
    """An icon of the watch, white, as an encoded picture."""
    mask = icon_mask(name, ICON_PIXELS)
    image = Image.new("RGBA", mask.size, (255, 255, 255, 0))
    image.putalpha(mask)
    sink = io.BytesIO()
    image.save(sink, "PNG")
    return sink.getvalue()


def _battery(d: Device) -> Data | None:
    return None if d.battery is None else Data(f"{d.battery}%", "", "battery", f"Battery {d.battery}%", d.battery)


def _steps(d: Device) -> Data | None:
    if d.steps is None:
        return None
    return Data(f"{d.steps}", "Steps", "steps", f"{d.steps} steps", min(d.steps, d.step_goal), 0, d.step_goal)


def _heart(d: Device) -> Data | None:
    if d.heart_rate is None:
        return Data("--", "", "heart")
    return Data(f"{d.heart_rate}", "BPM", "heart", f"{d.heart_rate} beats a minute", d.heart_rate, 40, 200)


def _unread(d: Device) -> Data | None:
    return Data(f"{d.unread}", "", "bell", f"{d.unread} unread", d.unread, 0, 20)


def _date(d: Device) -> Data | None:
    language = names(d.language)
    day = f"{language.months_short[d.moment.month - 1]} {d.moment.day}"
    return Data(day, "", "", f"{language.months[d.moment.month - 1]} {d.moment.day}")


def _weekday(d: Device) -> Data | None:
    language = names(d.language)
    index = d.moment.isoweekday() % 7
    return Data(language.days_short[index], "", "", language.days[index])


def _day_and_date(d: Device) -> Data | None:
    language = names(d.language)
    index = d.moment.isoweekday() % 7
    long = f"{language.days[index]}, {language.months[d.moment.month - 1]} {d.moment.day}"
    return Data(f"{d.moment.day}", language.days_short[index], "", long)


def _clock(d: Device) -> str:
    return f"{d.moment:%H:%M}" if d.day24 else f"{(d.moment.hour + 11) % 12 + 1}:{d.moment:%M}"


def _time_and_date(d: Device) -> Data | None:
    date = _date(d)
    return Data(_clock(d), date.text if date else "", "", f"{_clock(d)}  {date.long if date else ''}")


def _world_clock(d: Device) -> Data | None:
    from datetime import UTC

    there = d._replace(moment=d.moment.astimezone(UTC))
    return Data(_clock(there), "UTC", "", f"{_clock(there)} UTC")


def _sun(d: Device) -> Data | None:
    if d.sky is None or not d.sky.sunrise or not d.sky.sunset:
        return Data("--", "", "sun")
    now = d.moment.timestamp()
    rising = now > d.sky.sunset or now < d.sky.sunrise
    # tomorrow's sunrise is within minutes of today's
    at = d.sky.sunrise if rising else d.sky.sunset
    moment = type(d.moment).fromtimestamp(at, d.moment.tzinfo)
    return Data(_clock(d._replace(moment=moment)), "Sunrise" if rising else "Sunset", "sun")


def _alarm(d: Device) -> Data | None:
    if d.next_alarm is None:
        return None
    text = _clock(d._replace(moment=d.next_alarm))
    return Data(text, "Alarm", "alarm", text)


def _next_event(d: Device) -> Data | None:
    """There is no calendar here; the next alarm is the next thing that happens."""
    return _alarm(d) or Data("No events", "", "", "No events")


def _timer(d: Device) -> Data | None:
    running = [timer for timer in d.timers if timer.state == "running"] or list(d.timers)
    if not running:
        return None
    timer = min(running, key=lambda t: t.ends_at)
    left = remaining(timer, d.moment.timestamp())
    text = countdown(left)
    return Data(
        text, timer.label or "Timer", "timer", f"{timer.label or 'Timer'} {text}", left, 0, max(timer.total_s, 1)
    )


def _stopwatch(d: Device) -> Data | None:
    if not d.stopwatch_started:
        return None
    return Data(countdown(int(d.moment.timestamp() - d.stopwatch_started)), "", "stopwatch")


_SKY_ICONS: Final = {
    1: "moon", 3: "fog", 4: "rain", 5: "snow", 6: "rain", 7: "snow", 8: "sun", 9: "storm", 10: "snow", 11: "snow",
    12: "rain", 13: "fog",
}  # fmt: skip


def _weather(d: Device) -> Data | None:
    if d.sky is None:
        return None
    degrees = d.sky.degrees(d.sky.celsius)
    text = CONDITIONS[d.sky.condition] if degrees is None else f"{degrees}°"
    icon = _SKY_ICONS.get(d.sky.condition, "cloud")
    return Data(text, CONDITIONS[d.sky.condition], icon, f"{text} {CONDITIONS[d.sky.condition]}")


PROVIDERS: Final[dict[str, Provider]] = {
    "APP_SHORTCUT": lambda d: Data("Apps", "", "list"),
    "DATE": _date,
    "DAY_AND_DATE": _day_and_date,
    "DAY_OF_WEEK": _weekday,
    "EMPTY": lambda d: None,
    "FAVORITE_CONTACT": lambda d: None,
    "HEART_RATE": _heart,
    "NEXT_EVENT": _next_event,
    "STEP_COUNT": _steps,
    "SUNRISE_SUNSET": _sun,
    "TIME_AND_DATE": _time_and_date,
    "UNREAD_NOTIFICATION_COUNT": _unread,
    "WATCH_BATTERY": _battery,
    "WORLD_CLOCK": _world_clock,
    "bluerill/alarm": _alarm,
    "bluerill/stopwatch": _stopwatch,
    "bluerill/timer": _timer,
    "bluerill/weather": _weather,
}
