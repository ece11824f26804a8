"""Counting: one thing, all together or by the day; and the score of two sides."""

from __future__ import annotations

import re
from datetime import datetime
from string import Template

from .sketch import Hear, Made, Step, Unmade, ident, split, spoken, title

__all__ = ["counter", "score"]

_COUNTS = re.compile(
    r"\b(?:counts?|tall(?:y|ies)|keeps? (?:count|track|a tally) of|tracks?|logs?|counter for|tracker for)\b "
    r"(?:how (?:many|often) )?(?P<what>.+)"
)
_MANY = re.compile(r"\bhow many (?P<what>.+?) (?:i|we) (?:have |had )?(?P<verb>\w+)\b(?P<rest>.*)")
_DAILY = re.compile(r"\s*\b(?:a day|per day|each day|every day|daily|today|in a day)\b\s*")
_TRAIL = re.compile(r"\s+(?:i|we)(?: have| had)?(?:\s+\w+){0,3}$")
_SCORE = re.compile(
    r"\b(?:keeps?|tracks?|counts?) (?:the |a )?(?:score|points)\b(?: (?:between|for|of) (?P<sides>.+))?"
)

_COUNTER = Template('''\
    @action(
        "~(count|log|add) (another|one more|a|one) $what",
        "~(count|log|add) {amount} [more] $what",
        examples=["~~count another $what", "~~add three $what"],
    )
    async def count_$ident(self, amount: Number = 1) -> Reply:
        """Count one or more.

        amount: how many
        """
        if not 1 <= amount <= 100000:
            raise Refusal("I count from one to a hundred thousand at a time.")
        day, total = await self._now()
        await self.device.put("count", {"day": day, "total": total + amount})
        text = f"{total + amount:g}$today."
        return Reply(
            text, result={"total": total + amount}, card=Card(title="$title", text=f"{total + amount:g}"), undo=amount
        )

    @action(
        "~how many $what [have i (had|done|counted)|did i (have|do|count)] [today|so far]",
        "~[what's|what is] my $what count",
        examples=["~~how many $what today"],
        reads=True,
    )
    async def total_$ident(self) -> Reply:
        """Say how many there were$today."""
        _, total = await self._now()
        return Reply(
            f"{total:g}$today." if total else "None$today.",
            result={"total": total},
            card=Card(title="$title", text=f"{total:g}"),
        )

    @action("~reset [my|the] $what [count]", examples=["~~reset my $what count"])
    async def reset_$ident(self) -> Reply:
        """Begin again at nothing."""
        day, total = await self._now()
        await self.device.put("count", {"day": day, "total": 0})
        return Reply("Back to nothing.", result={"total": 0}, undo=-total)

    async def _now(self) -> tuple[str, float]:
        """The day that is counted for, and the count."""
        day = $day
        kept = await self.device.get("count", {"day": day, "total": 0})
        return day, kept["total"] if kept["day"] == day else 0

    async def undo(self, what: Any) -> Reply:
        day, total = await self._now()
        total = max(0, total - what)
        await self.device.put("count", {"day": day, "total": total})
        return Reply(f"Back to {total:g}.", result={"total": total})
''')

_SIDES = Template('''\
    SIDES = $sides

    @action(
        "~[a] point for {side}",
        "~{amount} points for {side}",
        "~{side} (scores|wins|gets a point)",
        examples=["~~point for $first", "~~two points for $second"],
    )
    async def $point(self, side: Literal[$literal], amount: Number = 1) -> Reply:
        """Give a side one point or more.

        side: which side
        amount: how many points
        """
        if not 1 <= amount <= 1000 or amount != int(amount):
            raise Refusal("Points are whole, up to a thousand at a time.")
        return await self._add(side, int(amount))

    @action(
        "~what is the score", "~what's the score", "~who is (winning|ahead)",
        examples=["~~what's the score"],
        reads=True,
    )
    async def $score(self) -> Reply:
        """Say the score."""
        points = await self.device.get("points", {})
        lines = [f"{side}: {points.get(side, 0)}" for side in self.SIDES]
        return Reply(", ".join(lines) + ".", result={"points": points}, card=Card(kind="list", title="Score", lines=lines))

    @action("~reset the score", "~(start|begin) a new (game|match)", examples=["~~reset the score"])
    async def $reset(self) -> Reply:
        """Begin again at nothing."""
        before = await self.device.get("points", {})
        await self.device.put("points", {})
        return Reply("Nil to nil.", undo={"points": before})

    async def _add(self, side: str, amount: int) -> Reply:
        before = await self.device.get("points", {})
        points = {**before, side: before.get(side, 0) + amount}
        await self.device.put("points", points)
        said = ", ".join(f"{each} {points.get(each, 0)}" for each in self.SIDES)
        return Reply(f"{said}.", result={"points": points}, undo={"points": before})

    async def undo(self, what: Any) -> Reply:
        await self.device.put("points", what["points"])
        return Reply("The score is what it was before.")
''')


