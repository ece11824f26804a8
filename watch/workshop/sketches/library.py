"""All sketches, asked in turn."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from .answers import fixed, table
from .checklists import checklist
from .choices import choice, dice
from .converters import converter
from .counts import counter, score
from .days import days_since, days_until
from .sketch import Made, Unmade
from .times import nudge, preset

__all__ = ["CAN", "sketch"]

_SKETCHES: tuple[Callable[[str, datetime], Made | None], ...] = (
    days_until, days_since, score, checklist, converter, dice, nudge, preset, table, fixed, choice, counter,
)  # fmt: skip
"""The narrow ones first: a counter would take anything that is counted."""
CAN = (
    "I can make skills that count days, count things, keep score, keep a checklist, choose by chance, convert units of "
    "your own, answer what you tell them, look things up in a table, nudge you now and then, or time something."
)
_LEAD = re.compile(
    r"^(?:please |can you |could you )*(?:make|create|build|write|add|i want|i need|give me)? ?(?:me |us )?(?:a |an |the )?"
    r"(?:new |another |little |small |simple )*(?:skill|app|command|feature)?\s*(?:that|which|to|for|so that|where|called)?\s*"
)
_CANNOT = re.compile(
    r"\b(?:internet|web ?site|online|twitter|facebook|instagram|whatsapp|email|e-mail|mail|stock|price|bitcoin|news|traffic|"
    r"translat\w*|camera|photo|picture|video|gps|navigat\w*|unlock\w*|door|payment|pay|buy|order|call|phone|text|message|"
    r"sms|bluetooth|wifi network|heart|steps|sleep|temperature|weather|song|music|spotify|youtube)s?\b"
)


def sketch(asked: str, now: datetime) -> Made:
    """The skill that a description means. Raises Unmade, in words for the owner, if there is none."""
    text = " ".join(asked.lower().replace("’", "'").split()).strip(" .?!")
    bare = _LEAD.sub("", text, count=1) or text
    for each in _SKETCHES:
        made = each(bare, now)
        if made is not None:
            return made
    if _CANNOT.search(bare):
        raise Unmade(f"A skill that I make can't reach outside this watch or use what others offer. {CAN}")
    raise Unmade(f"I don't know how to make that. {CAN}")
