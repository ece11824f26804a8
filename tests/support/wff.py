"""Small faces of the Watch Face Format for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from PIL import Image

from bluerill.modalities.screen.wff.device import Device
from bluerill.modalities.screen.wff.face import Face, read
from bluerill.modalities.screen.wff.renderer import FaceRenderer
from bluerill.modalities.screen.wff.resources import Resources

NOON = datetime(2026, 11, 20, 10, 8, 36, 500_000, tzinfo=UTC)


def face(scene: str, *, before: str = "", attributes: str = 'clipShape="NONE"', size: int = 100) -> Face:
    """A face of ``size`` units whose Scene holds ``scene``."""
    return read(f'<WatchFace width="{size}" height="{size}" {attributes}>{before}{scene}</WatchFace>'.encode())


def scene(inside: str, colour: str = "#FF000000") -> str:
    return f'<Scene backgroundColor="{colour}">{inside}</Scene>'


def device(**fields: Any) -> Device:
    given = {"moment": NOON, "battery": 82, "steps": 6204, "heart_rate": 72, "unread": 3, "zone": "UTC", **fields}
    return Device(**given)


def drawn(
    inside: str, *, before: str = "", side: int = 100, wishes: dict[str, str] | None = None, **fields: Any
) -> Image.Image:
    """The picture of a face of 100 units on a square screen."""
    renderer = FaceRenderer(face(scene(inside), before=before), (side, side), "rect", wishes=wishes)
    return renderer.draw(device(**fields), still=True)


def box(
    colour: str = "#FFFFFFFF", *, x: int = 0, y: int = 0, side: int = 100, more: str = "", **attributes: str
) -> str:
    """A PartDraw with one filled square; ``more`` are further children of the part."""
    extra = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return (
        f'<PartDraw x="{x}" y="{y}" width="{side}" height="{side}" {extra}>{more}'
        f'<Rectangle x="0" y="0" width="{side}" height="{side}"><Fill color="{colour}"/></Rectangle></PartDraw>'
    )


def pixel(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    value = picture.getpixel((x, y))
    assert isinstance(value, tuple)
    return tuple(int(part) for part in value)


NOTHING = Resources()
