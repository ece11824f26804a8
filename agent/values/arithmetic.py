"""Spoken arithmetic: "twelve times eight plus two" → ``12 * 8 + 2``, "15 percent of 80" → ``15 / 100 * 80``.

A recursive descent over the usual precedence (sums, products, signs, powers). The text that results holds only
numbers, ``+ - * / ** ( )`` and ``sqrt``, and is bracketed so that it means what was said.
"""

from __future__ import annotations

from collections.abc import Iterator

from .numbers import Words, longest, numbers

_SUMS = {"plus": "+", "+": "+", "minus": "-", "-": "-", "add": "+", "less": "-"}
_PRODUCTS: dict[tuple[str, ...], str] = {
    ("times",): "*", ("*",): "*", ("x",): "*", ("multiplied", "by"): "*", ("divided", "by"): "/", ("/",): "/",
    ("over",): "/", ("by",): "*", ("multiply", "by"): "*", ("divide", "by"): "/", ("modulo",): "%", ("mod",): "%",
}  # fmt: skip
_POWERS: dict[tuple[str, ...], str] = {
    ("squared",): "2", ("cubed",): "3", ("^",): "", ("to", "the", "power", "of"): "", ("to", "the", "power"): "",
    ("raised", "to", "the", "power", "of"): "", ("raised", "to"): "",
}  # fmt: skip
_FACTORS: dict[tuple[str, ...], str] = {
    ("half", "of"): "0.5", ("a", "half", "of"): "0.5", ("double",): "2", ("twice",): "2", ("triple",): "3",
    ("a", "quarter", "of"): "0.25", ("a", "third", "of"): "(1 / 3)", ("two", "thirds", "of"): "(2 / 3)",
    ("three", "quarters", "of"): "0.75", ("a", "tenth", "of"): "0.1",
}  # fmt: skip
_ROOTS: tuple[tuple[str, ...], ...] = (
    ("square", "root", "of"), ("the", "square", "root", "of"), ("root", "of"), ("square", "root"),
    ("the", "square", "root"),
)  # fmt: skip
_MAX_DEPTH = 12
Found = tuple[int, str, int]
"""Where it ends, its text, and how many operations it holds."""


def _starts(words: Words, at: int, phrase: tuple[str, ...]) -> bool:
    return tuple(words[at : at + len(phrase)]) == phrase


def _number(words: Words, at: int) -> Found | None:
    found = longest(numbers(words, at))
    if found is None:
        return None
    end, value = found
    text = f"{value:.12g}" if isinstance(value, float) else str(value)
    return end, f"({text})" if value < 0 else text, 0


def _atom(words: Words, at: int, depth: int) -> Found | None:
    if at >= len(words) or depth > _MAX_DEPTH:
        return None
    if words[at] == "(":
        inner = _sum(words, at + 1, depth + 1)
        if inner is not None and words[inner[0] : inner[0] + 1] == [")"]:
            return inner[0] + 1, f"({inner[1]})", inner[2]
        return None
    for root in _ROOTS:
        if _starts(words, at, root):
            inner = _atom(words, at + len(root), depth + 1)
            return None if inner is None else (inner[0], f"sqrt({inner[1]})", inner[2] + 1)
    if _starts(words, at, ("cube", "root", "of")) or _starts(words, at, ("the", "cube", "root", "of")):
        inner = _atom(words, at + (4 if words[at] == "the" else 3), depth + 1)
        return None if inner is None else (inner[0], f"({inner[1]}) ** (1 / 3)", inner[2] + 1)
    for phrase, factor in _FACTORS.items():
        if _starts(words, at, phrase):
            inner = _atom(words, at + len(phrase), depth + 1)
            if inner is not None:
                return inner[0], f"{factor} * {inner[1]}", inner[2] + 1
    found = _number(words, at)
    if found is None:
        return None
    end, text, operations = found
    percent = end + 1 if words[end : end + 1] == ["percent"] else end + 2 if _starts(words, end, ("per", "cent")) else 0
    if percent:
        if words[percent : percent + 1] == ["of"]:
            inner = _atom(words, percent + 1, depth + 1)
            return None if inner is None else (inner[0], f"{text} / 100 * {inner[1]}", inner[2] + 1)
        return percent, f"({text} / 100)", operations
    return end, text, operations


def _power(words: Words, at: int, depth: int) -> Found | None:
    base = _atom(words, at, depth)
    if base is None:
        return None
    end, text, operations = base
    for phrase, exponent in _POWERS.items():
        if _starts(words, end, phrase):
            left = f"({text})" if operations else text
            if exponent:
                return end + len(phrase), f"{left} ** {exponent}", operations + 1
            right = _atom(words, end + len(phrase), depth + 1)
            if right is not None:
                wrapped = f"({right[1]})" if right[2] else right[1]
                return right[0], f"{left} ** {wrapped}", operations + right[2] + 1
    return base


def _product(words: Words, at: int, depth: int) -> Found | None:
    left = _power(words, at, depth)
    while left is not None:
        end, text, operations = left
        for phrase, sign in _PRODUCTS.items():
            if _starts(words, end, phrase):
                right = _power(words, end + len(phrase), depth)
                if right is not None:
                    wrapped = f"({right[1]})" if right[2] and sign in "/%" else right[1]
                    left = right[0], f"{text} {sign} {wrapped}", operations + right[2] + 1
                    break
        else:
            return left
    return None


def _sum(words: Words, at: int, depth: int) -> Found | None:
    left = _product(words, at, depth)
    while left is not None:
        end, text, operations = left
        sign = _SUMS.get(words[end], "") if end < len(words) else ""
        right = _product(words, end + 1, depth) if sign else None
        if right is None:
            return left
        left = right[0], f"{text} {sign} {right[1]}", operations + right[2] + 1
    return None


_COMMANDS = {
    "add": ("+", ("and", "to", "plus")), "subtract": ("-", ("from",)), "multiply": ("*", ("by", "and", "with")),
    "divide": ("/", ("by",)), "take": ("-", ("from",)),
}  # fmt: skip


def _commanded(words: Words, at: int) -> Iterator[tuple[int, str]]:
    """ "divide five by three", "subtract sixty from two hundred"."""
    sign, links = _COMMANDS.get(words[at], ("", ())) if at < len(words) else ("", ())
    left = _number(words, at + 1) if sign else None
    if left is None or words[left[0] : left[0] + 1] not in [[link] for link in links]:
        return
    right = _number(words, left[0] + 1)
    if right is not None:
        first, second = (right[1], left[1]) if words[left[0]] == "from" else (left[1], right[1])
        yield right[0], f"{first} {sign} {second}"


def expressions(words: Words, at: int) -> Iterator[tuple[int, str]]:
    """The longest sum that begins at a word, if it holds at least one operation."""
    for phrase, sign in ((("the", "sum", "of"), "+"), (("sum", "of"), "+"), (("the", "product", "of"), "*")):
        if _starts(words, at, phrase):
            left = _number(words, at + len(phrase))
            if left is not None and words[left[0] : left[0] + 1] == ["and"]:
                right = _number(words, left[0] + 1)
                if right is not None:
                    yield right[0], f"{left[1]} {sign} {right[1]}"
            return
    yield from _commanded(words, at)
    found = _sum(words, at, 0)
    if found is None or not found[2]:
        if found is not None and words[found[0] : found[0] + 1] == ["and"]:
            second = _number(words, found[0] + 1)
            if second is not None and words[max(at - 1, 0)] == "add":
                yield second[0], f"{found[1]} + {second[1]}"
        return
    end, text, _operations = found
    yield (end + 1 if words[end : end + 1] in (["="], ["equals"]) else end), text
