"""Opening a device for one command: the running one if there is one, else one of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..boot import DeviceBusy, boot, load_manifest, state_directory
from ..control import ControlService, Front, LocalFront, SocketFront


@asynccontextmanager
async def open_front(
    *, without: tuple[str, ...], ram: str = "", attach: bool = True, settle: bool = False
) -> AsyncIterator[Front]:
    """A front to a device. ``without`` are the services a device of our own does not need."""
    path = str(state_directory() / "device.sock")
    if attach:
        try:
            manifest = load_manifest(without=without, ram=ram)
            device = boot(manifest)
        except DeviceBusy:
            front = await SocketFront.connect(path)
            try:
                yield front
            finally:
                await front.close()
            return
    else:
        device = boot(load_manifest(without=without, ram=ram), lock=False)
    async with device:
        control = device.kernel.local("control")
        assert isinstance(control, ControlService)
        yield LocalFront(control)
