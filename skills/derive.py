"""Everything the device knows of an action, derived from the code of the skill.

The signature gives parameters and their kinds (``Annotated[…, Slot(kind)]`` or a plain type), ``Literal`` gives
choices, the docstring the descriptions (its first paragraph, and lines ``parameter: text``), the decorator the
sentences. What is wrong is a ManifestError in one line.
"""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from ..kernel.errors import ManifestError
from . import purpose
from .action import Action, Parameter, schema_of
from .contract import ActionMark, Say, Skill, Slot
from .messages import ActionInfo, ParameterInfo, SentenceInfo

KINDS = frozenset(
    {
        "duration", "change", "time", "date", "when", "number", "level", "change-level", "unit", "currency", "place",
        "person", "text", "expression", "repeat", "choice", "bool",
    }
)  # fmt: skip
MAX_ACTIONS = 64
MAX_SENTENCES = 200
MAX_SENTENCE = 1_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}\Z")
_SLOT = re.compile(r"\{([a-zA-Z_]+)(?::[^{}]*)?\}")
_RULE = re.compile(r"<([^<>]+)>")
_BRACKET = re.compile(r"[()\[\]{}<>]")
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_PLAIN_KINDS: dict[Any, str] = {
    str: "text", int: "number", float: "number", bool: "bool", timedelta: "duration", datetime: "time", date: "date",
}  # fmt: skip


def actions_of(cls: type[Skill]) -> dict[str, Action]:
    """The actions of a skill by name, in the order they are written, its own before those it inherits.

    Raises ManifestError.
    """
    found: dict[str, Action] = {}
    for owner in cls.__mro__:
        for method, function in vars(owner).items():
            mark = getattr(function, "__action__", None)
            if isinstance(mark, ActionMark) and getattr(cls, method) is function:
                found[method] = _action(cls, method, function, mark)
    if len(found) > MAX_ACTIONS:
        raise ManifestError(f"skill {cls.name!r} has {len(found)} actions, at most {MAX_ACTIONS}")
    return found


def summary_of(cls: type[Skill]) -> str:
    """The first line of a skill's docstring."""
    return (inspect.cleandoc(cls.__doc__ or "") or cls.name).partition("\n")[0]


def _action(cls: type[Skill], name: str, function: Callable[..., Any], mark: ActionMark) -> Action:
    where = f"action {name!r} of skill {cls.name!r}"
    if not _NAME.match(name):
        raise ManifestError(f"{where}: a name is lower case letters, digits and '_', at most 48")
    text, notes = _docs(function.__doc__ or "")
    parameters = _parameters(cls, function, notes, where)
    sentences = [_sentence(cls, each, parameters, where) for each in mark.sentences]
    if len(sentences) > MAX_SENTENCES:
        raise ManifestError(f"{where}: at most {MAX_SENTENCES} sentences, got {len(sentences)}")
    info = ActionInfo(
        name=name,
        skill=cls.name,
        description=text or name.replace("_", " ").capitalize() + ".",
        parameters=[each.info for each in parameters.values()],
        sentences=sentences,
        rules=dict(cls.rules),
        examples=list(mark.examples),
        grants=sorted({*cls.grants, *mark.grants}),
        sensitive=bool(mark.sensitive),
        sensitive_when=_sensitive_when(mark, parameters, where),
        hidden=mark.hidden,
        reads=mark.reads,
        purpose=_purpose(mark.purpose, parameters, where),
        schema=schema_of(each.info for each in parameters.values()),
    )
    return Action(info, name, parameters, frozenset(mark.grants))


def _sensitive_when(mark: ActionMark, parameters: dict[str, Parameter], where: str) -> dict[str, list[str]]:
    if isinstance(mark.sensitive, bool):
        return {}
    for name in mark.sensitive:
        if name not in parameters:
            raise ManifestError(f"{where}: 'sensitive' names {name!r}, which is no parameter of it")
    return {name: list(values) for name, values in mark.sensitive.items()}


def _purpose(phrase: str, parameters: dict[str, Parameter], where: str) -> str:
    shown = f"{where}: its purpose {phrase[:60]!r}"
    if len(phrase) > purpose.MOST:
        raise ManifestError(f"{shown} has {len(phrase)} characters, at most {purpose.MOST}")
    _check_brackets(phrase, shown)
    for slot in purpose.slots(phrase):
        if slot not in parameters:
            raise ManifestError(f"{shown} names {{{slot}}}, but the action has no parameter {slot!r}")
    always = {name for name, each in parameters.items() if each.info.required}
    for slot in purpose.slots(re.sub(r"\[[^\[\]]*\]", "", phrase)) - always:
        raise ManifestError(f"{shown} needs {{{slot}}}, which may be missing: put what depends on it in brackets")
    return phrase


