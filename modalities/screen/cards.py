"""Cards: what the agent shows for a moment. One layout for short words, one that scrolls for long ones.

Short content is centred and set as large as it goes; content that does not fit becomes a column that the crown or a
finger scrolls, with an arc at the right edge that says how far down it is.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from msgspec import structs

from ...skills.messages import Card
from .codes import paint_code
from .icons import ICONS, icon, weather_icon
from .lettering import BOLD, MEDIUM, REGULAR, Setting, cut, fit, font, tidy, width, wrap
from .paint import MIDDLE, Canvas, glow, round_mask, sweep_gradient
from .palette import ACCENTS, BLACK, INK, MUTED, SOFT, TRACK, Colour, mix

MAX_LINES: Final = 40
"""Rows of a card that are drawn; the rest is counted in a last row."""
_TOP, _BOTTOM = 166.0, 408.0
_COLUMN = 318.0
_TOAST: Final = 23
_SIZES = (46, 40, 35, 31, 28)


class Row(NamedTuple):
    """One line of the scrolling column; ``line`` is which of the card's lines it is of, -1 for none."""

    text: str
    strong: bool
    bullet: bool
    line: int = -1


def accent(card: Card) -> Colour:
    return ACCENTS.get(card.kind, ACCENTS["reply"])


def card_icon(card: Card) -> str:
    """The card's own icon if it is one we draw, else that of its kind."""
    if card.icon in ICONS:
        return card.icon
    if card.kind == "weather":
        return weather_icon(f"{card.icon} {card.title} {card.text}")
    return card.kind if card.kind in ICONS else "reply"


def rows(card: Card, scale: float) -> list[Row]:
    """The card's text and lines, wrapped to the column."""
    found: list[Row] = []
    pixels = round(27 * scale)
    plain = tidy(card.text)
    if plain:
        strong = bool(card.lines)
        lines, _ = wrap(plain, BOLD if strong else REGULAR, pixels, [_COLUMN * scale] * MAX_LINES)
        found += [Row(line, strong, False) for line in lines]
    for number, line in enumerate(card.lines[:MAX_LINES]):
        wrapped, _ = wrap(tidy(line), REGULAR, pixels, [(_COLUMN - 26) * scale] * 3)
        found += [Row(text, False, index == 0, number) for index, text in enumerate(wrapped)]
    if len(card.lines) > MAX_LINES:
        found.append(Row(f"and {len(card.lines) - MAX_LINES} more", False, False))
    return found


_LEADING: Final = 40.0


def overflow(card: Card, scale: float = 1.0) -> float:
    """How far the card can scroll, in design units; 0.0 if all of it shows."""
    if card.code:
        return 0.0
    if not card.lines and _set_short(card, scale) is not None:
        return 0.0
    return max(len(rows(card, scale)) * _LEADING - (_BOTTOM - _TOP - 26), 0.0)


