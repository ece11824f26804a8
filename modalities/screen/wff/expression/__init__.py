"""The expression language of the Watch Face Format: ``compile(text, version).evaluate(values)``."""

from __future__ import annotations

from .expression import Expression, compile  # noqa: A004 (the name that says what it does)
from .template import Template, template
from .tokens import ExpressionError
from .value import Colour, Type, Value, colour, number, text_of, truth

__all__ = [
    "Colour",
    "Expression",
    "ExpressionError",
    "Template",
    "Type",
    "Value",
    "colour",
    "compile",
    "number",
    "template",
    "text_of",
    "truth",
]
