"""What the decoder reads and writes.

It reads the tools, each a line with its name and description and a line for each parameter, then the request, all in
lower case; it writes a JSON list of ``{name: {parameter: words}}``, where the words are the request's own. What makes
values of words is not here. The tools come first, so that their part of the computation serves every request::

    #get_weather get the weather
    -city str the city
    -unit? celsius|fahrenheit
    >what is the weather in paris
    =[{"get_weather":{"city":"paris"}}]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

__all__ = [
    "BEGIN",
    "END",
    "MAX_REQUEST",
    "Parameter",
    "Tool",
    "answer_text",
    "plain",
    "request_text",
    "tool_of",
    "tools_text",
]

BEGIN, END = "<|begin|>", "<|end|>"
"""The marks before the tools and after the answer; no text is read as one of them."""
MAX_REQUEST = 400
_ABOUT_TOOL, _ABOUT_PARAMETER, _CHOICES = 16, 9, 12
_SHORT = {
    "string": "str", "str": "str", "integer": "int", "int": "int", "number": "num", "float": "num", "boolean": "bool",
    "bool": "bool", "array": "list", "tuple": "list", "list": "list", "object": "dict", "dict": "dict", "any": "str",
}  # fmt: skip


class Parameter(msgspec.Struct, frozen=True):
    """One parameter: ``kind`` a JSON schema type, ``choices`` what it may be if that is a closed list of texts."""

    name: str
    kind: str = "string"
    about: str = ""
    choices: list[str] = []
    required: bool = True


class Tool(msgspec.Struct, frozen=True):
    """One tool on offer."""

    name: str
    about: str
    parameters: list[Parameter]


def tool_of(name: str, about: str, schema: Mapping[str, Any]) -> Tool:
    """A tool of a JSON schema of arguments; of kinds that are not texts the first named counts."""
    required = schema.get("required") or ()
    made = []
    for key, inner in (schema.get("properties") or {}).items():
        given = inner if isinstance(inner, Mapping) else {}
        kind = given.get("type", "any")
        choices = given.get("enum")
        if choices is None and isinstance(given.get("items"), Mapping):
            choices = given["items"].get("enum")
        texts = [each for each in choices or () if isinstance(each, str)]
        kind = str(next((each for each in kind if each != "null"), "any") if isinstance(kind, list) else kind)
        made.append(Parameter(str(key), kind, str(given.get("description", "")), texts, key in required))
    return Tool(name, about, made)


def plain(text: str) -> str:
    """A text as the decoder reads it; every character stays where it was."""
    lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    return "".join(_MARKS.get(letter, letter if letter.isprintable() else " ") for letter in lowered)


_MARKS = {'"': "'", "\\": "/", "“": "'", "”": "'", "’": "'", "‘": "'", "\u00a0": " "}


def tools_text(tools: Sequence[Tool]) -> str:
    """The part of the prompt that does not depend on the request."""
    lines: list[str] = []
    for tool in tools:
        lines.append(f"#{tool.name} {_few(tool.about, _ABOUT_TOOL)}".strip())
        for parameter in tool.parameters:
            kind = "|".join(parameter.choices[:_CHOICES]) or _SHORT.get(parameter.kind, "str")
            mark = "" if parameter.required else "?"
            lines.append(f"-{parameter.name}{mark} {kind} {_few(parameter.about, _ABOUT_PARAMETER)}".strip())
    return "\n".join(plain(line) for line in lines)


def request_text(text: str) -> str:
    """The part of the prompt that asks; the answer follows."""
    return f"\n>{plain(text[:MAX_REQUEST])}\n="


def answer_text(calls: Sequence[tuple[str, Mapping[str, str]]]) -> str:
    """The answer as the decoder writes it."""
    each = []
    for name, arguments in calls:
        inner = ",".join(f'"{plain(key)}":"{plain(words)}"' for key, words in arguments.items())
        each.append(f'{{"{plain(name)}":{{{inner}}}}}')
    return f"[{','.join(each)}]"


def _few(text: str, most: int) -> str:
    """The first words of a description, to the end of its first sentence."""
    words = " ".join(text.split()).split(". ")[0].rstrip(".").split()
    return " ".join(words[:most])
