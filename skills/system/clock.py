"""The clock: time and date here and elsewhere. Zones come from ``places.py``, so it works without a network."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from ..contract import Card, Glance, Moment, Place, Refusal, Reply, Skill, When, action
from ..localtime import instant, zone_name
from ..speech import relative_day, spoken_clock, spoken_date


class Clock(Skill):
    """Tells the time and the date, here and anywhere else."""

    name = "clock"
    grants = ("screen",)
    rules = {
        "tell": "(what is|what's|whats|tell me|give me|say|show me|do you know)",
        "time": "[the] [current|local|exact] time",
        "in": "(in|at|for|over in)",
        "date": "([the] [current|today's] date|[the] day of the (week|month))",
        "day": "(what day is|what day of the week is|which day is|what is the date|what's the date|what date is)",
    }

    async def start(self) -> None:
        await self.device.glance(Glance(zone=zone_name(_zone(self.device.now()))))

    @action(
        "what time is it [now|right now]",
        "what time is it [right now|now|currently] <in> {place}",
        "<tell> <time> [now|right now|please]",
        "<tell> <time> [now|right now] <in> {place}",
        "<tell> what time it is [now|right now]",
        "<tell> what time it is <in> {place}",
        "<tell> [the] {place} time",
        "what time is it <in> {place} (now|right now|at the moment)",
        "(what's|what is|how late is) the hour",
        "how late is it [<in> {place}]",
        "(current|local|exact) time [(please|now)]",
        "what (time it is|the time is) [now|right now|<in> {place}]",
        "[the] time [right now|now]",
        "[the] [current|local|exact] time [right now|now] <in> {place}",
        "(report|mention|provide|i want|i need) [me] <time> [now] <in> {place}",
        "{place} time",
        "what time of day is it [<in> {place}]",
        "what does the clock say",
        "(may i know|can i get|do you know|i want to know) <time> [<in> {place}]",
        "time (please|check|now)",
        "do you have the time",
        "have you got the time",
        "is it (morning|evening|night) <in> {place}",
        examples=("what time is it", "what time is it in tokyo", "tell me the time in new york"),
        reads=True,
        purpose="tell the time[ in {place}]",
    )
    async def get_time(self, place: Place | None = None) -> Reply:
        """Tell the time, here or in another place.

        place: a city, country or zone; here if not given
        """
        now = self.device.now()
        if place is None:
            result = {
                "time": now.replace(tzinfo=None).isoformat(timespec="seconds"),
                "place": "",
                "zone": zone_name(_zone(now)),
            }
            return Reply(f"It's {spoken_clock(now)}.", result, _card(spoken_clock(now), spoken_date(now.date())))
        there = now.astimezone(_zone_of(place))
        where = place_name(place)
        day = "" if there.date() == now.date() else f" {relative_day(there.date(), now.date())}"
        result = {
            "time": there.replace(tzinfo=None).isoformat(timespec="seconds"),
            "place": where,
            "zone": zone_name(_zone(there)),
        }
        speech = f"It's {spoken_clock(there)}{day} in {where}."
        return Reply(speech, result, _card(spoken_clock(there), f"{where}, {spoken_date(there.date())}"))

    @action(
        "(what is|what's|whats|tell me|give me|say|show me) <date> [today|now|please]",
        "(what is|what's|tell me|give me) <date> [today|now] <in> {place}",
        "(what is|what's|tell me|give me) <date> (on|of|for) {when}",
        "(what is|what's) (today's|the current) (date|day)",
        "what (date|day) is [it] today",
        "(what|which) (date|day) is it [today|now]",
        "(what|which) (date|day) is it <in> {place}",
        "<day> (it|today|this) [today|now]",
        "<day> {when}",
        "what (date|day) (is|was|will be|will it be|does it fall on) {when}",
        "(what|which) day [of the week] (is|was|will be|will it be|is it) [on] {when}",
        "what day of the week (is|was|does) {when} [fall on|be]",
        "what (day|date) will it be [on] {when}",
        "(what is|what's|tell me) the date (in|of) {when}",
        "today's date [please]",
        "what is today",
        "[the] [current|today's] date [and] [day|month] [for] [today|now|please]",
        "what (day|date) it is [today|now]",
        "(is it|is today|is this|today is) {when} [today|is it]",
        "(what|which) day of the week [is|does] {when} [fall on|on]",
        "{when} (lands|falls|comes|is) on (what|which) day [of the week]",
        "{when} is on (what|which) day [of the week]",
        "(what|which) date is [on] {when}",
        "on (what|which) (date|day) is {when}",
        "(what is|what's|tell me) (tomorrow's|yesterday's) date",
        "what is the day on {when}",
        "(let me know|show me) <date>",
        "what (month|year|week day) is it [now]",
        "what day [of the week|of the month] is [it] [today]",
        examples=("what is the date today", "what day is it", "what day is the third of may"),
        reads=True,
        purpose="tell the date",
    )
    async def get_date(self, when: When | None = None, place: Place | None = None) -> Reply:
        """Tell the date and the day of the week, today or another day, here or elsewhere.

        when: the day asked about; today if not given
        place: where; here if not given
        """
        now = self.device.now()
        if place is not None:
            now = now.astimezone(_zone_of(place))
        day = date.fromisoformat(when[:10]) if when else now.date()
        where = f" in {place_name(place)}" if place else ""
        result = {"date": day.isoformat(), "weekday": f"{day:%A}", "place": place_name(place) if place else ""}
        far = day.year != now.year
        said = spoken_date(day, year=far)
        near = relative_day(day, now.date())
        if not when or day == now.date():
            speech = f"It's {said}{where}." if not when else f"Today is {said}{where}."
        elif near in ("tomorrow", "yesterday"):
            speech = f"{near.capitalize()} {'is' if near == 'tomorrow' else 'was'} {said}{where}."
        else:
            speech = f"That {'is' if day > now.date() else 'was'} {said}."
        return Reply(speech, result, _card(f"{day.day} {day:%B}", f"{day:%A} {day.year}"))

    @action(
        "what time is {time} [<in>] {from_place} in {to_place}",
        "what time is {time} [here|my time|local time] in {to_place}",
        "(when it's|when it is|if it's|if it is) {time} (in|at) {from_place} what time is it in {to_place}",
        "what time is it in {to_place} (when it's|when it is|if it's|if it is) {time} (in|at) {from_place}",
        "(when it's|when it is|if it's|if it is) {time} [here] what time is it in {to_place}",
        "what time is it in {to_place} (when it's|when it is|if it's|if it is) {time} [here]",
        "(convert|change|translate) {time} (from|in) {from_place} [time] (to|into) {to_place} [time]",
        "(convert|change|translate) {time} {from_place} time (to|into) {to_place} [time]",
        "(convert|change|translate) {time} (to|into) {to_place} time",
        "what (is|will|would) {time} [be] [here] in {to_place}",
        "what time (is|will it be|would it be) in {to_place} at {time} [here|our time|my time]",
        "what time will it be in {to_place} at {time} {from_place} time",
        "{time} (in|at) {from_place} in {to_place} time",
        "{time} {from_place} time in {to_place}",
        examples=("what time is 3 pm here in tokyo", "convert 5 pm from paris to new york"),
        reads=True,
        purpose="work out that time in {to_place}",
    )
    async def convert_time(self, time: Moment, to_place: Place, from_place: Place | None = None) -> Reply:
        """Say what time it is in one place when it is a given time in another.

        time: the wall time to convert
        from_place: where that time is meant; here if not given
        to_place: where the answer is wanted
        """
        here = _zone(time)
        source = here if from_place is None else _zone_of(from_place)
        moment = instant(time.replace(tzinfo=None), source)
        there = moment.astimezone(_zone_of(to_place))
        where = place_name(to_place)
        given = f"{spoken_clock(moment)}{f' in {place_name(from_place)}' if from_place else ''}"
        shift = (there.date() - moment.date()) // timedelta(days=1)
        day = {0: "", 1: " the next day", -1: " the day before"}.get(shift, f" on {there:%A}")
        result = {
            "from": moment.replace(tzinfo=None).isoformat(timespec="minutes"),
            "to": there.replace(tzinfo=None).isoformat(timespec="minutes"),
            "from_zone": zone_name(source),
            "to_zone": zone_name(_zone(there)),
        }
        speech = f"{given} is {spoken_clock(there)}{day} in {where}."
        return Reply(speech, result, _card(spoken_clock(there), f"{where}{day}"))


def _zone(moment: datetime) -> tzinfo:
    assert moment.tzinfo is not None
    return moment.tzinfo


def place_name(place: str) -> str:
    """The table of places is imported when it is first needed."""
    from .. import places

    return places.place_name(place)


def _zone_of(place: str) -> tzinfo:
    from ..places import zone_of

    zone = zone_of(place)
    if zone is None:
        raise Refusal(f"I don't know what time zone {place_name(place)} is in.")
    return zone


def _card(title: str, text: str) -> Card:
    return Card(kind="reply", title=title, text=text, icon="clock")
