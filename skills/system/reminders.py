"""Reminders: something to be told, at a moment, on a day, or just kept until it is done. One that fell due rings until
it is dismissed, over restarts too."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from ..contract import Card, Duration, Glance, Refusal, Reply, RingView, Say, Text, When, action
from ..localtime import instant
from ..matching import best
from ..paging import page
from ..speech import capital, clock, joined, plural, relative_day, relative_moment, span
from .rings import Ringing, Row

MAX_REMINDERS = 200
MORNING = time(9, 0)
"""When a reminder for a day, without a time, is told."""
_SNOOZE = timedelta(minutes=10)


class Reminders(Ringing):
    """Reminds you of things, at a time, on a day, or whenever you ask."""

    name = "reminders"
    grants = ("store", "speaker", "screen")
    rules = {
        "remind": "(remind me|(set|create|add|make|put|give me|schedule|leave|i need|save) [me] [a|another|the] [new] reminder)",
        "to": "(to|that|about|of|for|i have to|that i have to|i need to|that i need to|that i should)",
        "my": "[the|my|all|all my|all the|of my|any|a|that|this]",
        "off": "(delete|remove|cancel|clear|erase|drop|forget|get rid of|dismiss|tick off|check off|complete|finish)",
        "what": "(what are|what's|what is|show|list|read|tell|give|check|see|view|open|display|do i have|have i got|are there|is there)",
    }

    async def start(self) -> None:
        ringing = [row for row in await self._all() if row["state"] == "ringing"]
        for row in await self._all():
            if row["due"] and row["state"] == "set" and await self.device.remaining(row["id"]) is None:
                await self._schedule(row)
        if ringing:
            await self.device.happened(_speech(ringing[0]), _ring_card(ringing[0]), ring=True)
        await self._show()

    @action(
        "<remind> <to> {text}",
        "<remind> {text}",
        "<remind> <to> {text} (at|on|for|in|by) {when}",
        "<remind> <to> {text} {when}",
        "<remind> [at|on|for|in] {when} <to> {text}",
        "<remind> (at|on|for) {when} {text}",
        "(at|on|in) {when} remind me <to> {text}",
        "{when} remind me <to> {text}",
        "(don't|do not) let me forget [to|about|that] {text} [[at|on|by] {when}]",
        "(i need|help me) to remember (to|that) {text} [[at|on|by] {when}]",
        "remember to {text} [[at|on|by] {when}]",
        "(make sure|be sure) [that] i {text} [[at|on|by] {when}]",
        "<remind> [called|named|saying|for] {text} (at|on|for) {when}",
        "(notify|alert) me (to|about) {text} [[at|on|in] {when}]",
        examples=("remind me to call mum at six", "remind me tomorrow about the bins", "set a reminder to buy milk"),
        purpose="set the reminder",
    )
    async def add_reminder(self, text: Text, when: When | None = None) -> Reply:
        """Remember something and say it at a time.

        text: what to be reminded of
        when: a moment, or a day (then in the morning); kept without a time if not given
        """
        if len(await self._all()) >= MAX_REMINDERS:
            raise Refusal(f"There are {MAX_REMINDERS} reminders already. Remove one first.")
        now = self.device.now()
        due = "" if when is None else self._moment(when, now)
        if due and self._instant(due) <= now:
            raise Refusal("That time has already passed.")
        number = 1 + await self.device.get("last", 0)
        row: Row = {
            "id": f"reminder:{number}", "text": text, "due": due, "day": "T" not in (when or "T"), "state": "set",
        }  # fmt: skip
        await self.device.put("last", number)
        await self._schedule(row)
        await self._show()
        said = f" {self._said(row)}" if due else ""
        card = Card(
            kind="reminder", title="Reminder", text=text, lines=[capital(said.strip())] if said else [], icon="bell"
        )
        return Reply(f"I'll remind you{said}: {_shown(text)}.", _public(row), card, undo={"added": row["id"]})

    @action(
        "<what> [me] <my> (reminders|reminder list|list of reminders) [please]",
        "<what> [me] (the|my|that|this) reminder [please]",
        "<what> [me] <my> (reminder|reminders) [set|there] (for|on|of|at) {when}",
        "<what> [me] <my> (reminder|reminders) {when}",
        "(what|which) reminders (do i have|are there|have i got|are set) [[for|on] {when}]",
        "how many reminders (do i have|are there|have i got) [[for|on] {when}]",
        "what (do i have|am i supposed|do i need|have i) to remember [{when}]",
        "(what did i|what should i) (want to|ask you to) (remember|remind me of|remind me about)",
        "(my|all my|pending|upcoming|next) reminders",
        "(any|are there any) reminders [[for|on] {when}]",
        "what's (on|in) my (reminders|reminder list) [[for|on] {when}]",
        examples=("what are my reminders", "do I have reminders for tomorrow"),
        reads=True,
        purpose="look up your reminders",
    )
    async def list_reminders(self, when: When | None = None) -> Reply:
        """Say what there is to be reminded of.

        when: only those for that day
        """
        rows = await self._all()
        day = ""
        if when:
            rows = [row for row in rows if row["due"][:10] == when[:10]]
            day = " " + relative_day(date.fromisoformat(when[:10]), self.device.now().date())
        result = {"reminders": [_public(row) for row in rows]}
        if not rows:
            return Reply(
                f"There are no reminders{day}.", result, Card(kind="reminder", title="No reminders", icon="bell")
            )
        said = [f"{row['text']}{', ' + self._said(row) if row['due'] else ''}" for row in rows[:5]]
        more = f", and {len(rows) - 5} more" if len(rows) > 5 else ""
        lines = [f"{self._short(row)}{row['text']}" for row in rows]
        card = Card(kind="reminder", title=plural(len(rows), "reminder"), lines=lines[:20], icon="bell")
        verb = "There is 1 reminder" if len(rows) == 1 else f"There are {len(rows)} reminders"
        return Reply(f"{verb}{day}: {'; '.join(said)}{more}.", result, card)

    @action(
        "<off> <my> reminder [(to|about|for|of|called|named) {text}]",
        "<off> <my> {text} reminder",
        "<off> <my> (reminder|reminders) (for|on|at|of) {when}",
        "<off> <my> reminder (to|about|for) {text} (on|at|for) {when}",
        "(don't|do not|no need to|stop) (remind|reminding) me [<to> {text}]",
        "(i don't need|i don't want|forget) (the|that|my) reminder [(to|about|for) {text}] [anymore|any more]",
        "(i have done|i've done) {text}",
        Say("<off> (all|every|all of|each) [the|my|of my] (reminder|reminders)", {"all": True}),
        Say("<off> [the|my] reminders", {"all": True}),
        Say("<off> (all|all my|all the) reminders (for|on) {when}", {"all": True}),
        examples=("delete the reminder about the bins", "cancel my reminder", "clear all reminders"),
        sensitive=True,
        purpose="remove the reminder",
    )
    async def remove_reminder(
        self,
        text: Text | None = None,
        when: When | None = None,
        all: bool = False,  # noqa: A002
    ) -> Reply:
        """Forget a reminder, or silence one that rings.

        text: what it is about
        when: when it is due
        all: every one (on that day)
        """
        rows = await self._all()
        if not rows:
            raise Refusal("There are no reminders.")
        if when is not None:
            rows = [row for row in rows if row["due"].startswith(when if len(when) > 10 else when[:10])]
            if not rows:
                raise Refusal(
                    f"There is no reminder {relative_day(date.fromisoformat(when[:10]), self.device.now().date())}."
                )
        if text is not None:
            rows = best(rows, text, lambda row: [row["id"], row["text"]])
            if not rows:
                raise Refusal(f"There is no reminder about {_shown(text)}.")
        if not all:
            rows = [row for row in rows if row["state"] == "ringing"] or rows
            if len(rows) > 1:
                raise Refusal(
                    f"Which one? There are reminders about {joined([_shown(row['text']) for row in rows[:5]])}."
                )
        for row in rows:
            await self._drop(row)
        await self._show()
        what = plural(len(rows), "reminder") if len(rows) > 1 else f"the reminder: {_shown(rows[0]['text'])}"
        card = Card(kind="reminder", title="Removed", lines=[row["text"] for row in rows[:20]], icon="bell")
        result = {"removed": [row["id"] for row in rows]}
        return Reply(f"Removed {what}.", result, card, undo={"removed": rows[:50]})

    @action(hidden=True)
    async def dismiss_reminder(self, id: Text | None = None) -> Reply:  # noqa: A002
        """Silence what rings (a button, not a request).

        id: which ring; all of them if not given
        """
        return await self._dismissed(id)

    @action(hidden=True)
    async def snooze_reminder(self, id: Text | None = None, duration: Duration = _SNOOZE) -> Reply:  # noqa: A002
        """Let what rings come again later (a button, not a request).

        id: which ring; all of them if not given
        duration: how much later
        """
        return await self._snoozed(id, duration, f"I'll remind you again in {span(duration)}.")

    async def _later(self, row: Row, delay: timedelta) -> None:
        row["state"] = "snoozed"
        await self.device.put(f"reminder/{row['id']}", row)
        await self.device.after(row["id"], delay, {})

    @action(hidden=True)
    async def export_reminders(self, after: Text | None = None) -> Reply:
        """A page of all reminders.

        after: the id of the last one that is known
        """
        rows = await self.device.scan("reminder/")
        return Reply("", page(((key.removeprefix("reminder/"), row["text"]) for key, row in rows.items()), after or ""))

    async def due(self, key: str, payload: dict[str, Any]) -> None:
        row = await self.device.get(f"reminder/{key}")
        if row is None:
            return
        row.update(state="ringing", since=self.device.now().timestamp())
        await self.device.put(f"reminder/{key}", row)
        await self._show()
        await self.device.happened(_speech(row), _ring_card(row), ring=True)

    async def undo(self, what: Any) -> Reply:
        if "added" in what:
            row = await self.device.get(f"reminder/{what['added']}")
            if row is None:
                raise Refusal("That reminder is gone already.")
            await self._drop(row)
            await self._show()
            return Reply(f"Removed the reminder: {_shown(row['text'])}.")
        for row in what["removed"]:
            await self._schedule({**row, "state": "set"})
        await self._show()
        return Reply(f"{capital(plural(len(what['removed']), 'reminder'))} restored.")

    async def _all(self) -> list[Row]:
        rows = list((await self.device.scan("reminder/")).values())
        return sorted(rows, key=lambda row: (row["due"] or "9", int(row["id"].partition(":")[2])))

    async def _schedule(self, row: Row) -> None:
        await self.device.put(f"reminder/{row['id']}", row)
        if row["due"]:
            await self.device.at(row["id"], self._instant(row["due"]), {})

    async def _drop(self, row: Row) -> None:
        await self.device.put(f"reminder/{row['id']}", None)
        await self.device.forget(row["id"])

    def _instant(self, iso: str) -> datetime:
        return instant(datetime.fromisoformat(iso), self.device.now().tzinfo)  # type: ignore[arg-type]

    def _moment(self, when: str, now: datetime) -> str:
        """A day means its morning; today, when that is over, an hour from now."""
        if "T" in when:
            return when
        day = date.fromisoformat(when)
        moment = datetime.combine(day, MORNING)
        if day == now.date() and now.time() >= MORNING:
            soon = now.replace(tzinfo=None, second=0, microsecond=0) + timedelta(hours=1)
            moment = min(soon, datetime.combine(day, time(23, 59)))
        return moment.isoformat(timespec="minutes")

    def _said(self, row: Row) -> str:
        moment, now = datetime.fromisoformat(row["due"]), self.device.now()
        if row["day"] and moment.time() == MORNING:
            return relative_day(moment.date(), now.date())
        return f"at {relative_moment(moment, now)}"

    def _short(self, row: Row) -> str:
        if not row["due"]:
            return ""
        moment, now = datetime.fromisoformat(row["due"]), self.device.now()
        day = (
            ""
            if moment.date() == now.date()
            else f"{moment:%a} "
            if (moment.date() - now.date()).days < 7
            else f"{moment:%d.%m.} "
        )
        return f"{day}{clock(moment)}  "

    async def _show(self) -> None:
        rings = [
            RingView(row["id"], "reminder", "Reminder", row["text"], row["since"])
            for row in await self._all()
            if row["state"] == "ringing"
        ]
        await self.device.glance(Glance(rings=rings))


def _shown(text: str) -> str:
    """The text as it was said, turned to the listener: ``call my mum`` → ``call your mum``."""
    turned = {"my": "your", "me": "you", "i": "you", "i'm": "you're", "mine": "yours", "myself": "yourself"}
    return " ".join(turned.get(word.lower(), word) for word in text.split())


def _speech(row: Row) -> str:
    return f"A reminder: {_shown(row['text'])}."


def _public(row: Row) -> dict[str, Any]:
    return {"id": row["id"], "text": row["text"], "when": row["due"], "state": row["state"]}


def _ring_card(row: Row) -> Card:
    return Card(kind="reminder", title="Reminder", text=row["text"], icon="bell")
