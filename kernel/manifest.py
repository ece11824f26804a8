"""The device's manifest: which services there are, where they run, what memory they get, whom they may reach.

``device.toml``::

    [device]
    name = "watch"
    ram = "128M"

    [services.asr]
    class = "bluerill.modalities.voice.recognizer:RecognizerService"
    isolation = "child"            # "core" (in-process) or "child" (its own capped process)
    lane = "interactive"           # of what it sends by itself
    memory = "96M"                 # cap and reservation; 0 for core services: they share the core's
    start = "boot"                 # or "demand": on the first message
    idle_s = 0                     # on demand: stopped after so long without work (0: never)
    data = 0                       # soft wall, where a library reserves far more memory than it touches
    asks = ["planner"]
    tells = ["session"]
    notifies = []
    settings = { engine = "auto" } # keyword arguments of the class
    starts = { class = "bluerill.models.server:ModelServer", prefix = "model-", most = 8 }  # children at run time
    box = { network = true }       # a child that may not be trusted: see kernel/box; {} is the tightest

Everything is checked before anything starts: unknown keys, unknown peers, cycles of asks. An illegal wiring is
refused, naming both parties (as Hubris refuses an image whose task calls one its ``app.toml`` does not list).
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from .box.spec import BoxSpec
from .errors import ManifestError
from .message import Lane

_SIZE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*$", re.IGNORECASE)
_FACTOR = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_NAME = re.compile(r"^[a-z][a-z0-9-]{0,31}$")
_PREFIX = re.compile(r"^[a-z][a-z0-9-]{0,14}-$")
MOST_STARTED = 64
"""Children one service may be allowed to have at once."""
KERNEL = "kernel"
"""The kernel's own address: anyone may ask it for its status if the manifest says so."""


def parse_size(text: str | int) -> int:
    """Bytes of a size such as ``32M`` or ``1.5G`` (binary). Raises ManifestError naming what was found."""
    if isinstance(text, int):
        return text
    match = _SIZE.match(text)
    if match is None:
        raise ManifestError(f"expected a size such as 32M or 1.5G, got {text!r}")
    return int(float(match[1]) * _FACTOR[match[2].upper()])


def format_size(size: int) -> str:
    """``33554432`` as ``32M``; one decimal where it is not whole."""
    for unit in ("G", "M", "K"):
        factor = _FACTOR[unit]
        if size >= factor:
            value = size / factor
            return f"{value:.0f}{unit}" if abs(value - round(value)) < 0.05 else f"{value:.1f}{unit}"
    return f"{size}"


class ZygoteSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A process that has imported what children of one class need, and forks them (see ``zygote.py``)."""

    memory: str | int
    settings: dict[str, Any] = {}
    """Of the one service of the class that it runs to its end first."""
    idle_s: float = 30.0
    """It ends when it has had no children for so long."""


class StartsSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The right to start children of one class at run time, under names with one prefix (see ``nursery.py``)."""

    class_: str = msgspec.field(name="class")
    prefix: str
    most: int = 8
    hang_s: float = 10.0
    """As ``hang_s`` of a service."""
    asks: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    notifies: tuple[str, ...] = ()
    """The most that one of its children may be allowed; each child gets what it is started with, and no more."""
    box: BoxSpec | None = None
    """Every one of its children is boxed; ``reads`` are given by who starts it."""
    zygote: ZygoteSpec | None = None
    """The process that all of them are forked from, where the system can; else each is started on its own."""


class ServiceSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One ``[services.NAME]`` table."""

    class_: str = msgspec.field(name="class")
    isolation: Literal["core", "child"] = "core"
    lane: Literal["control", "interactive", "background"] = "interactive"
    memory: str | int = 0
    data: str | int = 0
    """The soft wall (RLIMIT_DATA) of a child, for a library that reserves far more than it touches; 0: as memory."""
    start: Literal["boot", "demand"] = "boot"
    asks: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    notifies: tuple[str, ...] = ()
    hang_s: float = 10.0
    """A child that leaves an answer overdue and then shows no sign of life for this long is killed."""
    idle_s: float = 0.0
    """A child started on demand that had nothing to do for this long is stopped, and its memory freed (0: never)."""
    settings: dict[str, Any] = {}
    starts: StartsSpec | None = None
    box: BoxSpec | None = None

    @property
    def memory_bytes(self) -> int:
        return parse_size(self.memory)

    @property
    def default_lane(self) -> Lane:
        return Lane[self.lane.upper()]


class DeviceSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The ``[device]`` table."""

    name: str = "watch"
    ram: str | int = "128M"
    core: str | int = "32M"
    """What the core process itself may use of ``ram``."""


