"""A picture of a hand, injected: its landmarks reach the gestures for long enough to be a pose, as a stranger's."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from bluerill.kernel.errors import CallerError
from bluerill.kernel.message import Body, Taint
from bluerill.modalities.gesture.messages import Hand
from bluerill.modalities.gesture.wrist import frames_of
from bluerill.modalities.image import messages as image
from bluerill.models.motion.hand import Poses
from bluerill.watch.commands.inject import _played
from bluerill.watch.control import Front
from support.vision_models import OPEN_HAND

FOUND = image.Hand([(float(x), float(y), 0.0) for x, y in OPEN_HAND], 0.9, "open-hand", 0.99)


class Device:
    """A front whose image service sees ``seen``."""

    def __init__(self, seen: image.Seen) -> None:
        self.seen = seen
        self.told: list[tuple[str, Body, Taint]] = []

    async def ask(self, to: str, body: Body, expect: Any, within: float | None = None) -> Body:
        return self.seen if isinstance(body, image.SeeStop) else image.SeeReady(1)

    async def tell(self, to: str, body: Body, taint: Taint) -> None:
        self.told.append((to, body, taint))


def played(path: Path, seen: image.Seen) -> tuple[str, Device]:
    device = Device(seen)
    return asyncio.run(_played(cast("Front", device), path, 1.0, hand=True)), device


def test_a_hand_in_a_picture_is_a_pose(tmp_path: Path) -> None:
    path = tmp_path / "hand.png"
    Image.new("RGB", (8, 8)).save(path)
    said, device = played(path, image.Seen((8, 8), hand=FOUND))
    assert said == "a hand: open-hand"
    ((to, body, taint),) = device.told
    assert isinstance(body, Hand)
    assert (to, taint) == ("gesture", Taint.UNTRUSTED)
    assert [held.pose for held in Poses().feed(frames_of(body.data))] == ["open-hand"]


def test_without_a_hand_or_a_model_it_says_so(tmp_path: Path) -> None:
    path = tmp_path / "hand.png"
    Image.new("RGB", (8, 8)).save(path)
    with pytest.raises(CallerError, match="expected a picture of a hand"):
        played(path, image.Seen((8, 8)))
    with pytest.raises(CallerError, match="no model that can find a hand"):
        played(path, image.Seen((8, 8), notes=["hand: no model that can find a hand is loaded"]))
