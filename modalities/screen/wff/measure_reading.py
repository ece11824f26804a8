"""Whether a face can be read: contrast, words that fit, and the time read back from hands and digits.

An element's own pixels are found by drawing the face with it and without it; so tints, masks, opacity and what lies
above it all count, as they do for an eye.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from PIL import Image, ImageChops

from .check import Metric
from .device import Device
from .face import Face
from .live import Frame
from .parts.draw import PartDraw
from .parts.element import Element
from .parts.image import PartImage
from .parts.text import PartText
from .stamp import cropped
from .subject import TIMES, Subject, device, place, subject

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TEXT_RATIO: Final = 4.5
LARGE_RATIO: Final = 3.0
"""Contrast asked of words, and of large words and hands (WCAG 2.2, 1.4.3 and 1.4.11)."""
LARGE_PIXELS: Final = 30.0
"""Letters of this size on a 466-pixel screen count as large."""
MOST_ELEMENTS: Final = 80
OUTSIDE: Final = 0.02
"""Share of a word's pixels that may lie beyond the round glass."""
_NUMBER = re.compile(r"\d+")


class Seen(NamedTuple):
    """An element's pixels: how far each differs with it and without it, and both pictures' brightness there."""

    weight: NDArray[np.float64]
    ratio: float


def contrast(face: Face) -> Iterator[Metric]:
    """The lowest contrast of words, and of large words and hands, with what lies behind them, active."""
    bench = subject(face)
    now = device(10, 8, 36)
    picture = bench.draw(now)
    worst: dict[str, tuple[float, str]] = {}
    for element in _readable(bench, now):
        seen = look(bench, now, element, picture)
        if seen is None:
            continue
        large = not isinstance(element, PartText) or element.pixels >= LARGE_PIXELS
        kind = "contrast_large" if large else "contrast_text"
        worst[kind] = min(worst.get(kind, (math.inf, "")), (seen.ratio, place(element)))
    for kind, limit in (("contrast_text", TEXT_RATIO), ("contrast_large", LARGE_RATIO)):
        if kind in worst:
            ratio, where = worst[kind]
            yield Metric(kind, round(ratio, 2), ": 1", limit, ratio >= limit, where)


def clipping(face: Face) -> Iterator[Metric]:
    """Words that do not fit their box or leave the round glass, and words on top of each other, at any hour of a day
    with the longest dates and figures."""
    bench = subject(face)
    cut: dict[str, None] = {}
    crossed: dict[str, None] = {}
    for hour in range(24):
        now = device(hour, 58 if hour % 2 else 8, full=True)
        texts = bench.texts(now)
        inks = [(text, _ink(bench, now, text) if hour in (8, 22) else None) for text in texts]
        for text in texts:
            if text.overflows and not text.setting.ellipsis:
                cut[place(text)] = None
        for index, (text, ink) in enumerate(inks):
            if ink is None:
                continue
            if _beyond(bench, text) > OUTSIDE:
                cut[place(text)] = None
            for other, beside in inks[:index]:
                if beside is not None and _meet(ink, beside):
                    crossed[f"{place(text)} and {place(other)}"] = None
    yield Metric("clipping", len(cut), "words", 0, not cut, next(iter(cut), ""))
    yield Metric("overlap", len(crossed), "pairs", 0, not crossed, next(iter(crossed), ""))


def legible_time(face: Face) -> Iterator[Metric]:
    """The share of sampled times that can be read back: from words that hold the hour and the minute and can be seen,
    or from the directions in which two hands point."""
    bench = subject(face)
    right = max(_read_digits(bench), _read_hands(bench)) if TIMES else 0
    share = 100 * right / len(TIMES)
    yield Metric("legible_time", round(share, 1), "%", 100, right == len(TIMES))


def look(bench: Subject, now: Device, element: Element, picture: Image.Image) -> Seen | None:
    """An element's pixels and their contrast with what is there without it; None if it cannot be seen."""
    import numpy as np

    without = bench.draw(now, element)
    apart = ImageChops.difference(picture, without)
    box = apart.getbbox()
    if box is None:
        return None
    # an element is a small part of the face: only where it is, is anything worked out
    away = np.asarray(apart.crop(box)).max(axis=-1)
    if away.max() < 8:
        return None
    strong = away >= 0.7 * away.max()
    ratio = _ratio(_light(picture.crop(box), strong), _light(without.crop(box), strong))
    weight = np.zeros((picture.height, picture.width))
    weight[box[1] : box[3], box[0] : box[2]] = away / 255
    return Seen(weight, ratio)


def _light(picture: Image.Image, where: NDArray[np.bool_]) -> float:
    """Mean relative luminance (WCAG) of some pixels."""
    import numpy as np

    share = np.asarray(picture)[where] / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float((linear @ np.array([0.2126, 0.7152, 0.0722])).mean())


def _ratio(one: float, other: float) -> float:
    high, low = max(one, other), min(one, other)
    return (high + 0.05) / (low + 0.05)


def _readable(bench: Subject, now: Device) -> list[Element]:
    """Words, and the hands."""
    shown = bench.shown(now)
    texts: list[Element] = [e for e in shown if isinstance(e, PartText) and e.said.strip()]
    hands = [e for e in shown if e.origin is not None and e.origin.tag in ("HourHand", "MinuteHand")]
    # a shadow is a hand too; of several the last drawn is the one that is looked at
    last = {e.origin.tag: e for e in hands if e.origin is not None}
    return [*texts, *last.values()][:MOST_ELEMENTS]


