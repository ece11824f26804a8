"""``codes``: pictures of QR, Data Matrix and bar codes, decoded and read; right is the very text."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random
from time import perf_counter_ns

from PIL import Image

from ....modalities.image.decode import decode
from ....modalities.image.service import CODES_AT
from ..wire import Answer
from ..work import Prepared, Unavailable, Wanted

KINDS = ("QRCode", "DataMatrix", "Code128", "EAN13")


def prepare(wanted: Wanted) -> Prepared:
    """Write codes, turn them a little, put them on a photograph-like ground. Raises Unavailable."""
    try:
        import zxingcpp
    except ImportError:
        raise Unavailable("codes are read by zxing-cpp: pip install 'bluerill[see]'") from None
    random = Random(wanted.seed)
    expected = []
    for number in range(8 if wanted.quick else 24):
        kind = KINDS[number % len(KINDS)]
        text = _ean(random) if kind == "EAN13" else f"bluerill://{random.getrandbits(48):x}"
        made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
        code = Image.fromarray(zxingcpp.write_barcode_to_image(made, scale=4)).convert("L")
        expected.append(text)
        (wanted.folder / f"{number}.jpg").write_bytes(_photograph(code, random))
    return Prepared(
        "codes", ".works.codes:CodesWork", wanted.folder, len(expected), expected, "exact", "texts read",
        f"{len(expected)} codes made here", "picture",
    )  # fmt: skip


def _ean(random: Random) -> str:
    digits = [random.randrange(10) for _ in range(12)]
    return "".join(map(str, digits)) + str(-sum(d * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10)


def _photograph(code: Image.Image, random: Random) -> bytes:
    ground = Image.effect_mandelbrot((960, 720), (-2.0, -1.5, 1.0, 1.5), 40).convert("L")
    ground = ground.point([90 + level // 3 for level in range(256)])
    card = Image.new("L", (code.width + 80, code.height + 80), 255)
    card.paste(code, (40, 40))
    turned = card.rotate(random.uniform(-12, 12), Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    turned.thumbnail((900, 680))
    ground.paste(turned, ((960 - turned.width) // 2, (720 - turned.height) // 2))
    target = io.BytesIO()
    ground.convert("RGB").save(target, "JPEG", quality=80)
    return target.getvalue()


class CodesWork:
    """Decodes and reads one picture an item."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        from ....modalities.image import codes

        self.versions: dict[str, str] = {}
        self._folder, self._codes = folder, codes

    def run(self, item: int) -> Answer:
        data = (self._folder / f"{item}.jpg").read_bytes()
        began = perf_counter_ns()
        picture, _ = decode(data, CODES_AT)
        read = self._codes.read(picture)
        return Answer(item, perf_counter_ns() - began, read[0].text if read else "")

    def close(self) -> None:
        """Nothing is held."""
