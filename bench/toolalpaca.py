"""ToolAlpaca's evaluation requests that are one call, in BFCL's form: development only, never trained on.

Source: Tang et al. 2023 (ToolAlpaca), ``eval_simulated.json`` and ``eval_real.json``: for each API its functions with
their inputs in words ("Required. Integer. The unique identifier."), requests, and the calls expected. Left out are
requests of several calls, those whose arguments come from another call's result, and those whose calls do not fit
their own functions. Every value that is expected must be given, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from .bfcl import Case

__all__ = ["cases"]

_FILES = ("eval_simulated.json", "eval_real.json")
_FUNCTION = re.compile(r"Name: (\S+)\s+Description: (.*?)\s+Input: (\{.*?\})\s+Output", re.DOTALL)
_FIRST = re.compile(r"^(?:Required|Optional)\.?\s*(?:String|Integer|Number|Float|Boolean|Array|Object)?[^.]*\.\s*")
_KIND = re.compile(r"\b(String|Integer|Number|Float|Boolean|Array|Object)\b")
_CHOICES = re.compile(r"One of: \[(.*?)\]")


class _Api(msgspec.Struct):
    name: str = msgspec.field(name="Name")
    functions: Any = msgspec.field(name="Functions", default="")
    instructions: list[str] = msgspec.field(name="Instructions", default_factory=list)
    answers: list[Any] = msgspec.field(name="Golden_Answers", default_factory=list)


def cases(data: Path) -> list[Case]:
    """The requests of one call. Raises OSError if they are not there."""
    return [case for name in _FILES for case in _cases(data / "toolalpaca_eval" / name)]


def _cases(path: Path) -> Iterator[Case]:
    for api in msgspec.json.decode(path.read_bytes(), type=list[_Api]):
        tools = _tools(api.functions if isinstance(api.functions, str) else "")
        for number, (text, calls) in enumerate(zip(api.instructions, api.answers, strict=False)):
            truth = _truth(calls, tools)
            if truth is not None:
                yield Case(f"{api.name}_{number}", text, list(tools.values()), [truth])


def _tools(text: str) -> dict[str, dict[str, Any]]:
    """By name, the functions that are listed, as JSON schemas."""
    found: dict[str, dict[str, Any]] = {}
    for part in re.split(r"\n*(?=\d+\. Name: )", text):
        match = _FUNCTION.search(part)
        inputs = _read(match[3]) if match is not None else None
        if match is None or not isinstance(inputs, dict):
            continue
        properties = {name: _schema(str(told)) for name, told in inputs.items()}
        required = [name for name, told in inputs.items() if str(told).startswith("Required")]
        parameters = {"type": "object", "properties": properties, "required": required}
        found[match[1]] = {"name": match[1], "description": match[2], "parameters": parameters}
    return found


def _schema(told: str) -> dict[str, Any]:
    kind = _KIND.search(told)
    made: dict[str, Any] = {"type": kind[1].lower() if kind else "string", "description": _FIRST.sub("", told)}
    if choices := _CHOICES.search(told):
        made["enum"] = [each.strip() for each in choices[1].split(",")]
    return made


def _truth(calls: Any, tools: dict[str, dict[str, Any]]) -> dict[str, dict[str, list[Any]]] | None:
    """What is allowed for each argument of the only call; None where there is not one that fits its function."""
    if not isinstance(calls, list) or len(calls) != 1 or calls[0].get("Action") not in tools:
        return None
    name, given = calls[0]["Action"], calls[0].get("Action_Input")
    wanted = _read(given) if isinstance(given, str) else given
    if not isinstance(wanted, dict) or any(key not in tools[name]["parameters"]["properties"] for key in wanted):
        return None
    return {name: {key: [value] for key, value in wanted.items()}}


def _read(text: str) -> Any:
    try:
        return msgspec.json.decode(text.encode())
    except msgspec.DecodeError:  # as "${animeId from searchAnime}" is: what another call gave
        return None
