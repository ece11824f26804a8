"""The tree of an expression. Chains and conditionals are flat, so that a long one is not a deep one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .value import Value


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text, colour, boolean, ``null``, or a list of numbers or colours."""

    value: Value
    word: bool = False
    """A bare word: the name of a text resource."""


@dataclass(frozen=True, slots=True)
class Source:
    """``[NAME]``."""

    name: str


@dataclass(frozen=True, slots=True)
class Unary:
    """``-``, ``+``, ``!`` or ``~`` before an operand."""

    sign: str
    operand: Tree


@dataclass(frozen=True, slots=True)
class Chain:
    """Operators of one precedence in a row, from left to right: ``a - b + c``."""

    first: Tree
    rest: tuple[tuple[str, Tree], ...]


@dataclass(frozen=True, slots=True)
class Conditional:
    """``a ? b : c ? d : e``: the value behind the first condition that holds, else the last."""

    branches: tuple[tuple[Tree, Tree], ...]
    otherwise: Tree


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[Tree, ...]
    column: int


Tree: TypeAlias = Literal | Source | Unary | Chain | Conditional | Call
