"""``bluerill models list|convert``: the model cards, and whether their files are here and are what the card says."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from ...kernel.manifest import format_size
from ...models.cards import Card, cards, verify
from . import models_convert
from .style import paint, table


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    every = verbs.add_parser("list", help="all model cards")
    every.add_argument("--json", action="store_true", help="one JSON document")
    convert = verbs.add_parser("convert", help="a Whisper checkpoint to ONNX files that need no torch")
    models_convert.arguments(convert)


def row(card: Card) -> dict[str, Any]:
    """A card with the state of its files: ready, missing (with the mend), or wrong."""
    problems = verify(card)
    wrong = [problem for problem in problems if "sha256" in problem]
    state = "wrong" if wrong else "missing" if problems else "ready"
    found: dict[str, Any] = {
        "name": card.name,
        "engine": card.engine,
        "licence": card.licence,
        "languages": card.languages,
        "tags": card.tags,
        "memory": card.memory,
        "state": state,
        "source": card.source,
    }
    if problems:
        found["problems"] = problems
    if problems and card.extra:
        found["mend"] = f"pip install 'bluerill[{card.extra}]'"
    return found


def run(args: argparse.Namespace) -> int:
    if args.verb == "convert":
        return models_convert.run(args)
    rows = [row(card) for card in cards()]
    if args.json:
        print(msgspec.json.encode(rows).decode())
        return 0
    colour = {"ready": "green", "missing": "yellow", "wrong": "red"}
    shown = [
        [
            each["name"],
            each["engine"],
            each["licence"],
            format_size(each["memory"]) if each["memory"] else "",
            paint(each["state"], colour[each["state"]]) + (f"  {each['problems'][0]}" if "problems" in each else ""),
        ]
        for each in rows
    ]
    print(table(shown, ["model", "engine", "licence", "memory", "state"]))
    return 0
