"""What the decoder may write: calls of the tools on offer whose arguments are words of the request, or none.

:func:`lark` writes it for llguidance, whose ``substring_words`` is just that; :func:`gbnf` for llama.cpp, where the
words are an automaton written out. Arguments keep the schema's order; a closed list, a flag and a number can only be
one of the list, true or false, or a number that was said. A tool that is not on offer cannot be named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from ...kernel.errors import CallerError
from .prompt import MAX_REQUEST, Parameter, Tool, plain

__all__ = ["MOST_CALLS", "gbnf", "lark", "numbers_said"]

MOST_CALLS = 8
MOST_TOOLS, MOST_PARAMETERS = 16, 32
_FLAGS = ("true", "false")
_NUMERIC = frozenset(["integer", "int", "number", "float"])
_DIGITS = re.compile(r"\d+/\d+|[-+]?(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?%?")
_WORD = re.compile(r"\w+|[^\w\s]+|\s+")


def numbers_said(text: str, spelled: Callable[[str], Sequence[str]] | None = None) -> list[str]:
    """The words of a request that a number can be; ``spelled`` finds those that are written out."""
    found = [match[0].rstrip(",.") for match in _DIGITS.finditer(text)]
    found += list(spelled(text)) if spelled is not None else []
    return list(dict.fromkeys(each for each in found if each))


Spelled = Callable[[str], Sequence[str]]
Candidates = Callable[[Parameter], Sequence[str]]


def lark(
    tools: Sequence[Tool], request: str, spelled: Spelled | None = None, candidates: Candidates | None = None
) -> str:
    """The grammar of llguidance; ``candidates`` are the only words a text may be, where there are any.

    Raises CallerError for no tools, or too many.
    """
    said = plain(request[:MAX_REQUEST])
    numbers = numbers_said(said, spelled)
    lines = [f"WORDS: %regex {json.dumps({'substring_words': said})}"] if said.strip() else []
    lines += [f"NUMBER: {_either(numbers)}"] if numbers else []
    value = _values(said, candidates, "WORDS" if said.strip() else "", "NUMBER" if numbers else "")
    return "\n".join([*_rules(tools, value, "start", ":"), *lines]) + "\n"


def gbnf(
    tools: Sequence[Tool], request: str, spelled: Spelled | None = None, candidates: Candidates | None = None
) -> str:
    """The same for llama.cpp: the words of the request, each with what may follow it."""
    said = plain(request[:MAX_REQUEST])
    numbers = numbers_said(said, spelled)
    words = _WORD.findall(said)
    lines = [
        f"w{at} ::= {_quoted(word)}{f' w{at + 1}?' if at + 1 < len(words) else ''}" for at, word in enumerate(words)
    ]
    if words:
        lines.append(f"words ::= {' | '.join(f'w{at}' for at, word in enumerate(words) if word.strip())}")
    if numbers:
        lines.append(f"number ::= {_either(numbers)}")
    value = _values(said, candidates, "words" if words else "", "number" if numbers else "")
    return "\n".join([*_rules(tools, value, "root", " ::="), *lines]) + "\n"


def _values(said: str, candidates: Candidates | None, words: str, number: str) -> Callable[[Parameter], str]:
    """The expression of what a parameter may be; '' for nothing that was said."""

    def value(parameter: Parameter) -> str:
        if choices := _choices(parameter):
            return f"({_either(choices)})"
        if parameter.kind in _NUMERIC:
            return number
        some = [plain(each) for each in candidates(parameter)] if candidates is not None else []
        some = [each for each in dict.fromkeys(some) if each in said]
        return f"({_either(some)})" if some else words

    return value


def _either(texts: Sequence[str]) -> str:
    return " | ".join(_quoted(each) for each in texts)


def _choices(parameter: Parameter) -> Sequence[str]:
    if parameter.kind in ("boolean", "bool"):
        return _FLAGS
    return [plain(each) for each in parameter.choices]


def _rules(tools: Sequence[Tool], value: Callable[[Parameter], str], root: str, means: str) -> list[str]:
    """The rules both have in common: the list, the calls, and for each tool its arguments in order, each optional."""
    if not 1 <= len(tools) <= MOST_TOOLS:
        raise CallerError(f"expected 1 to {MOST_TOOLS} tools to write a grammar for, got {len(tools)}")
    more = ' ("," call' * (MOST_CALLS - 1) + ")?" * (MOST_CALLS - 1)
    lines = [f'{root}{means} "[" calls? "]"', f"calls{means} call{more}"]
    lines.append(f"call{means} {' | '.join(f'c{at}' for at in range(len(tools)))}")
    for at, tool in enumerate(tools):
        given = [(p.name, made) for p in tool.parameters[:MOST_PARAMETERS] if (made := value(p))]
        opening = _quoted('{"' + plain(tool.name) + '":{')
        inside = f" a{at}?" if given else ""
        lines.append(f'c{at}{means} {opening}{inside} "}}}}"')
        if not given:
            continue
        firsts = []
        for number, (name, made) in enumerate(given):
            pair = _quoted('"' + plain(name) + '":"')
            lines.append(f'e{at}x{number}{means} {pair} {made} "\\""')
            tail = f" t{at}x{number + 1}" if number + 1 < len(given) else ""
            firsts.append(f"e{at}x{number}{tail}")
            if number:
                lines.append(f't{at}x{number}{means} ("," e{at}x{number})?{tail}')
        lines.append(f"a{at}{means} {' | '.join(firsts)}")
    return lines


def _quoted(text: str) -> str:
    """A literal in double quotes; both languages read JSON's escapes of what ``plain`` leaves."""
    return json.dumps(text, ensure_ascii=False)
