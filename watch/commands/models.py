"""``bluerill models``: model cards and weights. Each verb is a function; verbs of other files are registered here."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

import msgspec

from ...kernel.manifest import format_size
from ...models.cards import Card, card, cards, folders_of, locate, verify
from .style import paint, table

VERBS = ("models_get", "models_estimate", "models_convert", "models_tune")
"""Modules with further verbs: each has ``register(verbs)``, which adds parsers whose default ``do`` runs them."""
_COLOURS = {"ready": "green", "unpinned": "yellow", "missing": "dim", "wrong": "red"}


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    every = verbs.add_parser("list", help="all model cards, and what of them is here")
    every.add_argument("--json", action="store_true", help="one JSON document")
    every.add_argument("--names", action="store_true", help="only names, one a line (for shell completion)")
    every.set_defaults(do=_list)
    one = verbs.add_parser("info", help="one model: licence, source, files, options, memory")
    one.add_argument("name", help="the name of a card")
    one.add_argument("--json", action="store_true", help="one JSON document")
    one.set_defaults(do=_info)
    check = verbs.add_parser("verify", help="compare the files of one or all models with their pinned hashes")
    check.add_argument("name", nargs="?", default="", help="the name of a card (default: every model that is here)")
    check.add_argument("--json", action="store_true", help="one JSON document")
    check.set_defaults(do=_verify)
    for module in VERBS:
        import_module(f".{module}", __package__).register(verbs)


def run(args: argparse.Namespace) -> int:
    status: int = args.do(args)
    return status


def row(each: Card) -> dict[str, Any]:
    """A card with the state of its files, from their presence and size: ready, unpinned (its hash is not known yet),
    missing (with the mend), or wrong."""
    problems = verify(each, hashes=False)
    absent = [file for file in each.files if locate(file, folders_of(each)) is None]
    pinned = all(file.sha256 for file in each.files)
    state = "missing" if absent else "wrong" if problems else "ready" if pinned else "unpinned"
    found: dict[str, Any] = {
        "name": each.name,
        "engine": each.engine,
        "licence": each.licence,
        "languages": each.languages,
        "tags": each.tags,
        "memory": each.memory,
        "bytes": each.bytes,
        "parameters": each.parameters,
        "quantisation": each.quantisation,
        "state": state,
        "source": each.source,
    }
    if problems:
        found["problems"] = problems
    if mend := _mend(each, state):
        found["mend"] = mend
    return found


def _mend(each: Card, state: str) -> str:
    if state == "missing" and each.pullable:
        return f"bluerill models pull {each.name}"
    if state == "missing" and each.extra:
        return f"pip install 'bluerill[{each.extra}]'"
    if state == "missing":
        return f"bluerill models add FILE --name {each.name}"
    if state == "unpinned":
        path = locate(each.files[0], folders_of(each))
        return f"bluerill models add {path} --name {each.name}"
    return f"bluerill models remove {each.name}, then pull or add it again" if state == "wrong" else ""


def _list(args: argparse.Namespace) -> int:
    if args.names:
        print("\n".join(each.name for each in cards()))
        return 0
    rows = [row(each) for each in cards()]
    if args.json:
        print(msgspec.json.encode(rows).decode())
        return 0
    heads = ["model", "engine", "size", "parameters", "licence", "state"]
    print(table([_cells(each) for each in rows], heads))
    return 0


def _cells(each: dict[str, Any]) -> list[str]:
    state = paint(each["state"], _COLOURS[each["state"]])
    if each["state"] != "ready":
        state += f"  {each.get('mend', '')}"
    return [
        each["name"],
        each["engine"],
        format_size(each["bytes"]) if each["bytes"] else "",
        count(each["parameters"]),
        each["licence"],
        state,
    ]


def count(number: int) -> str:
    """37184256 as ``37M``, the way sizes of models are said."""
    for unit, factor in (("G", 10**9), ("M", 10**6), ("K", 10**3)):
        if number >= factor:
            value = number / factor
            return f"{value:.1f}{unit}" if value < 10 else f"{value:.0f}{unit}"
    return str(number) if number else ""


def _info(args: argparse.Namespace) -> int:
    each = card(args.name)
    state = row(each)
    if args.json:
        whole = msgspec.to_builtins(each)
        whole |= {key: state[key] for key in ("state", "problems", "mend") if key in state}
        print(msgspec.json.encode(whole).decode())
        return 0
    print(f"{paint(each.name, 'bold')}  {each.title}")
    size = " · ".join(part for part in (count(each.parameters), each.quantisation, ", ".join(each.tags)) if part)
    lines = [
        ("engine", each.engine + (f"  (pip install 'bluerill[{each.extra}]')" if each.extra else "")),
        ("size", size),
        ("languages", ", ".join("all it was trained on" if code == "*" else code for code in each.languages)),
        ("licence", each.licence),
        ("source", each.source),
        ("state", paint(state["state"], _COLOURS[state["state"]]) + f"  {state.get('mend', '')}".rstrip()),
        ("note", each.note),
    ]
    for name, text in lines:
        if text:
            print(f"  {name:10s} {text}")
    for file in each.files:
        path = locate(file, folders_of(each))
        size = format_size(file.bytes) if file.bytes else ""
        print(f"  {'file':10s} {path or file.path}  {size}".rstrip())
        print(f"  {'':10s} sha256 {file.sha256}" if file.sha256 else f"  {'':10s} not pinned yet")
    if each.shape is not None:
        from ...models.estimate import estimate

        guess = estimate(each.shape, each.options)
        print(f"  {'memory':10s} about {format_size(guess.total)}; see: bluerill models estimate {each.name}")
    return 0


def _verify(args: argparse.Namespace) -> int:
    chosen = [card(args.name)] if args.name else [each for each in cards() if row(each)["state"] != "missing"]
    found = {each.name: _problems(each) for each in chosen}
    if args.json:
        rows = [{"name": name, "ok": not problems, "problems": problems} for name, problems in found.items()]
        print(msgspec.json.encode(rows).decode())
    else:
        for name, problems in found.items():
            print(f"{paint('wrong', 'red') if problems else paint('ok', 'green')}  {name}")
            for problem in problems:
                print(f"    {problem}")
    return 1 if any(found.values()) else 0


def _problems(each: Card) -> list[str]:
    """What is wrong with its files, a missing pin included."""
    problems = verify(each)
    if not problems and not all(file.sha256 for file in each.files):
        return [f"{each.name}: not pinned yet; pull or add it"]
    return problems
