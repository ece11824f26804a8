"""Alarms. An alarm is a wall time (and a rule), not an instant: what instant that is, is worked out from the zone when
it is scheduled, so that seven o'clock stays seven o'clock over clock changes and journeys. A ring is state in the
store: it goes on after a restart until it is dismissed or snoozed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ..contract import (
    Card,
    Day,
    Duration,
    Moment,
    Refusal,
    Repeat,
    Reply,
    Say,
    Text,
    When,
    action,
)  # fmt: skip
from ..localtime import wall, zone_name
from ..recurrence import first_from, next_after, parse_rule
from ..speech import capital, joined, plural, relative_day
from .alarm_rings import SNOOZE, AlarmRings
from .alarm_rows import Row, iso, label_of, public, ring_card

MAX_ALARMS = 50
LATE = timedelta(minutes=2)


class Alarms(AlarmRings):
    """Alarms, once or repeated, that ring until you stop them."""

    name = "alarms"
    grants = ("store", "speaker", "screen", "call:dismiss_timer", "call:dismiss_reminder", "call:snooze_timer",
              "call:snooze_reminder")  # fmt: skip
    rules = {
        "set": "(set|create|make|add|put on|schedule|start|turn on|set up|set me|give me|i need|i want|i'd like)",
        "alarm": "[new] (alarm|alarms|alarm clock|wake up alarm|wake up call|wakeup call)",
        "at": "(for|at|to|on)",
        "wake": "(wake me [up]|get me up|get me out of bed|i (need|want|have) to (wake|get) up|wake me)",
        "my": "[the|my|that|this|an|a|any]",
        "off": "(cancel|delete|remove|clear|stop|turn off|switch off|shut off|disable|dismiss|kill|silence|get rid of|drop|end|quiet|unset|take off|take away)",
    }

    async def start(self) -> None:
        rows = await self._all()
        here = zone_name(self.device.now().tzinfo)  # type: ignore[arg-type]
        for row in rows:
            moved = row.get("zone") != here
            if row["next"] and (moved or await self.device.remaining(row["id"]) is None):
                await self._schedule(row)
        ringing = [row for row in rows if row["state"] == "ringing"]
        if ringing:
            await self.device.happened(self._ring_speech(ringing[0]), ring_card(ringing[0]), ring=True)
        await self._show()

    async def clock_changed(self) -> None:
        await self._show()

    @action(
        "<set> [a|an|the|my] <alarm> <at> {time}",
        "<set> [a|an|the|my] {time} <alarm>",
        "<set> [a|an|the|my] <alarm> {time}",
        "<wake> [<at>|by] {time}",
        "alarm [<at>] {time}",
        "{time} alarm",
        "<set> [a|an|the|my] <alarm> for me <at> {time}",
        "(send|give) me a wake up (alert|call|alarm) <at> {time}",
        "(alert|call|ring|buzz) me at {time}",
        "(let me know|tell me) when it is {time}",
        "(fix|place|make|ring|sound) [a|an|the|my] <alarm> [<at>] {time}",
        "<set> [a|an|the|my] <alarm> and <wake> [<at>] {time}",
        "(can|could|will) you <wake> [<at>] {time}",
        "<set> [a|an|the|my] <alarm> <at> {time} {repeat}",
        "<set> [a|an|the|my] <alarm> {repeat} <at> {time}",
        "<set> [a|an] {repeat} <alarm> <at> {time}",
        "<wake> {repeat} <at> {time}",
        "<wake> <at> {time} {repeat}",
        "alarm [<at>] {time} {repeat}",
        "<set> [a|an|the|my] <alarm> <at> {time} (for|to|called|named|labelled|labeled) {label}",
        "<set> [a|an|the|my] <alarm> (called|named|labelled|labeled) {label} <at> {time}",
        "<set> [a|an|the|my] {label} alarm <at> {time}",
        "<set> [a|an|the|my] {label} alarm <at> {time} {repeat}",
        "<set> [a|an|the|my] <alarm> to {label} at {time}",
        "<wake> [<at>] {time} (for|to) {label}",
        examples=(
            "set an alarm for seven tomorrow morning",
            "wake me up at half past six",
            "wake me at 7 every weekday",
        ),
    )
    async def set_alarm(self, time: Moment, repeat: Repeat | None = None, label: Text | None = None) -> Reply:
        """Set an alarm.

        time: when it rings first
        repeat: when it rings again
        label: what it is for
        """
        now = self.device.now()
        first = wall(time, time.tzinfo)  # type: ignore[arg-type]
        if repeat:
            found = _coming(repeat, first, wall(now, now.tzinfo))  # type: ignore[arg-type]
            if found is None:
                raise Refusal("That would never ring.")
            first = found
        elif time <= now:
            if now - time > timedelta(days=1):
                raise Refusal("That time has already passed.")
            first += timedelta(days=1)
        rows = await self._all()
        if len(rows) >= MAX_ALARMS:
            raise Refusal(f"There are {MAX_ALARMS} alarms already. Cancel one first.")
        name = label_of(label)
        same = [
            row for row in rows
            if (row["next"], row["repeat"], row["label"]) == (iso(first), repeat or "", name)
        ]  # fmt: skip
        if same:
            return Reply(f"You already have an alarm for {self._said(same[0])}.", public(same[0]), self._card(same[0]))
        number = 1 + await self.device.get("last", 0)
        row: Row = {
            "id": f"alarm:{number}", "start": iso(first), "next": iso(first), "repeat": repeat or "", "label": name,
            "state": "set",
        }  # fmt: skip
        await self.device.put("last", number)
        await self._schedule(row)
        await self._show()
        what = f"{capital(name)} alarm" if name else "Alarm"
        return Reply(f"{what} set for {self._said(row)}.", public(row), self._card(row), undo={"set": row["id"]})

    @action(
        "(show|list|check|view|read|see|give|open|display) [me] [all] [of] <my> alarms [please]",
        "(what|which) [kind of] alarms (are|do i have|have i got) [set|on|active]",
        "(what|when) (are|is) [the|my] [next|first|current] (alarm|alarms) [set (for|to)]",
        "(do i have|have i got|is there|are there|did i set) [a|an|any|my] (alarm|alarms) [set|on]",
        "(do i have|have i got|is there|are there|did i set) [a|an|any|my] (alarm|alarms) [set|on] [for|on] {when}",
        "(show|list|check|tell me|what are) [me] [all] <my> alarms (for|on|of) {when}",
        "(what|which) alarms (are|do i have|have i got) [set|on] [for|on] {when}",
        "how many alarms (are|do i have|have i got) [set|on|active]",
        "(when|what time) (is|does|will|am i) [the|my] [next] alarm [set for|go off|ring|set to go off|going off]",
        "(what|when|what time) (am i|will i be) (waking|getting) up [{when}]",
        "what time (is|did i set) [the|my] [next] alarm [for]",
        "(tell|remind) me [about|of|what] [all] <my> alarms [are]",
        "is my alarm (on|set|active)",
        "is my alarm set (for|on) {when}",
        "(what|which) alarms (have i set|did i set|i have set|i set|do you have set|have you set|you have set|have been set|are scheduled) [for me] [for|on] [{when}]",
        "have i set [an|any|my] (alarm|alarms) [for|on] [{when}]",
        "(what time|when) (is|are|do i have) my [next] (alarm|alarms) [set] [for|on] [{when}]",
        "(what is|what's|tell me) [the] time of my (alarm|alarms)",
        "(confirm|check|review|list|show|read out) [me] [my|the|all|all the|all my] [set|scheduled|active] (alarm|alarms) [time|times] [set] [for|on] [{when}]",
        "(what is|what's) my next [scheduled|set] alarm",
        "how many alarms (are|do i have|have i|did i) (set|listed|scheduled)",
        "(my|next|all) alarms",
        "check <my> alarm",
        "(check|see|tell me|confirm|know) (if|whether|that) (i have|i have set|i set|there is|there are|any|you set) [a|an|any|my] (alarm|alarms) [is|are] [there|set|on] [(for|on|at|after|before) {when}]",
        "(what|which) alarms (do i have|do i got|are|have i) [got] (scheduled|set|on|active|coming up|upcoming) [for|on] [{when}]",
        "how many alarms (are|do i have|have i) [currently] [set|got|active] (for|on) {when}",
        "[my|the] alarm (status|times|time|settings|timings)",
        "(show|tell|give|read out|list|see) [me] [about] [all] <my> [upcoming|next|current|active] (alarm|alarms) [times|time] [that|which] [i|you] [have] [are] (set|got|scheduled) [for|on] [{when}]",
        "(show|tell|give|read out|list) [me] [about] [all] <my> (upcoming|next|current|active) (alarm|alarms) [times|time]",
        "(is|are) <my> [wake up|morning] (alarm|alarms) (set|on|active) [(for|on|at) {when}]",
        "(is|are) there [a|an|any] [active] (alarm|alarms) [set|active|on] (for|on|at|after|before) {when}",
        "(when|what time) (is|are|will|does) (my|the) [next] (alarm|alarms) (set|go off|ring|wake me|wake me up|be) [on|for] [{when}]",
        examples=("show my alarms", "what alarms do I have tomorrow", "when is my next alarm"),
        reads=True,
    )
    async def list_alarms(self, when: When | None = None) -> Reply:
        """Say which alarms are set.

        when: only those that ring on that day
        """
        rows = await self._all()
        day = ""
        if when:
            rows = [row for row in rows if self._rings_on(row, when)]
            day = " " + relative_day(datetime.fromisoformat(when).date(), self.device.now().date())
        result = {"alarms": [public(row) for row in rows]}
        if not rows:
            return Reply(f"There are no alarms{day}.", result, Card(kind="alarm", title="No alarms", icon="alarm"))
        said = [self._listed(row) for row in rows]
        lines = [self._line(row) for row in rows]
        card = Card(kind="alarm", title=plural(len(rows), "alarm"), lines=lines, icon="alarm")
        verb = "There is an alarm" if len(rows) == 1 else f"There are {len(rows)} alarms"
        return Reply(f"{verb}: {joined(said)}.", result, card)

    @action(
        "<off> <my> (alarm|alarm clock|wake up call) [please]",
        "<off> <my> (alarm|alarm clock|wake up call) <at> {time}",
        "<off> <my> alarm [that is|that's] [set|i set] (for|at|to) {time}",
        "<off> <my> {time} alarm",
        "<off> <my> {label} alarm",
        "<off> <my> {time} {label} alarm",
        "<off> <my> alarm (called|named|labelled|labeled|for) {label}",
        "turn <my> [{label}] alarm off",
        "<off> <my> alarm (which|that) (is|was|i) [set] (at|for) {time}",
        "<off> <my> {time} alarm (for|on) {label}",
        "(i no longer need|i do not need) <my> [{time}] alarm",
        "<off> <my> [{label}] alarm (for|on|at|of) {time}",
        "(i don't need|i don't want|never mind|forget|don't set) <my> alarm [anymore|any more]",
        "(i don't need|i don't want|forget) <my> alarm <at> {time} [anymore|any more]",
        "(don't|do not) wake me [up] [<at>] {time}",
        "(don't|do not) wake me up",
        "(i'm|i am) (awake|up)",
        Say("<off> (all|every|each|all of|all the|all my) [of] [the|my] (alarm|alarms)", {"all": True}),
        Say("<off> [the|my] alarms", {"all": True}),
        Say(
            "<off> [all|every|any] [of] [the|my] alarms [set|that are set|i set|i have|i have set] (for|on|of) {day}",
            {"all": True},
        ),
        Say("<off> [the|my] {day} alarms", {"all": True}),
        "<off> <my> (alarm|alarm clock|wake up call) [that is|set|i set] (for|on|of) {day}",
        "<off> <my> {day} alarm",
        "(i don't need|i no longer need|i do not need) <my> alarm (for|on) {day}",
        Say("<off> <my> morning (alarm|alarms)", {"label": "morning"}),
        Say("<off> <my> afternoon (alarm|alarms)", {"label": "afternoon"}),
        Say("<off> <my> evening (alarm|alarms)", {"label": "evening"}),
        Say("<off> (all|all of|every|each) [the|my] {label} alarms", {"all": True}),
        Say("turn (all|all my|all the|my) alarms off", {"all": True}),
        Say("<off> (every|everything about) alarm", {"all": True}),
        Say(
            "<off> (all|all of|any) [of] [the|my] (alarm|alarms) (i have|i have set|that i have set|that are set|which are set|set|i set|if any)",
            {"all": True},
        ),
        examples=("cancel the alarm", "turn off my seven o'clock alarm", "delete all alarms"),
        sensitive=True,
    )
    async def cancel_alarm(
        self,
        time: Moment | None = None,
        label: Text | None = None,
        all: bool = False,  # noqa: A002
        day: Day | None = None,
    ) -> Reply:
        """Cancel an alarm, or silence one that rings.

        time: the one set for that time
        label: the one called so
        all: every alarm, or every one of that day or name
        day: the one that rings on that day
        """
        rows = await self._all()
        if not rows:
            raise Refusal("There are no alarms.")
        ringing = [row for row in rows if row["state"] != "set"]
        if ringing and not (all or time or label or day):
            return await self._silenced(ringing)
        rows = self._meant(rows, time, label, day, every=all)
        for row in rows:
            await self._drop(row)
        await self._show()
        result = {"cancelled": [row["id"] for row in rows]}
        what = plural(len(rows), "alarm") if len(rows) > 1 else f"the alarm for {self._said(rows[0])}"
        card = Card(kind="alarm", title="Cancelled", lines=[self._line(row) for row in rows], icon="alarm")
        return Reply(f"Cancelled {what}.", result, card, undo={"cancelled": rows})

    @action(
        "(snooze|postpone|delay|hit snooze on|snooze on) [<my> alarm] [please]",
        "snooze",
        "(snooze|postpone|delay) [<my> alarm] [for|by] {duration}",
        "(give me|i need|let me sleep|let me have) {duration} more [of sleep]",
        "(give me|i need|let me sleep|let me have) (another|an extra) {duration}",
        "(wake me|ring|remind me) again in {duration}",
        "{duration} more [sleep|please]",
        "(five more minutes|let me sleep [a little|some] (more|longer)|not yet|hit snooze)",
        examples=("snooze", "snooze for ten minutes"),
    )
    async def snooze_alarm(self, duration: Duration = SNOOZE) -> Reply:
        """Silence what rings and let it ring again later.

        duration: how much later
        """
        rows = [row for row in await self._all() if row["state"] == "ringing"]
        if rows:
            return await self._snoozed(rows, duration)
        reply = await self.snooze_ring(duration=duration)  # "snooze" is said to a reminder or a timer too
        if not reply.result["snoozed"]:
            raise Refusal("Nothing is ringing.")
        return reply

    # what happens by itself, and taking back

    async def due(self, key: str, payload: dict[str, Any]) -> None:
        """It is time: ring, and schedule the next occurrence of a repeated one after the one that rings now."""
        name, _, again = key.partition("/")
        row = await self.device.get(f"alarm/{name}")
        if row is None:
            return
        now = self.device.now()
        if not again and row["next"]:
            row["rang"] = row["next"]
            row["next"] = ""
            if row["repeat"]:
                after = max(datetime.fromisoformat(row["rang"]), wall(now, now.tzinfo))  # type: ignore[arg-type]
                following = next_after(parse_rule(row["repeat"]), datetime.fromisoformat(row["start"]), after)
                row["next"] = iso(following) if following else ""
        row.update(state="ringing", since=now.timestamp())
        row["late"] = not again and now - self._instant(row["rang"]) > LATE
        if row["next"] and not again:
            await self._schedule(row)
        else:
            await self.device.put(f"alarm/{name}", row)
        await self._show()
        await self.device.happened(self._ring_speech(row), ring_card(row), ring=True)

    async def undo(self, what: Any) -> Reply:
        if "set" in what:
            row = await self.device.get(f"alarm/{what['set']}")
            if row is None:
                raise Refusal("That alarm is gone already.")
            await self._drop(row)
            await self._show()
            return Reply(f"Cancelled the alarm for {self._said(row)}.")
        back = [row for row in what["cancelled"] if row["next"] and self._instant(row["next"]) > self.device.now()]
        for row in back:
            await self._schedule({**row, "state": "set"})
        await self._show()
        if not back:
            raise Refusal("That time has passed by now.")
        noun = f"The alarm for {self._said(back[0])} is" if len(back) == 1 else f"{len(back)} alarms are"
        return Reply(f"{noun} set again.")


def _coming(repeat: str, first: datetime, now: datetime) -> datetime | None:
    """The first occurrence of a rule at the first's clock time, in the future."""
    rule = parse_rule(repeat)
    found = first_from(rule, first)
    return next_after(rule, first, now) if found is not None and found <= now else found
