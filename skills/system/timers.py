"""Timers and the stopwatch. A timer counts on the clock that nobody can set and that survives a restart (``after``);
its row says what it is, the agenda says when it ends. What has ended rings until it is dismissed, over restarts too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..contract import Card, Change, Duration, Refusal, Reply, Say, Text, action
from ..speech import capital, joined, plural, short_span, span
from .rings import Row
from .timer_rows import TimerRows, label_of, name_of, names_of, ring_card, status

MAX_TIMERS = 30
LONGEST = timedelta(hours=99)
_SNOOZE = timedelta(minutes=5)


class Timers(TimerRows):
    """Timers, as many as you like, and a stopwatch."""

    name = "timers"
    grants = ("store", "speaker", "screen")
    rules = {
        "set": "(set|start|create|make|begin|run|add|open|do|put on|set up|set me|start me|give me|i need|i want|i'd like|let's have)",
        "a": "[a|an|another|the|my|one]",
        "timer": "[new] (timer|countdown|count down|countdown timer|egg timer|kitchen timer)",
        "my": "[the|my|that|this|a]",
        "timers": "(timer|timers|countdown)",
        "left": "(left|remaining|to go)",
        "named": "(for|called|named|labelled|labeled) [the|my]",
        "which": "[the|my|that|this|a] ([{label}] timer|(timer|countdown) <named> {label})",
    }

    async def start(self) -> None:
        rows = await self._all()
        ringing = [row for row in rows if row["state"] == "ringing"]
        for row in rows:
            if row["state"] == "running" and await self.device.remaining(row["id"]) is None:
                await self._count(row, timedelta(seconds=row["total"]))  # its agenda row was lost: start it over
        if ringing:
            await self.device.happened(f"{names_of(ringing)} finished.", ring_card(ringing[0]), ring=True)
        await self._show()
        await self._show_stopwatch()

    async def clock_changed(self) -> None:
        await self._show()
        await self._show_stopwatch()

    @action(
        "<set> <a> <timer> (for|of|to|at|with|on) {duration}",
        "<set> <a> {duration} <timer>",
        "<set> <a> <timer> {duration}",
        "<timer> [for|of|set for] {duration}",
        "<a> {duration} <timer>",
        "(count down|countdown) [from|for] {duration}",
        "(tell|alert|ping|buzz|beep|notify|nudge|let) me [know] (in|after) {duration}",
        "time {duration}",
        "(set|start|do|run|put on) [for|a|an|another] {duration} [please]",
        "(wait|start counting) {duration}",
        "<set> <a> <timer> (for|of) {duration} (for|called|named|labelled|labeled|to) [the|my] {label}",
        "<set> <a> {duration} <timer> (for|called|named|labelled|labeled|to) [the|my] {label}",
        "<set> <a> <timer> (called|named|labelled|labeled) {label} (for|of) {duration}",
        "<set> <a> {label} timer (for|of|to) {duration}",
        "<set> <a> timer for [the|my] {label} (for|of|to|at|in) {duration}",
        "{label} timer [for] {duration}",
        "{duration} {label} timer",
        "<set> <a> {duration} {label} timer",
        "time [the|my] {label} for {duration}",
        "<timer> for {duration} <named> {label}",
        "<a> {duration} <timer> <named> {label}",
        "<timer> <named> {label} (for|of) {duration}",
        examples=("set a timer for ten minutes", "start a 5 minute pizza timer", "timer for one hour"),
        purpose="start the [{label}] timer[ for {duration}]",
    )
    async def start_timer(self, duration: Duration, label: Text | None = None) -> Reply:
        """Start a countdown; several can run at once.

        duration: how long it counts down
        label: what it is for
        """
        if not timedelta(seconds=1) <= duration <= LONGEST:
            raise Refusal(f"A timer can be between one second and {span(LONGEST)}.")
        rows = await self._all()
        if len(rows) >= MAX_TIMERS:
            raise Refusal(f"There are {MAX_TIMERS} timers already. Cancel one first.")
        number = 1 + await self.device.get("last", 0)
        row: Row = {
            "id": f"timer:{number}", "label": label_of(label), "total": duration.total_seconds(), "state": "running",
        }  # fmt: skip
        await self.device.put("last", number)
        await self._count(row, duration)
        await self._show()
        result = {"id": row["id"], "label": row["label"], "seconds": duration.total_seconds()}
        speech = f"{row['label'].capitalize()} timer" if row["label"] else "Timer"
        return Reply(f"{speech} set for {span(duration)}.", result, await self._card(row), undo={"started": row["id"]})

    @action(
        "how (much time|long|much longer|many minutes|much) (is|are|do i have|have i got|does it have) [<left>] [on|in|for|with] <my> [{label}] <timers> [<left>]",
        "how (much time|long|much longer|many minutes) [is] <left> [on|in|for] <my> [{label}] <timers>",
        "how (much|much time|long) [is] <left>",
        "how (much longer|long does it have|much longer does it have)",
        "(what's|what is|show|tell me|check|give me) [the] (time|status|state) [<left>|of] [on|of|for] <my> [{label}] <timers>",
        "(what's|what is) <left> [on|of] <my> [{label}] <timers>",
        "(show|list|check|view|read|see|tell me|tell me about|what about|how about) [me] [all] <my> [{label}] [running|active|current] <timers> [status]",
        "(what|which) timers (are|do i have) [running|set|active|on|going]",
        "(is|are) (there|any) [a|any] [{label}] <timers> [running|set|active|on|going]",
        "(do i have|have i got) [a|any] [{label}] <timers> [running|set|active|on|going]",
        "how many timers (are|do i have) [running|set|active|on|going]",
        "(when|what time) (is|does|will) <which> [be] (up|done|finished|finish|end|go off|ring|over|run out)",
        "(is|are) <my> [{label}] <timers> (up|done|finished|over|still running|running) [yet]",
        "<which> (status|left|remaining)",
        "[the] (status|state|time <left>) (of|on|for) <my> [{label}] <timers>",
        "[the] (status|state|time <left>) (of|on|for) <which>",
        "timer (status|check)",
        examples=("how much time is left", "how long is left on the pizza timer", "show my timers"),
        reads=True,
        purpose="check the [{label}] timer",
    )
    async def timer_status(self, label: Text | None = None) -> Reply:
        """Say how much time is left.

        label: which timer; all of them if not given
        """
        rows = await self._all()
        if label is not None and rows:
            rows = self._meant(rows, label)
        lefts = {row["id"]: await self._left(row) for row in rows}
        result = {
            "timers": [
                {
                    "id": row["id"], "label": row["label"], "total_s": row["total"], "state": row["state"],
                    "left_s": round(lefts[row["id"]].total_seconds()),
                }
                for row in rows
            ]
        }  # fmt: skip
        if not rows:
            return Reply("There is no timer running.", result, Card(kind="timer", title="No timers", icon="timer"))
        said = [status(row, lefts[row["id"]]) for row in rows]
        if len(rows) == 1:
            return Reply(f"{capital(said[0])}.", result, await self._card(rows[0]))
        lines = [f"{short_span(lefts[row['id']])}  {name_of(row)}" for row in rows]
        card = Card(kind="timer", title=plural(len(rows), "timer"), lines=lines, icon="timer")
        return Reply(f"There are {plural(len(rows), 'timer')}: {joined(said)}.", result, card)

    @action(
        "(add|put) [an extra|another|an additional] {change} [more] [(to|on|onto) <which>]",
        "(add|put) [an extra|another|an additional] {change} [more] (to|on) [the|my] {label}",
        "(extend|lengthen|increase|prolong|raise) <which> [by|for] {change}",
        "(give|make) <which> {change} (more|longer|extra)",
        "(give me|i need) (another|an extra) {change} [on <which>]",
        "{change} more [(to|on) <which>]",
        "(take|remove|subtract|cut|knock|drop) {change} (off|from|off of|away from) <which>",
        "(shorten|reduce|decrease|lower|cut) <which> (by|of) {change}",
        "make <which> {change} (shorter|less)",
        "(change|adjust) <which> by {change}",
        examples=("add five minutes", "add two minutes to the pizza timer", "take one minute off the timer"),
        purpose="change the [{label}] timer",
    )
    async def adjust_timer(self, change: Change, label: Text | None = None) -> Reply:
        """Make a timer longer or shorter.

        change: how much longer; negative for shorter
        label: which timer
        """
        row = await self._one(label, ("running", "paused"), "There is no timer to change.")
        left = await self._left(row) + change
        if left <= timedelta():
            raise Refusal(f"The {name_of(row)} has only {span(left - change)} left.")
        if left > LONGEST:
            raise Refusal(f"A timer can be at most {span(LONGEST)}.")
        row["total"] = max(row["total"] + change.total_seconds(), left.total_seconds())
        await self._count(row, left)
        await self._show()
        did = "Added" if change > timedelta() else "Took off"
        result = {"id": row["id"], "label": row["label"], "left_s": round(left.total_seconds())}
        undo = {"adjusted": row["id"], "by": -change.total_seconds()}
        return Reply(f"{did} {span(change)}. {capital(span(left))} left.", result, await self._card(row), undo=undo)

    @action(
        "(pause|hold|freeze|suspend|halt) <which>",
        "(pause|hold|freeze) the countdown",
        "put <which> on (hold|pause)",
        examples=("pause the timer", "pause my tea timer"),
        purpose="pause the [{label}] timer",
    )
    async def pause_timer(self, label: Text | None = None) -> Reply:
        """Pause a running timer.

        label: which timer
        """
        row = await self._one(label, ("running",), "There is no timer running.")
        left = await self._left(row)
        row.update(state="paused", left=left.total_seconds())
        await self.device.put(f"timer/{row['id']}", row)
        await self.device.forget(row["id"])
        await self._show()
        result = {"id": row["id"], "label": row["label"], "left_s": round(left.total_seconds())}
        speech = f"Paused the {name_of(row)} with {span(left)} left."
        return Reply(speech, result, await self._card(row), undo={"paused": row["id"]})

    @action(
        "(resume|continue|unpause|restart|carry on with|go on with|unfreeze) <which> [again]",
        "start <which> again",
        "start (the|my|that) ([{label}] timer|(timer|countdown) <named> {label})",
        "(resume|continue|unpause) the countdown",
        "take <which> off (hold|pause)",
        examples=("resume the timer", "continue my tea timer"),
        purpose="resume the [{label}] timer",
    )
    async def resume_timer(self, label: Text | None = None) -> Reply:
        """Let a paused timer run on.

        label: which timer
        """
        row = await self._one(label, ("paused",), "No timer is paused.")
        left = await self._left(row)
        row["state"] = "running"
        await self._count(row, left)
        await self._show()
        result = {"id": row["id"], "label": row["label"], "left_s": round(left.total_seconds())}
        speech = f"The {name_of(row)} runs on, {span(left)} left."
        return Reply(speech, result, await self._card(row), undo={"resumed": row["id"]})

    @action(
        "(cancel|stop|delete|remove|end|kill|clear|dismiss|silence|turn off|shut off|switch off|get rid of|abort|forget|drop|finish|quiet) <which>",
        "(cancel|stop|abort|end) the countdown",
        "(i don't need|never mind|forget) <which> [anymore|any more]",
        "turn <which> off",
        Say(
            "(cancel|stop|delete|remove|end|kill|clear|dismiss|turn off|get rid of) (all|every|all of) [the|my|of my] (timers|timer) [please]",
            {"all": True},
        ),
        Say("(cancel|stop|delete|remove|end|kill|clear|turn off) [the|my] timers", {"all": True}),
        Say("(cancel|stop|delete|clear) every timer", {"all": True}),
        examples=("cancel the timer", "stop the pizza timer", "cancel all timers"),
        sensitive=True,
        purpose="cancel the [{label}] timer",
    )
    async def cancel_timer(self, label: Text | None = None, all: bool = False) -> Reply:  # noqa: A002
        """Cancel a timer, or silence one that rings.

        label: which timer
        all: every timer there is
        """
        rows = await self._all()
        if not rows:
            raise Refusal("There is no timer running.")
        if not all:
            ringing = [row for row in rows if row["state"] == "ringing"]
            rows = ringing if ringing and label is None else [self._pick(rows, label)]
        undo = [{**row, "left": (await self._left(row)).total_seconds()} for row in rows if row["state"] != "ringing"]
        for row in rows:
            await self._drop(row)
        await self._show()
        result = {"cancelled": [row["id"] for row in rows]}
        if len(rows) > 1:
            speech = f"Cancelled {'all ' if all else ''}{plural(len(rows), 'timer')}."
        else:
            speech = f"{'Stopped' if rows[0]['state'] == 'ringing' else 'Cancelled'} the {name_of(rows[0])}."
        card = Card(kind="timer", title="Cancelled", lines=[name_of(row) for row in rows], icon="timer")
        return Reply(speech, result, card, undo={"cancelled": undo} if undo else None)

    @action(hidden=True)
    async def dismiss_timer(self, id: Text | None = None) -> Reply:  # noqa: A002
        """Silence what rings (a button, not a request).

        id: which ring; all of them if not given
        """
        return await self._dismissed(id)

    @action(hidden=True)
    async def snooze_timer(self, id: Text | None = None, duration: Duration = _SNOOZE) -> Reply:  # noqa: A002
        """Let what rings come again later (a button, not a request).

        id: which ring; all of them if not given
        duration: how much later
        """
        return await self._snoozed(id, duration, f"Another {span(duration)}.")

    async def _later(self, row: Row, delay: timedelta) -> None:
        row["state"] = "running"
        await self._count(row, delay)

    # what happens by itself, and taking back

    async def due(self, key: str, payload: dict[str, Any]) -> None:
        if key == "stopwatch":
            await self._stopwatch_due()
            return
        row = await self.device.get(f"timer/{key}")
        if row is None or row["state"] != "running":
            return
        row.update(state="ringing", since=self.device.now().timestamp())
        await self.device.put(f"timer/{key}", row)
        await self._show()
        await self.device.happened(f"{names_of([row])} finished.", ring_card(row), ring=True)

    async def undo(self, what: Any) -> Reply:
        if "stopwatch" in what:
            return await self._undo_stopwatch(what)
        if "cancelled" in what:
            for row in what["cancelled"]:
                left = timedelta(seconds=row["left"])
                await self._count(row, left)
            await self._show()
            return Reply(f"{names_of(what['cancelled'])} {'is' if len(what['cancelled']) == 1 else 'are'} back.")
        verb, number = next((verb, what[verb]) for verb in ("started", "adjusted", "paused", "resumed") if verb in what)
        row = await self.device.get(f"timer/{number}")
        if row is None:
            raise Refusal("That timer is gone already.")
        if verb == "started":
            await self._drop(row)
            await self._show()
            return Reply(f"Cancelled the {name_of(row)}.")
        if verb == "adjusted":
            return await self.adjust_timer(timedelta(seconds=what["by"]), row["id"])
        return await (self.resume_timer if verb == "paused" else self.pause_timer)(row["id"])
