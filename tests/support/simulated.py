"""The whole watch on virtual time, in one process: its own wiring, with puppets for what hears, sees and serves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bluerill.kernel.host.sim import EPOCH, SimHost
from bluerill.kernel.loop import Kernel
from bluerill.watch.recording.entries import VERSION, Head
from bluerill.watch.recording.replay import messages, staged

HEAD = Head(recording=VERSION, version="test", made="", wall=EPOCH, elapsed=0.0, boot="test", zone="Europe/Paris")


@asynccontextmanager
async def simulated(
    host: SimHost, folder: Path, head: Head = HEAD, **settings: dict[str, Any]
) -> AsyncIterator[Kernel]:
    """A device that has settled; ``settings`` are further ones of its services."""
    messages()
    kernel = staged(head, folder, host, settings)
    await kernel.start()
    try:
        await asyncio.sleep(2)
        yield kernel
    finally:
        await kernel.stop()