class Manifest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A whole checked manifest."""

    device: DeviceSpec
    services: dict[str, ServiceSpec]

    @classmethod
    def load(cls, path: Path) -> Manifest:
        """Read and check a file. Raises ManifestError in one line: file, table, expected, found."""
        try:
            table = tomllib.loads(path.read_text("utf-8"))
        except OSError as error:
            raise ManifestError(f"{path}: cannot be read: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ManifestError(f"{path}: is not TOML: {error}") from error
        return cls.parse(table, str(path))

    @classmethod
    def parse(cls, table: dict[str, Any], where: str = "device.toml") -> Manifest:
        """Check a parsed table. Raises ManifestError."""
        try:
            manifest = msgspec.convert(table, cls)
        except msgspec.ValidationError as error:
            raise ManifestError(f"{where}: {error}") from error
        manifest.check(where)
        return manifest

    def check(self, where: str = "device.toml") -> None:
        """Refuse an illegal wiring. Raises ManifestError naming both parties."""
        parse_size(self.device.ram)
        parse_size(self.device.core)
        for name, spec in self.services.items():
            if not _NAME.match(name) or name == KERNEL:
                raise ManifestError(f"{where}: [services.{name}]: expected a name like 'asr', not {KERNEL!r}")
            if ":" not in spec.class_:
                raise ManifestError(f"{where}: [services.{name}] class: expected 'module:Class', got {spec.class_!r}")
            if spec.isolation == "child" and spec.memory_bytes <= 0:
                raise ManifestError(f'{where}: [services.{name}]: a child needs memory = "…M", its cap')
            if spec.box is not None and spec.isolation != "child":
                raise ManifestError(f"{where}: [services.{name}] box: only a child can be boxed")
            parse_size(spec.data)
            if spec.starts is not None:
                self._check_starts(name, spec, spec.starts, where)
            for verb, peers in (("asks", spec.asks), ("tells", spec.tells), ("notifies", spec.notifies)):
                for peer in peers:
                    if peer == name:
                        raise ManifestError(f"{where}: [services.{name}] {verb}: {name!r} may not name itself")
                    if peer not in self.services and peer != KERNEL:
                        raise ManifestError(
                            f"{where}: [services.{name}] {verb} {peer!r}: no service has that name "
                            f"(there are {', '.join(sorted(self.services))})"
                        )
        cycle = self._cycle()
        if cycle:
            raise ManifestError(
                f"{where}: services ask each other in a circle: {' → '.join(cycle)}; "
                f"break it with a tell or a notification"
            )

    def _check_starts(self, name: str, spec: ServiceSpec, starts: StartsSpec, where: str) -> None:
        said = f"{where}: [services.{name}] starts"
        if ":" not in starts.class_:
            raise ManifestError(f"{said}.class: expected 'module:Class', got {starts.class_!r}")
        if not _PREFIX.match(starts.prefix):
            raise ManifestError(f"{said}.prefix: expected a prefix like 'model-', got {starts.prefix!r}")
        if not 1 <= starts.most <= MOST_STARTED:
            raise ManifestError(f"{said}.most: expected 1 to {MOST_STARTED}, got {starts.most}")
        for peer in (*starts.asks, *starts.tells, *starts.notifies):
            if peer not in self.services:
                raise ManifestError(f"{said}: its children may reach {peer!r}, and no service has that name")
        for peer in starts.asks:
            if name in self._asked_by(peer):
                raise ManifestError(f"{said}.asks {peer!r}: it asks {name!r} in turn, which asks its children")
        if KERNEL not in spec.asks:
            raise ManifestError(f"{said}: children are asked of {KERNEL!r}; add it to asks")
        for other, their in self.services.items():
            if other.startswith(starts.prefix):
                raise ManifestError(f"{said}.prefix {starts.prefix!r}: service {other!r} has such a name")
            if other != name and their.starts is not None and their.starts.prefix.startswith(starts.prefix):
                raise ManifestError(f"{said}.prefix {starts.prefix!r}: {other!r} starts {their.starts.prefix!r}")

    def _asked_by(self, name: str) -> set[str]:
        """Everyone a service asks, itself or through others, and itself."""
        found: set[str] = set()
        pending = [name]
        while pending:
            peer = pending.pop()
            if peer not in found and peer in self.services:
                found.add(peer)
                pending += self.services[peer].asks
        return found

    def _cycle(self) -> list[str]:
        done: set[str] = set()

        def walk(name: str, path: list[str]) -> list[str]:
            if name in path:
                return [*path[path.index(name) :], name]
            if name in done or name not in self.services:
                return []
            for peer in self.services[name].asks:
                found = walk(peer, [*path, name])
                if found:
                    return found
            done.add(name)
            return []

        for name in self.services:
            found = walk(name, [])
            if found:
                return found
        return []

    def without(self, *names: str) -> Manifest:
        """The manifest less some services, and less every right to reach them (a headless device).

        A setting that is a list of services (``fronts = ["web", "control"]``) loses those that are gone.
        """
        gone = set(names) & set(self.services)

        def left(value: Any) -> Any:
            if isinstance(value, list | tuple) and value and all(item in self.services for item in value):
                return [item for item in value if item not in gone]
            return value

        return Manifest(
            self.device,
            {
                name: msgspec.structs.replace(
                    spec,
                    asks=tuple(p for p in spec.asks if p not in gone),
                    tells=tuple(p for p in spec.tells if p not in gone),
                    notifies=tuple(p for p in spec.notifies if p not in gone),
                    settings={key: left(value) for key, value in spec.settings.items()},
                    starts=None if spec.starts is None else _starts_without(spec.starts, gone),
                )
                for name, spec in self.services.items()
                if name not in gone
            },
        )


def _starts_without(starts: StartsSpec, gone: set[str]) -> StartsSpec:
    return msgspec.structs.replace(
        starts,
        asks=tuple(p for p in starts.asks if p not in gone),
        tells=tuple(p for p in starts.tells if p not in gone),
        notifies=tuple(p for p in starts.notifies if p not in gone),
    )
