"""A skill of plain functions is a class all the same: what stands in a module, or is given to ``Skill.of``, becomes the
class that would have said it. So there is one mechanism beneath both: what is derived, hosted and tested is the class.

A parameter of the type ``Device`` is not an argument: it is what ``self.device`` is to a method.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

from ..kernel.errors import ManifestError
from ..kernel.lean import suspends
from .contract import CONTRACT, Device, Skill

__all__ = ["of", "of_module"]

HOOKS = ("start", "due", "clock_changed", "undo")
ABOUT = ("version", "contract", "grants", "rules", "words", "simulated", "options")
"""What a class says of itself, and a module by the same names."""


def of(name: str, functions: Iterable[Callable[..., Any]], about: Mapping[str, Any], module: str = "") -> type[Skill]:
    """A skill class of functions marked with ``@action``. ``about`` may have what is in ABOUT, ``summary``, and
    functions for HOOKS. Raises ManifestError."""
    body: dict[str, Any] = {"name": name, "contract": CONTRACT}
    for each in functions:
        called = getattr(each, "__name__", repr(each))
        if getattr(each, "__action__", None) is None:
            raise ManifestError(f"skill {name!r}: {called} is no function marked with @action")
        if called in body or called in HOOKS:
            raise ManifestError(f"skill {name!r}: an action cannot be named {called!r}, or stands twice")
        module = module or each.__module__
        body[called] = _method(each, f"action {called!r} of skill {name!r}")
    if len(body) == 2:
        raise ManifestError(f"skill {name!r} has no function marked with @action")
    for key, value in about.items():
        if key in HOOKS:
            body[key] = _method(value, f"{key!r} of skill {name!r}")
        elif key in ABOUT:
            body[key] = value
        elif key == "summary":
            body["__doc__"] = value
        else:
            known = ", ".join((*ABOUT, "summary", *HOOKS))
            raise ManifestError(f"skill {name!r}: there is no {key!r} that a skill could say; there are {known}")
    return type(_title(name), (Skill,), {"__module__": module or __name__, "__doc__": name, **body})


def of_module(module: ModuleType, name: str) -> type[Skill]:
    """The class of a module whose functions are the actions of the skill ``name``, unless the module names it. Only
    what was written in the module counts, not what it imports. Raises ManifestError."""
    own = {key: value for key, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
    functions = [value for value in own.values() if getattr(value, "__action__", None) is not None]
    about = {key: vars(module)[key] for key in ABOUT if key in vars(module)}
    about |= {key: own[key] for key in HOOKS if key in own}
    if module.__doc__:
        about["summary"] = module.__doc__
    return of(str(vars(module).get("name", name)), functions, about, module.__name__)


def _method(function: Callable[..., Any], where: str) -> Callable[..., Any]:
    """The function as a method: with ``self``, and with ``self.device`` where it asks for the device."""
    try:
        signature = inspect.signature(function)
        hints = typing.get_type_hints(function) if signature.parameters else {}
    except (NameError, TypeError, SyntaxError, AttributeError, ValueError) as error:
        raise ManifestError(f"{where}: its annotations cannot be read: {error}") from None
    wanting = [name for name in signature.parameters if hints.get(name) is Device]
    if len(wanting) > 1:
        raise ManifestError(f"{where}: one parameter may be the Device, got {', '.join(wanting)}")

    others = [name for name in signature.parameters if name not in wanting]

    def called(self: Skill, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        return function(**dict(zip(others, given, strict=False)), **named, **dict.fromkeys(wanting, self.device))

    def plain(self: Skill, *given: Any, **named: Any) -> Any:
        return called(self, given, named)

    async def suspending(self: Skill, *given: Any, **named: Any) -> Any:
        return await called(self, given, named)

    method: Callable[..., Any] = functools.update_wrapper(suspending if suspends(function) else plain, function)
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    rest = [each for name, each in signature.parameters.items() if name not in wanting]
    method.__signature__ = signature.replace(parameters=[itself, *rest])  # type: ignore[attr-defined]
    return method


def _title(name: str) -> str:
    return "".join(word.capitalize() for word in name.replace("_", "-").split("-")) or "Skill"
