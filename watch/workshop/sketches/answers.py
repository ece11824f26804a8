"""Answers that the owner gives: to one question, or a table of them."""

from __future__ import annotations

import re
from datetime import datetime
from string import Template

from .sketch import Hear, Made, Step, Unmade, clean, ident, spoken, title

__all__ = ["fixed", "table"]

_SAYS = re.compile(
    r"\b(?:says?|answers?|replies|responds?(?: with)?|tells? me)\s+(?P<answer>.+?)\s+(?:when(?:ever)?|if) (?:i|we|somebody|someone) "
    r"(?:says?|asks?|tells? (?:you|it))\s+(?P<words>.+)"
)
_WHEN = re.compile(
    r"\b(?:when(?:ever)?|if) (?:i|we) (?:say|ask) (?P<words>.+?),? (?:it |you )?(?:says?|answers?|replies|responds?(?: with)?) "
    r"(?P<answer>.+)"
)
_KNOWS = re.compile(
    r"\b(?:knows?|remembers?|tells? me|says?)\s+(?:that )?(?P<what>(?:my|the|our) .+?)\s*(?:\bis\b|,? which is|,? it is|:)\s*(?P<answer>.+)"
)
_TABLE = re.compile(
    r"\b(?:tells? me|knows?|remembers?|looks? up|says?)\s+(?:which |what |the |my |who's |who )?(?P<what>.+?)\s*:\s*(?P<rows>.+)"
)
_ROW = re.compile(
    r"^(?P<value>.+?)\s+(?:on|for|at|is|=)\s+(?P<key>.+)$|^(?P<key2>[a-z' ]+?)\s+(?P<value2>\d[\w .+-]*)$"
)

_ANSWER = Template('''\
    @action(
        $sentences,
        examples=["~~$example"],
        reads=True,
    )
    async def $answer(self) -> Reply:
        """Say what was asked for to be said."""
        return Reply($text, result={"answer": $text}, card=Card(title="$title", text=$text))
''')

_LOOKUP = Template('''\
    TABLE = $table

    @action(
        "~[what|which|who] [is] [the|my] $what (for|of|on) {key}",
        "~$what {key}",
        examples=["~~what is the $what for $first"],
        reads=True,
    )
    async def $find(self, key: Literal[$literal]) -> Reply:
        """Look something up in a table of $count.

        key: what to look up
        """
        found = self.TABLE[key]
        return Reply(f"{found}.", result={"found": found}, card=Card(title="$title", text=f"{key}: {found}"))
''')


def fixed(asked: str, now: datetime) -> Made | None:
    """One answer to one question."""
    found = _SAYS.search(asked) or _WHEN.search(asked)
    if found is not None:
        question = spoken(found["words"].strip(" .?!\"'"))
        if len(question.split()) < 2:
            raise Unmade("Give me at least two words to listen for; one word alone is heard by accident.")
        sentences, hear_words = [f'"~[please] {question}"'], [question]
        text, what = clean(found["answer"], 200), question
    else:
        found = _KNOWS.search(asked)
        if found is None or ":" in asked.split(found["answer"])[0][-2:]:
            return None
        what = spoken(found["what"])
        text = f"{title(what)}: {clean(found['answer'], 200)}"
        sentences = [f'"~[what is|what\'s|tell me] (my|the|our) {what}"', f'"~(what is|what\'s) {what}"']
        hear_words = [f"what is my {what}", f"tell me the {what}"]
    if not text:
        raise Unmade("I did not understand what it should say.")
    name = f"answer_{ident(what)}"
    words = {
        "sentences": ",\n        ".join(sentences), "example": hear_words[0], "answer": name,
        "text": repr(text if text.endswith((".", "!", "?")) else f"{text}."), "title": title(what)[:40],
    }  # fmt: skip
    hear = [Hear(each, name) for each in hear_words]
    return Made(
        "answer", f"answer-{ident(what, 20).replace('_', '-')}", f"Answers '{what}'.", (), _ANSWER.substitute(words),
        hear, [Step(name, says=re.escape(text[:40]))], [f"i forgot {what} again"],
    )  # fmt: skip


def table(asked: str, now: datetime) -> Made | None:
    """A table of answers by a key."""
    found = _TABLE.search(asked)
    if found is None:
        return None
    rows: dict[str, str] = {}
    for part in re.split(r"\s*[,;]\s*(?:and )?|\s+and\s+", found["rows"].strip(" .")):
        row = _ROW.match(part.strip())
        if row is None:
            raise Unmade("Write each entry as 'paper on monday' or 'anna 12', with commas between them.")
        key, value = row["key"] or row["key2"], row["value"] or row["value2"]
        rows[spoken(key)] = clean(value, 60)
    if not 2 <= len(rows) <= 60:
        raise Unmade("A table has between two and sixty entries.")
    what = spoken(re.sub(r"\b(?:goes|go|out|is|are|of|whose|when|each|day|it)\b", " ", found["what"]))
    first = next(iter(rows))
    words = {
        "table": repr(rows), "literal": ", ".join(map(repr, rows)), "what": what, "first": first,
        "find": f"find_{ident(what)}", "count": f"{len(rows)} entries", "title": title(what),
    }  # fmt: skip
    hear = [
        Hear(f"what is the {what} for {first}", words["find"], {"key": first}),
        Hear(f"{what} {first}", words["find"], {"key": first}),
    ]
    story = [Step(words["find"], {"key": key}, re.escape(value)) for key, value in list(rows.items())[:5]]
    return Made(
        "table", f"find-{ident(what, 20).replace('_', '-')}", f"Looks up {what}.", (), _LOOKUP.substitute(words),
        hear, story, [f"i like {what}"], "from typing import Literal\n",
    )  # fmt: skip
