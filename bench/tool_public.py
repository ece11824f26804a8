"""Requests of the public *train* sets and of this project's templates, as requests for tools.

An intent becomes a tool with a name and a description of this project's (``tool_intents.toml``), its entities become
parameters under changing names. Of the skills' templates the walks are taken whose arguments are words of the sentence,
and the actions' own schemas. What is kept back or measured with is left out, as for the encoder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from ..agent.corpus import kept_back
from ..agent.values.words import words
from ..models.decoder.prompt import Parameter, Tool, tool_of
from .planner_examples import Walks, measured_texts
from .tool_said import Ask, Call, Family
from .tool_synthetic import styled

__all__ = ["Catalogue", "Intents", "Row", "snips_rows", "talk"]


class Row(msgspec.Struct):
    """A request of a public set: its intent, and the words of each entity."""

    text: str
    intent: str
    entities: list[tuple[str, str]]


class _Told(msgspec.Struct):
    tools: dict[str, str]
    entities: dict[str, str]


class Intents:
    """The intents of a public set as tools, and their requests."""

    def __init__(self, data: Path, random: Random) -> None:
        read = msgspec.toml.decode(Path(__file__).with_name("tool_intents.toml").read_bytes(), type=_Told)
        self._told, self.random = read, random
        self.rows: dict[str, list[Row]] = {}
        measured = measured_texts(data)
        for row in public_rows(data):
            text = " ".join(words(row.text))
            if text and text not in measured and not kept_back(text):
                self.rows.setdefault(row.intent, []).append(row)
        self._entities = {
            intent: sorted({name for row in rows for name, _ in row.entities if name in read.entities})
            for intent, rows in self.rows.items()
        }
        self.keys = [intent for intent in self.rows if intent in read.tools or intent.startswith("clinc.")]

    def family(self, key: str) -> Family:
        """The tool of an intent, its parameters named anew; ``concepts`` maps entities to the names."""
        random = self.random
        told = self._told.tools.get(key)
        if told is None:
            said = key.removeprefix("clinc.").replace("_", " ")
            told = "|".join((said, f"get information on {said}", f"answer about {said}", f"{said} request"))
            names = [said.replace(" ", "_")]
        else:
            names, told = told.partition(":")[0].split(), told.partition(":")[2]
        tool = Tool(styled(random.choice(names), random, dots=True), random.choice(told.split("|")), [])
        named: dict[str, Any] = {}
        for entity in self._entities.get(key, ()):
            if len(named) >= 5:
                break
            names_of, _, about = self._told.entities[entity].partition(":")
            name = random.choice(names_of.split())
            if name not in named.values():
                named[entity] = name
                tool.parameters.append(Parameter(name, "string", random.choice((*about.split("|"), "")), [], False))
        random.shuffle(tool.parameters)
        return Family(tool, [], named, key)

    def ask(self, family: Family) -> Ask | None:
        """A request for it; None if an entity was said that the tool does not take, or twice."""
        row = self.random.choice(self.rows[family.key])
        arguments: dict[str, str] = {}
        for entity, said in row.entities:
            name = family.concepts.get(entity)
            if name is None:
                continue
            if name in arguments:
                return None
            arguments[name] = said
        order = [p.name for p in family.tool.parameters if p.name in arguments]
        return Ask(row.text, [(family.tool.name, {name: arguments[name] for name in order})])


class Catalogue(Walks):
    """The device's own actions."""

    def families(self) -> dict[str, Family]:
        """Every action by its name."""
        found = {}
        for action in self._templates.actions.values():
            tool = tool_of(action.name, action.description, action.schema)
            found[action.name] = Family(tool, [], {}, action.name)
        return found

    def ask(self) -> Ask | None:
        """A walk through a template with the words of its arguments; None where one is no words of it."""
        drawn = self.drawn()
        if drawn is None:
            return None
        template, walk = drawn
        said = " ".join(walk.words)
        arguments: dict[str, str] = {}
        for bound in walk.bound:
            text = " ".join(walk.words[bound.start : bound.end])
            choice = str(bound.value) if bound.slot.choices else ""
            arguments[bound.slot.name] = choice.lower() if choice else text
        for name, value in template.fixed.items():
            if isinstance(value, bool | str):
                arguments[name] = str(value).lower() if isinstance(value, bool) else value
            else:
                return None
        if kept_back(said):
            return None
        order = [p for p in template.action.schema.get("properties", {}) if p in arguments]
        call: Call = (template.action.name, {name: arguments[name] for name in order})
        return Ask(said, [call])


def talk(intents: Intents) -> Iterator[str]:
    """What asks for nothing."""
    for intent, rows in intents.rows.items():
        if intent.startswith("nlu_eval.general_") and not intent.endswith(("joke", "stop")):
            yield from (row.text for row in rows)


def public_rows(data: Path) -> Iterator[Row]:
    """The public *train* sets with their entities."""
    for line in (data / "nlu_eval_data" / "train.jsonl").read_bytes().splitlines():
        row = msgspec.json.decode(line, type=dict[str, Any])
        text, entities = _read(row["annotated"])
        yield Row(text, f"nlu_eval.{row['intent']}", entities)
    sets = msgspec.json.decode(
        (data / "clinc150" / "data_train_val.json").read_bytes(), type=dict[str, list[list[str]]]
    )
    for text, intent in sets["train"]:
        yield Row(text, f"clinc.{intent}", [])
    yield from snips_rows(data)


def snips_rows(data: Path, *, dev: bool = False) -> Iterator[Row]:
    """Snips' requests with their slots: *train*, or with ``dev`` what is only measured with."""
    for folder in sorted((data / "snips_nlu" / "2017-06-custom-intent-engines").iterdir()):
        name = f"validate_{folder.name}.json" if dev else f"train_{folder.name}_full.json"
        raw = (folder / name).read_bytes().decode("utf-8", "replace").encode()
        rows = msgspec.json.decode(raw, type=dict[str, list[dict[str, list[dict[str, str]]]]])
        for entry in rows[folder.name]:
            said = "".join(part["text"] for part in entry["data"])
            entities = [(part["entity"], part["text"].strip()) for part in entry["data"] if "entity" in part]
            yield Row(" ".join(said.split()), f"snips.{folder.name}", entities)


def _read(annotated: str) -> tuple[str, list[tuple[str, str]]]:
    text, entities = "", []
    for number, part in enumerate(annotated.split("[")):
        if number == 0:
            text += part
            continue
        inside, _, rest = part.partition("]")
        name, _, said = inside.partition(":")
        entities.append((name.strip(), said.strip()))
        text += said.strip() + rest
    return " ".join(text.split()), entities
