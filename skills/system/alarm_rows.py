"""Alarms as rows: scheduling them, finding the one that is meant, saying and showing them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from ..contract import Card, Glance, Refusal, RingView, Skill
from ..localtime import instant, wall, zone_name
from ..matching import best
from ..recurrence import in_words, next_after, parse_rule
from ..speech import capital, clock, joined, relative_day, relative_moment, spoken_clock

Row = dict[str, Any]
_PARTS = {
    name: frozenset(f"{hour:02}" for hour in range(start, end))
    for name, start, end in (("morning", 3, 12), ("afternoon", 12, 18), ("evening", 17, 24), ("night", 20, 24))
}
"""The hours that a part of the day means in the name of an alarm."""


class AlarmRows(Skill):
    """What the alarms skill does with its rows; its actions are in ``alarms.py``."""

    async def _all(self) -> list[Row]:
        rows = list((await self.device.scan("alarm/")).values())
        return sorted(rows, key=lambda row: (row["next"] or "9", row["id"]))

    def _instant(self, iso: str) -> datetime:
        return instant(datetime.fromisoformat(iso), self.device.now().tzinfo)  # type: ignore[arg-type]

    async def _schedule(self, row: Row) -> None:
        """Write the row and let it fall due at its next occurrence."""
        row["zone"] = zone_name(self.device.now().tzinfo)  # type: ignore[arg-type]
        await self.device.put(f"alarm/{row['id']}", row)
        await self.device.at(row["id"], self._instant(row["next"]), {})

    async def _drop(self, row: Row) -> None:
        await self.device.put(f"alarm/{row['id']}", None)
        await self.device.forget(row["id"])
        await self.device.forget(f"{row['id']}/again")

    def _meant(
        self, rows: list[Row], time: datetime | None, label: str | None, day: date | None, *, every: bool
    ) -> list[Row]:
        """The alarms of a time, a day, a name or a part of the day ("morning"); one alone unless every one is meant."""
        found = rows
        if day is not None:
            found = [row for row in found if self._rings_on(row, day.isoformat())]
            if not found:
                raise Refusal(f"There is no alarm {relative_day(day, self.device.now().date())}.")
        if time is not None:
            found = self._at(found, time)
        if label is not None:
            named = best(found, label, lambda row: [row["id"], row["label"], f"{row['label']} alarm"])
            found = named or [row for row in found if label in _PARTS and clock_of(row)[:2] in _PARTS[label]]
            if not found:
                raise Refusal(f"There is no alarm called {label_of(label) or label}.")
        if len(found) > 1 and not every:
            raise Refusal(f"Which one? There are alarms for {joined([self._listed(row) for row in found])}.")
        return found

    def _at(self, rows: list[Row], time: datetime) -> list[Row]:
        exact = [row for row in rows if row["next"] == iso(wall(time, time.tzinfo))]  # type: ignore[arg-type]
        found = exact or [row for row in rows if clock_of(row) == clock(time)]
        if not found:  # "my 7 o'clock alarm" may mean the one at 19:00
            found = [row for row in rows if clock_of(row) == clock(time + timedelta(hours=12))]
        if not found:
            raise Refusal(f"There is no alarm for {spoken_clock(time)}.")
        return found

    def _rings_on(self, row: Row, when: str) -> bool:
        day = datetime.fromisoformat(when).date()
        if not row["next"]:
            return False
        following: datetime | None = datetime.fromisoformat(row["next"])
        if row["repeat"] and following is not None and following.date() < day:
            before = datetime(day.year, day.month, day.day) - timedelta(microseconds=1)
            following = next_after(parse_rule(row["repeat"]), datetime.fromisoformat(row["start"]), before)
        return following is not None and following.date() == day and ("T" not in when or clock_of(row) == when[11:16])

    # saying and showing

    def _said(self, row: Row) -> str:
        """``7:00 tomorrow morning`` or ``7:00 AM, every weekday``."""
        moment = datetime.fromisoformat(row["next"] or row["rang"])
        if row["repeat"]:
            return f"{spoken_clock(moment)}, {in_words(parse_rule(row['repeat']))}"
        return relative_moment(moment, self.device.now())

    def _listed(self, row: Row) -> str:
        name = f"{row['label']} at " if row["label"] else ""
        state = {"ringing": ", ringing now", "snoozed": ", snoozed", "set": ""}[row["state"]]
        return f"{name}{self._said(row)}{state}"

    def _line(self, row: Row) -> str:
        moment = datetime.fromisoformat(row["next"] or row["rang"])
        what = row["label"] or (in_words(parse_rule(row["repeat"])) if row["repeat"] else "")
        day = "" if row["repeat"] else relative_day(moment.date(), self.device.now().date()).removeprefix("on ")
        return "  ".join(part for part in (clock(moment), day, what) if part)

    def _card(self, row: Row) -> Card:
        moment = datetime.fromisoformat(row["next"])
        return Card(kind="alarm", title=clock(moment), text=self._line(row).partition("  ")[2], icon="alarm")

    def _ring_speech(self, row: Row) -> str:
        rang = datetime.fromisoformat(row["rang"])
        what = f"{capital(row['label'])}." if row["label"] else "Your alarm."
        behind = f" It was due at {spoken_clock(rang)}." if row["late"] else ""
        return f"It's {spoken_clock(self.device.now())}. {what}{behind}"

    async def _show(self) -> None:
        rows = await self._all()
        rings = [
            RingView(
                row["id"],
                "alarm",
                capital(row["label"]) or "Alarm",
                clock(datetime.fromisoformat(row["rang"])),
                row["since"],
            )
            for row in rows
            if row["state"] == "ringing"
        ]
        following = min((row["next"] for row in rows if row["next"]), default="")
        await self.device.glance(Glance(rings=rings, next_alarm=following))


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def clock_of(row: Row) -> str:
    return clock(datetime.fromisoformat(row["next"] or row["rang"]))


def label_of(said: str | None) -> str:
    words = (said or "").lower().split()
    while words and words[0] in ("the", "my", "a", "an"):
        words.pop(0)
    return " ".join(word for word in words if word not in ("alarm", "alarms"))[:60]


def public(row: Row) -> dict[str, Any]:
    return {"id": row["id"], "time": row["next"] or row["rang"], "repeat": row["repeat"], "label": row["label"],
            "state": row["state"]}  # fmt: skip


def ring_card(row: Row) -> Card:
    return Card(
        kind="alarm",
        title=clock(datetime.fromisoformat(row["rang"])),
        text=capital(row["label"]) or "Alarm",
        icon="alarm",
    )
