"""``bluerill face gif FILE``: a face as an animation, of an interval or of a whole day, in several sizes at once."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image

from ...kernel.errors import CallerError
from ...modalities.screen.wff.expression import Value
from ...modalities.screen.wff.renderer import FaceRenderer
from .easel import device_at, drawing_arguments, moment_of, opened, renderer_of, settings_of, size_of

MAX_FRAMES = 1_800


def arguments(parser: argparse.ArgumentParser) -> None:
    drawing_arguments(parser, sizes=True)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long the animation runs (default 4)")
    parser.add_argument("--fps", type=float, default=15.0, help="pictures a second (default 15)")
    parser.add_argument("--day", action="store_true", help="the 24 hours from midnight, in that many seconds")
    parser.add_argument(
        "-o",
        "--out",
        metavar="GIF",
        default="",
        help="where to write; with several sizes the size is added to the name",
    )


def run(args: argparse.Namespace) -> int:
    count = round(args.seconds * args.fps)
    if not 1 <= args.fps <= 50 or not 1 <= count <= MAX_FRAMES:
        raise CallerError(
            f"gif: expected 1 to 50 frames a second and at most {MAX_FRAMES} frames, got {count} at {args.fps:g}"
        )
    face = opened(args.file)
    settings = settings_of(args)
    begin = moment_of(args.at, face)
    if args.day:
        begin = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(days=1) / count if args.day else timedelta(seconds=1 / args.fps)
    sizes = [size_of(text) for text in args.size or [None]]
    stem = Path(args.out or f"{Path(args.file).resolve().stem}.gif").with_suffix("")
    for size in sizes:
        renderer = renderer_of(face, args, size, settings)
        renderer.shown_at = begin.timestamp()
        out = stem.with_name(stem.name + (f"-{size[0]}x{size[1]}" if len(sizes) > 1 else "") + ".gif")
        frames = _frames(renderer, args, settings.overrides, begin, step, count)
        save(frames, out, args.fps)
        print(f"{out}: {count} frames, {size[0]} x {size[1]}, {out.stat().st_size // 1024} KiB")
    return 0


def _frames(
    renderer: FaceRenderer,
    args: argparse.Namespace,
    overrides: dict[str, Value],
    begin: datetime,
    step: timedelta,
    count: int,
) -> Iterator[Image.Image]:
    for index in range(count):
        yield renderer.draw(device_at(begin + step * index, args, overrides), still=args.day)


def save(frames: Iterator[Image.Image], out: Path, fps: float) -> None:
    """Write a looping GIF. All frames share the palette of the first, so that still parts do not shimmer."""
    first = next(frames)
    palette = first.quantize(255, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    rest = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames)
    palette.save(out, save_all=True, append_images=rest, duration=round(1000 / fps / 10) * 10, loop=0, disposal=1)
