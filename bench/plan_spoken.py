"""Spoken requests over tools: Snips' *validate* sentences, its seven intents as tools, its slots as parameters.

Sentences are in lower case without marks, as a recogniser hears them, so nothing but words tells where an argument is.
The intents were trained on as well, under other names and from other sentences; these sentences were not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from ..agent.values.words import words
from . import bfcl
from .tool_public import snips_rows

__all__ = ["spoken"]

_OFFERED = 3


def spoken(data: Path, every: int = 1, seed: int = 11) -> Iterator[bfcl.Case]:
    """The cases: three tools on offer, the right one among them; an argument is right with the slot's words."""
    random = Random(seed)
    told: dict[str, dict[str, str]] = msgspec.toml.decode(Path(__file__).with_name("tool_intents.toml").read_bytes())
    rows = list(snips_rows(data, dev=True))
    slots: dict[str, list[str]] = {}
    for row in rows:
        kept = slots.setdefault(row.intent, [])
        kept += [name for name, _ in row.entities if name in told["entities"] and name not in kept]
    tools = {intent: _tool(intent, told, sorted(names)) for intent, names in slots.items()}
    for number, row in enumerate(rows):
        others = random.sample([intent for intent in tools if intent != row.intent], _OFFERED - 1)
        offered = [tools[intent] for intent in (row.intent, *others)]
        random.shuffle(offered)
        names = {
            slot: key
            for key, slot in zip(tools[row.intent]["parameters"]["properties"], sorted(slots[row.intent]), strict=True)
        }
        said = [(names[slot], " ".join(words(text))) for slot, text in row.entities if slot in names]
        if number % every or len({key for key, _ in said}) < len(said) or not all(text for _, text in said):
            continue
        allowed: dict[str, list[Any]] = {key: [""] for key in names.values()}
        allowed |= {key: [text] for key, text in said}
        yield bfcl.Case(f"snips_{number}", " ".join(words(row.text)), offered, [{tools[row.intent]["name"]: allowed}])


def _tool(intent: str, told: dict[str, dict[str, str]], slots: list[str]) -> dict[str, Any]:
    names, _, about = told["tools"][intent].partition(":")
    properties: dict[str, Any] = {}
    for slot in slots:
        key, _, description = told["entities"][slot].partition(":")
        name = next(each for each in [*key.split(), slot] if each not in properties)
        properties[name] = {"type": "string", "description": description.split("|")[0].strip()}
    schema = {"type": "object", "properties": properties, "required": []}
    return {"name": names.split()[0], "description": about.split("|")[0].strip(), "parameters": schema}
