"""What can be said of an expression's types before it is evaluated: its own, and where they are doubtful.

The format's reference validator checks no types, so a doubt is advice, never an error.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import sources as catalogue
from .functions import FUNCTIONS
from .syntax import Call, Chain, Conditional, Literal, Source, Tree, Unary
from .value import Colour, Type, Value

_LOGIC = ("||", "&&", "==", "!=", "<", ">", "<=", ">=")
_FITS: dict[Type, tuple[Type, ...]] = {
    Type.NUMBER: (Type.NUMBER, Type.BOOLEAN, Type.NULL),
    Type.BOOLEAN: (Type.BOOLEAN, Type.NUMBER, Type.NULL),
    Type.TEXT: (Type.TEXT, Type.NUMBER, Type.BOOLEAN, Type.NULL),
    Type.COLOUR: (Type.COLOUR,),
    Type.COLOURS: (Type.COLOURS, Type.COLOUR),
    Type.NUMBERS: (Type.NUMBERS, Type.NUMBER),
}
"""What may stand where a type is wanted."""


def type_of(tree: Tree) -> Type:
    """The type of its value; ``ANY`` where that depends on the face or the moment."""
    match tree:
        case Literal(value=value):
            return _type_of_value(value)
        case Source(name=name):
            source = catalogue.find(name)
            return source.type if source else Type.ANY
        case Unary(sign=sign):
            return Type.BOOLEAN if sign == "!" else Type.NUMBER
        case Chain(first=first, rest=rest):
            if rest[0][0] in _LOGIC:
                return Type.BOOLEAN
            parts = [type_of(first), *(type_of(operand) for _, operand in rest)]
            if rest[0][0] == "+" and any(part in (Type.TEXT, Type.ANY) for part in parts):
                return Type.TEXT if Type.TEXT in parts else Type.ANY
            return Type.NUMBER
        case Conditional(branches=branches, otherwise=otherwise):
            kinds = {type_of(then) for _, then in branches} | {type_of(otherwise)}
            kinds.discard(Type.NULL)
            return kinds.pop() if len(kinds) == 1 else Type.ANY
        case Call(name=name, arguments=arguments):
            function = FUNCTIONS.get((name, len(arguments)))
            return function.gives if function else Type.ANY


def _type_of_value(value: Value) -> Type:
    match value:
        case None:
            return Type.NULL
        case bool():
            return Type.BOOLEAN
        case int() | float():
            return Type.NUMBER
        case str():
            return Type.TEXT
        case Colour():
            return Type.COLOUR
        case bytes():
            return Type.IMAGE
        case _:
            return Type.COLOURS if value and isinstance(value[0], Colour) else Type.NUMBERS


def fits(given: Type, wanted: Type) -> bool:
    """Whether a value of one type may stand where another is wanted."""
    return Type.ANY in (given, wanted) or given in _FITS.get(wanted, (wanted,))


def check(tree: Tree) -> Iterator[str]:
    """Each doubt as one line."""
    match tree:
        case Unary(operand=operand):
            yield from check(operand)
        case Chain(first=first, rest=rest):
            yield from check(first)
            for sign, operand in rest:
                yield from check(operand)
                yield from _operand(sign, type_of(operand))
            yield from _operand(rest[0][0], type_of(first))
        case Conditional(branches=branches, otherwise=otherwise):
            for condition, then in branches:
                yield from check(condition)
                yield from check(then)
            yield from check(otherwise)
        case Call(name=name, arguments=arguments):
            function = FUNCTIONS.get((name, len(arguments)))
            for number, argument in enumerate(arguments, 1):
                yield from check(argument)
                if function and not fits(type_of(argument), function.takes[number - 1]):
                    wanted, given = function.takes[number - 1], type_of(argument)
                    yield f"argument {number} of {name} should be a {wanted}, and is a {given}"
        case _:
            return


def _operand(sign: str, given: Type) -> Iterator[str]:
    if sign in ("-", "*", "/", "%", "&", "|") and not fits(given, Type.NUMBER):
        yield f"an operand of {sign} should be a number, and is a {given}"
