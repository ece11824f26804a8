"""A made skill in the subset of Python that Monty runs: the same code, less its imports and the name of its base class.

Monty (an interpreter in Rust, https://github.com/pydantic/monty) knows no inheritance, so the contract stands in front
of the code as plain classes and functions, and what reaches the device calls out to the host. The arguments of a story
are JSON; they become values as their annotations say. Pure: text in, text out.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from datetime import date
from typing import Any

from ...agent.values.durations import parse_iso_duration

__all__ = ["PRELUDE", "STUBS", "Inner", "Unfit"]

PRELUDE = """\
from datetime import date, datetime, timedelta
from typing import Any, Literal
Number = float
Text = str
Day = date
Duration = timedelta
class Card:
    def __init__(self, kind: str = "reply", title: str = "", text: str = "", lines: list[str] | None = None,
                 icon: str = "", value: float | None = None) -> None:
        self.text = text
class Reply:
    def __init__(self, speech: str = "", result: dict[str, Any] | None = None, card: Card | None = None,
                 undo: Any = None) -> None:
        self.speech = speech
def Refusal(text: str) -> Exception:
    return ValueError("refused: " + text)
class Device:
    def now(self) -> datetime:
        return host_now()
    async def get(self, key: str, default: Any = None) -> Any:
        return await host_get(key, default)
    async def put(self, key: str, value: Any) -> None:
        await host_put(key, value)
    async def put_many(self, rows: dict[str, Any]) -> None:
        for key, value in rows.items():
            await host_put(key, value)
    async def scan(self, prefix: str = "") -> dict[str, Any]:
        return await host_scan(prefix)
    async def after(self, key: str, delay: timedelta, payload: dict[str, Any]) -> None:
        await host_after(key, delay.total_seconds(), payload)
    async def forget(self, key: str) -> None:
        await host_forget(key)
    async def remaining(self, key: str) -> timedelta | None:
        left = await host_remaining(key)
        return None if left is None else timedelta(seconds=int(left))
    async def happened(self, speech: str, card: Card | None = None) -> None:
        await host_happened(speech)
"""
STUBS = """\
from datetime import datetime
from typing import Any
def host_now() -> datetime: ...
async def host_get(key: str, default: Any) -> Any: ...
async def host_put(key: str, value: Any) -> None: ...
async def host_scan(prefix: str) -> dict[str, Any]: ...
async def host_after(key: str, seconds: float, payload: dict[str, Any]) -> None: ...
async def host_forget(key: str) -> None: ...
async def host_remaining(key: str) -> float | None: ...
async def host_happened(speech: str) -> None: ...
"""
_CONTRACT = "bluerill.skills.contract"


class Unfit(Exception):
    """Raised where code cannot be said in the subset; the text says what."""


class Inner:
    """The code of one made skill, and what its methods take."""

    def __init__(self, code: str) -> None:
        """Raises Unfit."""
        try:
            tree = ast.parse(code)
        except (SyntaxError, ValueError, RecursionError) as error:
            raise Unfit(str(error)) from None
        body: list[ast.stmt] = []
        self.name = ""
        self._takes: dict[str, dict[str, str]] = {}
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module in (_CONTRACT, "__future__"):
                continue
            if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id == "Skill" for b in node.bases):
                self.name = node.name
                node.bases = []
                node.body.insert(0, ast.parse("device: Device = Device()").body[0])
                for each in node.body:
                    if isinstance(each, ast.AsyncFunctionDef):
                        each.decorator_list = [d for d in each.decorator_list if not _is_action(d)]
                        arguments = each.args.posonlyargs + each.args.args + each.args.kwonlyargs
                        notes = {a.arg: ast.unparse(a.annotation) for a in arguments if a.annotation is not None}
                        self._takes[each.name] = notes
            body.append(node)
        if not self.name:
            raise Unfit("there is no class of Skill in it")
        self.text = ast.unparse(ast.Module(body, []))

    def call(self, method: str, arguments: Mapping[str, Any]) -> str:
        """One call as an expression whose value is what is said. Raises Unfit."""
        notes = self._takes.get(method)
        if notes is None:
            raise Unfit(f"there is no action {method!r}")
        given = ", ".join(f"{name}={_literal(value, notes.get(name, ''))}" for name, value in arguments.items())
        return f"(await skill.{method}({given})).speech"

    @staticmethod
    def due(key: str, payload: Mapping[str, Any]) -> str:
        """Let something fall due."""
        return f"await skill.due({key!r}, {dict(payload)!r})"

    @property
    def makes(self) -> str:
        return f"skill = {self.name}()"


def _is_action(node: ast.expr) -> bool:
    """What a method is called with in words is nothing to the interpreter, which knows no decorators of methods."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "action"


def _literal(value: Any, annotation: str) -> str:
    """An argument of a story as the type it is declared with."""
    if annotation.startswith("Day") and isinstance(value, str):
        day = date.fromisoformat(value[:10])
        return f"date({day.year}, {day.month}, {day.day})"
    if annotation.startswith("Duration") and isinstance(value, str):
        return f"timedelta(seconds={int(_seconds(value))})"
    return repr(value)


def _seconds(text: str) -> float:
    try:
        return parse_iso_duration(text).total_seconds()
    except ValueError as error:
        raise Unfit(str(error)) from None
