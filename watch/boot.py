"""Boot: from a manifest to a running device. The only place that turns class paths into services.

The manifest says what a whole watch is made of; a command that needs less (``ask`` needs no ears) boots the same
wiring without the rest. One state directory belongs to one device at a time: a lock file says so, and a second
start talks to the first device through its control socket instead (see ``control.py``).
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..kernel.box.spec import BoxSpec
from ..kernel.child import resolve
from ..kernel.errors import BluerillError, ManifestError
from ..kernel.host import this_host
from ..kernel.host.base import Host
from ..kernel.loop import Kernel
from ..kernel.manifest import Manifest, ServiceSpec, format_size, parse_size
from ..kernel.places import cache_directory, state_directory
from .guests import FILE as GUESTS
from .guests import guests
from .owner import read_tables

MANIFEST = Path(__file__).with_name("device.toml")
LISTED = ("mcp", "langchain")
"""The tables of the owner's settings that list programs which become skills, beside those of the skills."""
VOICE = ("ears", "asr", "mouth")
PAGE = ("screen", "web")


class DeviceBusy(BluerillError):
    """Another process runs a device on this state directory."""

    code = "busy"


def load_manifest(path: Path = MANIFEST, *, without: Iterable[str] = (), ram: str = "", **places: Any) -> Manifest:
    """The manifest with ``{name}`` in settings replaced by ``places`` and some services left out.

    Raises ManifestError.
    """
    manifest = Manifest.load(path)
    names = {"state": str(state_directory()), "cache": str(cache_directory()), "monty": _monty(), **places}
    services = {
        name: msgspec.structs.replace(spec, settings=_fill(spec.settings, names, name), box=_fill_box(spec.box, names))
        for name, spec in manifest.services.items()
    }
    if "skills" in services:
        _add_settings(services, Path(names["state"]) / "settings.toml")
        _place_listed(services, Path(names["state"]) / "settings.toml")
    services.update(guests(Path(names["state"]) / GUESTS, services))
    device = manifest.device if not ram else msgspec.structs.replace(manifest.device, ram=parse_size(ram))
    filled = Manifest(device, services).without(*without)
    filled.check(str(path))
    return filled


def _place_listed(services: dict[str, ServiceSpec], path: Path) -> None:
    """Seat what the owner listed; only a device that has some pays for it. Raises ManifestError."""
    tables = services["skills"].settings["settings"]
    for kind in LISTED:
        if kind not in tables:
            continue
        from .langchain_tools import tools
        from .listed import placed
        from .mcp_servers import servers

        placed(services, {"mcp": servers, "langchain": tools}[kind](tables.pop(kind), str(path)))


def _add_settings(services: dict[str, ServiceSpec], path: Path) -> None:
    """The owner's settings: a table per skill in ``settings.toml`` beside the store.

    Raises ManifestError if the file is there and is not that.
    """
    tables = read_tables(path, "skill such as [weather]")
    larger = _larger(tables.get("planner", {}).get("model", []), path)
    # the faces skill lists what lies in the folder that the screen draws from
    faces = {"folder": str(path.parent / "faces"), **tables.get("faces", {})}
    for name, spec in services.items():
        if name == "skills":
            added: dict[str, Any] = {"settings": {**tables, "faces": faces}}
        elif name == "studio":
            added = {key: str(each) for key, each in tables.get("studio", {}).items() if key == "model"}
        elif name == "planner" and larger:
            added = {"larger": "larger"}
        elif name == "larger":
            added = {"models": larger}
        elif name == "image":
            added = {"models": tables.get("image", {})}
        elif name in ("screen", "designer"):
            added = {"faces": str(faces["folder"])}
        else:
            continue
        services[name] = msgspec.structs.replace(spec, settings={**spec.settings, **added})


def _larger(named: Any, path: Path) -> list[str]:
    """The models that plan what the small networks are not sure of. Raises ManifestError."""
    models = [named] if isinstance(named, str) else named
    if not isinstance(models, list) or not all(isinstance(each, str) and each for each in models):
        raise ManifestError(f"{path} [planner] model: expected a model's name or a list of them, got {named!r:.80}")
    return models


