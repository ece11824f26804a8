"""Codes drawn on the glass are read off it again, to the letter."""

from __future__ import annotations

import sys

import pytest

from bluerill.modalities.screen.cards import overflow, paint_card
from bluerill.modalities.screen.codes import code_image
from bluerill.modalities.screen.paint import Canvas
from bluerill.skills.messages import Card

zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed: pip install 'bluerill[see]'")


@pytest.mark.parametrize("side", [466, 360])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("M1SMITH/JOHN E ABC123 LHRJFKBA 0117 123Y012A0001 100", "QR Code"),
        ("240018", "Code 128"),
        ("https://example.org/ticket?id=7&käse", "QR Code"),
        ("x" * 380, "QR Code"),
    ],
)
def test_a_scanner_reads_the_card(text: str, kind: str, side: int) -> None:
    canvas = Canvas(side)
    card = Card(title="Pass", code=text)
    paint_card(canvas, card)
    assert overflow(card) == 0.0
    (found,) = zxingcpp.read_barcodes(canvas.image)
    assert (found.text, str(found.format)) == (text, kind)


def test_the_code_lies_within_the_round_glass() -> None:
    canvas = Canvas(466)
    paint_card(canvas, Card(title="Pass", code="M1SMITH/JOHN E ABC123"))
    white = [(x, y) for x in range(466) for y in range(90, 400) if canvas.image.getpixel((x, y)) == (255, 255, 255)]
    assert max((x - 233) ** 2 + (y - 233) ** 2 for x, y in white) < 231**2


def test_what_cannot_be_drawn_is_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    code_image.cache_clear()
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    canvas, plain = Canvas(466), Canvas(466)
    paint_card(canvas, Card(title="Pass", code="240018"))
    lines = ["no code: bluerill[see] is not installed"]
    paint_card(plain, Card(title="Pass", text="240018", lines=lines))
    assert canvas.image.tobytes() == plain.image.tobytes()
    code_image.cache_clear()
