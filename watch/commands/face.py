"""``bluerill face VERB``: watch faces in the Watch Face Format. Each verb is a module ``face_VERB``."""

from __future__ import annotations

import argparse
from importlib import import_module

_VERBS = {
    "new": "a face made from words, from a photograph, or by changing one made here",
    "check": "faces judged: format, meaning, memory and pictures, with lines and mends",
    "render": "a face as a picture, at any time, size and state of the device",
    "gif": "a face as an animation: an interval, or a whole day in seconds",
    "export": "a face as an Android project that builds a resource-only bundle",
    "diff": "two faces, or a face and a picture, compared",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb, line in _VERBS.items():
        import_module(f".face_{verb}", __package__).arguments(verbs.add_parser(verb, help=line, description=line))


def run(args: argparse.Namespace) -> int:
    status: int = import_module(f".face_{args.verb}", __package__).run(args)
    return status
