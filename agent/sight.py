"""A picture and words together: "what does this say", "remind me of this".

What the owner shows stays in view for a minute. Questions about the picture are answered from what was seen in it;
in a request, "this" becomes the picture's own words, and its day and time the request's, if the owner named none. The
plan of such a request carries the label ``untrusted``: its words are a stranger's, and the owner sees the call before
it is made (``skills/policy.py``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ..modalities.image.messages import Line, Seen
from ..skills.messages import Card
from .values.moments import Moment
from .values.reader import Reader
from .values.words import words

__all__ = ["IN_VIEW_S", "View", "answered", "asks", "bound", "noticed", "unseen"]

IN_VIEW_S = 60.0
MAX_GIST = 14
"""Words of a picture that "this" stands for; a note takes MAX_NOTE."""
MAX_NOTE = 60
MAX_READ = 600
"""Characters that are read out."""

_SAY = re.compile(
    r"(what does (this|that|it|the \w+) say"
    r"|(can you )?read (this|that|it|the (text|sign|poster|page|label))( (to|for) me)?( out| aloud| out loud)?"
    r"|what is written( (here|there|on (this|it|that)))?|what is the text)( please)?"
)
_COLOUR = re.compile(r"what (colou?rs?|shade) (is|are|does|do) (this|that|it|these|there|they)( have| in it)?( here)?")
_CODE = re.compile(
    r"((scan|decode|read) (this|that|the) (qr |bar ?)?code|what (does|is) (this|that|the) (qr |bar ?)?code( say| for)?)"
)
_WHAT = re.compile(r"(what is (this|that|it|in (this|the|that) (picture|photo|image))|what do you see|look at this)")
_ONLY_SEEN = re.compile(
    r"what does (this|that) say|what (colou?rs?|shade) (is|are) (this|these)|(scan|decode) (this|the) (qr |bar ?)?code"
    r"|what do you see|what is in (this|the|that) (picture|photo|image)"
)
"""What can be meant of nothing but a picture ("read it" may be a message)."""
_THIS = re.compile(
    r"\b(this|that|(?<!is )(?<!was )(?<!will )it)\b"
    r"(?! (is\b|morning|afternoon|evening|night|week|weekend|month|year|monday|tuesday|wednesday|thursday|friday"
    r"|saturday|sunday|time|minute|hour))( (poster|picture|photo|sign|page|ticket|note|text|label|card|list))?"
)
_LONG = re.compile(r"\b(note|write|save|keep)\b")
_TIMED = re.compile(r"\b(remind|reminder|alarm|calendar|event|appointment)\b")
_ALARM = re.compile(r"\b(alarm|wake)\b")
_LISTED = re.compile(r"\b(list|shopping|groceries)\b")
_KEPT = re.compile(r"\b(wallet|pass)\b")
MAX_CODE = 400
MAX_ITEMS, ITEM_WORDS = 6, 3
"""Lines that are taken for a list's items, and how many words an item may have."""
NO_TEXT = "I can't find anything to read in it."
NO_PICTURE = "I see no picture. Show me one first: drop or paste it on the page, or use the camera."


class View(NamedTuple):
    """What is in view, until when (the port's clock): a picture, or a notification."""

    seen: Seen
    until: float
    what: str = "picture"


def noticed(card: Card) -> Seen:
    """What a stranger's card says, as if it had been read from a picture."""
    lines = [text for text in (card.title, card.text, *card.lines) if text]
    return Seen((0, 0), text=[Line(text[:MAX_READ], 1.0, []) for text in lines[:20]])


def _plain(text: str) -> str:
    return " ".join(words(text.replace("'s", " is"))) if "'s" in text.lower() else " ".join(words(text))


def asks(text: str) -> bool:
    """Whether a text is a question about what is in view: nothing that a skill would know."""
    asked = _plain(text.lower())
    return any(each.fullmatch(asked) for each in (_CODE, _SAY, _COLOUR, _WHAT))


def unseen(text: str) -> bool:
    """Whether a text asks about a picture and can ask about nothing else."""
    return _ONLY_SEEN.fullmatch(_plain(text.lower())) is not None


def answered(text: str, seen: Seen) -> str | None:
    """The answer to a question about the picture; None if the text is none."""
    asked = _plain(text.lower())
    if _CODE.fullmatch(asked):
        return _codes(seen) or "I can't find a code in it."
    if _SAY.fullmatch(asked):
        return _text(seen) or _codes(seen) or NO_TEXT
    if _COLOUR.fullmatch(asked):
        return _colours(seen)
    if _WHAT.fullmatch(asked):
        return _summary(seen)
    return None


