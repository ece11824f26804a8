"""``bluerill face new WORDS``: a watch face made from words, from a photograph, or by changing one made before."""

from __future__ import annotations

import argparse
import os
import sys
import time
import zlib
from pathlib import Path

import msgspec
from PIL import Image

from ...kernel.errors import CallerError
from ...kernel.places import state_directory
from ...modalities.image.decode import MAX_BYTES, decode
from ...modalities.image.palette import palette
from ...modalities.screen.design.brief import Brief
from ...modalities.screen.design.making import Made, make, unpack
from ...modalities.screen.design.photo import cropped
from ...modalities.screen.design.settle import changed, settled
from ...modalities.screen.design.telling import told
from ...modalities.screen.design.wishes import MAX_TEXT, Wishes, read_wishes
from ...modalities.screen.faces.wardrobe import Wardrobe
from ...modalities.screen.wff.renderer import FaceRenderer
from .easel import DEFAULT_SIZE, device_at, moment_of
from .face_check import figure
from .style import paint

LOOKED_AT = 1_400
"""Pixels of the longer side at which a photograph is taken in."""


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "words",
        nargs="*",
        metavar="WORDS",
        help="what it should be like, such as: calm blue analog, steps at the bottom",
    )
    add("--photo", metavar="FILE", default="", help="a picture to lie behind it and to take its colours from")
    add("--change", metavar="FACE", default="", help="a face made here before; the words say what to change")
    add("--seed", type=int, metavar="N", help="another face for the same words; the same seed makes the same face")
    add("-o", "--out", metavar="FILE", default="", help="where to write the face (default: its name, .zip)")
    add("--png", metavar="FILE", default="", help="write a picture of it too")
    add("--install", action="store_true", help="put it among the watch's faces instead")
    add("--json", action="store_true", help="one JSON document: file, brief, what was not understood, figures")


def run(args: argparse.Namespace) -> int:
    text = " ".join(args.words).strip()
    if not text and not args.photo:
        raise CallerError(
            'expected words or --photo, such as: bluerill face new "calm blue analog, steps at the bottom"'
        )
    if len(text) > MAX_TEXT:
        raise CallerError(f"expected at most {MAX_TEXT} characters, got {len(text)}")
    begin = time.perf_counter()
    brief, wishes, square = _brief(args, text)
    made = make(brief, square)
    took = (time.perf_counter() - begin) * 1000
    file = _kept(args, made)
    if args.png:
        _picture(made).save(args.png)
    if args.json:
        metrics = {
            each.name: {"value": each.value, "limit": each.limit, "passed": each.passed} for each in made.report.metrics
        }
        print(msgspec.json.encode({
            "file": file, "brief": made.brief, "not_understood": wishes.unread, "mended": list(made.mended),
            "versions": list(made.report.versions), "metrics": metrics, "ms": round(took, 1),
        }).decode())  # fmt: skip
        return 0
    if wishes.unread:
        print(paint(f"not understood: {', '.join(wishes.unread)}", "yellow"), file=sys.stderr)
    print(f"{file}: {told(made.brief)}")
    for mend in made.mended:
        print(f"  mended {mend}")
    for metric in made.report.metrics:
        if metric.passed is not None and not metric.profile:
            limit = f" of {figure(metric.limit, metric.unit)}" if metric.limit is not None else ""
            print(
                f"  {paint('ok', 'green')}   {metric.name.replace('_', ' ')}:"
                f" {figure(metric.value, metric.unit)}{limit}"
            )
    print(f"  made in {took / 1000:.1f} s, seed {made.brief.seed}")
    return 0


def _brief(args: argparse.Namespace, text: str) -> tuple[Brief, Wishes, Image.Image | None]:
    """The brief, what of the words was understood, and the square of a photograph."""
    if args.change:
        if args.photo:
            raise CallerError("expected --change or --photo, got both")
        before, square = unpack(Path(args.change))
        if args.seed is not None:
            before = msgspec.structs.replace(before, seed=args.seed % (1 << 32))
        brief, wishes = changed(before, text)
        if wishes.empty:
            raise CallerError(f"expected what to change, such as: make the hands thicker; got: {text[:80]}")
        return brief, wishes, square if brief.ground == "photo" else None
    wishes = read_wishes(text)
    if wishes.empty and not args.photo:
        raise CallerError(
            f"expected words on how a watch face looks, such as: calm blue analog, date at the top; got: {text[:80]}"
        )
    if not args.photo:
        return settled(wishes, text, args.seed), wishes, None
    picture = _photo(args.photo)
    colours = [each.hex for each in palette(picture)]
    seed = zlib.crc32(picture.tobytes(), zlib.crc32(text.encode())) if args.seed is None else args.seed
    brief = settled(wishes, text or Path(args.photo).stem, seed, photo=colours)
    return brief, wishes, cropped(picture)


def _photo(file: str) -> Image.Image:
    try:
        with open(file, "rb") as source:
            data = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise CallerError(f"{file}: expected a picture, found: {error.strerror or error}") from None
    try:
        return decode(data, LOOKED_AT)[0]
    except CallerError as error:
        raise CallerError(f"{file}: {error}") from None


def _kept(args: argparse.Namespace, made: Made) -> str:
    """Write the face, and say where it is."""
    if args.install:
        face, _ = Wardrobe(state_directory() / "faces").take(f"{made.brief.name}.zip", made.packed, DEFAULT_SIZE)
        return str(face.path)
    out = Path(args.out or f"{made.brief.name.replace(' ', '-')}.zip")
    try:
        temporary = out.with_name(f".{out.name}.part")
        temporary.write_bytes(made.packed)
        os.replace(temporary, out)
    except OSError as error:
        raise CallerError(f"{out}: expected a place to write the face, found: {error.strerror or error}") from None
    return str(out)


def _picture(made: Made) -> Image.Image:
    args = argparse.Namespace(ambient=False, half_day=False, locale="en_US")
    return FaceRenderer(made.face, (DEFAULT_SIZE, DEFAULT_SIZE)).draw(
        device_at(moment_of("", made.face), args, {}), still=True
    )
