"""The register: what the owner decided about other people's skills, in one file beside the store.

A package gets nothing by being installed. The owner sees what each of its skills asks for, and agrees or not; what is
agreed to is this version's grants *and* words: a pin (SHA-256) over everything a planner is told of the skill. A skill
that later asks for more, or describes itself otherwise, waits until the owner has looked again.

Only the device writes the file (``packages.py``), whole or not at all; a damaged one means that nothing is agreed to.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ..kernel.errors import ServiceFault
from .messages import ActionInfo, Catalogue, SkillInfo

FILE = "register.json"
MAX_BYTES = 1 << 20
NETWORK = "network:"
LISTED = {"mcp:": "mcp-", "langchain:": "langchain-"}
"""Packages that are none: programs the owner listed in the settings, whose tools are their skill; by how the name of
such a package begins how the address of its process does."""
_ADDRESS = "skill-"
_MAX_ADDRESS = 32


class Agreed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the owner agreed to for one skill, and when (Unix seconds). ``grants`` are held now; ``asked`` is what was
    agreed to, of which some may have been taken back since."""

    grants: list[str]
    pin: str
    at: float = 0.0
    asked: list[str] = []


class Package(msgspec.Struct, frozen=True, omit_defaults=True):
    """A package of skills. ``entries`` are ``name=module:Class``; ``folder`` holds its code ("": it is in the
    environment, where pip put it); ``off`` names those of its skills that the owner switched off."""

    package: str
    version: str = ""
    entries: list[str] = []
    folder: str = ""
    source: str = ""
    agreed: dict[str, Agreed] = {}
    off: list[str] = []

    @property
    def skills(self) -> list[str]:
        return [entry.partition("=")[0].strip() for entry in self.entries]

    @property
    def running(self) -> list[str]:
        """Its skills that are agreed to and not switched off: those its process is started for."""
        return [name for name in self.skills if name in self.agreed and name not in self.off]

    @property
    def grants(self) -> set[str]:
        """All that its process may use, for any of its skills."""
        return {grant for name in self.running for grant in self.agreed[name].grants}


class Register(msgspec.Struct, frozen=True, omit_defaults=True):
    """Packages by name, and the device's own skills that the owner switched off."""

    packages: dict[str, Package] = {}
    off: list[str] = []

    def with_package(self, package: Package) -> Register:
        return msgspec.structs.replace(self, packages={**self.packages, package.package: package})

    def without(self, package: str) -> Register:
        left = {name: each for name, each in self.packages.items() if name != package}
        return msgspec.structs.replace(self, packages=left)


def read(folder: str | Path) -> Register:
    """The register of a folder, empty if there is none. Raises ServiceFault in one line if it is not readable."""
    path = Path(folder) / FILE
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        return msgspec.json.decode(data, type=Register)
    except FileNotFoundError:
        return Register()
    except (OSError, msgspec.DecodeError) as error:
        raise ServiceFault(f"{path}: what was agreed to cannot be read, so nothing is: {error}") from error


def keep(folder: str | Path, name: str, told: Catalogue) -> None:
    """Remember what a host told, so that it need not be started to be known; that it cannot be is no harm."""
    path = Path(folder) / f"{name}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(told))
        fresh.replace(path)
    except OSError:
        return


def recall(folder: str | Path, name: str) -> Catalogue | None:
    """What was remembered, if anything readable was."""
    try:
        return msgspec.json.decode((Path(folder) / f"{name}.json").read_bytes(), type=Catalogue)
    except (OSError, msgspec.DecodeError):
        return None


def write(folder: str | Path, register: Register) -> None:
    """Keep the register, durably, whole or not at all. Raises ServiceFault."""
    path = Path(folder) / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(FILE + ".new")
        with fresh.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(msgspec.json.format(msgspec.json.encode(register), indent=1))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise ServiceFault(f"{path} cannot be written: {error.strerror}") from error


def pin(skill: SkillInfo, actions: Iterable[ActionInfo]) -> str:
    """A fingerprint of what a skill asks for and says of itself: another one means that the owner must look again."""
    import hashlib  # OpenSSL comes with it: only a device with other people's packages pays for that

    told = [skill.name, skill.package, skill.summary, sorted(skill.grants), sorted(skill.options.items())]
    mine = sorted(msgspec.json.encode(each) for each in actions if each.skill == skill.name)
    return hashlib.sha256(msgspec.json.encode(told) + b"\n".join(mine)).hexdigest()


def is_listed(package: str) -> bool:
    """Whether this is no package but a program that the owner listed."""
    return package.startswith(tuple(LISTED))


def is_listed_at(address: str) -> bool:
    """Whether such a program answers at this address."""
    return address.startswith(tuple(LISTED.values()))


def address(package: str) -> str:
    """The service name of a package's process: readable, and no other package's; ``mcp:NAME`` is a server's."""
    if is_listed(package):
        return package.replace(":", "-")
    slug = re.sub(r"[^a-z0-9]+", "-", package.lower()).strip("-")
    whole = _ADDRESS + slug
    if len(whole) <= _MAX_ADDRESS:
        return whole
    return f"{whole[: _MAX_ADDRESS - 9].rstrip('-')}-{zlib.crc32(package.encode()):08x}"


def origin(url: str) -> str:
    """``scheme://host:port`` of a URL in lower case; "" if it has no host."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname and parts.scheme in ("http", "https") else ""


def origins(grants: Iterable[str], settings: Mapping[str, Any]) -> set[str]:
    """Where these grants reach: ``network:HOST`` by https, ``network:@option`` the address that the owner wrote into
    the skill's settings under that name, which may be in the house and so without https."""
    found = set()
    for grant in grants:
        where = grant.removeprefix(NETWORK)
        if not grant.startswith(NETWORK):
            continue
        found.add(origin(str(settings.get(where[1:], ""))) if where.startswith("@") else origin(f"https://{where}"))
    return found - {""}


def in_words(grants: Sequence[str]) -> list[str]:
    """What an owner is asked to agree to, a plain line for each grant."""
    known = {
        "store": "keep notes of its own on this device",
        "speaker": "speak without being asked",
        "screen": "show cards and timers",
        "sensors": "read the battery and the health sensors",
        "jobs": "start long work in the background",
        "internet": "reach every address of the internet",
        "files": "use the files that you listed for it",
        "programs": "start the programs that you listed for it",
    }
    lines = []
    for grant in grants:
        kind, _, what = grant.partition(":")
        if kind == "network" and what.startswith("@"):
            lines.append(f"send to and fetch from the address you write into its settings as '{what[1:]}'")
        elif kind == "network":
            lines.append(f"send to and fetch from {what} over the internet")
        elif kind == "mcp":
            lines.append(f"pass what you ask of it to the server {what}, which you listed")
        elif kind == "langchain":
            lines.append(f"pass what you ask of it to the tools {what}, which you listed")
        elif kind == "call":
            lines.append(f"use the action {what}")
        else:
            lines.append(known.get(grant, f"use {grant}"))
    return lines or ["nothing but answer"]
