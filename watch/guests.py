"""Guests: services of other packages, which the owner lets onto the device.

A package registers a class of its own in the entry-point group ``bluerill.services``::

    [project.entry-points."bluerill.services"]
    lamp = "lamp_package.service:LampService"

Installing a package gives it nothing. The owner lets a guest in by a table in ``services.toml`` beside the store,
in the words of ``device.toml``; what is not written there is refused::

    [lamp]
    memory = "32M"
    asks = ["session"]
    settings = { room = "kitchen" }

A guest always runs in a child process under its cap, never in the core, and boxed (see ``kernel/box``): it reads its
own code, writes nothing and has no network, unless the owner opens the box for it, or leaves it off::

    box = { network = true, reads = ["/srv/lamps"], writes = ["/var/lamps"] }
    box = false

It cannot take the name of a service of the device. Its class comes from the entry point alone, so that a settings file
cannot name code.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from ..kernel.errors import ManifestError
from ..kernel.manifest import ServiceSpec
from ..skills.loader import EntryPoint, entry_points
from .owner import read_tables

__all__ = ["FILE", "GROUP", "guests", "installed"]

GROUP = "bluerill.services"
FILE = "services.toml"
MEMORY = "64M"
"""The cap of a guest whose table names none."""
_OWNERS = frozenset(
    {"memory", "data", "lane", "start", "idle_s", "hang_s", "asks", "tells", "notifies", "settings", "box"}
)


def installed() -> dict[str, EntryPoint]:
    """Every guest that could be let in, by name. Of two packages that use a name, the first (by package) counts."""
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=GROUP):
        found.setdefault(entry.name, entry)
    return found


def guests(path: Path, taken: Mapping[str, object]) -> dict[str, ServiceSpec]:
    """The guests that the owner's file lets in. ``taken`` are the device's own services.

    Raises ManifestError in one line: the file, the table, what was expected and found.
    """
    tables = read_tables(path, "guest such as [lamp]")
    if not tables:
        return {}
    there = installed()
    found: dict[str, ServiceSpec] = {}
    for name, table in tables.items():
        where = f"{path} [{name}]"
        if name in taken:
            raise ManifestError(f"{where}: that is a service of the device; a guest needs another name")
        entry = there.get(name)
        if entry is None:
            names = ", ".join(sorted(there)) or "none"
            raise ManifestError(f"{where}: no installed package registers it in {GROUP}; there are: {names}")
        wrong = sorted(set(table) - _OWNERS)
        if wrong:
            raise ManifestError(f"{where}: expected {', '.join(sorted(_OWNERS))}; got {wrong[0]!r}")
        whole = {"memory": MEMORY, "box": {}, **table, "class": entry.value.replace(" ", ""), "isolation": "child"}
        if whole["box"] is False:
            whole["box"] = None
        try:
            found[name] = msgspec.convert(whole, ServiceSpec)
        except msgspec.ValidationError as error:
            raise ManifestError(f"{where}: {error}") from error
    return found
