"""Things that come by themselves: a nudge now and then, and a length of time by its own name."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from string import Template

from ....agent.values.durations import durations
from ....agent.values.words import tokenize
from .sketch import Hear, Made, Step, Unmade, clean, ident, spoken, title

__all__ = ["nudge", "preset"]

_NUDGE = re.compile(
    r"\b(?:reminds?|tells?|nudges?) (?:me|us) (?:to )?(?P<what>.+?) (?:every|each) (?P<every>.+)"
    r"|\b(?:every|each) (?P<every2>[\w -]+?),? (?:it )?(?:reminds?|tells?|nudges?) (?:me|us) (?:to )?(?P<what2>.+)"
)
_PRESET = re.compile(
    r"\b(?:starts?|sets?|runs?) (?:a |an |the |my )?(?P<long>[\w -]+?) (?:timer|countdown)\b(?: (?:called|named) (?P<name>.+?))?"
    r"(?: (?:when|if) (?:i|we) (?:say|ask for) (?P<words>.+))?$"
    r"|\b(?:starts?|sets?|runs?) (?:a |an |the |my )?(?P<name2>[a-z]+(?: [a-z]+)?) timer (?:of|for) (?P<long2>.+)"
    r"|\btimes? (?:my |the |our |an? )?(?P<name3>[a-z]+(?: [a-z]+)?) (?:for|at) (?P<long3>.+)"
)
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=7)

_NUDGES = Template('''\
    EVERY = timedelta(seconds=$seconds)

    @action(
        "~(start|begin) (the|my|with the) $what (reminder|reminders|nudge)",
        "~remind me (to|of) $what [again]",
        examples=["~~start the $what reminder"],
    )
    async def $start(self) -> Reply:
        """Say '$what' every $every, from now on."""
        if await self.device.remaining("nudge") is not None:
            raise Refusal("I do so already.")
        await self.device.after("nudge", self.EVERY, {})
        return Reply("I will, every $every.", undo="stop")

    @action(
        "~(stop|end|cancel) (the|my) $what (reminder|reminders|nudge)",
        examples=["~~stop the $what reminder"],
    )
    async def $stop(self) -> Reply:
        """Stop saying it."""
        if await self.device.remaining("nudge") is None:
            raise Refusal("I am not doing so.")
        await self.device.forget("nudge")
        return Reply("I won't any more.")

    async def due(self, key: str, payload: dict[str, Any]) -> None:
        await self.device.after("nudge", self.EVERY, {})
        await self.device.happened($text, Card(kind="reminder", title="$title"))

    async def undo(self, what: Any) -> Reply:
        await self.device.forget("nudge")
        return Reply("I won't, then.")
''')

_PRESETS = Template('''\
    LONG = timedelta(seconds=$seconds)

    @action(
        $sentences,
        examples=["~~$example"],
    )
    async def $start(self) -> Reply:
        """Run for $long, then say so."""
        if await self.device.remaining("run") is not None:
            raise Refusal("It is running already.")
        await self.device.after("run", self.LONG, {})
        return Reply("$Long, from now.", card=Card(kind="timer", title="$title", text="$long"), undo="stop")

    @action("~(stop|cancel) [the|my] $what [timer]", examples=["~~stop the $what"])
    async def $stop(self) -> Reply:
        """Stop it."""
        if await self.device.remaining("run") is None:
            raise Refusal("It is not running.")
        await self.device.forget("run")
        return Reply("Stopped.")

    async def due(self, key: str, payload: dict[str, Any]) -> None:
        await self.device.happened("$title is done.", Card(kind="timer", title="$title", text="done"))

    async def undo(self, what: Any) -> Reply:
        await self.device.forget("run")
        return Reply("Not now, then.")
''')
_IMPORTS = "from datetime import timedelta\nfrom typing import Any\n"


def nudge(asked: str, now: datetime) -> Made | None:
    """A phrase that is said again and again."""
    found = _NUDGE.search(asked)
    if found is None:
        return None
    every, said = _length(found["every"] or found["every2"])
    text = found["what"] or found["what2"]
    what = spoken(text)
    if not _SHORTEST <= every <= _LONGEST:
        raise Unmade("I can remind you every minute at most, and every week at least.")
    tag = ident(what, 20)
    words = {
        "seconds": str(int(every.total_seconds())), "what": what, "every": said, "text": repr(title(clean(text, 100)) + "."),
        "start": f"start_{tag}", "stop": f"stop_{tag}", "title": title(what),
    }  # fmt: skip
    hear = [
        Hear(f"start the {what} reminder", words["start"]),
        Hear(f"stop the {what} reminder", words["stop"]),
        Hear(f"cancel my {what} reminders", words["stop"]),
    ]
    wait = every.total_seconds() + 1
    story = [
        Step(words["stop"], refuses=True, says="not doing"),
        Step(words["start"], says="every", passes=wait, then=re.escape(title(clean(text, 100)))),
        Step(words["start"], refuses=True, says="already", passes=wait, then=re.escape(title(clean(text, 100)))),
        Step(words["stop"], says="won't", passes=wait),
    ]
    return Made(
        "nudge", f"nudge-{tag.replace('_', '-')}", f"Says '{what}' every {said}.", ("store", "speaker", "screen"),
        _NUDGES.substitute(words), hear, story, [f"i like to {what}"], _IMPORTS,
    )  # fmt: skip


def preset(asked: str, now: datetime) -> Made | None:
    """A length of time with a name of its own."""
    found = _PRESET.search(asked)
    if found is None:
        return None
    try:
        long, said = _length(found["long"] or found["long2"] or found["long3"])
    except Unmade:
        if found["long3"]:
            return None  # "times … at …" is something else
        raise
    name = found["name"] or found["name2"] or found["name3"] or found["words"] or ""
    what = spoken(re.sub(r"\b(?:time|timer)\b", " ", name.strip(" .?!\"'")) or "")
    if not timedelta(seconds=5) <= long <= _LONGEST:
        raise Unmade("That is too short or too long for a timer.")
    tag = ident(what, 20)
    sentences = [f'"~(start|begin|time) (the|my|an|a) {what} [timer]"', f'"~{what} time"']
    hear_words = [f"start the {what} timer", f"{what} time"]
    if found["words"] and len(spoken(found["words"]).split()) > 1 and spoken(found["words"]) not in hear_words:
        sentences.append(f'"~{spoken(found["words"])}"')
        hear_words.append(spoken(found["words"]))
    words = {
        "seconds": str(int(long.total_seconds())), "sentences": ",\n        ".join(sentences), "example": hear_words[0],
        "start": f"run_{tag}", "stop": f"stop_{tag}", "title": title(what), "long": said, "Long": title(said),
        "what": what,
    }  # fmt: skip
    hear = [*[Hear(each, words["start"]) for each in hear_words], Hear(f"stop the {what}", words["stop"])]
    story = [
        Step(words["stop"], refuses=True, says="not running"),
        Step(words["start"], says=re.escape(title(said))),
        Step(words["start"], refuses=True, says="already", passes=long.total_seconds() + 1, then="is done"),
        Step(words["start"]),
        Step(words["stop"], says="Stopped"),
    ]
    return Made(
        "timer", f"time-{tag.replace('_', '-')}", f"Times {said} for {what}.", ("store", "speaker", "screen"),
        _PRESETS.substitute(words), hear, story, [f"i like my {what}"], _IMPORTS,
    )  # fmt: skip


def _length(text: str) -> tuple[timedelta, str]:
    """The length of time a text begins with, and how it is said. Raises Unmade."""
    text = text.strip(" .?!").replace("-", " ")
    text = re.sub(r"^(?:other )?(second|minute|hour|day|week)\b", r"one \1", text)
    tokens = [token.text for token in tokenize(text)]
    best = max(durations(tokens, 0), default=None, key=lambda each: each[0])
    if best is None:
        raise Unmade(f"I don't understand how long '{clean(text, 40)}' is.")
    seconds = float(best[1])
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % size == 0 and seconds >= size:
            count = int(seconds // size)
            return timedelta(seconds=seconds), unit if count == 1 else f"{count} {unit}s"
    raise Unmade(f"I don't understand how long '{clean(text, 40)}' is.")
