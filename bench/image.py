"""Measures the eyes: codes, words and a large photograph, through the image service's own reading.

    python -m bluerill.bench.image [--json] [--data FOLDER]

- *codes*: pictures of ``barcodes_zxing_cpp`` with their truth. The share counts of what zxing-cpp itself reads at full
  size, since pictures that it cannot read in any mode are in the set on purpose;
- *words*: labelled word crops of ``ocr_images``, letters compared without case; and crops that are made here, hard
  ones, of which more than a tenth cannot be read (:mod:`.word_crops`);
- *photo*: a photograph of 12 megapixels as JPEG and as PNG: everything looked for, in a capped child; the median of
  five looks, and the first, which loads the networks; under a hard cap of 250 MB. The peak is as the cap counts it:
  with the pages of files that were read, as far as there is room for them.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageDraw

from ..kernel.status import GetStatus, ServiceStatus, Status
from ..modalities.image import codes
from ..modalities.image.client import Asks, look
from ..modalities.image.decode import decode
from ..modalities.image.service import CODES_AT
from ..modalities.image.text import LONGEST, TextReader
from ..watch.boot import PAGE, VOICE
from ..watch.front import open_front
from .figures import wilson
from .word_crops import crops

LOOKS = 5
PHOTO_CAP = "238M"
"""250 MB: what a photograph of 12 megapixels has to do with. (The device lets the service have more, for PNG of 48.)"""
PICTURES = (".png", ".jpg", ".webp")


def code_cases(data: Path) -> Iterator[tuple[Path, str]]:
    """Pictures with the text that their code says."""
    for path in sorted((data / "barcodes_zxing_cpp").rglob("*")):
        truth = path.with_suffix(".txt")
        if path.suffix in PICTURES and truth.is_file():
            yield path, truth.read_text("utf-8", "surrogateescape")


def measure_codes(data: Path) -> dict[str, Any]:
    right = readable = count = 0
    missed: list[str] = []
    for path, truth in code_cases(data):
        count += 1
        with Image.open(path) as whole:
            best = any(code.text.strip() == truth.strip() for code in codes.read(whole.convert("RGB")))
        picture, _ = decode(path.read_bytes(), CODES_AT)
        ours = any(code.text.strip() == truth.strip() for code in codes.read(picture))
        readable += best
        right += ours
        if best and not ours:
            missed.append(f"{path.parent.name}/{path.name}")
    return {"pictures": count, "readable": readable, "right": right, "missed": missed}


def measure_words(data: Path) -> dict[str, Any]:
    folder = data / "ocr_images" / "clovaai"
    truth = dict(line.split(maxsplit=1) for line in (folder / "gt.txt").read_text("utf-8").splitlines() if line.strip())
    reader = TextReader()
    wrong: list[str] = []
    for name, word in sorted(truth.items()):
        picture, _ = decode((folder / "demo_image" / name).read_bytes(), LONGEST)
        read = " ".join(line.text for line in reader.read(picture))
        if read.lower() != word.strip().lower():
            wrong.append(f"{word.strip()} read as {read or 'nothing'}")
    return {"words": len(truth), "right": len(truth) - len(wrong), "wrong": wrong}


def measure_rendered(count: int = 200) -> dict[str, Any]:
    """Word crops of our own."""
    reader = TextReader()
    read = [("".join(line.text for line in reader.read(picture)), word) for picture, word in crops(count)]
    return {"words": count, "right": sum(text.replace(" ", "").lower() == word.lower() for text, word in read)}


def photograph(kind: str) -> bytes:
    """12 megapixels with colours, noise of edges and a few words, made here so that nothing needs to be downloaded."""
    picture = Image.effect_mandelbrot((4000, 3000), (-2.0, -1.5, 1.0, 1.5), 60).convert("RGB")
    grain = Image.effect_noise(picture.size, 24).convert("RGB")  # a sensor's: real files are as large
    picture = ImageChops.add(picture, grain, 1.0, -128)
    draw = ImageDraw.Draw(picture)
    for row in range(4):
        draw.rectangle((300, 300 + 600 * row, 2600, 620 + 600 * row), fill="white")
        draw.text((360, 330 + 600 * row), "Concert on Friday at 8", fill="black", font_size=200)
    target = io.BytesIO()
    picture.save(target, kind, **({"quality": 90} if kind == "JPEG" else {"compress_level": 1}))
    return target.getvalue()


def processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def image_of(front: Asks) -> ServiceStatus:
    """What the kernel says of the image service."""
    (row,) = [each for each in (await front.ask("kernel", GetStatus(), Status)).services if each.name == "image"]
    return row


async def measure_photo() -> list[dict[str, Any]]:
    rows = []
    for kind in ("JPEG", "PNG"):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["BLUERILL_HOME"] = folder
            data = photograph(kind)
            async with open_front(without=(*VOICE, *PAGE), memory={"image": PHOTO_CAP}) as front:
                first = await look(front, data)
                spent = processor((await image_of(front)).pid)
                seen = [await look(front, data) for _ in range(LOOKS)]
                row = await image_of(front)
                spent = processor(row.pid) - spent
            lines = min(sum("Friday" in line.text for line in each.text) for each in (first, *seen))
            times = sorted(each.ms for each in seen)
            rows.append({"kind": kind, "megabytes": round(len(data) / 1e6, 1), "first_ms": first.ms,
                         "ms": times[len(times) // 2], "processor_ms": round(spent / LOOKS * 1000),
                         "peak_mb": round(row.peak / 1e6), "lines": lines})  # fmt: skip
    return rows


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.image", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("BLUERILL_DATA") or "../shared/data"))
    args = parser.parse_args(argv)
    found: dict[str, Any] = {"photo": asyncio.run(measure_photo())}
    if (args.data / "barcodes_zxing_cpp").is_dir():
        found |= {"codes": measure_codes(args.data), "words": measure_words(args.data)}
    else:
        print(f"no pictures at {args.data}: codes and words are not measured; set BLUERILL_DATA", file=sys.stderr)
    found["rendered"] = measure_rendered()
    if args.json:
        print(json.dumps(found))
        return 0
    if "codes" in found:
        row = found["codes"]
        print(f"codes: {row['right']} of {row['readable']} that can be read at all, of {row['pictures']} (goal 95 %)")
        for name in row["missed"]:
            print(f"  missed: {name}")
        row = found["words"]
        low, high = wilson(row["right"], row["words"])
        print(f"word crops: {row['right']} of {row['words']}, 95 % interval {low:.0%} to {high:.0%} (goal 95 %)")
        for text in row["wrong"]:
            print(f"  {text}")
    row = found["rendered"]
    print(f"hard word crops made here: {row['right']} of {row['words']}")
    for row in found["photo"]:
        print(
            f"12 megapixels, {row['kind']} of {row['megabytes']} MB: {row['ms']:.0f} ms (goal 1500), processor "
            f"{row['processor_ms']} ms; the first {row['first_ms']:.0f} ms; peak {row['peak_mb']} MB "
            f"(goal 250); {row['lines']} of 4 lines read"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