def counter(asked: str, now: datetime) -> Made | None:
    """One thing that is counted, for ever or by the day."""
    many = _MANY.search(asked)
    found = _COUNTS.search(asked)
    if many is None and found is None:
        return None
    text = many["what"] if many is not None else found["what"] if found is not None else ""
    daily = bool(_DAILY.search(asked))
    text = re.split(r",| and (?:tell|say|show|remind)| so that| for me\b", _DAILY.sub(" ", text))[0]
    if many is None:
        text = _TRAIL.sub("", text)
    what = spoken(text.removeprefix("the number of "))
    if what in ("days", "the days") or what.startswith("days "):
        return None
    words = {
        "what": what,
        "ident": ident(what),
        "title": title(what),
        "today": " today" if daily else "",
        "day": "self.device.now().date().isoformat()" if daily else '"ever"',
    }
    add, ask, reset = (f"{verb}_{words['ident']}" for verb in ("count", "total", "reset"))
    hear = [
        Hear(f"count another {what}", add),
        Hear(f"add three {what}", add, {"amount": 3}),
        Hear(f"how many {what} have i had", ask),
        Hear(f"what is my {what} count", ask),
        Hear(f"reset my {what} count", reset),
    ]
    story = [
        Step(ask, says="None"),
        Step(add, says="^1"),
        Step(add, {"amount": 3}, "^4", passes=86400.0 if daily else 0.0),
        Step(ask, says="None" if daily else "^4"),
        Step(add, {"amount": 0}, "from one", refuses=True),
        Step(reset, says="nothing"),
        Step(ask, says="None"),
    ]
    return Made(
        "counter", f"count-{ident(what, 20).replace('_', '-')}", f"Counts {what}{' by the day' if daily else ''}.",
        ("store",), _COUNTER.substitute(words), hear, story, [f"i like {what}"], "from typing import Any\n",
    )  # fmt: skip


def score(asked: str, now: datetime) -> Made | None:
    """The score of two sides or more."""
    found = _SCORE.search(asked)
    if found is None:
        return None
    sides = list(dict.fromkeys(spoken(each) for each in split(found["sides"] or ""))) if found["sides"] else []
    if not 2 <= len(sides) <= 6:
        raise Unmade("Tell me who plays: a skill that keeps score between anna and ben.")
    tag = "_".join(ident(side, 8) for side in sides[:2])
    words = {
        "sides": repr(tuple(sides)),
        "literal": ", ".join(repr(side) for side in sides),
        "first": sides[0],
        "second": sides[1],
        "point": f"point_{tag}",
        "score": f"score_{tag}",
        "reset": f"reset_{tag}",
    }
    hear = [
        Hear(f"point for {sides[0]}", words["point"], {"side": sides[0]}),
        Hear(f"two points for {sides[1]}", words["point"], {"side": sides[1], "amount": 2}),
        Hear(f"{sides[0]} scores", words["point"], {"side": sides[0]}),
        Hear("what's the score", words["score"]),
        Hear("reset the score", words["reset"]),
        Hear("start a new game", words["reset"]),
    ]
    story = [
        Step(words["point"], {"side": sides[0]}, f"{sides[0]} 1"),
        Step(words["point"], {"side": sides[1], "amount": 2}, f"{sides[1]} 2"),
        Step(words["score"], says=f"{sides[0]}: 1, {sides[1]}: 2"),
        Step(words["reset"], says="Nil"),
        Step(words["score"], says=f"{sides[0]}: 0"),
    ]
    return Made(
        "score", f"score-{tag.replace('_', '-')}", f"Keeps the score of {' and '.join(sides)}.", ("store",),
        _SIDES.substitute(words), hear, story, ["what is the point"], "from typing import Any, Literal\n",
    )  # fmt: skip
