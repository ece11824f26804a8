"""Whether two sessions came to the same: plan by plan, row by row, screen by screen. Pure.

A device that computes takes a moment to do so, and a virtual clock takes none; so moments may differ by TOLERANCE_S,
things may come up to LATE_S later, and screens of a device at work, or that nobody could read, do not count. Two
sessions of the virtual clock must be equal to the letter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from .entries import Entry

__all__ = ["PARTS", "Part", "compared", "digest", "first_difference"]

TOLERANCE_S: Final = 2.0
LATE_S: Final = 10.0
"""How much later a busy machine may come to something than one that computes in no time."""
LASTING_S: Final = 1.0
"""A screen that was there for less is passed over."""
PASSING: Final = frozenset(["thinking", "listening", "speaking"])
"""Screens of a device at work, which last as long as the machine takes."""
CLOCKS: Final = 1e9
"""Numbers above this are moments (Unix seconds)."""
PARTS: Final = {
    "plans": ("agent.turn", "skills.invoke"),
    "store": ("store.put",),
    "screens": ("screen.shown", "agent.show", "screen.set-face"),
    "words": ("agent.say", "agent.hush", "agent.microphone", "skills.happened"),
    "gestures": ("gesture.gestured", "gesture.active", "agent.acted"),
}
SHARE: Final = 0.02
"""How far the ring of a card may differ, of a whole turn: what counts down does so from a moment earlier or later."""
_VOLATILE: Final = {"agent.turn": {"id", "latency"}, "agent.say": {"id"}}
_TIMES: Final = frozenset({"boot", "made", "at", "t", "since", "left", "left_s", "remaining", "remaining_s"})
"""Names of what is counted in time from a moment that differs."""


class Part(NamedTuple):
    """How one part compares: what was recorded, how much of it came again, and the first difference, '' for none."""

    name: str
    recorded: int
    same: int
    difference: str = ""


def compared(recorded: Sequence[Entry], replayed: Sequence[Entry], until: float, rate: float = 1.0) -> list[Part]:
    """Part by part. What only the replay did in the last moments before ``until`` was cut off in the recording.
    ``rate`` is how fast the device's clock ran at most: so many times as much is TOLERANCE_S in its moments."""
    return [
        _part(name, wires, recorded, replayed, until, TOLERANCE_S * max(rate, 1.0)) for name, wires in PARTS.items()
    ]


def digest(entries: Iterable[Entry]) -> str:
    """A checksum of all that a session did, at which moments."""
    total = hashlib.sha256()
    for each in entries:
        if each.k == "out":
            total.update(msgspec.json.encode([each.t, each.sender, each.to, each.wire, each.body]))
    return total.hexdigest()


def _part(
    name: str, wires: tuple[str, ...], one: Sequence[Entry], other: Sequence[Entry], until: float, apart: float
) -> Part:
    recorded = same = 0
    found: tuple[float, str] | None = None
    for wire in wires:
        old, new = _stream(wire, one), _stream(wire, other)
        recorded += len(old)
        for number, each in enumerate(old):
            where = f"{wire} {number + 1} of {len(old)}, {each.t:.1f} s after the beginning"
            if number >= len(new):
                why = "came not again"
            elif abs(new[number].t - each.t) > LATE_S:
                why = f"came {new[number].t:.1f} s after the beginning"
            else:
                why = first_difference(_settled(each), _settled(new[number]), apart=apart)
            if not why:
                same += 1
            elif found is None or each.t < found[0]:
                found = (each.t, f"{where}: {why}")
        for each in new[len(old) :]:
            if each.t < until - TOLERANCE_S and (found is None or each.t < found[0]):
                found = (each.t, f"{wire}, {each.t:.1f} s after the beginning: only in the replay: {_short(each.body)}")
    return Part(name, recorded, same, found[1] if found is not None else "")


def _stream(wire: str, entries: Sequence[Entry]) -> list[Entry]:
    """What was said of one kind; once, where several were told. Screens, as far as they lasted."""
    mine = [each for each in entries if each.k == "out" and each.wire == wire]
    if wire.startswith("agent.") and mine:
        mine = [each for each in mine if each.to == mine[0].to]
    if wire != "screen.shown":
        return mine
    mine = [each for each in mine if msgspec.json.decode(each.body).get("stage") not in PASSING]
    ends = [following.t for following in mine[1:]] + [float("inf")]
    lasting = [each for each, end in zip(mine, ends, strict=False) if end - each.t >= LASTING_S]
    return [each for at, each in enumerate(lasting) if not at or lasting[at - 1].body != each.body]


def _settled(entry: Entry) -> Any:
    body = msgspec.json.decode(entry.body)
    return {key: value for key, value in body.items() if key not in _VOLATILE.get(entry.wire, ())}


def first_difference(one: Any, other: Any, path: str = "", apart: float = TOLERANCE_S) -> str:
    """Where two values differ first, '' for nowhere but in moments at most ``apart`` seconds from each other."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            below = f"{path}.{key}" if path else str(key)
            if key not in one or key not in other:
                return f"{below}: {'only in the replay' if key not in one else 'not in the replay'}"
            if key == "ms" or (key in _TIMES and _near(one[key], other[key], apart)):
                continue
            if key == "value" and _near(one[key], other[key], SHARE):
                continue
            found = first_difference(one[key], other[key], below, apart)
            if found:
                return found
        return ""
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return f"{path}: recorded {len(one)} of them, replayed {len(other)}"
        each = (
            first_difference(a, b, f"{path}[{at}]", apart) for at, (a, b) in enumerate(zip(one, other, strict=True))
        )
        return next((found for found in each if found), "")
    if one == other or _same_moment(one, other, apart):
        return ""
    return f"{path}: recorded {_short(one)}, replayed {_short(other)}"


def _same_moment(one: Any, other: Any, within: float) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return min(one, other) > CLOCKS and _near(one, other, within)
    if isinstance(one, str) and isinstance(other, str) and 16 <= len(one) <= 40 and 16 <= len(other) <= 40:
        try:
            apart = datetime.fromisoformat(one) - datetime.fromisoformat(other)
        except (ValueError, TypeError):
            return False
        return abs(apart.total_seconds()) <= within
    return False


def _near(one: Any, other: Any, apart: float) -> bool:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return numbers and abs(one - other) <= apart


def _short(value: Any) -> str:
    text = msgspec.json.encode(value).decode("utf-8", "replace")
    return text if len(text) <= 120 else f"{text[:117]}…"