def _text(seen: Seen) -> str:
    read = ". ".join(line.text.strip(" .") for line in seen.text)
    short = read if len(read) <= MAX_READ else f"{read[:MAX_READ].rsplit(' ', 1)[0]} and more"
    return f"It says: {short}." if read else ""


def _codes(seen: Seen) -> str:
    told = [f"a {code.format} that says: {code.text[:200]}" for code in seen.codes[:3]]
    return f"There is {' and '.join(told)}." if told else ""


def _colours(seen: Seen) -> str:
    names = list(dict.fromkeys(colour.name for colour in seen.palette if colour.share >= 0.04))
    if not names:
        return "I can't tell its colours."
    return f"Mostly {names[0]}{', with ' + ' and '.join(names[1:3]) if len(names) > 1 else ''}."


def _summary(seen: Seen) -> str:
    """What is known of a picture, and truthfully what is not."""
    parts = [seen.description] if seen.description else [f"It looks like {label.label}." for label in seen.labels[:1]]
    parts += [_codes(seen), _text(seen)]
    if not any(parts):
        parts = ["I can tell colours, codes and text, but not what a picture shows: no model for that is loaded."]
        parts.append(_colours(seen))
    return " ".join(part for part in parts if part)


def bound(text: str, seen: Seen, today: date) -> str | None:
    """The request with the picture's words for "this"; None if it does not point at the picture.

    '' if it does, and there is nothing to read in the picture.
    """
    found = _THIS.search(text.lower())
    if found is None:
        return None
    if _KEPT.search(text.lower()) and seen.codes:  # a code is kept to the letter
        return f"{text[: found.start()]}{seen.codes[0].text[:MAX_CODE]}{text[found.end() :]}"
    gist = words(" ".join(line.text for line in seen.text)) or words(" ".join(code.text for code in seen.codes[:1]))
    if not gist:
        return ""
    asks = text.lower()
    if _LISTED.search(asks) and (items := _items(seen)):
        return " ".join(f"{asks[: found.start()]} {' and '.join(items)} {asks[found.end() :]}".split())
    if _TIMED.search(asks):
        rest, moment = split_moment(gist, today)
        if not _has_moment(words(asks[: found.start()] + asks[found.end() :]), today):
            if _ALARM.search(asks) and moment:
                rest = moment[:1]  # an alarm is for a moment, not for what happens then
                moment = moment[1:]
            pieces = [asks[: found.start()], " ".join(rest[:MAX_GIST]) or "this", asks[found.end() :], " ".join(moment)]
            return " ".join(" ".join(pieces).split())
        gist = rest or gist
    limit = MAX_NOTE if _LONG.search(asks) else MAX_GIST
    return " ".join(f"{asks[: found.start()]} {' '.join(gist[:limit])} {asks[found.end() :]}".split())


def _items(seen: Seen) -> list[str]:
    """The lines of a picture, if they look like the items of a list."""
    lines = [words(line.text) for line in seen.text]
    short = 1 < len(lines) <= MAX_ITEMS and all(0 < len(line) <= ITEM_WORDS for line in lines)
    return [" ".join(line) for line in lines] if short else []


class Found(NamedTuple):
    """A moment and the words it was read from, ``at`` to ``end``."""

    moment: Moment
    at: int
    end: int


def moments_in(said: Sequence[str], today: date) -> list[Found]:
    """The days and times of day in some words, in order."""
    reader = Reader(list(said), today)
    found: list[Found] = []
    at = 0
    while at < len(said):
        best = next((each for each in reader.at("when", at) if not each.value.bare or said[at] == "at"), None)
        if best is not None:
            found.append(Found(best.value, at, best.end))
        at = at + 1 if best is None else best.end
    return found


def split_moment(said: Sequence[str], today: date) -> tuple[list[str], list[str]]:
    """The first day and the first time of day in some words, taken out of them: (the rest, those words)."""
    found = moments_in(said, today)
    day = next(((each.at, each.end) for each in found if each.moment.day is not None), None)
    clock = next(((each.at, each.end) for each in found if each.moment.clock is not None), None)
    taken = sorted({span for span in (day, clock) if span is not None})
    rest = [word for place, word in enumerate(said) if not any(a <= place < b for a, b in taken)]
    while rest and rest[-1] in ("at", "on", "from", "the", "and"):
        rest.pop()
    moment = [word for a, b in taken for word in said[a:b]]
    return rest, moment


def _has_moment(said: Sequence[str], today: date) -> bool:
    return bool(moments_in(said, today))
