"""Devices for kernel tests: a manifest of echo services, on the real host or on virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bluerill.kernel.child import resolve
from bluerill.kernel.host import this_host
from bluerill.kernel.host.base import Host
from bluerill.kernel.loop import Kernel
from bluerill.kernel.manifest import Manifest

ECHO = "support.services:Echo"


def manifest(**services: dict[str, Any]) -> Manifest:
    """A manifest whose services are all Echo unless they say otherwise."""
    tables = {name: {"class": ECHO, **table} for name, table in services.items()}
    return Manifest.parse({"device": {"ram": "1G"}, "services": tables})


@asynccontextmanager
async def device(wiring: Manifest, host: Host | None = None) -> AsyncIterator[Kernel]:
    host = host or this_host()
    kernel = Kernel(wiring, host, resolve)
    try:
        await kernel.start()
        yield kernel
    finally:
        await kernel.stop()
        host.close()
