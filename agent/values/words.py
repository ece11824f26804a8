"""Sentences to tokens: one normal form for what people type, what recognisers write and what templates say.

Lower case, no punctuation, contractions written out, digits separated from what is glued to them ("10min",
"7pm", "20%"), so that a template needs to be written only once. Every token keeps where it came from, so that
free text is quoted as it was said ("Mum's T-shirt" and not "mum s t shirt").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

MAX_TOKENS = 120
"""More words than a spoken request has; what is longer is refused before any matching."""
MAX_CHARACTERS = 1000

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?)"
)
_PATTERN = re.compile(
    rf"""
      (?P<named>(?=[\d/-]*{_MONTH})(?:{_MONTH}|\d{{1,4}})(?P<link>[/-])(?:{_MONTH}|\d{{1,4}})(?P=link)
        (?:{_MONTH}|\d{{1,4}})(?!\w))
    | (?P<half>(?<=\d)[ap](?!\w|\.\s?m))
    """
    + r"""
    | (?P<iso>\d{4}-\d{1,2}-\d{1,2}(?:[Tt]\d{1,2}:\d{2}(?::\d{2})?)?)
    | (?P<dated>\d{4}[./-]\d{1,2}[./-]\d{1,2}(?!\d)|\d{1,2}(?P<joint>[./-])\d{1,2}(?P=joint)\d{2,4}(?!\d))
    | (?P<clock>\d{1,2}:\d{2}(?::\d{2})?)
    | (?P<slash>\d{1,4}/\d{1,4}(?:/\d{2,4})?)
    | (?P<ordinal>\d+(?:st|nd|rd|th)\b)
    | (?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)
    | (?P<meridiem>\b[ap]\.\s?m\b\.?)
    | (?P<vulgar>[½¼¾⅓⅔])
    | (?P<word>[^\W\d_]+(?:['’`][^\W\d_]+)*['’]?)
    | (?P<symbol>[%$€£¥+*/^=()×÷°&@−-])
    | (?P<stop>[,;.!?:\n]+)
    """,
    re.VERBOSE | re.IGNORECASE,
)

_CONTRACTIONS = {
    "what's": "what is", "whats": "what is", "where's": "where is", "wheres": "where is", "who's": "who is",
    "how's": "how is", "hows": "how is", "when's": "when is", "whens": "when is", "it's": "it is",
    "that's": "that is", "thats": "that is", "there's": "there is", "theres": "there is", "i'm": "i am",
    "i'd": "i would", "i'll": "i will", "i've": "i have", "don't": "do not", "dont": "do not",
    "doesn't": "does not", "didn't": "did not", "isn't": "is not", "won't": "will not", "can't": "can not",
    "cannot": "can not", "what're": "what are", "let's": "let us", "you'll": "you will", "we're": "we are",
    "i'm'": "i am", "oclock": "o'clock", "alright": "all right", "gonna": "going to", "wanna": "want to",
    "gotta": "got to", "cancelled": "canceled", "colour": "color", "favourite": "favorite", "theatre": "theater",
    "metres": "meters", "metre": "meter", "kilometres": "kilometers", "kilometre": "kilometer",
    "centimetres": "centimeters", "centimetre": "centimeter", "millimetres": "millimeters",
    "millimetre": "millimeter", "litres": "liters", "litre": "liter", "millilitres": "milliliters",
    "millilitre": "milliliter", "grammes": "grams", "programme": "program", "dialled": "dialed",
    "todays": "today's", "tomorrows": "tomorrow's", "ok": "okay", "mins": "minutes", "secs": "seconds",
    "hrs": "hours", "wifi": "wi fi",
}  # fmt: skip
CONTRACTED = frozenset(_CONTRACTIONS)
"""Words that are written out as others."""
_SYMBOLS = {"%": "percent", "×": "times", "÷": "/", "−": "-", "&": "and", "@": "at", "°": "degrees"}
_VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}


class Token(NamedTuple):
    """One word in normal form, the slice of the sentence it came from, and whether a pause stood before it."""

    text: str
    start: int
    end: int
    pause: bool = False


def tokenize(sentence: str) -> list[Token]:
    """The tokens of a sentence, at most MAX_TOKENS + 1 of them (so that a caller sees that there were more)."""
    tokens: list[Token] = []
    pause = False
    for found in _PATTERN.finditer(sentence):
        kind, raw = found.lastgroup, found.group()
        for kind_with_joint in ("dated", "named"):
            if found.group(kind_with_joint) is not None:
                kind = kind_with_joint
        start, end = found.span()
        if kind == "stop":
            pause = bool(tokens)
            continue
        for text in _normal(kind or "", raw, sentence, start, end):
            tokens.append(Token(text, start, end, pause))
            pause = False
        if len(tokens) > MAX_TOKENS:
            return tokens[: MAX_TOKENS + 1]
    return tokens


def _normal(kind: str, raw: str, sentence: str, start: int, end: int) -> Sequence[str]:
    if kind == "word":
        word = raw.lower().replace("’", "'").replace("`", "'")
        whole = _CONTRACTIONS.get(word)
        if whole is None:
            word = word.rstrip("'")
            return () if word.isdigit() else (word,)  # a superscript is a digit that is no number
        return whole.split(" ")
    if kind == "symbol":
        if raw in "-−":
            after = sentence[end : end + 1]
            before = sentence[start - 1 : start]
            if not after.isdigit() and not (before.isspace() and after.isspace()):
                return ()
            if before.isalpha():
                return ()
            return ("-",)
        if raw == "/" and (sentence[start - 1 : start].isalpha() or sentence[end : end + 1].isalpha()):
            return ()
        return (_SYMBOLS.get(raw, raw),)
    if kind == "dated":  # one way to write each: year-month-day, or a/b/c
        parts = re.split(r"[./-]", raw)
        return ("-".join(parts) if len(parts[0]) == 4 else "/".join(parts),)
    if kind == "named":
        return _named_date(raw)
    if kind == "half":  # "9a", "8:45p"
        return (raw.lower() + "m",)
    if kind == "number":
        return (raw.replace(",", ""),)
    if kind == "meridiem":
        return (raw[0].lower() + "m",)
    if kind == "vulgar":
        return (_VULGAR[raw],)
    return (raw.lower(),)


def _named_date(raw: str) -> Sequence[str]:
    """ "sep-23-2020", "2020/23/sep" as year-month-day, where it holds one of each; else its parts."""
    parts = re.split("[/-]", raw.lower())
    months = [_MONTHS.index(part[:3]) + 1 for part in parts if part.isalpha()]
    years = [part for part in parts if part.isdigit() and len(part) == 4]
    days = [part for part in parts if part.isdigit() and len(part) <= 2]
    if len(months) == len(years) == len(days) == 1:
        return (f"{years[0]}-{months[0]:02d}-{int(days[0]):02d}",)
    return parts


def words(sentence: str) -> list[str]:
    """The normal form of a sentence as plain words."""
    return [token.text for token in tokenize(sentence)]


def quote(sentence: str, tokens: Sequence[Token], start: int, end: int) -> str:
    """The part of the sentence that tokens ``start`` to ``end`` (exclusive) came from, as it was said."""
    if start >= end:
        return ""
    return sentence[tokens[start].start : tokens[end - 1].end]