def _docs(text: str) -> tuple[str, dict[str, str]]:
    """The first paragraph of a docstring as one line, and its ``name: text`` lines."""
    lines = inspect.cleandoc(text).splitlines()
    paragraph: list[str] = []
    notes: dict[str, str] = {}
    for line in lines:
        name, colon, note = line.strip().partition(": ")
        if colon and name.isidentifier() and name.islower() and paragraph:
            notes[name] = note
        elif not notes and (line.strip() or not paragraph):
            paragraph.append(line.strip())
    return " ".join(paragraph).strip(), notes


def _parameters(
    cls: type[Skill], function: Callable[..., Any], notes: dict[str, str], where: str
) -> dict[str, Parameter]:
    signature = inspect.signature(function)
    try:
        hints = typing.get_type_hints(function, include_extras=True) if len(signature.parameters) > 1 else {}
    except (NameError, TypeError, SyntaxError, AttributeError) as error:
        raise ManifestError(f"{where}: its annotations cannot be read: {error}") from None
    found: dict[str, Parameter] = {}
    for field, each in list(signature.parameters.items())[1:]:
        if each.kind not in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY):
            raise ManifestError(f"{where}: parameter {field!r} must be a named one, without * or /")
        if field not in hints:
            raise ManifestError(f"{where}: parameter {field!r} has no type; write e.g. {field}: Text")
        name = field.removesuffix("_")
        kind, inner = _kind(hints[field], f"{where}: parameter {name!r}")
        choices = _choices(cls, inner) if kind == "choice" else {}
        required = each.default is each.empty
        info = ParameterInfo(name, kind, required, notes.get(name, ""), choices)
        found[name] = Parameter(info, field)
    return found


def _kind(hint: Any, where: str) -> tuple[str, Any]:
    """The kind of a type and the type without ``| None``. Raises ManifestError."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        rest = [each for each in typing.get_args(hint) if each is not type(None)]
        if len(rest) != 1:
            raise ManifestError(f"{where}: expected one type (or None), got {hint}")
        hint = rest[0]
    if typing.get_origin(hint) is typing.Annotated:
        inner, *extras = typing.get_args(hint)
        slot = next((extra for extra in extras if isinstance(extra, Slot)), None)
        if slot is not None:
            if slot.kind not in KINDS:
                raise ManifestError(f"{where}: no slot is of kind {slot.kind!r}; there are {', '.join(sorted(KINDS))}")
            return slot.kind, hint
        hint = inner
    if typing.get_origin(hint) is typing.Literal:
        return "choice", hint
    kind = _PLAIN_KINDS.get(hint)
    if kind is None:
        raise ManifestError(f"{where}: type {hint} says not how words become a value; use one of the contract's types")
    return kind, hint


def _choices(cls: type[Skill], hint: Any) -> dict[str, list[str]]:
    while typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    return {
        str(value): list(dict.fromkeys([str(value).replace("_", " "), *cls.words.get(str(value), [])]))
        for value in typing.get_args(hint)
    }


def _sentence(cls: type[Skill], sentence: str | Say, parameters: dict[str, Parameter], where: str) -> SentenceInfo:
    text, fixed = (sentence, {}) if isinstance(sentence, str) else (sentence.text, dict(sentence.fixed))
    shown = f"{where}: sentence {text[:60]!r}"
    if not text.strip() or len(text) > MAX_SENTENCE:
        raise ManifestError(f"{shown} has {len(text)} characters, expected 1 to {MAX_SENTENCE}")
    slots: set[str] = set()
    seen: set[str] = set()
    pending = [text]
    while pending:
        part = pending.pop()
        _check_brackets(part, shown)
        slots.update(_SLOT.findall(part))
        for rule in _RULE.findall(part):
            if rule not in cls.rules:
                raise ManifestError(f"{shown} uses the rule <{rule}>, which the skill does not have in 'rules'")
            if rule not in seen:
                seen.add(rule)
                pending.append(cls.rules[rule])
    for slot in [*slots, *fixed]:
        if slot not in parameters:
            raise ManifestError(f"{shown} has the slot {{{slot}}}, but the action has no parameter {slot!r}")
    for name, each in parameters.items():
        if each.info.required and name not in slots and name not in fixed:
            raise ManifestError(f"{shown} says nothing of {name!r}, which the action needs")
    return SentenceInfo(text, fixed)


def _check_brackets(text: str, shown: str) -> None:
    waiting: list[str] = []
    for letter in _BRACKET.findall(text):
        if letter in _PAIRS:
            waiting.append(_PAIRS[letter])
        elif not waiting or waiting.pop() != letter:
            raise ManifestError(f"{shown} has an unexpected {letter!r}")
    if waiting:
        raise ManifestError(f"{shown} lacks a {waiting[-1]!r}")