def line_at(card: Card, x: float, y: float, scroll: float) -> int | None:
    """Which of the card's lines is drawn at a place, in design units; None for none."""
    if not card.lines or not MIDDLE - _COLUMN / 2 - 12 <= x <= MIDDLE + _COLUMN / 2 + 12 or not _TOP < y < _BOTTOM + 34:
        return None
    column = rows(card, 1.0)
    at = int((y - _first(column, scroll) + _LEADING / 2) // _LEADING)
    return column[at].line if 0 <= at < len(column) and column[at].line >= 0 else None


def _first(column: list[Row], scroll: float) -> float:
    """Where the middle of the first row is drawn."""
    limit = max(len(column) * _LEADING - (_BOTTOM - _TOP - 26), 0.0)
    slack = max((_BOTTOM - _TOP - 40 - len(column) * _LEADING) / 2, 0.0)
    return _TOP + 24 + slack - min(max(scroll, 0.0), limit)


def _set_short(card: Card, scale: float) -> Setting | None:
    setting = fit(
        card.text or card.title, MEDIUM, [round(size * scale) for size in _SIZES], radius=196 * scale,
        top=_TOP * scale, bottom=_BOTTOM * scale, centre=MIDDLE * scale,
    )  # fmt: skip
    return setting if setting.whole else None


def paint_card(canvas: Canvas, card: Card, scroll: float = 0.0, marked: int | None = None) -> None:
    """The whole glass with the card on it; ``marked`` is the line that a finger points at."""
    colour = accent(card)
    side, k = canvas.side, canvas.scale
    canvas.image.paste(glow(side, mix(BLACK, colour, 0.13), BLACK, 0.95), (0, 0), round_mask(side))
    if card.code and paint_code(canvas, tidy(card.title), card.code, colour):
        return
    if card.code:  # without the library that draws codes
        card = structs.replace(card, text=card.code, lines=[*card.lines, "no code: bluerill[see] is not installed"])
    if card.value is not None:
        share = min(max(card.value, 0.0), 1.0)
        canvas.arc(222, 8, 0, 360, TRACK)
        if share > 0.003:
            canvas.arc(222, 8, 0, share * 360, sweep_gradient(side, (mix(colour, BLACK, 0.35), colour, colour)))
    canvas.disc(MIDDLE, 84, 34, mix(BLACK, colour, 0.24))
    icon(canvas, card_icon(card), MIDDLE, 84, 36, colour)
    title = cut(tidy(card.title), BOLD, round(23 * k), 270 * k) if card.text or card.lines else ""
    if title:
        canvas.text(MIDDLE, 143, title, BOLD, 23, colour)
    short = None if card.lines else _set_short(card, k)
    if short is not None:
        for text, x, y in short.lines:
            canvas.image_text(text, x, y, font(MEDIUM, short.pixels), INK)
        return
    _paint_column(canvas, card, colour, scroll, marked)


def paint_toast(canvas: Canvas, card: Card) -> None:
    """One line near the lower rim, over the face it is about."""
    k = canvas.scale
    text = cut(tidy(card.title or card.text), BOLD, round(_TOAST * k), 226 * k)
    half = width(text, BOLD, round(_TOAST * k)) / k / 2
    left, right = MIDDLE - half - 38, MIDDLE + half + 24
    canvas.pill(left, 372, right, 418, BLACK, alpha=0.82)
    canvas.pill(left, 372, right, 418, MUTED, alpha=0.55, outline=1.5)
    icon(canvas, "check", left + 25, 395, 20, accent(card))
    canvas.text(left + 42, 395, text, BOLD, _TOAST, INK, anchor="lm")


def _paint_column(canvas: Canvas, card: Card, colour: Colour, scroll: float, marked: int | None) -> None:
    column = rows(card, canvas.scale)
    limit = max(len(column) * _LEADING - (_BOTTOM - _TOP - 26), 0.0)
    y = _first(column, scroll)
    left = MIDDLE - _COLUMN / 2
    for row in column:
        if _TOP < y < _BOTTOM + 34:
            if marked is not None and row.line == marked:
                canvas.pill(left - 14, y - 19, left + _COLUMN + 14, y + 19, mix(BLACK, colour, 0.34))
            # Rows dissolve at both ends of the window.
            near = min((y - _TOP - 2) / 24, (_BOTTOM + 30 - y) / 44, 1.0)
            ink = mix(BLACK, INK if row.strong or not card.lines else SOFT, max(near, 0.0))
            if row.bullet:
                canvas.disc(left + 6, y, 4, mix(BLACK, colour, max(near, 0.0)))
            indent = 0 if row.strong or not card.lines else 24
            if card.lines:
                canvas.text(left + indent, y, row.text, BOLD if row.strong else REGULAR, 27, ink, anchor="lm")
            else:
                canvas.text(MIDDLE, y, row.text, REGULAR, 27, ink)
        y += _LEADING
    if limit > 0:
        canvas.arc(224, 5, 68, 112, TRACK)
        long = 44 * max((_BOTTOM - _TOP) / (len(column) * _LEADING), 0.15)
        begin = 68 + (44 - long) * scroll / limit
        canvas.arc(224, 5, begin, begin + long, MUTED)
