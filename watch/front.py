"""Opening a device for one command: the running one if there is one, else one of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from ..kernel.manifest import Manifest
from .boot import DeviceBusy, boot, load_manifest, state_directory
from .control import ControlService, Front, LocalFront, SocketFront

HOSTS_WAIT_S = 5.0
"""A device of our own waits this long for third-party skills, since the one command may be meant for them."""


@asynccontextmanager
async def open_front(
    *,
    without: tuple[str, ...],
    ram: str = "",
    asr: Mapping[str, Any] | None = None,
    asr_memory: str = "",
    working: bool = False,
) -> AsyncIterator[Front]:
    """A front to a device. ``without`` are the services that a device of our own would not need, ``asr`` further
    settings of its recogniser and ``asr_memory`` its cap, where they differ from the wiring's; ``working`` lets it do
    long jobs while it lives.

    There is one device for a state directory: a second one would ring the same alarms.
    """
    try:
        device = boot(brief(load_manifest(without=without, ram=ram), asr or {}, asr_memory, working))
    except DeviceBusy:
        front = await SocketFront.connect(str(state_directory() / "device.sock"))
        try:
            yield front
        finally:
            await front.close()
        return
    async with device:
        control = device.kernel.local("control")
        assert isinstance(control, ControlService)
        yield LocalFront(control)


def brief(manifest: Manifest, asr: Mapping[str, Any], asr_memory: str = "", working: bool = False) -> Manifest:
    """The manifest of a device that lives for one command."""
    changes: dict[str, Mapping[str, Any]] = {
        "skills": {"wait_s": HOSTS_WAIT_S},
        "asr": asr,
        "jobs": {"working": working},
    }
    services = {
        name: msgspec.structs.replace(spec, settings={**spec.settings, **changes[name]}) if name in changes else spec
        for name, spec in manifest.services.items()
    }
    if asr_memory and "asr" in services:
        services["asr"] = msgspec.structs.replace(services["asr"], memory=asr_memory)
    return msgspec.structs.replace(manifest, services=services)
