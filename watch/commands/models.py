"""``bluerill models list``: the model cards, and whether their files are here and are what the card says."""

from __future__ import annotations

import argparse

import msgspec

from ...models.cards import card_rows
from .style import paint, table


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    every = verbs.add_parser("list", help="all model cards")
    every.add_argument("--json", action="store_true", help="one JSON document")


def run(args: argparse.Namespace) -> int:
    rows = card_rows()
    if args.json:
        print(msgspec.json.encode(rows).decode())
        return 0
    shown = [
        [
            str(row["name"]),
            str(row["engine"]),
            str(row["licence"]),
            str(row["state"]),
            paint(str(row.get("summary", "")), "dim"),
        ]
        for row in rows
    ]
    print(table(shown, ["model", "engine", "licence", "state", ""]))
    return 0
