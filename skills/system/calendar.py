"""The calendar: events on this watch, from words or from an iCalendar file (``bluerill calendar import``).

Nothing is fetched from and nothing sent to a calendar elsewhere. An event with a time announces itself ten minutes
before; one that repeats is kept once (``events.py``).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from ..contract import Card, Day, Moment, Person, Place, Refusal, Repeat, Reply, Say, Skill, Text, When, action
from ..events import (
    Event,
    Held,
    coming,
    ending,
    line,
    listed,
    period,
    public,
    said,
    spanned,
    starts,
    taking_place,
    until,
)
from ..localtime import instant
from ..matching import best
from ..speech import capital, joined, plural, spoken_clock

MAX_EVENTS = 2_000
WARN = timedelta(minutes=10)
SAID, SHOWN = 4, 20


_ANY = frozenset(["meeting", "meetings", "appointment", "appointments", "event", "events"])


class Calendar(Skill):
    """Your calendar, kept on this watch."""

    name = "calendar"
    contract = (1, 2)
    grants = ("store", "speaker", "screen")
    rules = {
        "cal": "[the|my|our] [own|work|google|phone] (calendar|calender|schedule|diary|agenda|planner)",
        "add": "(add|put|write|enter|save|insert|place|stick|put down|write down|pencil in|mark down)",
        "make": "(set up|set|make|book|arrange|create|add|schedule|organise|organize|plan|put in|put|have|start|i have|i've got|i got|there is|i need|new)",
        "what": "[a|an|the|my|our|another] [new] {title} [with {people}]",
        "at": "[on|at|for|from|this] {start} [(to|until|till|through) {end}] [(in|at) {place}]",
        "event": "[a|an|the|another|this|that] [new|calendar|repeating|recurring] (event|entry|calendar event|calendar entry)",
        "named": "(called|named|titled|entitled|for|saying|as)",
        "find": "(find|look up|look for|look at|open|check|get|go through|see)",
        "which": "(event|meeting|appointment)",
        "off": "(delete|remove|cancel|erase|clear|drop|take off|take out|get rid of|strike|scratch|dismiss|call off)",
        "some": "[all] [of] [the|my|our|this|that|any|all]",
        "events": "(event|events|meeting|meetings|appointment|appointments|engagement|engagements|plans)",
        "ask": "(what is|what's|whats|what are|show|show me|read|read me|tell me|tell me about|list|give me|check|open|see|view|display|look at|look up|go through|bring up|pull up|find|let me see|let me know)",
        "coming": "[up|coming up|planned|scheduled|booked|on|going on|happening|there|set]",
    }

    @action(
        "<add> <what> <at> (to|on|in|into|onto) <cal>",
        "<add> <what> (to|on|in|into|onto) <cal> <at>",
        "<add> <what> (to|on|in|into) <cal> {repeat} [at|from] {start}",
        "<add> (to|in) <cal> <what> <at>",
        "(schedule|pencil in|pencil me in for) <what> <at> [(to|on|in) <cal>]",
        "schedule <what> {repeat} [at|from] {start} [(to|until) {end}]",
        "schedule [for] {start} <what>",
        "<make> [me] <event> <named> {title} [with {people}] <at>",
        "<make> [me] <event> <at> <named> {title} [with {people}]",
        "<make> [me] <event> <named> {title} {repeat} [at|from] {start}",
        "(mark|block|block out|block off|reserve|keep) {start} (for|as) {title} [(in|on) <cal>]",
        "(block|block out|block off|reserve) {start} (to|until|till) {end} (for|as) {title} [(in|on) <cal>]",
        Say(
            "<make> [me|us] [a|an|another|the|my] [new] (meeting|meet|get together) [with {people}] <at> [(on|in|to) <cal>]",
            {"title": "meeting"},
        ),
        Say(
            "<make> [me|us] [a|an|another|the|my] [new] (meeting|meet) <at> with {people} [(on|in|to) <cal>]",
            {"title": "meeting"},
        ),
        Say(
            "<make> [me|us] [a|an|another|the] [new] (meeting) [with {people}] {repeat} [at|from] {start}",
            {"title": "meeting"},
        ),
        Say(
            "<make> [me|us] [a|an|another|the|my] [new] (appointment|appointments) [with {people}] <at> [(on|in|to) <cal>]",
            {"title": "appointment"},
        ),
        Say("<make> [me|us] [a|an|another|the] [new] <event> <at> [(on|in|to) <cal>]", {"title": "event"}),
        examples=(
            "add lunch with Anna to my calendar on Friday at noon",
            "schedule a meeting with Ben tomorrow from 3 to 4",
            "schedule yoga every Monday at six pm",
        ),
        purpose="put {title} into your calendar",
    )
    async def add_event(
        self,
        title: Text,
        start: When,
        end: Moment | None = None,
        place: Place | None = None,
        people: Person | None = None,
        repeat: Repeat | None = None,
    ) -> Reply:
        """Put an event into the calendar.

        title: what it is
        start: when it begins, or its day
        end: when it ends; an hour later if not given
        place: where
        people: with whom
        repeat: when it comes again
        """
        rows = await self._all()
        if len(rows) >= MAX_EVENTS:
            raise Refusal(f"There are {MAX_EVENTS} events already. Remove some first.")
        number = 1 + await self.device.get("last", 0)
        event = Event(
            id=f"event:{number}",
            title=title,
            start=start,
            end=ending(start, end),
            place=place or "",
            people=people or "",
            repeat=repeat or "",
        )
        now = self.device.now().replace(tzinfo=None)
        first = next(starts(event, now), None)
        if first is None:
            raise Refusal("That is over already.")
        clashes = [
            held
            for held in taking_place(rows, first, first + event.length)
            if not held.event.whole_day and not event.whole_day
        ]
        await self.device.put("last", number)
        await self._keep(event)
        held = Held(first, first + event.length, event)
        told = f"{capital(said(held, now.date(), day=True))}{until(held)}"
        again = " It repeats." if event.repeat else ""
        warned = f" At the same time there is {clashes[0].event.name}." if clashes else ""
        lines = [
            each for each in (spanned(held, now.date()), event.people and f"with {event.people}", event.place) if each
        ]
        card = Card("reply", title="Calendar", text=capital(event.title), lines=lines, icon="calendar")
        return Reply(f"{told} is in your calendar.{again}{warned}", public(held), card, undo={"added": event.id})

    @action(
        "<ask> [me] [what is|what's] [on|in] <cal> [<coming>] [[for|on|of|at|from|this] {when}] [please]",
        "<ask> [me] [what is|what's] <coming> [on|in] <cal> [[for|on|of|at|from|this] {when}]",
        "<ask> [me] {when} (calendar|schedule|agenda|events|appointments|meetings|plans)",
        "<ask> [me] <some> [next|upcoming|coming] <events> [<coming>] [in <cal>] [[for|on|of|at|from|this] {when}]",
        "(what|which|what other|how many) [upcoming] (events|meetings|appointments|things|engagements|plans) (do i have|have i got|are there|are|did i plan) <coming> [in|on <cal>] [[for|on|at|this] {when}]",
        "(do i have|have i got|are there|is there|do we have) [any|an|a|some] [upcoming|other] <events> <coming> [in|on <cal>] [[for|on|at|this] {when}]",
        "(do i have|have i got|is there) (anything|something|any thing|anything else) [planned|scheduled|on|going on|happening|booked|to do] (in|on) <cal> [[for|on|at] {when}]",
        "(do i have|have i got|is there) (anything|something|any thing|any plans) [planned|scheduled|on|going on|happening|booked] [for|on|at|this] {when}",
        "(what am i doing|what do i have [going on|planned|scheduled|on|to do]|what have i got [going on|planned|on]|what are my plans|what's my day like|what is my day like|how busy am i) [for|on|at|this] {when}",
        "(what's|what is) (happening|going on|planned|scheduled|coming up|up next) [for|on|at] {when}",
        "(am i|are we) [still] (free|busy|available|booked|occupied) [on|at|for|this] {when}",
        "(do i have|have i got|is there) [any] [free] time [on|at|this] {when}",
        "(is|how does|how is|how's|what's|what is) <cal> (full|busy|free|clear|empty|look|looking|like|look like) [for|on|at] {when}",
        "(my|upcoming|next) (schedule|calendar|agenda|appointments|meetings|events) [[for|on|this] {when}]",
        "{when} (schedule|agenda|calendar)",
        "when [is|are|do i have] my [next|upcoming] {title} (appointment|meeting|event|lesson|class|interview|session|party)",
        "(what time is|when's|when is|when do i have) [my|the] [next] (meeting|appointment|event) (with|about|for) {title}",
        "do i have [a|an|any|the] {title} (appointment|meeting|event|lesson|class|interview) [[for|on|at|this] {when}]",
        "do i have [a|any|my] (meeting|meetings|appointment) (with|about) {title} [[for|on|at|this] {when}]",
        Say(
            "(what time is|when is|when's|where is|what is|what's) (my|the) [next|first] (meeting|meetings) [start|starting] [{when}]",
            {"title": "meeting"},
        ),
        Say(
            "(what time is|when is|when's|where is|what is|what's) (my|the) [next|first] appointment [{when}]",
            {"title": "appointment"},
        ),
        Say("(when is|when's) (my|the|our) [wedding] anniversary", {"title": "anniversary"}),
        Say("when is my birthday [party]", {"title": "birthday"}),
        "(what's|what is|when is|tell me) [my|the] (next|upcoming|first) (event|thing) [(on|in) <cal>]",
        "(what|anything) [is] (next|new|up|coming up) (on|in) <cal> [[for|on|this] {when}]",
        "(any|are there any) [upcoming] (events|meetings|appointments|plans) [[for|on|this] {when}]",
        examples=("what is on my calendar tomorrow", "am I free on Friday at 3 pm", "what events do I have today"),
        reads=True,
        purpose="look into your calendar",
    )
    async def list_events(self, when: When | None = None, title: Text | None = None, until: Day | None = None) -> Reply:
        """Say what is in the calendar.

        when: a day, or a moment; what comes next if not given
        title: only what is called so
        until: the last day, where several are asked about
        """
        events = await self._all()
        now = self.device.now().replace(tzinfo=None)
        if title is not None:
            events = _called(events, title)
            if not events:
                raise Refusal(f"There is nothing called {title} in your calendar.")
        first, last, day = period(when, now, until)
        found = taking_place(events, first, last)
        called = f" called {title}" if title and when else ""
        result = {"events": [public(held) for held in found[:50]], "count": len(found), "when": when or ""}
        if not found:
            text = f"You have nothing{called} in your calendar{day}."
            if when and "T" in when:
                text = f"You are free{day}."
            return Reply(text, result, Card("reply", title="Calendar", text="Nothing", icon="calendar"))
        spread = when is None or until is not None
        lines = [line(held, now.date(), day=spread) for held in found[:SHOWN]]
        head = capital(day.strip()) or "Coming up"
        card = Card("list", title=head, lines=lines, icon="calendar")
        told = listed(found, now.date(), SAID, day=spread)
        if when is None:
            start = "Next: "
        elif spread:
            start = f"{capital(day.strip())}: "
        else:
            start = f"{capital(day.strip())} you have {'' if len(found) == 1 else plural(len(found), 'event') + ': '}"
        return Reply(f"{start}{told}.", result, card)

    @action(
        "<off> <some> {title} (event|appointment|meeting) [[for|on|at|of] {when}] [(from|off|in|on) <cal>]",
        "<off> <some> {title} [[for|on|at|of] {when}] (from|off|in|on|off of|out of) <cal>",
        "<off> <some> [calendar] (meeting|appointment|event) (with|about|called|named|for) {title} [[for|on|at|of] {when}] [from <cal>]",
        "<off> <some> [calendar] (event|events|meetings|appointments|engagements|everything|entries) [(from|in|on) <cal>] [for|on|at|of|from] {when} [(from|in|on) <cal>]",
        "<off> {when} (events|event|meetings|appointments|meeting|appointment|schedule) [from <cal>]",
        "(clear|empty|wipe|clean|clear out|erase|delete|free up) <cal> [for|on|of|from] {when}",
        "<off> (everything|all|it all) (from|on|in|off) <cal> [for|on|of] {when}",
        "(clear|empty|wipe|clean|clear out|clear up|erase|delete|format|reset) [all of|the whole of] [my whole|my entire|the whole] <cal>",
        "<off> (everything|all events|all of the events|all my events|all the events|all events and appointments) [(from|on|in|off) <cal>]",
        Say("<off> <some> meeting [[for|on|at|of] {when}] [(from|in|on) <cal>]", {"title": "meeting"}),
        Say("<off> <some> (appointment) [[for|on|at|of] {when}] [(from|in|on) <cal>]", {"title": "appointment"}),
        Say("<off> [my|the] next [calendar|scheduled|upcoming] <which> [(from|in|on) <cal>]", {"title": "next"}),
        "<find> [the|my] {title} (on|in) <cal> and <off> it",
        Say("<find> [my|the] next <which> [(on|in) <cal>] and <off> it", {"title": "next"}),
        Say("<find> [<cal>|the events|my events] [(on|in) <cal>] and <off> [my|the] next <which>", {"title": "next"}),
        Say("<off> <some> birthday [party] [event] [(from|in|on) <cal>]", {"title": "birthday"}),
        examples=("cancel my dentist appointment", "clear my calendar for tomorrow", "delete the meeting with Ben"),
        sensitive=True,
        purpose="take [{title}] out of your calendar",
    )
    async def remove_event(
        self, title: Text | None = None, when: When | None = None, until: Day | None = None
    ) -> Reply:
        """Take an event out of the calendar, or all of a day.

        title: what it is called ("next": the one that comes next)
        when: its day or moment; of a repeating event only that one goes
        until: the last day, where several are meant
        """
        events = await self._all()
        now = self.device.now().replace(tzinfo=None)
        first, last, day = period(when, now, until)
        if title == "next":
            found = taking_place(events, now, now + timedelta(days=366))[:1]
        elif title is not None:
            named = _called(events, title)
            found = taking_place(named, first, last) if when else [coming(event, now) for event in named]
        else:
            found = taking_place(events, first, last) if when else [coming(event, now) for event in events]
        if not found:
            raise Refusal(f"There is nothing{f' called {title}' if title else ''} in your calendar{day}.")
        if len(found) > 1 and (title is not None or when is None):
            if title is None:
                raise Refusal(f"That would be all {plural(len(found), 'event')}. Say which one, or which day.")
            raise Refusal(f"Which one? There is {listed(found, now.date(), SAID, day=True)}.")
        before = [msgspec.to_builtins(held.event) for held in found]
        for held in found:
            await self._take_out(held, only=when is not None)
        what = said(found[0], now.date(), day=True) if len(found) == 1 else f"{plural(len(found), 'event')}{day}"
        lines = [line(held, now.date(), day=True) for held in found[:SHOWN]]
        card = Card("list", title="Removed", lines=lines, icon="calendar")
        return Reply(
            f"Removed {what}.",
            {"removed": [public(held) for held in found[:50]]},
            card,
            undo={"removed": before[:100]},
        )

    @action(hidden=True)
    async def import_event(
        self,
        title: Text,
        start: When,
        uid: Text,
        end: When | None = None,
        place: Text | None = None,
        people: Text | None = None,
        repeat: Repeat | None = None,
        without: Text | None = None,
    ) -> Reply:
        """Keep an event of another calendar; one with the same UID is replaced.

        without: dates on which a repeating one is not held, with commas between
        """
        rows = await self._all()
        held = next((event for event in rows if event.uid == uid), None)
        if held is None and len(rows) >= MAX_EVENTS:
            raise Refusal(f"There are {MAX_EVENTS} events already.")
        number = 1 + await self.device.get("last", 0) if held is None else 0
        event = Event(
            id=held.id if held is not None else f"event:{number}", title=title, start=start, end=end or "",
            place=place or "", people=people or "", repeat=repeat or "",
            without=tuple(each.strip() for each in (without or "").split(",") if each.strip()), uid=uid,
        )  # fmt: skip
        if event.repeat and next(starts(event, event.begins), None) is None:
            raise Refusal("Its recurrence never comes.")
        if held is None:
            await self.device.put("last", number)
        await self._keep(event)
        return Reply("", {"id": event.id, "new": held is None})

    @action(hidden=True, reads=True)
    async def export_events(self, after: Text | None = None) -> Reply:
        """A page of all events.

        after: the id of the last one that is known
        """
        rows = sorted((await self.device.scan("event/")).items())
        known = [row for key, row in rows if after is None or key > _key(after)]
        return Reply("", {"events": known[:40], "more": len(known) > 40})

    async def due(self, key: str, payload: dict[str, Any]) -> None:
        row = await self.device.get(_key(key))
        if row is None:
            return
        event = msgspec.convert(row, Event)
        begins = datetime.fromisoformat(payload["start"])
        await self._warn(event, after=begins)
        now = self.device.now().replace(tzinfo=None)
        minutes = round((begins - now).total_seconds() / 60)
        soon = f"In {plural(minutes, 'minute')}" if minutes > 0 else f"At {spoken_clock(begins)}"
        where = f" in {event.place}" if event.place else ""
        card = Card("reminder", title=spoken_clock(begins), text=capital(event.name), icon="calendar")
        await self.device.happened(f"{soon}: {event.name}{where}.", card)

    async def undo(self, what: Any) -> Reply:
        if "added" in what:
            row = await self.device.get(_key(what["added"]))
            if row is None:
                raise Refusal("That event is gone already.")
            await self._drop(what["added"])
            return Reply(f"Removed {row['title']} from your calendar.")
        events = [msgspec.convert(row, Event) for row in what["removed"]]
        for event in events:
            await self._keep(event)
        names = list(dict.fromkeys(event.name for event in events))
        return Reply(f"{capital(joined(names[:3]))} {'is' if len(names) == 1 else 'are'} in your calendar again.")

    async def _all(self) -> list[Event]:
        return [msgspec.convert(row, Event) for row in (await self.device.scan("event/")).values()]

    async def _keep(self, event: Event) -> None:
        await self.device.put(_key(event.id), msgspec.to_builtins(event))
        await self._warn(event)

    async def _drop(self, event: str) -> None:
        await self.device.put(_key(event), None)
        await self.device.forget(event)

    async def _take_out(self, held: Held, *, only: bool) -> None:
        """Remove an event, or ``only`` this day of a repeating one."""
        event = held.event
        if event.repeat and only:
            without = (*event.without, held.start.date().isoformat())
            await self._keep(msgspec.structs.replace(event, without=without))
        else:
            await self._drop(event.id)

    async def _warn(self, event: Event, after: datetime | None = None) -> None:
        """Have the event announced ten minutes before it next begins; a day as a whole is not announced."""
        now = self.device.now()
        local = now.replace(tzinfo=None)
        soonest = max(local + WARN, after or local)
        begins = None
        if not event.whole_day:
            begins = next((each for each in starts(event, soonest) if each > soonest), None)
        if begins is None:
            await self.device.forget(event.id)
            return
        moment = instant(begins, now.tzinfo)  # type: ignore[arg-type]
        await self.device.at(event.id, moment - WARN, {"start": begins.isoformat(timespec="minutes")})


def _key(event: str) -> str:
    return f"event/{int(event.partition(':')[2]):06}"


def _called(events: list[Event], title: str) -> list[Event]:
    """The events of a name; any of them for a word that means any, where none bears it as its name."""
    named = best(events, title, lambda event: [event.title, event.name, event.people])
    return events if not named and title in _ANY else named
