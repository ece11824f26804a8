"""Faces made from words and pictures: every check, time, variety, repeatability, and the time read back from pixels.

    python -m bluerill.bench.faces_new [--count N] [--begin N] [--sheet PNG] [--json]

Two hundred briefs, a quarter of them with one of the public photographs. The time is read by ``faces_reader``, which
knows nothing of the faces but their pictures.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from random import Random
from tempfile import NamedTemporaryFile
from typing import Any, Final, NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from ..modalities.image.palette import palette, to_oklab
from ..modalities.screen.design.making import Made, make
from ..modalities.screen.design.photo import cropped
from ..modalities.screen.design.settle import settled
from ..modalities.screen.design.wishes import read_wishes
from ..modalities.screen.lettering import FONTS
from ..modalities.screen.wff.check import check
from ..modalities.screen.wff.device import Device
from ..modalities.screen.wff.face import load
from ..modalities.screen.wff.renderer import FaceRenderer
from ..modalities.screen.wff.subject import TIMES, device
from .faces_format import data_folder
from .faces_reader import read_figures, read_hands
from .figures import percentile

COUNT: Final = 200
VARIED: Final = 100
SAME: Final = 0.02
"""Mean distance in OKLab below which two faces would be taken for one another."""
SIDE: Final = 466


def _each(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


_MOODS: Final = _each(
    "calm, elegant, classic, vintage, sporty, diver, pilot, modern, bauhaus, futuristic, neon, playful, warm, icy, "
    "natural, stealth, bold, romantic, business, retro, serene, luxury, tactical, minimal"
)
_COLOURS: Final = _each(
    "blue, red, forest green, orange, teal, purple, pink, gold, silver, black, white, navy, coral, mint, lavender, "
    "burgundy, dark green, pale yellow, rose gold, turquoise, charcoal, neon green, cream, copper, "
    "#3366cc"
)
_SHAPES: Final = _each(
    "analog, digital, hybrid, with roman numerals, with thin hands, with dauphine hands, stacked hours above minutes, "
    "tiles, rows, rings, band, split digital, diver with bezel, bauhaus dial, with dots, station clock, "
    "with big numbers, skeleton hands, "
)
_THINGS: Final = (
    "steps at the bottom", "date at three o'clock", "no date", "heart rate on the left and steps on the right",
    "battery at the top", "weather and steps", "no seconds", "sweeping second hand", "small seconds", "full date",
    "busy",
    "minimal", "world clock", "notifications on the left, battery on the right",
    "alarm at the bottom, date at the top", "",
)  # fmt: skip
_GROUNDS: Final = _each(
    ", , , sunray, on a starry night sky, guilloche dial, waves, brushed steel, topographic, mesh, linen"
)
_PHOTOS: Final = _each(
    "astronaut.png, chelsea.png, coffee.png, rocket.jpg, hubble_deep_field.jpg, clock_motion.png, color.png"
)


class Outcome(NamedTuple):
    """One brief: its words, the face or why there is none, and seconds of wall and processor time."""

    words: str
    photo: str
    made: Made | None
    problem: str
    wall_s: float
    cpu_s: float


def wishes_of(count: int, begin: int = 0) -> Iterator[tuple[str, str]]:
    """Words and photographs, the same every time; from another ``begin`` on they are others."""
    for index in range(begin, begin + count):
        chance = Random(f"bench:{index}")
        photo = _PHOTOS[index // 4 % len(_PHOTOS)] if index % 4 == 3 else ""
        words = [
            chance.choice(_MOODS),
            "" if photo else chance.choice(_COLOURS),
            chance.choice(_SHAPES),
            chance.choice(_THINGS),
        ]
        yield " ".join(" ".join([*words, "" if photo else chance.choice(_GROUNDS)]).split()), photo


def made_of(words: str, photo: str, seed: int, pictures: Path) -> Outcome:
    """One face."""
    begin, busy = time.perf_counter(), time.process_time()
    made, problem = None, ""
    try:
        colours: list[str] = []
        square = None
        if photo:
            with Image.open(pictures / photo) as file:
                picture = file.convert("RGB")
            colours, square = [each.hex for each in palette(picture)], cropped(picture)
        made = make(settled(read_wishes(words), words, seed, photo=colours), square)
    except Exception as error:  # noqa: BLE001  counted, and told
        problem = f"{type(error).__name__}: {error}"
    return Outcome(words, photo, made, problem, time.perf_counter() - begin, time.process_time() - busy)


def checked(made: Made) -> list[str]:
    """Everything ``face check`` finds wrong, in both device profiles, read again from the packed face."""
    with NamedTemporaryFile(suffix=".zip") as file:
        file.write(made.packed)
        file.flush()
        report = check(load(Path(file.name)))
    found = [str(problem) for problem in (*report.errors, *made.report.errors)]
    return found + [f"{m.name} {m.value}" for m in (*report.metrics, *made.report.metrics) if m.passed is False]


def read_back(made: Made) -> tuple[int, int]:
    """How many times were read rightly, of how many. Complications are held still: a world clock is not the time."""
    renderer = FaceRenderer(made.face, (SIDE, SIDE))
    if made.brief.style != "digital":
        shown = {when: renderer.draw(_held(device(*when, 3)), still=True) for when in TIMES}
        read = read_hands(shown)
        return sum(read[when] == (when[0] % 12, when[1]) for when in TIMES), len(TIMES)
    minutes = [renderer.draw(_held(device(10, minute)), still=True) for minute in range(60)]
    hours = {hour: renderer.draw(_held(device(hour, 8)), still=True) for hour in range(24)}
    read_minutes, read_hours = read_figures(minutes, hours, sorted((*FONTS.glob("*.otf"), *FONTS.glob("*.ttf"))))
    right = sum(value == minute for minute, value in enumerate(read_minutes)) + sum(
        key == value for key, value in read_hours.items()
    )
    return right, len(minutes) + len(hours)


def _held(device: Device) -> Device:
    """The device with every complication saying the same."""
    return device._replace(overrides={f"COMPLICATION.{slot}.TEXT": "10:08" for slot in range(1, 9)})


def apart(pictures: list[Image.Image]) -> list[float]:
    """The distance of every pair: the mean over the glass in OKLab, at a size at which details are gone."""
    small = np.stack(
        [to_oklab(np.asarray(p.resize((64, 64), Image.Resampling.BOX), np.float64) / 255) for p in pictures]
    )
    y, x = np.mgrid[0:64, 0:64] - 31.5
    inside = np.hypot(x, y) <= 32
    return [
        float(np.linalg.norm(small[a][inside] - small[b][inside], axis=-1).mean())
        for a, b in combinations(range(len(pictures)), 2)
    ]


def contact_sheet(faces: list[tuple[str, Made]], columns: int = 10, side: int = 190) -> Image.Image:
    """All faces, with their words."""
    rows = -(-len(faces) // columns)
    sheet = Image.new("RGB", (columns * (side + 10), rows * (side + 28)), "#2a2f36")
    pen = ImageDraw.Draw(sheet)
    for index, (words, made) in enumerate(faces):
        picture = FaceRenderer(made.face, (SIDE, SIDE)).draw(device(10, 8, 36), still=True)
        x, y = index % columns * (side + 10) + 5, index // columns * (side + 28) + 4
        sheet.paste(picture.resize((side, side), Image.Resampling.LANCZOS), (x, y))
        pen.text((x, y + side + 2), words[:31], fill="#c8ced6")
    return sheet


def run(count: int, sheet: str, begin: int = 0) -> dict[str, Any]:
    """All figures."""
    pictures = data_folder() / "photos_skimage"
    outcomes = [
        made_of(words, photo, index, pictures) for index, (words, photo) in enumerate(wishes_of(count, begin), begin)
    ]
    faces = [(each.words, each.made) for each in outcomes if each.made is not None]
    wrong = {words: found for words, made in faces if (found := checked(made))}
    readings = [(words, read_back(made)) for words, made in faces]
    shown = [FaceRenderer(made.face, (SIDE, SIDE)).draw(device(10, 8, 36), still=True) for _, made in faces[:VARIED]]
    distances = apart(shown)
    again = [made_of(each.words, each.photo, index, pictures) for index, each in enumerate(outcomes[:12], begin)]
    if sheet:
        contact_sheet(faces).save(sheet)
    rightly = sum(right for _, (right, _) in readings)
    walls, cpus = sorted(each.wall_s for each in outcomes), sorted(each.cpu_s for each in outcomes)
    return {
        "briefs": len(outcomes),
        "with_photo": sum(bool(each.photo) for each in outcomes),
        "made": len(faces),
        "problems": [f"{each.words}: {each.problem}" for each in outcomes if each.problem],
        "checks_failed": wrong,
        "mended": sum(bool(made.mended) for _, made in faces),
        "wall_s": {"p50": round(percentile(walls, 0.5), 2), "p95": round(percentile(walls, 0.95), 2)},
        "cpu_s": {"p50": round(percentile(cpus, 0.5), 2), "p95": round(percentile(cpus, 0.95), 2)},
        "read_back": round(100 * rightly / max(sum(of for _, (_, of) in readings), 1), 2),
        "misread": {words: f"{right} of {of}" for words, (right, of) in readings if right != of},
        "apart": {"least": round(min(distances), 4), "p5": round(percentile(distances, 0.05), 4)},
        "alike": sum(distance < SAME for distance in distances),
        "pairs": len(distances),
        "repeated": sum(_same(one, other) for one, other in zip(outcomes, again, strict=False)),
        "repeated_of": len(again),
    }  # fmt: skip


def _same(one: Outcome, other: Outcome) -> bool:
    return one.made is not None and other.made is not None and one.made.packed == other.made.packed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.faces_new", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--sheet", default="", metavar="PNG")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--begin", type=int, default=0, metavar="N", help="other briefs, that nothing was mended on")
    args = parser.parse_args(arguments)
    found = run(args.count, args.sheet, args.begin)
    if args.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:>14}: {json.dumps(value, indent=2) if isinstance(value, (dict, list)) and value else value}")
    good = not found["problems"] and not found["checks_failed"] and not found["misread"]
    return 0 if good and found["alike"] == 0 and found["repeated"] == found["repeated_of"] else 1


if __name__ == "__main__":
    sys.exit(main())
