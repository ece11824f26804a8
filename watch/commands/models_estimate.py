"""``bluerill models estimate``: what a model will need, part by part, before anything is loaded."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import msgspec

from ...kernel.errors import CallerError
from ...kernel.manifest import format_size
from .style import paint, table


def register(verbs: Any) -> None:
    price = verbs.add_parser("estimate", help="the memory a model needs, part by part", description=_TEXT)
    price.add_argument("file", metavar="FILE|NAME", help="a model's file or folder, or the name of a card")
    price.add_argument("--ctx", type=int, default=0, metavar="N", help="tokens of context a sequence (default 2048)")
    price.add_argument("--ubatch", type=int, default=0, metavar="N", help="tokens computed at once (default 512)")
    price.add_argument("--kv", default="", metavar="TYPE", help="type of the KV cache: f16 (default), q8_0, q4_0, …")
    price.add_argument("--seqs", type=int, default=0, metavar="N", help="sequences at once (default 1)")
    price.add_argument("--no-mmap", action="store_true", help="read the weights instead of mapping them")
    price.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the engine")
    price.add_argument("--json", action="store_true", help="one JSON document, in bytes")
    price.set_defaults(do=_estimate)


_TEXT = "The memory a model needs, from its header alone; nothing is loaded. After it ran, the measured peak counts."


def _estimate(args: argparse.Namespace) -> int:
    from ...models.cards import cards
    from ...models.estimate import estimate
    from ...models.formats.recognise import read_shape
    from ...models.messages import LoadOptions

    path = Path(args.file).expanduser()
    known = next((each for each in cards() if each.name == args.file), None)
    if known is not None and not path.exists():
        if known.shape is None:
            raise CallerError(f"what {known.name!r} needs is known when it is here: bluerill models pull {known.name}")
        shape, base, shown = known.shape, known.options or LoadOptions(), known.name
    else:
        shape, base, shown = read_shape(path), LoadOptions(), str(path)
    guess = estimate(shape, options(args, base))
    if args.json:
        print(msgspec.json.encode(document(shown, guess)).decode())
        return 0
    rows = [
        [part.group, part.name, _size(part.anon), _size(part.file), part.why]
        for part in sorted(guess.parts, key=lambda each: ("weights", "kv", "compute", "fixed").index(each.group))
    ]
    rows.append(["", paint("total", "bold"), _size(guess.anon), _size(guess.file), format_size(guess.total)])
    print(table(rows, ["group", "part", "anonymous", "file-backed", ""]))
    if guess.note:
        print(paint(guess.note, "yellow"))
    return 0


def options(args: argparse.Namespace, base: Any) -> Any:
    """The load options that the arguments ask for. Raises CallerError."""
    from ...models.formats.ggml import kv_type

    changes: dict[str, Any] = {}
    for name in ("ctx", "ubatch", "seqs"):
        value = getattr(args, name)
        if value < 0:
            raise CallerError(f"--{name} must be positive, got {value}")
        if value:
            changes[name] = value
    if args.ubatch:
        changes["batch"] = max(base.batch, args.ubatch)
    if args.kv:
        changes["kv_type"] = kv_type(args.kv).name.lower()
    if args.no_mmap:
        changes["mmap"] = False
    settings = dict(base.settings)
    for pair in args.set:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise CallerError(f"--set takes NAME=VALUE, got {pair[:60]!r}")
        settings[name] = value
    return msgspec.structs.replace(base, settings=settings, **changes)


def document(shown: str, guess: Any) -> dict[str, Any]:
    """What ``--json`` prints: the groups, their sum, the two classes of memory, and every part, in bytes."""
    return {
        "file": shown,
        "weights": guess.weights,
        "kv": guess.kv,
        "compute": guess.compute,
        "fixed": guess.fixed,
        "total": guess.total,
        "anon_bytes": guess.anon,
        "file_bytes": guess.file,
        "note": guess.note,
        "parts": [msgspec.to_builtins(part) for part in guess.parts],
    }


def _size(number: int) -> str:
    return format_size(number) if number else ""
