"""A unit of the owner's own: one of these is so many of those."""

from __future__ import annotations

import re
from datetime import datetime
from string import Template

from .sketch import Hear, Made, Step, Unmade, ident, spoken, title

__all__ = ["converter"]

_CONVERTS = re.compile(r"\bconver(?:ts?|sion|ter)\b")
_FACTOR = re.compile(
    r"\b(?:one|1|a|an|each|every) (?P<one>[a-z][a-z ]*?) (?:is|are|has|equals|=|makes|costs|weighs) (?P<factor>\d+(?:[.,]\d+)?) "
    r"(?P<many>[a-z][a-z ]*)"
    r"|\b(?P<factor2>\d+(?:[.,]\d+)?) (?P<many2>[a-z][a-z ]*?) (?:to|in|per|make|for) (?:one|1|a|an|each|every) (?P<one2>[a-z][a-z ]*)"
)

_CODE = Template('''\
    FACTOR = $factor

    @action(
        "~(convert|change) {amount} $ones (to|into) $manys",
        "~how many $manys (are|is|in|make) {amount} $ones",
        "~{amount} $ones (in|to) $manys",
        examples=["~~convert three $ones to $manys"],
        reads=True,
    )
    async def $there(self, amount: Number) -> Reply:
        """Convert $ones to $manys.

        amount: how many $ones
        """
        found = round(amount * self.FACTOR, 4)
        return Reply(f"{found:g} $manys.", result={"value": found}, card=Card(title="$title", text=f"{found:g} $manys"))

    @action(
        "~(convert|change) {amount} $manys (to|into) $ones",
        "~how many $ones (are|is|in|make) {amount} $manys",
        "~{amount} $manys (in|to) $ones",
        examples=["~~convert ten $manys to $ones"],
        reads=True,
    )
    async def $back(self, amount: Number) -> Reply:
        """Convert $manys to $ones.

        amount: how many $manys
        """
        found = round(amount / self.FACTOR, 4)
        return Reply(f"{found:g} $ones.", result={"value": found}, card=Card(title="$title", text=f"{found:g} $ones"))
''')


def converter(asked: str, now: datetime) -> Made | None:
    """Between two units, whose ratio the owner tells."""
    found = _FACTOR.search(asked)
    if found is None or not _CONVERTS.search(asked):
        if _CONVERTS.search(asked):
            raise Unmade("Tell me the ratio: a skill that converts knuts to sickles, where one sickle is 29 knuts.")
        return None
    one, many = _plural(spoken(found["one"] or found["one2"])), _plural(spoken(found["many"] or found["many2"]))
    factor = float((found["factor"] or found["factor2"]).replace(",", "."))
    if not 0 < factor < 1e9 or one == many:
        raise Unmade("One of them must be some of the other.")
    words = {
        "factor": repr(factor), "ones": one, "manys": many, "title": f"{title(one)} and {many}",
        "there": f"{ident(one, 20)}_to_{ident(many, 20)}", "back": f"{ident(many, 20)}_to_{ident(one, 20)}",
    }  # fmt: skip
    hear = [
        Hear(f"convert three {one} to {many}", words["there"], {"amount": 3}),
        Hear(f"ten {one} in {many}", words["there"], {"amount": 10}),
        Hear(f"convert ten {many} to {one}", words["back"], {"amount": 10}),
        Hear(f"how many {one} are ten {many}", words["back"], {"amount": 10}),
    ]
    story = [
        Step(words["there"], {"amount": 2}, re.escape(f"{round(2 * factor, 4):g} {many}")),
        Step(words["back"], {"amount": 2 * factor}, f"^2 {one}"),
    ]
    name = f"convert-{ident(one, 10).replace('_', '-')}-{ident(many, 10).replace('_', '-')}"
    return Made(
        "converter", name, f"Converts {one} and {many}.", (), _CODE.substitute(words), hear, story, [f"i have ten {one}"],
    )  # fmt: skip


def _plural(words: str) -> str:
    """``sickle`` → ``sickles``; what ends in an s stays."""
    return words if words.endswith("s") else f"{words}s"
