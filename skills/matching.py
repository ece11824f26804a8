"""Which of several things the owner means: names compared by their words, small number words as digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from .number_words import ONES, TENS

T = TypeVar("T")
NUMBERS = {**ONES, **TENS}
_SKIP = frozenset(["the", "my", "a", "an", "to", "of", "for", "please", "called", "named", "one", "at", "on", "in"])


def words(text: str) -> list[str]:
    """Lower-case words without articles and plurals, numbers as digits: ``twenty five minutes`` → 25 minute."""
    found: list[str] = []
    for word in re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower()):
        number = NUMBERS.get(word)
        if number is not None:
            if found and found[-1].isdigit() and int(found[-1]) >= 20 and int(found[-1]) % 10 == 0 and 0 < number < 10:
                found[-1] = str(int(found[-1]) + number)
            else:
                found.append(str(number))
            continue
        if word in _SKIP:
            continue
        word = word.removesuffix("'s")
        found.append(word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word)
    return found


def best(things: Iterable[T], said: str, names: Callable[[T], list[str]]) -> list[T]:
    """The things named just so; else those whose names contain all the words; else those that share most of them."""
    wanted = words(said)
    if not wanted:
        return []
    exact: list[T] = []
    containing: list[T] = []
    sharing: list[tuple[int, T]] = []
    for thing in things:
        spelled = [words(name) for name in names(thing)]
        if wanted in spelled:
            exact.append(thing)
        elif any(set(wanted) <= set(name) or (name and set(name) <= set(wanted)) for name in spelled):
            containing.append(thing)
        else:
            common = max((len(set(wanted) & set(name)) for name in spelled), default=0)
            if common * 2 > len(set(wanted)):
                sharing.append((common, thing))
    if exact or containing:
        return exact or containing
    most = max((count for count, _ in sharing), default=0)
    return [thing for count, thing in sharing if count == most]