def _ink(bench: Subject, now: Device, text: PartText) -> NDArray[np.bool_] | None:
    """The pixels of a word; None if it cannot be seen."""
    import numpy as np

    if not text.turned:
        ink = np.zeros((bench.side, bench.side), np.bool_)
        for stamp in text.drawn:
            part = cropped(stamp, (0, 0, bench.side, bench.side))
            if part is not None:
                ink[part.top : part.box[3], part.left : part.box[2]] |= np.asarray(part.mask) >= 64
        return ink
    seen = look(bench, now, text, bench.draw(now))
    return None if seen is None else seen.weight > 0.25


def _meet(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> bool:
    """Whether two words share more than a few pixels."""
    both = int((one & other).sum())
    return both > 12 and both > 0.02 * min(int(one.sum()), int(other.sum()))


def _beyond(bench: Subject, text: PartText) -> float:
    """The share of a word's pixels that the round glass cuts off."""
    inside = outside = 0.0
    middle = bench.side / 2
    for stamp in () if text.turned else text.drawn:
        box = stamp.box
        corners = [(x - middle, y - middle) for x in (box[0], box[2]) for y in (box[1], box[3])]
        if all(math.hypot(*corner) <= middle for corner in corners):
            inside += sum(stamp.mask.histogram()[64:])
            continue
        whole = sum(stamp.mask.histogram()[64:])
        kept = _within(stamp.mask, box, middle)
        inside, outside = inside + kept, outside + whole - kept
    return outside / (inside + outside) if inside + outside else 0.0


def _within(mask: Image.Image, box: tuple[int, int, int, int], middle: float) -> float:
    import numpy as np

    y, x = np.ogrid[box[1] : box[3], box[0] : box[2]]
    glass = (x + 0.5 - middle) ** 2 + (y + 0.5 - middle) ** 2 <= middle**2
    return float(((np.asarray(mask) >= 64) & glass).sum())


def _read_digits(bench: Subject) -> int:
    """Times at which visible words hold the hour (of twelve or twenty-four) and the minute."""
    telling: dict[str, list[set[int]]] = {}
    for index, (hour, minute) in enumerate(TIMES):
        for text in bench.texts(device(hour, minute, 36)):
            numbers = {int(number) for number in _NUMBER.findall(text.said)}
            telling.setdefault(place(text), [set() for _ in TIMES])[index] |= numbers
    hours = [p for p, said in telling.items() if all(_hour_in(h, said[i]) for i, (h, _) in enumerate(TIMES))]
    minutes = [p for p, said in telling.items() if all(m in said[i] for i, (_, m) in enumerate(TIMES))]
    if not hours or not minutes:
        return 0
    return sum(_visible(bench, hour, minute, {hours[0], minutes[0]}) for hour, minute in TIMES)


def _hour_in(hour: int, said: set[int]) -> bool:
    return hour in said or (hour + 11) % 12 + 1 in said


def _visible(bench: Subject, hour: int, minute: int, places: set[str]) -> bool:
    """Whether the words that tell the time stand out and are whole."""
    now = device(hour, minute, 36)
    picture = bench.draw(now)
    found = [text for text in bench.texts(now) if place(text) in places]
    seen = [look(bench, now, text, picture) for text in found]
    return (
        len({place(text) for text in found}) == len(places)
        and all(one is not None and one.ratio >= LARGE_RATIO for one in seen)
        and not any(text.overflows for text in found)
    )


def _read_hands(bench: Subject) -> int:
    """Times that two elements point out: each turns by itself, one as the hour hand does, one as the minute hand."""
    candidates: dict[int, Element] = {}
    for hour, minute in TIMES[:2]:
        for element in bench.shown(device(hour, minute)):
            if isinstance(element, (PartImage, PartDraw)) and element.place.angle.number(_frame(hour, minute)) != 0:
                candidates[id(element)] = element
    pointing: dict[int, list[float | None]] = {key: [] for key in list(candidates)[:12]}
    for hour, minute in TIMES:
        now = device(hour, minute)
        picture = bench.draw(now)
        for key, angles in pointing.items():
            angles.append(_direction(bench, now, candidates[key], picture))
    best = 0
    for hours in pointing.values():
        for minutes in pointing.values():
            if hours is not minutes:
                best = max(best, _agreeing(hours, minutes))
    return best


def _frame(hour: int, minute: int) -> Frame:
    return Frame(device(hour, minute).moment.timestamp(), still=True)


def _agreeing(hours: Sequence[float | None], minutes: Sequence[float | None]) -> int:
    """At how many times the two directions, read as a clock is read, give the time."""
    right = 0
    for (hour, minute), long, short in zip(TIMES, minutes, hours, strict=True):
        if long is None or short is None:
            continue
        read_minute = round(long / 6) % 60
        read_hour = round((short - read_minute / 2) / 30) % 12
        near = abs((short - (read_hour * 30 + read_minute / 2) + 180) % 360 - 180) <= 8
        right += near and read_minute == minute and read_hour == hour % 12
    return right


def _direction(bench: Subject, now: Device, element: Element, picture: Image.Image) -> float | None:
    """Degrees clockwise from the top in which an element points, seen from the middle of the screen: where its pixels
    that lie farthest out are."""
    import numpy as np

    seen = look(bench, now, element, picture)
    if seen is None:
        return None
    y, x = np.nonzero(seen.weight > 0.15)
    dx, dy = x - (bench.side - 1) / 2, y - (bench.side - 1) / 2
    far = np.hypot(dx, dy)
    if far.size == 0 or far.max() < 20:
        return None
    tip = far >= far.max() - max(6.0, 0.12 * far.max())
    return float(np.degrees(np.arctan2(dx[tip].mean(), -dy[tip].mean())) % 360)
