"""Cuts an expression into words, numbers, colours, texts and signs."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

from ..problem import FaceError

MAX_CHARACTERS = 8_192
MAX_TOKENS = 2_000
"""Longer than any expression of a public face by a factor of ten."""


class ExpressionError(FaceError):
    """An expression that cannot be read. ``column`` counts from 1."""

    code = "face-expression"

    def __init__(self, message: str, column: int = 1) -> None:
        super().__init__(message)
        self.column = column


class Lexeme(Enum):
    """The kinds of token."""

    NUMBER = auto()
    COLOUR = auto()
    BOOLEAN = auto()
    TEXT = auto()
    SOURCE = auto()
    WORD = auto()
    SIGN = auto()
    END = auto()


class Token(NamedTuple):
    """One token and the column (from 1) it begins at. A text is without its quotes, a source without its brackets."""

    kind: Lexeme
    text: str
    column: int


_GRAMMAR = re.compile(
    r"""(?P<SPACE>\s+)
      | (?P<NUMBER>\d*\.\d+|\d+)
      | (?P<COLOUR>\#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6})(?![0-9a-zA-Z_]))
      | "(?P<TEXT>[^"]*)"
      | \[\s*(?P<SOURCE>[A-Za-z0-9_][\w.]*)\s*\]
      | (?P<WORD>[A-Za-z][\w.]*)
      | (?P<SIGN><=|>=|==|!=|&&|\|\||[-+*/%~!&|<>?:,()])""",
    re.VERBOSE | re.ASCII,
)
_BOOLEANS = ("true", "True", "TRUE", "false", "False", "FALSE")


def tokens(text: str) -> list[Token]:
    """The tokens of an expression, with an END.

    Raises:
        ExpressionError: a character that begins none, or too much of it.
    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(f"expected an expression of at most {MAX_CHARACTERS:,} characters, found {len(text):,}")
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _GRAMMAR.match(text, at)
        if match is None:
            raise ExpressionError(f"expected a value or an operator, found {_excerpt(text, at)}", at + 1)
        kind = match.lastgroup or ""
        if kind != "SPACE":
            word = match[kind]
            lexeme = Lexeme.BOOLEAN if kind == "WORD" and word in _BOOLEANS else Lexeme[kind]
            found.append(Token(lexeme, word, at + 1))
            if len(found) > MAX_TOKENS:
                raise ExpressionError(f"expected at most {MAX_TOKENS:,} parts in an expression, found more", at + 1)
        at = match.end()
    found.append(Token(Lexeme.END, "", len(text) + 1))
    return found


def _excerpt(text: str, at: int) -> str:
    return repr(text[at : at + 12]) + ("…" if len(text) > at + 12 else "")
