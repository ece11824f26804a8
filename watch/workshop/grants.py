"""Which grants the code of a skill uses, read from the code: a look, not a proof (what is reached by ``getattr`` is not
seen). The device checks each call for itself; this tells an author before a user meets the refusal."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["used"]

_NEEDS = {
    "get": "store", "put": "store", "put_many": "store", "scan": "store", "at": "store", "after": "store",
    "forget": "store", "remaining": "store", "happened": "speaker", "glance": "screen", "sensor": "sensors",
}  # fmt: skip


def used(sources: Iterable[Path]) -> dict[str, str]:
    """Grants by name, each with the place (``file:line``) of its first use; ``network:`` and ``call:`` end in ``*``
    where the host or the action is not a constant of the code."""
    found: dict[str, str] = {}
    for path in sources:
        tree = ast.parse(path.read_bytes(), str(path))
        devices = _devices(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                grant = _grant(node, devices)
                if grant:
                    found.setdefault(grant, f"{path.name}:{node.lineno}")
    return found


def _devices(tree: ast.AST) -> set[str]:
    """The names of parameters of the type Device, in skills of plain functions."""
    return {
        node.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.arg) and node.annotation is not None and ast.unparse(node.annotation) == "Device"
    }


def _grant(node: ast.Call, devices: set[str]) -> str:
    """The grant that a call ``self.device.METHOD(…)``, or ``METHOD`` of a Device, needs; '' for any other call."""
    method = node.func
    if not isinstance(method, ast.Attribute):
        return ""
    held = method.value
    mine = isinstance(held, ast.Attribute) and held.attr == "device"
    if not mine and not (isinstance(held, ast.Name) and held.id in devices):
        return ""
    if method.attr == "fetch":
        return f"network:{_host(node) or '*'}"
    if method.attr == "call":
        return f"call:{_constant(node) or '*'}"
    return _NEEDS.get(method.attr, "")


def _constant(node: ast.Call) -> str:
    first = node.args[0] if node.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _host(node: ast.Call) -> str:
    """The host of an address whose beginning is a constant."""
    first = node.args[0] if node.args else None
    if isinstance(first, ast.JoinedStr) and first.values:
        first = first.values[0]
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    rest = text.partition("://")[2]
    return (urlsplit(text).hostname or "") if "/" in rest else ""
