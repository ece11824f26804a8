"""``bluerill models convert CHECKPOINT``: a Whisper checkpoint to the ONNX files that a device runs without torch."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...kernel.manifest import format_size
from ...models.convert.whisper import convert_whisper


def register(verbs: Any) -> None:
    """Add the verb."""
    parser = verbs.add_parser("convert", help="a Whisper checkpoint to ONNX files that need no torch")
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="a Whisper checkpoint (.pt)")
    parser.add_argument("--out", type=Path, help="the folder to write (default: beside it, with its name)")
    parser.add_argument("--float", action="store_true", dest="exact", help="32-bit weights instead of 8-bit ones")
    parser.set_defaults(do=run)


def run(args: argparse.Namespace) -> int:
    checkpoint: Path = args.checkpoint.expanduser()
    out: Path = args.out or checkpoint.with_suffix("")
    about = convert_whisper(checkpoint, out, eight_bit=not args.exact)
    size = sum((out / name).stat().st_size for name in ("encoder.onnx", "decoder.onnx", "model.json"))
    what = "English" if not about.languages else f"{len(about.languages)} languages"
    print(f"{out}: {format_size(size)}, {what}{', with a CTC head' if about.letters else ''}")
    return 0
