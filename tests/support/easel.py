"""Stands for the page behind the screen: keeps the picture that the patches add up to."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from PIL import Image

from bluerill.agent.messages import Press
from bluerill.kernel.service import Call, Service, handles
from bluerill.modalities.screen.messages import Frame, Shown
from bluerill.modalities.screen.service import ScreenService
from support.devices import device, manifest


class Easel(Service):
    """Page, session and skills in one; ``hold`` cleared makes it slow."""

    def __init__(self) -> None:
        self.picture = Image.new("RGB", (466, 466))
        self.frames: list[Frame] = []
        self.shown: list[Shown] = []
        self.presses: list[Press] = []
        self.signals: list[int] = []
        self.hold = asyncio.Event()
        self.hold.set()
        self.arrived = asyncio.Event()

    @handles(Frame)
    async def frame(self, frame: Frame, call: Call) -> None:
        await self.hold.wait()
        data = call.lease.bytes() if call.lease is not None else frame.data
        self.picture.paste(Image.open(io.BytesIO(data)), (frame.x, frame.y))
        self.frames.append(frame)
        self.arrived.set()

    @handles(Shown)
    def on_shown(self, shown: Shown, call: Call) -> None:
        self.shown.append(shown)
        self.arrived.set()

    @handles(Press)
    def on_press(self, press: Press, call: Call) -> None:
        self.presses.append(press)
        self.arrived.set()

    async def notified(self, signal: int) -> None:
        self.signals.append(signal)
        self.arrived.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for a condition on what arrived (the test's timeout bounds it)."""
        while not true():
            self.arrived.clear()
            await self.arrived.wait()


@asynccontextmanager
async def easel(**settings: Any) -> AsyncIterator[tuple[Easel, ScreenService]]:
    """A screen and an easel on a real kernel."""
    wiring = manifest(
        screen={
            "class": "bluerill.modalities.screen.service:ScreenService",
            "tells": ["web"],
            "notifies": ["web"],
            "settings": {"zone": "UTC", "session": "web", "skills": "web", "face": "minimal", **settings},
        },
        web={"class": "support.easel:Easel", "asks": ["screen"], "tells": ["screen"]},
    )
    async with device(wiring) as kernel:
        page, screen = kernel.local("web"), kernel.local("screen")
        assert isinstance(page, Easel)
        assert isinstance(screen, ScreenService)
        yield page, screen
