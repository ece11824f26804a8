"""Tools that the owner listed (an MCP server's, LangChain's) as actions: pure, bounded, and in names and sentences a
planner can use.

What a tool says of itself comes from a stranger: it is cut to a length, a name is made of it and nothing is
believed (a tool that calls itself harmless is still asked about when somebody else's words led to it). What cannot be
an action is left out, and why is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .messages import ActionInfo, ParameterInfo, SentenceInfo
from .purpose import MOST

MAX_TOOLS = 32
MAX_DESCRIPTION = 400
MAX_SCHEMA = 8 * 1024
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_WORDS = re.compile(r"[A-Za-z]+|\d+")
_KINDS = {"string": "text", "number": "number", "integer": "number", "boolean": "bool"}
_MAX_CHOICES = 24


class Told(NamedTuple):
    """A tool as it describes itself."""

    name: str
    description: str
    schema: Mapping[str, Any]
    destructive: bool = False


def actions(
    server: str, tools: Iterable[Told], grants: Sequence[str]
) -> tuple[dict[str, tuple[str, ActionInfo]], list[str]]:
    """Actions by name, each with the tool's own name, and why some tools are none. ``server`` is the skill's name."""
    found: dict[str, tuple[str, ActionInfo]] = {}
    left: list[str] = []
    tools = list(tools)
    for tool in tools:
        name = f"{ident(server)}_{ident(tool.name)}"
        if len(found) >= MAX_TOOLS:
            left.append(f"only the first {MAX_TOOLS} tools are used")
            break
        if not _NAME.match(name) or name in found:
            left.append(f"{tool.name[:40]!r}: no action can have that name")
            continue
        schema = dict(tool.schema)
        try:
            size = len(json.dumps(schema))
        except (TypeError, ValueError, RecursionError):
            size = MAX_SCHEMA + 1
        if size > MAX_SCHEMA:
            left.append(f"{tool.name[:40]!r}: its schema has more than {MAX_SCHEMA} bytes")
            continue
        found[name] = (tool.name, _action(server, name, tool, schema, grants, alone=len(tools) == 1))
    return found, left


def _action(
    server: str, name: str, tool: Told, schema: dict[str, Any], grants: Sequence[str], *, alone: bool
) -> ActionInfo:
    found = parameters(schema)
    words = spoken(tool.name)
    told = one_line(tool.description, MAX_DESCRIPTION) or f"{words} by {server}"
    needed = {each for each in schema.get("required", []) if isinstance(each, str)}
    sayable = needed <= {each.name for each in found}
    sentences = _sentences(spoken(server), words, found, alone=alone) if sayable else []
    return ActionInfo(
        name, server, told, found, sentences,
        examples=[_example(sentences[0].text)] if sentences and not needed else [],
        grants=list(grants), sensitive=tool.destructive, purpose=_purpose(server, words), schema=schema,
    )  # fmt: skip


def parameters(schema: Mapping[str, Any]) -> list[ParameterInfo]:
    """Those that words can fill: texts, numbers, choices, yes and no."""
    properties = schema.get("properties", {})
    needed = schema.get("required", [])
    found = []
    for name, what in properties.items() if isinstance(properties, dict) else ():
        if not isinstance(what, dict) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,40}", str(name)):
            continue
        what = _wanted(what)
        values = what.get("enum")
        required = name in needed
        about = one_line(str(what.get("description", "")), 120)
        if isinstance(values, list) and values and all(isinstance(v, str) for v in values[:_MAX_CHOICES]):
            choices = {value: [spoken(value) or value] for value in values[:_MAX_CHOICES]}
            found.append(ParameterInfo(name, "choice", required, about, choices))
        elif what.get("type") in _KINDS:
            found.append(ParameterInfo(name, _KINDS[what["type"]], required, about))
    return found


def _wanted(what: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that may be left out, ``anyOf`` one of a type and null, less the null."""
    either = what.get("anyOf")
    if isinstance(either, list):
        rest = [each for each in either if isinstance(each, dict) and each.get("type") != "null"]
        if len(rest) == 1:
            return {**what, **rest[0]}
    return what


def _sentences(server: str, words: str, parameters: list[ParameterInfo], *, alone: bool) -> list[SentenceInfo]:
    """``ask SERVER to TOOL``, with what it needs said after it by name (one thing, also without). A tool that is all
    there is of its server need not be named: ``ask SERVER about THING``."""
    needed = [each for each in parameters if each.required]
    if not server or not words:
        return []
    lead = f"(ask|tell|use|let) {server} to {words}"
    if not needed:
        return [SentenceInfo(lead), SentenceInfo(f"{words} (with|by|from) {server}")]
    if len(needed) == 1:
        slot = f"{{{needed[0].name}}}"
        found = [SentenceInfo(f"{lead} [(for|of|about|with|to|in|on)] {slot}")]
        return [*found, SentenceInfo(f"(ask|use) {server} (about|for|on|with) {slot}")] if alone else found
    named = " [and] ".join(f"[with] {spoken(each.name)} {{{each.name}}}" for each in needed[:4])
    return [SentenceInfo(f"{lead} {named}")] if len(needed) <= 4 else []


def _purpose(server: str, words: str) -> str:
    """What a call is for, after "could not": a description says what a tool does, and often not in the imperative."""
    told = f"ask {spoken(server)} to {words}"
    return told if words and len(told) <= MOST else ""


def _example(sentence: str) -> str:
    return re.sub(r"\((\w+)[^)]*\)", r"\1", sentence)


def ident(text: str) -> str:
    """A name as an identifier: small letters, digits, '_'."""
    return "_".join(re.findall(r"[a-z0-9]+", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text).lower()))


def spoken(text: str) -> str:
    """A name as it is said: lower-case words."""
    return " ".join(_WORDS.findall(re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text))).lower()


def one_line(text: str, most: int) -> str:
    """A stranger's words on one line of a bounded length, without what moves a cursor."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * most]).split())[:most]
