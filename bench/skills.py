"""Other people's skills: what the box costs, and how soon a package that is let in can be spoken to.

``python -m bluerill.bench.skills [--calls N]``. A package of one skill is let into a whole device (without page and
voice) through the same messages as ``bluerill skills install``; its calls are timed beside those of a skill in the
core, and those of a boxed child beside those of the same child without a box. Ten more packages show what idle ones
cost.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

import msgspec

from ..kernel.errors import BluerillError
from ..kernel.manifest import Manifest
from ..kernel.service import Port
from ..kernel.status import GetStatus, Status
from ..modalities.voice.messages import Corpus, GetCorpus
from ..skills.admission import Inspect
from ..skills.messages import Invoke, Invoked
from ..watch.boot import PAGE, VOICE, boot, load_manifest
from .skills_idle import idle
from .skills_package import admit, package


async def timed(port: Port, action: str, calls: int) -> float:
    """Median microseconds of a call."""
    took = []
    for _ in range(calls):
        began = time.perf_counter()
        await port.ask("skills", Invoke(action), Invoked, within=10)
        took.append((time.perf_counter() - began) * 1e6)
    return statistics.median(took)


def unboxed(manifest: Manifest) -> Manifest:
    """The same device, whose packages run without a box."""
    skills = manifest.services["skills"]
    assert skills.starts is not None
    loose = msgspec.structs.replace(skills, starts=msgspec.structs.replace(skills.starts, box=None))
    return msgspec.structs.replace(manifest, services={**manifest.services, "skills": loose})


async def measure(manifest: Manifest, found: Inspect, calls: int, *, whole: bool) -> dict[str, float]:
    figures: dict[str, float] = {}
    async with boot(manifest) as device:
        port = device.kernel.connect("control-bench")
        owner = device.kernel.local("control").port
        await port.ask("skills", Invoke("get_time"), Invoked, within=30)
        await port.borrow("planner", GetCorpus(), Corpus, within=60)
        before = time.perf_counter()
        await admit(owner, found)
        figures["let in, looked at first (s)"] = time.perf_counter() - before
        until = time.perf_counter() + 30
        while time.perf_counter() < until:
            try:
                await port.ask("skills", Invoke("echo_back_echo"), Invoked, within=10)
                break
            except BluerillError:
                await asyncio.sleep(0.01)
        figures["… until it answers (s)"] = time.perf_counter() - before
        if whole:
            _, lease = await port.borrow("planner", GetCorpus(), Corpus, within=60)
            with lease:
                assert b"echo" in lease.bytes()
            figures["… until the recogniser's sentences hold it (s)"] = time.perf_counter() - before
            figures["call of a skill in the core, median (us)"] = await timed(port, "get_time", calls)
        figures["call of a package's skill, median (us)"] = await timed(port, "echo_back_echo", calls)
        status = await port.ask("kernel", GetStatus(), Status)
        row = next(each for each in status.services if each.name == "skill-echo")
        figures["its process, anonymous memory (MiB)"] = row.anon / (1 << 20)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.skills", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=2000, metavar="N")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["BLUERILL_HOME"] = home
        folder = Path(home) / "packages"
        folder.mkdir()
        for name, value in asyncio.run(idle(load_manifest(without=(*VOICE, *PAGE)), folder)).items():
            print(f"{name:<50} {value:8.2f}")
    for boxed in (True, False):
        with tempfile.TemporaryDirectory() as home:
            os.environ["BLUERILL_HOME"] = home
            folder = Path(home) / "echo"
            folder.mkdir()
            manifest = load_manifest(without=(*VOICE, *PAGE))
            wiring, found = (manifest, package(folder)) if boxed else (unboxed(manifest), None)
            if not boxed:
                found = msgspec.structs.replace(package(folder), folder="")
                os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
            assert found is not None
            print("in a box" if boxed else "the same without a box")
            for name, value in asyncio.run(measure(wiring, found, args.calls, whole=boxed)).items():
                print(f"  {name:<48} {value:8.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
