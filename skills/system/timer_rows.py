"""Timers as rows: reading and writing them, finding the one that is meant, saying and showing them."""

from __future__ import annotations

from datetime import timedelta

from ..contract import Card, Glance, Refusal, RingView, TimerView
from ..matching import best
from ..speech import adjective, capital, joined, plural, short_span, span
from .rings import Ringing, Row
from .stopwatch import Stopwatch


class TimerRows(Ringing, Stopwatch):
    """What the timers skill does with its rows; its actions are in ``timers.py``."""

    async def _all(self) -> list[Row]:
        rows = list((await self.device.scan("timer/")).values())
        return sorted(rows, key=lambda row: int(row["id"].partition(":")[2]))

    async def _left(self, row: Row) -> timedelta:
        if row["state"] == "paused":
            return timedelta(seconds=row["left"])
        return await self.device.remaining(row["id"]) or timedelta()

    async def _count(self, row: Row, left: timedelta) -> None:
        """Write the row, counting from now if it runs."""
        if row["state"] == "paused":
            row["left"] = left.total_seconds()
        else:
            row.pop("left", None)
            await self.device.after(row["id"], left, {})
        await self.device.put(f"timer/{row['id']}", row)

    async def _drop(self, row: Row) -> None:
        await self.device.put(f"timer/{row['id']}", None)
        await self.device.forget(row["id"])

    async def _one(self, label: str | None, states: tuple[str, ...], none: str) -> Row:
        rows = [row for row in await self._all() if row["state"] in states]
        if not rows:
            raise Refusal(none)
        return self._pick(rows, label)

    def _meant(self, rows: list[Row], label: str) -> list[Row]:
        found = best(rows, label, spoken_names)
        if not found:
            raise Refusal(f"There is no timer called {label_of(label) or label}.")
        return found

    def _pick(self, rows: list[Row], label: str | None) -> Row:
        found = rows if label is None else self._meant(rows, label)
        if len(found) > 1:
            raise Refusal(
                f"Which one? There are {plural(len(found), 'timer')}: {joined([name_of(row) for row in found])}."
            )
        return found[0]

    # showing

    async def _card(self, row: Row) -> Card:
        left = await self._left(row)
        share = left.total_seconds() / row["total"] if row["total"] else 0.0
        title = capital(row["label"]) if row["label"] else "Timer"
        return Card(kind="timer", title=title, text=short_span(left), icon="timer", value=min(1.0, share))

    async def _show(self) -> None:
        now = self.device.now().timestamp()
        timers: list[TimerView] = []
        rings: list[RingView] = []
        for row in await self._all():
            left = (await self._left(row)).total_seconds()
            ends = now + left if row["state"] == "running" else 0.0
            timers.append(TimerView(row["id"], row["label"], row["total"], ends, left, row["state"]))
            if row["state"] == "ringing":
                rings.append(RingView(row["id"], "timer", capital(name_of(row)), "Time is up", row["since"]))
        await self.device.glance(Glance(timers=timers, rings=rings))


def label_of(said: str | None) -> str:
    words = [word for word in (said or "").lower().split() if word not in ("timer", "timers")]
    while words and words[0] in ("the", "my", "a", "an"):
        words.pop(0)
    return " ".join(words)[:60]


def name_of(row: Row) -> str:
    """``pizza timer`` or ``10 minute timer``."""
    return f"{row['label'] or adjective(timedelta(seconds=row['total']))} timer"


def names_of(rows: list[Row]) -> str:
    """``Your pizza timer`` / ``Your pizza and tea timers``."""
    names = [name_of(row).removesuffix(" timer") for row in rows]
    return f"Your {joined(names)} timer{'s' if len(rows) > 1 else ''}"


def spoken_names(row: Row) -> list[str]:
    length = timedelta(seconds=row["total"])
    return [row["id"], row["label"], f"{row['label']} timer", span(length), f"{adjective(length)} timer"]


def status(row: Row, left: timedelta) -> str:
    if row["state"] == "ringing":
        return f"the {name_of(row)} has finished"
    if row["state"] == "paused":
        return f"the {name_of(row)} is paused with {span(left)} left"
    return f"the {name_of(row)} has {span(left)} left"


def ring_card(row: Row) -> Card:
    return Card(kind="timer", title=capital(name_of(row)), text="Time is up", icon="timer", value=0.0)
