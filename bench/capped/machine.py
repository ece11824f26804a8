"""What there is to know of the machine: processor, memory, load, and energy where the processor counts it."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .rows import Machine

RAPL = Path("/sys/class/powercap/intel-rapl:0/energy_uj")
"""Energy of the processor package since some moment (kernel documentation "Power Capping Framework")."""


def machine() -> Machine:
    """This one, now."""
    return Machine(
        _cpu(), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, ram(),
        platform.release(), platform.python_version(), round(os.getloadavg()[0], 2),
    )  # fmt: skip


def ram() -> int:
    """Bytes of memory of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def build() -> dict[str, str]:
    """Versions of what is measured."""
    from ... import __version__

    found = {"bluerill": __version__}
    for name in ("msgspec", "numpy", "pillow", "onnxruntime", "hassil", "llama-cpp-python"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def joules() -> float | None:
    """The counter of energy, in J; None where there is none, or it is not for us to read."""
    try:
        return int(RAPL.read_text()) / 1e6
    except (OSError, ValueError):
        return None


def swap(controls: Mapping[str, int]) -> str:
    """``none`` if the machine has no swap, ``off`` if the cage allows none, else ``on``."""
    try:
        if len(Path("/proc/swaps").read_text().splitlines()) < 2:
            return "none"
    except OSError:
        return "on"
    return "off" if controls.get("swap") == 0 else "on"


def process(pid: int) -> dict[str, int]:
    """``mapped_file`` and ``read_bytes`` of a living process, those that can be read (proc(5))."""
    found = {}
    for file, key, name, factor in (
        ("status", "RssFile:", "mapped_file", 1024),
        ("io", "read_bytes:", "read_bytes", 1),
    ):
        try:
            for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
                if line.startswith(key):
                    found[name] = int(line.split()[1]) * factor
        except (OSError, ValueError):
            continue
    return found


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
