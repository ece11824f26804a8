"""Opening a device for one command: the running one if there is one, else one of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from ..kernel.manifest import Manifest, parse_size
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
    memory: Mapping[str, str] | None = None,
    working: bool = False,
) -> AsyncIterator[Front]:
    """A front to a device. ``without`` are the services that a device of our own would not need, ``asr`` further
    settings of its recogniser and ``memory`` caps by service, where they differ from the wiring's; ``working`` lets it
    do long jobs while it lives.

    There is one device for a state directory: a second one would ring the same alarms.
    """
    try:
        device = boot(brief(load_manifest(without=without, ram=ram), asr or {}, memory or {}, working))
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


def brief(manifest: Manifest, asr: Mapping[str, Any], memory: Mapping[str, str], working: bool = False) -> Manifest:
    """The manifest of a device that lives for one command, with other caps for some of its services.

    Of a child whose cap is lowered the soft wall stays where it was: what is reserved is not what is used."""
    changes: dict[str, Mapping[str, Any]] = {
        "skills": {"wait_s": HOSTS_WAIT_S},
        "asr": asr,
        "jobs": {"working": working},
    }
    services = {
        name: msgspec.structs.replace(spec, settings={**spec.settings, **changes[name]}) if name in changes else spec
        for name, spec in manifest.services.items()
    }
    for name, cap in memory.items():
        if name in services:
            spec = services[name]
            lower = parse_size(cap) < parse_size(spec.memory)
            wall = str(2 * parse_size(spec.memory)) if lower and not spec.data else spec.data
            services[name] = msgspec.structs.replace(spec, memory=cap, data=wall)
    return msgspec.structs.replace(manifest, services=services)
