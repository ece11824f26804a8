"""The figures of the planner's tiers as a page, with pictures of which actions were taken for which.

The picture has a row for what was wanted and a column for what was understood, of the actions that are confused most
and of refusal; what is right is grey, what is wrong is red, darker where it happens more often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

__all__ = ["confusion_picture", "write_report"]

MOST = 24
REFUSAL = "(refusal)"
_CELL, _MARGIN = 26, 170
_STYLE = "body{font:15px sans-serif;margin:2em}td,th{padding:.2em .7em;text-align:right}td:first-child{text-align:left}"


def confusion_picture(confusions: Sequence[Sequence[Any]]) -> Image.Image:
    """A picture of ``[wanted, got, n]`` rows, '' standing for a refusal."""
    errors: Counter[str] = Counter()
    count = {(wanted or REFUSAL, got or REFUSAL): int(n) for wanted, got, n in confusions}
    for (wanted, got), n in count.items():
        if wanted != got:
            errors[wanted] += n
            errors[got] += n
    names = [name for name, _ in errors.most_common(MOST)] or [REFUSAL]
    totals = {name: sum(n for (wanted, _), n in count.items() if wanted == name) for name in names}
    size = _MARGIN + _CELL * len(names)
    picture = Image.new("RGB", (size + 10, size + 10), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(11)
    for at, name in enumerate(names):
        place = _MARGIN + _CELL * at
        draw.text((4, place + 7), name[:24], fill="black", font=font)
        label = Image.new("RGB", (_MARGIN, 16), "white")
        ImageDraw.Draw(label).text((2, 1), name[:24], fill="black", font=font)
        picture.paste(label.rotate(90, expand=True), (place + 6, 0))
        for across, got in enumerate(names):
            n = count.get((name, got), 0)
            left = _MARGIN + _CELL * across
            shade = 255 - int(215 * min(1.0, n / max(1, totals[name])) ** 0.4) if n else 255
            colour = (shade, shade, shade) if got == name else (255, shade, shade)
            draw.rectangle((left, place, left + _CELL - 1, place + _CELL - 1), fill=colour, outline=(225, 225, 225))
            if n:
                draw.text((left + 4, place + 7), str(n), fill="white" if shade < 120 else "black", font=font)
    return picture


def write_report(figures: dict[str, Any], folder: Path) -> Path:
    """``report.html`` and ``confusions.png`` in a folder; the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    confusion_picture(figures["confusions"]).save(folder / "confusions.png")
    tiers = list(figures["auroc"])
    lines = [f"<!doctype html><meta charset=utf-8><title>The planner's tiers</title><style>{_STYLE}</style>"]
    lines.append("<h1>The planner's tiers</h1><p>Shares with their 95 % Wilson intervals; development data.</p><table>")
    lines.append(f"<tr><th></th><th>n</th>{''.join(f'<th>{escape(name)}</th>' for name in tiers)}</tr>")
    for row, cells in sorted(figures["rows"].items()):
        n = next(iter(cells.values()))["n"]
        shown = "".join(f"<td>{_cell(cells.get(name))}</td>" for name in tiers)
        lines.append(f"<tr><td>{escape(row)}</td><td>{n}</td>{shown}</tr>")
    beliefs = "".join(f"<td>{figures['auroc'][name]:.3f}</td>" for name in tiers)
    lines.append(f"<tr><td>AUROC of confidence</td><td></td>{beliefs}</tr>")
    lines.append("</table><h2>What was taken for what</h2><p>Rows: what was wanted. Columns: what was understood.</p>")
    lines.append('<img src="confusions.png" alt="Counts of actions wanted by actions understood">')
    page = folder / "report.html"
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return page


def _cell(share: dict[str, Any] | None) -> str:
    return f"{share['accuracy']:.1%} ({share['low']:.1%}–{share['high']:.1%})" if share else ""
