"""How many days until something, or since something."""

from __future__ import annotations

import re
from datetime import date, datetime
from string import Template

from ....agent.arguments import written
from ....agent.values.reader import Reader
from ....agent.values.words import tokenize
from .sketch import Hear, Made, Step, ident, spoken, title

__all__ = ["days_since", "days_until"]

_UNTIL = re.compile(
    r"\b(?:how (?:many days|long)|(?:the )?(?:number of )?days|counts? down(?: the days)?|countdown)\b.*?"
    r"\b(?:until|till|to|before)\b (?P<what>.+)"
)
_SINCE = re.compile(r"\b(?:how (?:many days|long)|(?:the )?(?:number of )?days)\b.*?\bsince\b (?P<what>.+)")
_DATE = re.compile(r"^(?P<what>.*?),?\s+(?:which is |that is |is )?(?:on|at) (?P<when>.+)$")
_TAIL = re.compile(r"\s+(?:it is|there are|are left|are|is|i have|we have|begins|starts|comes)$")
_MONTH = re.compile(r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|\d")
KNOWN = {
    "christmas": (12, 25), "christmas eve": (12, 24), "new year": (1, 1), "new year's day": (1, 1),
    "new year's eve": (12, 31), "halloween": (10, 31), "valentine's day": (2, 14),
    "saint patrick's day": (3, 17), "april fools day": (4, 1),
}  # fmt: skip

_YEARLY = Template('''\
    @action(
        "~how many days [are left|are there|is it] (until|till|to) [my|the|our] $what",
        "~how long [is it] (until|till|to) [my|the|our] $what",
        "~(days|countdown) (until|till|to) [my|the|our] $what",
        examples=["~~how many days until $what"],
        reads=True,
    )
    async def days_until_$ident(self) -> Reply:
        """Say how many days are left until $what."""
        today = self.device.now().date()
        day = _next(today, $month, $day)
        left = (day - today).days
        said = {0: "It is today!", 1: "It is tomorrow."}.get(left, f"{left} days until $what.")
        return Reply(said, result={"days": left}, card=Card(title="$title", text=str(left)))


def _next(today: date, month: int, day: int) -> date:
    """The next such day from today on."""
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)
''')

_ASKED = Template('''\
    @action(
        "~[my|the|our] $what is [on] {day}",
        "~remember that [my|the|our] $what is [on] {day}",
        examples=["~~my $what is on the third of march"],
    )
    async def set_$ident(self, day: Day) -> Reply:
        """Remember when $what is.

        day: which day
        """
        before = await self.device.get("day")
        await self.device.put("day", day.isoformat())
        return Reply(f"{day.day} {day:%B}. I will count the days.", result={"day": day.isoformat()}, undo=[before])

    @action(
        "~how many days [are left|are there|is it] (until|till|to) [my|the|our] $what",
        "~how long [is it] (until|till|to) [my|the|our] $what",
        "~(days|countdown) (until|till|to) [my|the|our] $what",
        examples=["~~how many days until my $what"],
        reads=True,
    )
    async def days_until_$ident(self) -> Reply:
        """Say how many days are left until $what, every year anew."""
        kept = await self.device.get("day")
        if kept is None:
            raise Refusal("I don't know when it is. Say, for example: my $what is on the third of march.")
        today = self.device.now().date()
        left = (_next(today, date.fromisoformat(kept)) - today).days
        said = {0: "It is today!", 1: "It is tomorrow."}.get(left, f"{left} days until your $what.")
        return Reply(said, result={"days": left}, card=Card(title="$title", text=str(left)))

    async def undo(self, what: Any) -> Reply:
        await self.device.put("day", what[0])
        return Reply("I remember what I knew before.")


def _next(today: date, day: date) -> date:
    """The next day of that month and number from today on; the 28th where February has no 29th."""
    for year in (today.year, today.year + 1):
        number = 28 if (day.month, day.day) == (2, 29) and year % 4 else day.day
        found = date(year, day.month, number)
        if found >= today:
            return found
    return today
''')

_COUNT = Template('''\
    @action(
        "~start counting [the days] since [i|we|my|the|our] $what",
        "~[i|we|my|the|our] $what (was on|was|on) {day}",
        examples=["~~start counting since $what"],
    )
    async def start_$ident(self, day: Day | None = None) -> Reply:
        """Count the days from today, or from the day given.

        day: the first day
        """
        today = self.device.now().date()
        first = day or today
        if first > today:
            raise Refusal("That day is still to come.")
        before = await self.device.get("day")
        await self.device.put("day", first.isoformat())
        return Reply(f"I count from {first.day} {first:%B}.", result={"day": first.isoformat()}, undo=[before])

    @action(
        "~how (many days|long) [is it] since [i|we|my|the|our] $what",
        "~[the] days since [i|we|my|the|our] $what",
        examples=["~~how many days since $what"],
        reads=True,
    )
    async def days_since_$ident(self) -> Reply:
        """Say how many days it is since $what."""
        kept = await self.device.get("day")
        if kept is None:
            raise Refusal("I have not started to count. Say: start counting since $what.")
        days = (self.device.now().date() - date.fromisoformat(kept)).days
        said = "Since today." if days == 0 else f"{days} day{'' if days == 1 else 's'}."
        return Reply(said, result={"days": days}, card=Card(title="$title", text=str(days)))

    async def undo(self, what: Any) -> Reply:
        await self.device.put("day", what[0])
        return Reply("I count as before.")
''')

_IMPORTS = "from datetime import date\nfrom typing import Any\n"


def days_until(asked: str, now: datetime) -> Made | None:
    """Until a day of the year that is known, or one that the owner tells the skill."""
    found = _UNTIL.search(asked)
    if found is None:
        return None
    what, day = _what_and_when(found["what"], now)
    name = f"until-{ident(what, 20).replace('_', '-')}"
    words = {"what": what, "ident": ident(what), "title": title(what)}
    ask = f"days_until_{words['ident']}"
    hear = [Hear(f"how many days are left until my {what}", ask), Hear(f"how long until the {what}", ask)]
    hear.append(Hear(f"countdown to {what}", ask))
    if day is not None:
        code = _YEARLY.substitute(words, month=day[0], day=day[1])
        return Made(
            "days until a day", name, f"Counts the days until {what}.", (), code, hear,
            [Step(ask, says=r"days until|today|tomorrow")], [f"i like {what}"], "from datetime import date\n",
        )  # fmt: skip
    code = _ASKED.substitute(words)
    told = f"set_{words['ident']}"
    hear.append(Hear(f"my {what} is on the third of march", told, {"day": "2027-03-03"}))
    hear.append(Hear(f"remember that my {what} is on the third of march", told, {"day": "2027-03-03"}))
    story = [
        Step(ask, refuses=True, says="don't know when"),
        Step(told, {"day": "2026-11-28"}, "28 November"),
        Step(ask, says="10 days", passes=10 * 86400.0),
        Step(ask, says="today", passes=86400.0),
        Step(ask, says="364 days"),
    ]
    return Made(
        "days until a day", name, f"Counts the days until your {what}.", ("store",), code, hear, story,
        [f"i like my {what}"], _IMPORTS,
    )  # fmt: skip


def days_since(asked: str, now: datetime) -> Made | None:
    """Since something that happened, counted from when the owner says so."""
    found = _SINCE.search(asked)
    if found is None:
        return None
    what, _ = _what_and_when(re.sub(r"^(?:i|we)\s+", "", found["what"]), now)
    words = {"what": what, "ident": ident(what), "title": title(what)}
    start, ask = f"start_{words['ident']}", f"days_since_{words['ident']}"
    hear = [
        Hear(f"start counting since {what}", start),
        Hear(f"how many days since {what}", ask),
        Hear(f"days since {what}", ask),
        Hear(f"{what} was on the third of november", start, {"day": "2026-11-03"}),
    ]
    story = [
        Step(ask, refuses=True, says="not started"),
        Step(start, says="18 November", passes=3 * 86400.0),
        Step(ask, says="3 days"),
        Step(start, {"day": "2026-11-01"}),
        Step(ask, says="20 days"),
        Step(start, {"day": "2027-01-01"}, refuses=True, says="still to come"),
    ]
    return Made(
        "days since something", f"since-{ident(what, 20).replace('_', '-')}", f"Counts the days since {what}.",
        ("store",), _COUNT.substitute(words), hear, story, [f"i {what}"], _IMPORTS,
    )  # fmt: skip


def _what_and_when(text: str, now: datetime) -> tuple[str, tuple[int, int] | None]:
    """``christmas`` → its words and its month and day; a day that was said counts, too."""
    text = _TAIL.sub("", text.strip(" .?!"))
    dated = _DATE.match(text)
    if dated is not None:
        day = _day(dated["when"], now)
        if day is not None:
            return spoken(dated["what"]), (day.month, day.day)
    bare = re.sub(r"^(?:my|the|our)\s+", "", text)
    day = _day(bare, now) if _MONTH.search(bare) else None  # what is only a name ("easter") may move from year to year
    if day is not None:
        return spoken(f"{day:%B} the {_ORDINALS[day.day - 1]}"), (day.month, day.day)
    what = spoken(text)
    return what, KNOWN.get(what)


_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth",
    "twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first",
)  # fmt: skip


def _day(text: str, now: datetime) -> date | None:
    """The day that a text is, all of it; None if it is none."""
    tokens = tokenize(text)
    reader = Reader([token.text for token in tokens], now.date())
    for end, value, _ in reader.at("date", 0):
        if end == len(tokens):
            return date.fromisoformat(written("date", value, now))
    return None
