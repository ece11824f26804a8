"""The calls of one tool that a request is: one, or several said one after the other or in a row.

A request is cut where another call may begin ("…, and then do the same for Rome", "; ", "The second …"). A part that
says anew what the call before it said already begins another call, which takes over what it does not say itself; a part
that says something else belongs to the call before. Within each part rows are several calls too (:mod:`.spreading`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from . import choices
from .about import about
from .filling import completed
from .spans import Span, bracketed, clocks, dates, names, number_spans, overlaps, quotations
from .spreading import spread
from .values import kind_of

__all__ = ["MOST_CALLS", "calls_of"]

MOST_CALLS, _MOST_PARTS = 12, 12
_CUT = re.compile(
    r"(?<=[a-z0-9)'\"°%])[.?!;]\s+(?=[A-Z'\"a-z])"
    r"|,?\s+(?:and\s+)?(?:then|also|followed by|while|whereas|finally|next|after that|afterwards|as well as|secondly"
    r"|plus)\b,?\s+"
    r"|,\s+(?:and|or|another)\s+|\s+and\s+|,\s+(?=\$?\d|for |in |with |the (?:second|third|fourth|other) )",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:between|both|from)\s+[^.;]{1,60}$", re.IGNORECASE)
_SUBSTANCE = re.compile(r"\d|['\"]|\b[A-Z]")


def calls_of(
    parameters: Mapping[str, Any],
    required: Sequence[str],
    text: str,
    hints: Mapping[str, str] = MappingProxyType({}),
    subject: str = "",
) -> list[dict[str, str]]:
    """The words of each call's arguments, in the schema's order; one call, perhaps of nothing, at least."""
    text = _unquoted(text)
    whole = completed(parameters, required, text, {}, hints, subject)
    left = _left_over(parameters, text, whole)
    rows = spread(parameters, required, text, whole)
    if left:
        listing = any(isinstance(s, Mapping) and kind_of(s) == "array" and n in required for n, s in parameters.items())
        parts = _parts(text, rows=listing)
        several = _several(parameters, required, parts, whole, subject) if len(parts) > 1 else []
        if several and _new_each(parameters, several, left, text) and _said_of(several, left) > _said_of(rows, left):
            return several
    return rows


def _said_of(calls: Sequence[Mapping[str, str]], left: set[str]) -> int:
    """How much of what one call leaves over these say."""
    said = {words.lower() for call in calls for words in call.values()}
    return sum(any(each in words for words in said) for each in left)


def _unquoted(text: str) -> str:
    """A request without the quotation marks that stand around all of it."""
    inner = text.strip()
    marked = len(inner) > 2 and inner[0] == inner[-1] and inner[0] in "'\""
    return (
        inner[1:-1]
        if marked and (inner[0] == '"' or " " in inner) and inner[0] not in inner[1:-1].replace("'s", "")
        else text
    )


def _substance(text: str) -> list[Span]:
    """What stands out of a text: quotations, names, days, times of day and numbers in digits."""
    quoted, days = quotations(text), [*dates(text), *clocks(text)]
    called = [span for span in names(text) if not overlaps(span, [*quoted, *days])]
    digits = [span for span in number_spans(text.lower()) if any(letter.isdigit() for letter in span.words)]
    return [*quoted, *days, *called, *(span for span in digits if not overlaps(span, [*quoted, *days, *called]))]


def _left_over(parameters: Mapping[str, Any], text: str, whole: Mapping[str, str]) -> set[str]:
    """What of it one call's arguments leave unsaid, and choices of a closed list beside the one that is made."""
    said = [words.lower() for words in whole.values()]
    left = {span.words.lower() for span in _substance(text) if not any(span.words.lower() in words for words in said)}
    for name, schema in parameters.items():
        options = (
            about(name, schema, False).options if isinstance(schema, Mapping) and kind_of(schema) == "string" else ()
        )
        found = choices.said(options, text.lower(), every=True) if options else []
        left |= {each.lower() for each in found if each.lower() not in said} if len(found) > 1 else set()
    return left


def _new_each(parameters: Mapping[str, Any], calls: Sequence[Mapping[str, str]], left: set[str], text: str) -> bool:
    """Whether each call says something that was left over, and no text of it is mere words."""
    solid = [span.words.lower() for span in _substance(text)]
    for before, call in pairwise(calls):
        changed = {key: words.lower() for key, words in call.items() if before.get(key) != words}
        if not any(words in left or any(each in words for each in left) for words in changed.values()):
            return False
        for key, words in changed.items():
            schema = parameters[key]
            free = kind_of(schema) == "string" and not about(key, schema, False).options
            if free and not any(each in words or words in each for each in solid):
                return False
    return True


def _parts(text: str, *, rows: bool) -> list[str]:
    """The text cut wherever another call may begin; a part without substance stays with the one before. Where ``rows``
    of things are one argument, "and" is no cut."""
    parts: list[str] = []
    at, joint = 0, ""
    whole = [*_substance(text), *bracketed(text)]
    for cut in _CUT.finditer(text):
        if overlaps(Span(cut.start(), cut.end(), cut[0]), whole):
            continue
        part, rest = joint + text[at : cut.start()], text[cut.end() :]
        plain = cut[0].strip().lower() in ("and", ", and", "or", ", or") or cut[0].startswith(",")
        if plain and (said := _BETWEEN.search(part)) and not re.search(r"\b(?:and|to)\b", said[0]):
            continue
        if plain and (rows or len(rest.split()) < 3):
            continue
        if not _SUBSTANCE.search(rest):
            continue
        parts.append(part)
        at, joint = cut.end(), "" if cut[0][0] in ".?!" else "and "
        if len(parts) == _MOST_PARTS:
            break
    parts.append(joint + text[at:])
    if len(parts) > _MOST_PARTS:
        return []
    return [part for part in parts if part.strip()]


def _several(
    parameters: Mapping[str, Any], required: Sequence[str], parts: Sequence[str], whole: Mapping[str, str], subject: str
) -> list[dict[str, str]]:
    """The calls that the parts are, if they are at least two and whole ones; else nothing."""
    calls: list[list[dict[str, str]]] = []
    anew: set[str] = set()  # what the last call says itself
    for part in parts:
        said = completed(parameters, required, part, {}, {}, subject, strict=True)
        if not said:
            continue
        if calls and any(key in anew and calls[-1][0][key].lower() != words.lower() for key, words in said.items()):
            before = {key: words for key, words in calls[-1][-1].items() if key not in said}
            calls.append([{**before, **each} for each in spread(parameters, required, part, said)])
            anew = set(said)
        elif calls:
            last = [{**each, **more} for each in calls[-1] for more in spread(parameters, required, part, said)]
            calls[-1] = last if len(last) <= MOST_CALLS else [{**each, **said} for each in calls[-1]]
            anew |= set(said)
        else:
            calls.append(spread(parameters, required, part, said))
            anew = set(said)
    if not calls or (len(calls) == 1 and len(calls[0]) < 2):
        return []
    shared = {
        key: words
        for key, words in calls[-1][-1].items()
        if not any(key in call for group in calls[:-1] for call in group)
    }
    made: list[dict[str, str]] = []
    later = {key: words for group in reversed(calls) for key, words in group[0].items()}
    for call in (call for group in calls for call in group):
        filled = {
            key: call.get(key) or shared.get(key, "") or (later.get(key, whole.get(key, "")) if key in required else "")
            for key in parameters
        }
        kept = {key: words for key, words in filled.items() if words}
        if any(key not in kept for key in required):
            return []
        if kept not in made:
            made.append(kept)
    return made if 2 <= len(made) <= MOST_CALLS else []
