"""Faces that are valid and made to hurt: drawing them is bounded, or refused with one line."""

from __future__ import annotations

import time

import pytest

from bluerill.modalities.screen.wff.effort import MAX_DRAW_S
from bluerill.modalities.screen.wff.problem import FaceError
from bluerill.modalities.screen.wff.renderer import FaceRenderer
from support.wff import box, device, face, scene


def words(text: str, size: str, more: str = "") -> str:
    return f'<PartText x="0" y="0" width="100" height="100"><Text maxLines="0" isAutoSize="TRUE"><Font family="SYNC_TO_DEVICE" size="{size}" {more}>{text}</Font></Text></PartText>'


def line(stroke: str) -> str:
    return f'<PartDraw x="0" y="0" width="100" height="100"><Ellipse x="-1e8" y="-1e8" width="2e8" height="2e8">{stroke}</Ellipse><Line startX="0" startY="0" endX="1e8" endY="3">{stroke}</Line></PartDraw>'


SLOW = 5
"""How much slower than its limit a processor may be here: what is not cheap takes hundreds of times as long."""
CHEAP = {
    "huge letters": words("W" * 5000, "1e7"),
    "many letters": words("word " * 5000, "4"),
    "endless word": words("x" * 60000, "9"),
    "wide spacing": words("abc", "20", 'letterSpacing="1e6"'),
    "thick strokes": line('<Stroke color="#FFFFFFFF" thickness="1e8" cap="ROUND"/>'),
    "fine dashes": line('<Stroke color="#FFFFFFFF" thickness="2" dashIntervals="0.0001 0.0001"/>'),
    "deep blur": words("<Shadow color='#FFFF0000' radius='1e9' offsetX='1e9'>abc</Shadow>", "20"),
    "not a number": box(more='<Transform target="x" value="0 / 0"/><Transform target="angle" value="log(0)"/>'),
    "infinite scale": box(scaleX="1e30", scaleY="1e30", angle="1e30"),
    "flat": box(scaleX="0"),
    "far away": box(x=10_000_000, y=-10_000_000),
    "short gradient": '<PartDraw x="0" y="0" width="100" height="100"><Rectangle x="0" y="0" width="100" height="100"><Fill color="#FF000000"><LinearGradient startX="0" startY="0" endX="0.00001" endY="0" colors="#FF000000 #FFFFFFFF" positions="0 1"/></Fill></Rectangle></PartDraw>',
    "many weights": f'<PartDraw x="0" y="0" width="100" height="100"><Arc centerX="50" centerY="50" width="90" height="90" startAngle="0" endAngle="1e9"><WeightedStroke colors="{"#FFFF0000 " * 3000}" thickness="9" interpolate="TRUE"/></Arc></PartDraw>',
    "references in a circle": box(more='<Transform target="x" value="[REFERENCE.a] + 1"/><Reference name="a" source="x" defaultValue="0"/>'),
}  # fmt: skip


@pytest.mark.parametrize("name", CHEAP)
def test_one_element_is_cheap_whatever_it_says(name: str) -> None:
    renderer = FaceRenderer(face(scene(CHEAP[name])), (466, 466))
    renderer.limit_s = SLOW * MAX_DRAW_S
    begin = time.thread_time()
    renderer.draw(device())
    renderer.draw(device(ambient=True))
    assert time.thread_time() - begin < SLOW * MAX_DRAW_S


def test_many_elements_are_stopped_in_time() -> None:
    crowd = "".join(box(blendMode="HUE", alpha="200") for _ in range(1500))
    renderer = FaceRenderer(face(scene(crowd)), (466, 466))
    renderer.limit_s = 0.5
    begin = time.thread_time()
    with pytest.raises(FaceError, match=r"within 0\.5 s"):
        renderer.draw(device())
    assert time.thread_time() - begin < 1.5
