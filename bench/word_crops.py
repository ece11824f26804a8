"""Word crops made here: signs in the watch's own fonts, seen small, tilted, arched, noisy, light on dark and dark on
light. Ten labelled photographs say little about a change to the reader; these say whether it costs anything."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

__all__ = ["crops"]

WORDS: Final = (
    "pharmacy", "Bakery", "OPEN", "closed", "EXIT", "Platform", "Museum", "Library", "Salon", "GARDEN", "Kitchen",
    "taxi", "Station", "ticket", "ENTRANCE", "Florist", "Books", "Theatre", "market", "Harbour", "COFFEE", "Jeans",
    "tailor",
    "Dentist", "Optics", "Bicycle", "REPAIR", "Gallery", "Noodles", "Sushi", "Brewery", "cellar", "Toilets", "Parking",
    "Elevator", "WARNING", "Private", "Fragile", "Welcome", "Thursday", "Jazzclub", "Kwikstop", "QUAYSIDE", "Waxworks",
)  # fmt: skip
FONTS: Final = Path(__file__).parents[1] / "modalities" / "screen" / "fonts"


def crops(count: int, seed: int = 7) -> Iterator[tuple[Image.Image, str]]:
    """Pictures of one word each, and the word."""
    rng = np.random.default_rng(seed)
    fonts = sorted([*FONTS.glob("*.otf"), *FONTS.glob("*.ttf")])
    for _ in range(count):
        word = str(rng.choice(WORDS))
        yield _crop(rng, word, ImageFont.truetype(fonts[rng.integers(len(fonts))], 90)), word


def _crop(rng: Any, word: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    ground = rng.integers(0, 256, 3)
    ink = rng.integers(0, 256, 3)
    while abs(float(ground.mean()) - float(ink.mean())) < 35:
        ground, ink = rng.integers(0, 256, 3), rng.integers(0, 256, 3)
    left, top, right, bottom = font.getbbox(word)
    wide, high = round(right - left), round(bottom - top)
    mask = Image.new("L", (wide + 80, high + 240))
    ImageDraw.Draw(mask).text((40 - left, 120 - top), word, fill=255, font=font)
    if rng.random() < 0.3:
        mask = _arched(mask, rng.uniform(-0.9, 0.9) * high)
    mask = mask.rotate(rng.uniform(-12, 12), Image.Resampling.BICUBIC)
    margin = rng.uniform(0.0, 0.25) * high
    box = mask.getbbox() or (0, 0, *mask.size)
    mask = mask.crop((box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin))
    picture = Image.composite(
        Image.new("RGB", mask.size, tuple(ink.tolist())), Image.new("RGB", mask.size, tuple(ground.tolist())), mask
    )
    tall = round(rng.uniform(16, 200))
    picture = picture.resize((max(round(picture.width * tall / picture.height), 8), tall), Image.Resampling.LANCZOS)
    picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.07) * tall))
    noisy = np.asarray(picture, float) + rng.normal(0, rng.uniform(0, 40), (tall, picture.width, 3))
    target = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(target, "JPEG", quality=int(rng.integers(35, 95)))
    return Image.open(target).convert("RGB")


def _arched(mask: Image.Image, rise: float) -> Image.Image:
    """Letters along a bow: each column is moved by how far it is from the middle."""
    pixels = np.asarray(mask)
    x = np.linspace(-1, 1, pixels.shape[1])
    moved = np.zeros_like(pixels)
    for column, shift in enumerate(np.round(rise * (x**2 - 0.5)).astype(int)):
        moved[:, column] = np.roll(pixels[:, column], shift)
    return Image.fromarray(moved)
