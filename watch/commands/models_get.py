"""``bluerill models pull|add|remove``: bring weights in, pinned, and take them out again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec

from ...kernel.errors import CallerError
from ...kernel.manifest import format_size
from .progress import Bar
from .style import paint


def register(verbs: Any) -> None:
    get = verbs.add_parser("pull", help="download a model, resumed and verified", description=_PULL)
    get.add_argument("what", metavar="NAME|URL", help="the name of a card, or the address of a file")
    get.add_argument("--name", default="", help="with an address: what to call it (default: from the file's name)")
    get.add_argument("--engine", default="", help="with an address: which engine runs it (default: by its contents)")
    get.add_argument("--sha256", default="", metavar="HEX", help="with an address: the hash it must have")
    get.add_argument("--json", action="store_true", help="one JSON document")
    get.set_defaults(do=_pull)
    put = verbs.add_parser("add", help="take in a model that is on this machine", description=_ADD)
    put.add_argument("path", metavar="FILE|FOLDER", help="a GGUF, ONNX or Whisper .pt file, or a folder of ONNX graphs")
    put.add_argument("--name", default="", help="what to call it (default: from the file's name)")
    put.add_argument("--engine", default="", help="which engine runs it (default: by its contents)")
    put.add_argument("--link", action="store_true", help="hard-link instead of copying (same file system)")
    put.add_argument("--json", action="store_true", help="one JSON document")
    put.set_defaults(do=_add)
    out = verbs.add_parser("remove", help="delete a model's files and the owner's card of it")
    out.add_argument("name", help="the name of a card")
    out.add_argument("--yes", action="store_true", help="do not ask")
    out.add_argument("--json", action="store_true", help="one JSON document; implies --yes")
    out.set_defaults(do=_remove)


_PULL = "Download a model. An interrupted pull goes on where it was; what does not have the pinned hash is not kept."
_ADD = "Take in a model file: read it, copy it, pin its hash, and write a card for it."


def _pull(args: argparse.Namespace) -> int:
    from ...models.pull import is_address, pull

    if not is_address(args.what) and (args.name or args.sha256):
        raise CallerError("--name and --sha256 go with an address; a card has its own")
    bar = Bar()
    try:
        card = pull(args.what, args.name, args.engine, args.sha256, progress=bar)
    except KeyboardInterrupt:
        bar.close()
        print("what has come is kept; the same command goes on", file=sys.stderr)
        raise
    finally:
        bar.close()
    _show(card, args.json)
    return 0


def _add(args: argparse.Namespace) -> int:
    from ...models.shelf import add

    _show(add(Path(args.path).expanduser(), args.name, args.engine, link=args.link), args.json)
    return 0


def _show(card: Any, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(card).decode())
        return
    print(f"{paint(card.name, 'bold')}  {card.title}  {paint('ready', 'green')}")
    for file in card.files:
        print(f"  {file.path}  {format_size(file.bytes) if file.bytes else ''}  sha256 {file.sha256[:16]}…")
    print(f"  licence: {card.licence}; what it needs: bluerill models estimate {card.name}")


def _remove(args: argparse.Namespace) -> int:
    from ...models.cards import cards, models_folder
    from ...models.shelf import remove

    if not (args.yes or args.json):
        if not sys.stdin.isatty():
            raise CallerError("nobody is here to ask; say --yes")
        answer = input(f"remove the files of {args.name} in {models_folder() / args.name}? [y/N] ")
        if answer.strip().lower() not in ("y", "yes"):
            print("nothing was removed")
            return 1
    known = next((each for each in cards() if each.name == args.name), None)
    gone = remove(args.name)
    if args.json:
        print(msgspec.json.encode(gone).decode())
        return 0
    print(f"removed {len(gone.files)} files, {format_size(gone.bytes)}")
    again = f"add {known.source} --name {args.name}" if known else "add FILE"
    if known and known.pullable:
        again = f"pull {known.name}" if any(each.name == known.name for each in cards()) else f"pull {known.source}"
    print(f"to have it again: bluerill models {again}")
    return 0
