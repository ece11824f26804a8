"""The surface of the skill contract as lines of text, one for each thing that a skill can name."""

from __future__ import annotations

import inspect
import typing
from types import ModuleType
from typing import Any

import msgspec

__all__ = ["parameters", "surface"]


def surface(contract: ModuleType) -> list[str]:
    """What the module exports, sorted: classes with their fields, attributes and methods, functions, types."""
    lines: list[str] = []
    for name in contract.__all__:
        thing = getattr(contract, name)
        if name == "CONTRACT":
            continue
        if inspect.isclass(thing) and issubclass(thing, msgspec.Struct):
            for field in msgspec.structs.fields(thing):
                needed = field.required
                lines.append(f"{name}.{field.name}{'' if needed else '?'}")
        elif inspect.isclass(thing):
            lines.append(f"class {name}")
            for key, value in vars(thing).items():
                if key.startswith("_"):
                    continue
                value = value.__func__ if isinstance(value, staticmethod) else value
                lines.append(f"{name}.{key}{_signature(value)}")
        elif typing.get_origin(thing) is typing.Annotated:
            inner, slot = typing.get_args(thing)
            lines.append(f"type {name} = {inner.__name__} {slot.kind}")
        else:
            lines.append(f"{name}{_signature(thing)}")
    return sorted(lines)


def _signature(thing: Any) -> str:
    """``(key, default?)``: the parameters, ``?`` where one may be left out."""
    if not callable(thing):
        return ""
    asynchronous = "async " if inspect.iscoroutinefunction(thing) else ""
    return f" {asynchronous}({', '.join(parameters(thing))})"


def parameters(thing: Any) -> list[str]:
    found = []
    for name, each in inspect.signature(thing).parameters.items():
        stars = "*" if each.kind is each.VAR_POSITIONAL else "**" if each.kind is each.VAR_KEYWORD else ""
        found.append(f"{stars}{name}{'' if each.default is each.empty else '?'}")
    return found
