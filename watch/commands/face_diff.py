"""``bluerill face diff A B``: how like two faces are, or a face and a picture of it."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
from PIL import Image, UnidentifiedImageError

from ...kernel.errors import CallerError
from ...modalities.screen.wff.likeness import beside, ssim
from .easel import device_at, drawing_arguments, moment_of, opened, renderer_of, settings_of, size_of

PICTURES = (".png", ".jpg", ".jpeg", ".webp")


def arguments(parser: argparse.ArgumentParser) -> None:
    drawing_arguments(parser)
    parser.add_argument("other", metavar="B", help="another face, or a picture (its size is used)")
    parser.add_argument(
        "-o", "--out", metavar="PNG", default="", help="write both pictures and their difference side by side"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(args: argparse.Namespace) -> int:
    first = opened(args.file)
    settings = settings_of(args)
    other = _picture(args.other) if args.other.lower().endswith(PICTURES) else None
    size = size_of(args.size) if args.size or other is None else other.size
    device = device_at(moment_of(args.at, first), args, settings.overrides)
    one = renderer_of(first, args, size, settings).draw(device, still=True)
    two = other if other is not None else renderer_of(opened(args.other), args, size, settings).draw(device, still=True)
    inside, whole = ssim(one, two), ssim(one, two, circle=False)
    if args.out:
        beside(one, two).save(Path(args.out))
    if args.json:
        report = {
            "ssim_circle": round(inside, 4),
            "ssim": round(whole, 4),
            "size": list(size),
            "picture": args.out or None,
        }
        print(msgspec.json.encode(report).decode())
    else:
        print(
            f"SSIM {inside:.4f} inside the circle, {whole:.4f} over all {size[0]} x {size[1]} pixels"
            + (f"; see {args.out}" if args.out else "")
        )
    return 0


def _picture(file: str) -> Image.Image:
    try:
        with Image.open(file) as image:
            if image.width * image.height > 4_194_304:
                raise CallerError(f"{file}: expected at most 4,194,304 pixels, found {image.width} x {image.height}")
            return image.convert("RGBA")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise CallerError(f"{file}: expected a picture, found: {str(error)[:100]}") from None
