"""What ten idle packages of strangers cost together: proportional and unique set size, and what their caps are charged.

Read from ``/proc/PID/smaps_rollup`` of their processes and of the zygote they are forked from; Linux only.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from ..kernel.manifest import Manifest
from ..kernel.service import Port
from ..kernel.status import GetStatus, Status
from ..skills.messages import Invoke, Invoked
from ..watch.boot import boot
from .skills_package import admit, package
from .smaps import rollup

PACKAGES = 10
REST_S = 4.0


def resting(manifest: Manifest) -> Manifest:
    """The same device, whose packages rest sooner."""
    skills = manifest.services["skills"]
    sooner = msgspec.structs.replace(skills, settings={**skills.settings, "rest_s": REST_S})
    return msgspec.structs.replace(manifest, services={**manifest.services, "skills": sooner})


async def cost(port: Port) -> tuple[int, dict[str, float]]:
    """How many processes of packages there are, and MiB by kind, the zygote's with them."""
    status = await port.ask("kernel", GetStatus(), Status)
    rows = [each for each in status.services if each.pid and each.isolation == "child" and each.starter == "skills"]
    zygote = [each for each in status.services if each.pid and each.name == "skills-zygote"]
    found: dict[str, int] = {"Pss": 0, "Private_Clean": 0, "Private_Dirty": 0}
    for row in (*rows, *zygote):
        try:
            held = await asyncio.to_thread(rollup, row.pid)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has gone to rest meanwhile
        for kind in found:
            found[kind] += held.get(kind, 0)  # nothing of one that is just ending
    return len(rows), {
        "PSS": found["Pss"] / (1 << 20),
        "USS": (found["Private_Clean"] + found["Private_Dirty"]) / (1 << 20),
        "charged": sum(each.charge for each in (*rows, *zygote)) / (1 << 20),
    }


async def idle(manifest: Manifest, folder: Path) -> dict[str, float]:
    """Let ten packages in, and look when all run and when all rest."""
    figures: dict[str, float] = {}
    async with boot(resting(manifest)) as device:
        port, owner = device.kernel.connect("control-bench"), device.kernel.local("control").port
        for number in range(PACKAGES):
            await admit(owner, package(folder, f"echo{number}"))
        for number in range(PACKAGES):
            await port.ask("skills", Invoke(f"echo_back_echo{number}"), Invoked, within=30)
        for when in ("called just now", "resting"):
            running, sizes = await cost(port)
            while when == "resting" and running:
                await asyncio.sleep(0.1)
                running, sizes = await cost(port)
            for name, value in sizes.items():
                figures[f"ten packages, {when}: {name} (MiB)"] = value
    return figures