def _fill(settings: Mapping[str, Any], names: Mapping[str, Any], service: str) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
            value = names.get(value[1:-1], value)
        elif isinstance(value, str) and "{" in value:
            try:
                value = value.format_map(names)
            except KeyError as error:
                raise ManifestError(
                    f"device.toml [services.{service}] settings.{key}: nothing is named {error}"
                ) from None
        filled[key] = value
    return filled


def _fill_box(box: BoxSpec | None, names: Mapping[str, Any]) -> BoxSpec | None:
    """Where a box opens, with places filled in; a folder that it may write is made here, since it can make none."""
    if box is None:
        return None
    reads, writes, programs = (
        tuple(path.format_map(names) for path in paths) for paths in (box.reads, box.writes, box.programs)
    )
    for path in writes:
        try:
            Path(path).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ManifestError(f"{path}: cannot be made: {error.strerror}; set BLUERILL_HOME") from error
    return msgspec.structs.replace(box, reads=reads, writes=writes, programs=tuple(filter(None, programs)))


def _monty() -> str:
    """The program of the inner sandbox, beside this interpreter; '' if the extra ``monty`` is not installed."""
    path = Path(sys.executable).with_name("monty")
    return str(path) if path.is_file() else ""


class DeviceLock:
    """The lock of a state directory, held while a device runs on it."""

    def __init__(self, directory: Path) -> None:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(directory / "device.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ManifestError(
                f"{directory}: expected a directory this user may write, got: {error.strerror}; set BLUERILL_HOME"
            ) from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._fd)
            raise DeviceBusy(f"a device already runs on {directory}") from None

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class Device:
    """A booted device: ``async with boot(...) as device``."""

    def __init__(self, kernel: Kernel, lock: DeviceLock | None) -> None:
        self.kernel = kernel
        self._lock = lock

    async def __aenter__(self) -> Device:
        try:
            await self.kernel.start()
            if "control" in self.kernel.manifest.services:
                control: Any = self.kernel.local("control")
                control.kernel = self.kernel
        except BaseException:
            self._close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kernel.stop()
        self._close()

    def _close(self) -> None:
        self.kernel.host.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def fit(manifest: Manifest, order: Iterable[str] = ("web", "screen", "asr", "ears")) -> list[str]:
    """Why the boot children of a manifest do not fit its RAM, one line each (empty: they do).

    A device that is too small is told so before anything starts, rather than service by service.
    """
    from ..kernel.ledger import headroom_of

    budget = parse_size(manifest.device.ram)
    free = budget - headroom_of(budget) - parse_size(manifest.device.core)
    wanted = {n: s.memory_bytes for n, s in manifest.services.items() if s.isolation == "child" and s.start == "boot"}
    if free < 0:
        return [f"the core needs {manifest.device.core} and headroom; --ram {format_size(budget)} is too small"]
    total = sum(wanted.values())
    if total <= free:
        return []
    parts = ", ".join(f"{name} {format_size(size)}" for name, size in sorted(wanted.items(), key=lambda i: -i[1]))
    return [
        f"--ram {format_size(budget)} leaves {format_size(free)} for services that want "
        f"{format_size(total)} ({parts}); "
        f"use --ram {format_size(budget + total - free + (total - free) // 16)} or more"
    ]


def boot(manifest: Manifest, *, host: Host | None = None, lock: bool = True) -> Device:
    """A device ready to start. Call with a running event loop. Raises DeviceBusy, ManifestError."""
    held = DeviceLock(state_directory()) if lock else None
    try:
        return Device(Kernel(manifest, host or this_host(), resolve), held)
    except BaseException:
        if held is not None:
            held.release()
        raise


__all__ = [
    "MANIFEST", "PAGE", "VOICE", "Device", "DeviceBusy", "DeviceLock", "boot", "cache_directory", "fit",
    "load_manifest", "state_directory",
]  # fmt: skip
