"""Tokens to a tree, by precedence.

From loose to tight: ``?:``, ``||``, ``&&``, ``|``, ``&``, ``== !=``, ``< <= > >=``, ``+ -``, ``* / %``, one sign before
an operand. Comparisons do not chain, and a second sign needs parentheses: ``- -2`` is an error, ``3 - -2`` is not.
"""

from __future__ import annotations

import math

from .syntax import Call, Chain, Conditional, Literal, Source, Tree, Unary
from .tokens import ExpressionError, Lexeme, Token, tokens
from .value import Colour, colour

MAX_DEPTH = 48
"""Parentheses and calls inside each other."""

_LEVELS: tuple[tuple[tuple[str, ...], bool], ...] = (
    (("||",), True),
    (("&&",), True),
    (("|",), True),
    (("&",), True),
    (("==", "!="), False),
    (("<", ">", "<=", ">="), False),
    (("+", "-"), True),
    (("*", "/", "%"), True),
)
"""Operators of one precedence, and whether they chain."""

CONSTANTS = {"PI": math.pi, "E": math.e}


def parse(text: str) -> Tree:
    """The tree of an expression.

    Raises:
        ExpressionError: it is none; the text says what was expected at which column.
    """
    reader = _Parser(tokens(text))
    tree = reader.expression()
    if reader.token.kind is not Lexeme.END:
        raise reader.expected("an operator or the end")
    return tree


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._at]

    def expected(self, what: str) -> ExpressionError:
        token = self.token
        found = "the end" if token.kind is Lexeme.END else repr(token.text[:40])
        return ExpressionError(f"expected {what} at column {token.column}, found {found}", token.column)

    def _pop(self) -> Token:
        token = self.token
        self._at += 1
        return token

    def _take(self, *signs: str) -> str:
        if self.token.kind is Lexeme.SIGN and self.token.text in signs:
            return self._pop().text
        return ""

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            raise self.expected(repr(sign))

    def expression(self) -> Tree:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(f"expected at most {MAX_DEPTH} nested parentheses, found more", self.token.column)
        branches: list[tuple[Tree, Tree]] = []
        last = self._level(0)
        while self._take("?"):
            then = self.expression()
            self._need(":")
            branches.append((last, then))
            last = self._level(0)
        self._depth -= 1
        return Conditional(tuple(branches), last) if branches else last

    def _level(self, level: int) -> Tree:
        if level == len(_LEVELS):
            return self._signed()
        signs, chains = _LEVELS[level]
        first = self._level(level + 1)
        rest: list[tuple[str, Tree]] = []
        while (chains or not rest) and (sign := self._take(*signs)):
            rest.append((sign, self._level(level + 1)))
        return Chain(first, tuple(rest)) if rest else first

    def _signed(self) -> Tree:
        sign = self._take("+", "-", "!", "~")
        return Unary(sign, self._operand()) if sign else self._operand()

    def _operand(self) -> Tree:
        token = self.token
        match token.kind:
            case Lexeme.NUMBER:
                counts = self._run(Lexeme.NUMBER)
                return Literal(_number(counts[0])) if len(counts) == 1 else Literal(tuple(map(float, counts)))
            case Lexeme.COLOUR:
                shades = [shade for text in self._run(Lexeme.COLOUR) if (shade := colour(text)) is not None]
                return Literal(shades[0]) if len(shades) == 1 else Literal(tuple(shades))
            case Lexeme.BOOLEAN:
                return Literal(self._pop().text.lower() == "true")
            case Lexeme.TEXT:
                return Literal(self._pop().text)
            case Lexeme.SOURCE:
                return Source(self._pop().text)
            case Lexeme.WORD:
                return self._word(self._pop())
            case _ if self._take("("):
                inner = self.expression()
                self._need(")")
                return inner
            case _:
                raise self.expected("a value")

    def _run(self, kind: Lexeme) -> list[str]:
        """Colours or numbers side by side are a list: ``#ff0000 #00ff00``."""
        found = [self._pop().text]
        while self.token.kind is kind:
            found.append(self._pop().text)
        return found

    def _word(self, token: Token) -> Tree:
        if self._take("("):
            arguments: list[Tree] = []
            if not self._take(")"):
                arguments.append(self.expression())
                while self._take(","):
                    arguments.append(self.expression())
                self._need(")")
            return Call(token.text, tuple(arguments), token.column)
        if token.text == "null":
            return Literal(None)
        if token.text in CONSTANTS:
            return Literal(CONSTANTS[token.text])
        shade: Colour | None = colour(token.text)
        return Literal(shade) if shade is not None else Literal(token.text, word=True)


def _number(text: str) -> int | float:
    return float(text) if "." in text or len(text) > 18 else int(text)
