"""Other people's packages on this device: which run, which wait for the owner, which were given up.

Each package that the owner agreed to runs in a boxed child process of its own, which the nursery keeps alive; its
rights at the kernel follow from the grants agreed to. What it says of itself is compared with what the owner saw: a
skill whose pin is another is not in the catalogue, so that no planner can choose it.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from ..kernel.children import (
    ChildExited,
    ChildRests,
    ChildStarted,
    ChildStopped,
    RestChild,
    StartChild,
    StopChild,
)
from ..kernel.errors import BluerillError, CallerError, ServiceFault
from ..kernel.limits import MIB
from ..kernel.service import Port
from . import loader, register
from .admission import Admit, Inspect
from .messages import Catalogue, GetCatalogue, GetRest, MayRest, SkillInfo
from .register import Agreed, Package, Register
from .tap import Tap
from .verdict import judged

KERNEL = "kernel"
MEMORY = 48 * MIB
HOST_TIMEOUT_S, SERVER_TIMEOUT_S = 10.0, 25.0
HOST_TRIES = 4
SERVER_KNOWN_S = 60.0
"""A listed program that was not called for longer is asked again what it is: its process may be another."""
TOLD, TOLD_IN_S = 60, 60.0
"""Announcements and glances of one package that go through, in how many seconds."""
_NOTHING = Catalogue("")


class Packages:
    """``folder`` holds the register ("": there is none, and no package but those the manifest seats). ``settings`` has
    a table per skill; ``changed`` is called when the catalogue became another. A process that was not called for
    ``rest_s`` seconds and has nothing due ends, until it is called again (0: never). ``servers`` are the programs that
    the owner listed (``mcp:NAME``, ``langchain:NAME``), whose processes the manifest seats."""

    def __init__(
        self,
        port: Port,
        folder: str,
        settings: Mapping[str, dict[str, Any]],
        changed: Callable[[], None],
        rest_s: float = 0.0,
        servers: Sequence[str] = (),
    ) -> None:
        self._port = port
        self._folder = folder
        self._settings = settings
        self._changed = changed
        self.catalogues: dict[str, Catalogue] = {}
        """Of the hosts that run, by address, less what is not agreed to."""
        self._packages: dict[str, Package] = {}  # by address
        self._ended: dict[str, str] = {}
        self._register = Register()
        self._tries = itertools.count(1)
        self._tap = Tap(TOLD, TOLD_IN_S)
        self._rest_s = rest_s
        self._servers = {each: Package(each, "", ["{2}={0}".format(*each.partition(":"))]) for each in servers}
        self._used: dict[str, float] = {}
        self._placing = asyncio.Lock()
        self.resting: set[str] = set()
        """The hosts whose process rests."""

    def read(self) -> Register:
        """Take the register from its file; a damaged one is told and means that nothing is agreed to."""
        if self._folder:
            try:
                self._register = register.read(self._folder)
            except ServiceFault as error:
                self._port.log.error("%s", error)
        return self._register

    async def start(self) -> None:
        """Start what is agreed to."""
        for package in self._known().values():
            self._packages[register.address(package.package)] = package
        for address, package in self._packages.items():
            if package.running:
                await self._begin(address, package)

    def _known(self) -> dict[str, Package]:
        """Packages by name: those in the register, and what else the environment has."""
        found = dict(self._register.packages) if self._folder else {}
        for name in [each for each in found if register.is_listed(each) and each not in self._servers]:
            del found[name]  # not listed any more
        found.update({name: each for name, each in self._servers.items() if name not in found})
        for name, entries in loader.third_party().items() if self._folder else ():
            there = Package(name, entries[0].version, [f"{each.name}={each.value}" for each in entries])
            held = found.get(name)
            if held is None:
                found[name] = there
            elif not held.folder:  # pip may have brought another version since
                found[name] = msgspec.structs.replace(held, version=there.version, entries=there.entries)
        return found

    # one package

    async def _begin(self, address: str, package: Package) -> None:
        if package.package in self._servers:
            self._remember(address, package)
            return
        grants = package.grants
        asks = [peer for peer, wanted in (("store", "store" in grants), ("egress", _reaches(grants))) if wanted]
        settings = self._host_settings(package)
        settings["disabled"] = [name for name in package.skills if name not in package.running]
        try:
            await self._child(address, package.folder, settings, tuple(asks), kept=True)
            self._ended.pop(address, None)
            if self._rest_s > 0:
                self._used[address] = self._port.now()
                self._port.spawn(self._tire(address, package), f"rest {address}")
        except BluerillError as error:
            self._ended[address] = f"it could not be started: {error}"
            self._port.log.warning("package %s could not be started: %s", package.package, error)

    def _host_settings(self, package: Package) -> dict[str, Any]:
        tables = {name: self._settings[name] for name in package.skills if name in self._settings}
        return {
            "entries": package.entries,
            "package": package.package,
            "version": package.version,
            "folder": package.folder,
            "settings": tables,  # its own: another's may hold keys
            "granted": {name: each.grants for name, each in package.agreed.items()} if package.agreed else None,
        }

    async def _child(
        self, address: str, folder: str, settings: dict[str, Any], asks: tuple[str, ...], *, kept: bool
    ) -> None:
        told = ("skills",) if kept else ()
        want = StartChild(
            address, MEMORY, settings=settings, asks=asks, tells=told, notifies=told,
            reads=(folder,) if folder else (), kept=kept,
        )  # fmt: skip
        await self._port.ask(KERNEL, want, ChildStarted, within=HOST_TIMEOUT_S)

    def _remember(self, address: str, package: Package) -> None:
        """What a server told when its owner agreed: it is asked anew before it is used, and not started before that."""
        kept = register.recall(self._folder, address)
        if kept is not None:
            self.catalogues[address] = judged(kept, package, address)
            self.resting.add(address)

    async def _tire(self, address: str, package: Package) -> None:
        """Let a host rest whenever it was not called for a while, as long as this is the package it runs."""
        while self._packages.get(address) is package and address not in self._ended:
            left = self._used.get(address, 0.0) + self._rest_s - self._port.now()
            if left > 0 or address in self.resting:
                await self._port.sleep(max(left, self._rest_s / 4))
                continue
            self._used[address] = self._port.now()
            try:
                told = await self._port.ask(address, GetRest(), MayRest, within=HOST_TIMEOUT_S)
                if told.rests and address in self.catalogues:
                    rests = await self._port.ask(KERNEL, RestChild(address), ChildRests, within=HOST_TIMEOUT_S)
                    if rests.rests:
                        self.resting.add(address)
            except BluerillError as error:
                self._port.log.info("skill host %s does not rest: %s", address, error)

    async def wake(self, address: str) -> None:
        """Call a host: one that rested says anew what it is before it does anything, since it is loaded anew."""
        before, self._used[address] = self._used.get(address, 0.0), self._port.now()
        async with self._placing:  # one that is being started anew is waited for
            pass
        package = self._packages.get(address)
        server = package is not None and package.package in self._servers
        if address in self.resting or (server and self._port.now() - before > SERVER_KNOWN_S):
            self.resting.discard(address)
            await self.learn(address)

    async def _end(self, address: str) -> None:
        self.resting.discard(address)
        self.catalogues.pop(address, None)
        self._ended.pop(address, None)
        if not register.is_listed_at(address):
            await self._port.ask(KERNEL, StopChild(address), ChildStopped, within=HOST_TIMEOUT_S)

    async def learn(self, address: str) -> None:
        """Ask a host for its catalogue, more than once if need be; one that does not answer keeps what it had."""
        for attempt in range(HOST_TRIES):
            try:
                theirs = await self._fetch(address)
            except BluerillError as error:
                self._port.log.warning("skill host %s has no catalogue (try %d): %s", address, attempt + 1, error)
                await self._port.sleep(0.25 * 2**attempt)
                continue
            package = self._packages.get(address)
            self.catalogues[address] = known = theirs if package is None else judged(theirs, package, address)
            if register.is_listed_at(address) and known.actions:
                register.keep(self._folder, address, theirs)
            self._changed()
            return

    async def _fetch(self, address: str) -> Catalogue:
        within = SERVER_TIMEOUT_S if register.is_listed_at(address) else HOST_TIMEOUT_S  # it may be a program to start
        _, lease = await self._port.borrow(address, GetCatalogue(), Catalogue, within=within)
        with lease:
            try:
                return msgspec.json.decode(lease.bytes(), type=Catalogue)
            except msgspec.DecodeError as error:
                raise ServiceFault(f"the catalogue of {address!r} does not decode: {error}") from error

    async def learn_all(self) -> None:
        for address in self.addresses:
            if address not in self.resting:
                await self.learn(address)

    @property
    def addresses(self) -> list[str]:
        """The hosts that run."""
        return [a for a, each in self._packages.items() if each.running and a not in self._ended]

    def exited(self, told: ChildExited) -> None:
        """The supervisor gave a host up."""
        if told.name in self._packages:
            self._ended[told.name] = told.reason
            self.catalogues.pop(told.name, None)
            self._changed()

    # what the owner decides

    async def inspect(self, request: Inspect) -> Catalogue:
        """What a package would bring, found by loading it in a box without any right. Raises typed errors."""
        if request.package in self._servers:
            return await self._fetch(register.address(request.package))
        package = Package(request.package, request.version, request.entries, request.folder)
        address = f"skill-look-{next(self._tries)}"
        settings = {**self._host_settings(package), "wakes": False}
        await self._child(address, package.folder, settings, (), kept=False)
        try:
            return await self._fetch(address)
        finally:
            await self._port.ask(KERNEL, StopChild(address), ChildStopped, within=HOST_TIMEOUT_S)

    async def admit(self, request: Admit, now: float) -> str:
        """Let a package in, in place of what was there of it; returns the folder that is no longer used."""
        if not request.entries or not request.package:
            raise CallerError(f"a package has a name and skills, got {request.package!r} with none")
        held = self._register.packages.get(request.package)
        agreed = {
            name: Agreed(request.grants.get(name, []), each, now, request.grants.get(name, []))
            for name, each in request.agreed.items()
        }
        package = Package(
            request.package, request.version, request.entries, request.folder, request.source, agreed,
            [] if held is None else [name for name in held.off if name not in agreed],
        )  # fmt: skip
        await self._place(package)
        return held.folder if held is not None and held.folder != package.folder else ""

    async def dismiss(self, name: str) -> str:
        """Let a package go; returns the folder its code lay in. Raises CallerError if there is none of that name."""
        address = register.address(name)
        if address not in self._packages:
            raise CallerError(f"no package is named {name[:60]!r}")
        package = self._packages.pop(address)
        if name in self._servers:  # it is listed all the same, and waits
            self._packages[address] = self._servers[name]
        self._keep(self._register.without(name))
        await self._end(address)
        self._changed()
        return package.folder

    async def switch(self, skill: str, on: bool) -> bool:
        """Switch a package's skill on or off; False if no package has a skill of that name. Raises CallerError for one
        that nobody has agreed to."""
        package = self.of_skill(skill)
        if package is None:
            return False
        if on and skill not in package.agreed:
            raise CallerError(f"skill {skill!r}: what it asks for was not agreed to yet")
        off = [name for name in package.off if name != skill] + ([] if on else [skill])
        await self._place(msgspec.structs.replace(package, off=off))
        return True

    async def set_grant(self, skill: str, grant: str, held: bool) -> Package:
        """Take a grant back, or give it again; its process is started anew with what is left. Raises CallerError."""
        package = self.of_skill(skill)
        agreed = None if package is None else package.agreed.get(skill)
        if package is None or agreed is None or grant not in (*agreed.asked, *agreed.grants):
            raise CallerError(f"skill {skill[:40]!r}: {grant[:60]!r} is nothing that was agreed to")
        left = [each for each in (agreed.asked or agreed.grants) if (held if each == grant else each in agreed.grants)]
        changed = Agreed(left, agreed.pin, agreed.at, agreed.asked or agreed.grants)
        await self._place(msgspec.structs.replace(package, agreed={**package.agreed, skill: changed}))
        return package

    def held(self) -> list[Package]:
        """Every package that is known."""
        return list(self._packages.values())

    async def _place(self, package: Package) -> None:
        """Keep a package and run it as it is now."""
        async with self._placing:
            await self._replace(package)
        self._changed()

    async def _replace(self, package: Package) -> None:
        address = register.address(package.package)
        self._keep(self._register.with_package(package))
        await self._end(address)
        self._packages[address] = package
        if package.running:
            await self._begin(address, package)
            if address not in self._ended:
                self.resting.discard(address)
                await self.learn(address)

    def _keep(self, changed: Register) -> None:
        if not self._folder:
            raise ServiceFault("this device has no register of packages")
        register.write(self._folder, changed)
        self._register = changed

    def keep_off(self, off: list[str]) -> None:
        """Remember which of the device's own skills are switched off."""
        self._keep(msgspec.structs.replace(self._register, off=off))

    def of_skill(self, skill: str) -> Package | None:
        return next((each for each in self._packages.values() if skill in each.skills), None)

    def package(self, name: str) -> Package | None:
        return self._packages.get(register.address(name))

    # what is told of them

    def may(self, address: str, skill: str, grant: str) -> bool:
        """Whether the owner agreed that a host's skill uses a grant."""
        package = self._packages.get(address)
        held = None if package is None or skill not in package.running else package.agreed.get(skill)
        return held is not None and grant in held.grants

    def heard(self, address: str) -> bool:
        """Whether a host may say one more thing now; one that floods is heard less, and that is told once."""
        passes = self._tap.passes(address, self._port.now())
        if not passes and self._tap.first_refusal(address):
            self._port.log.warning("%s says more than %d things in %g s: the rest is dropped", address, TOLD, TOLD_IN_S)
        return passes

    def absent(self) -> list[SkillInfo]:
        """Skills that no host answers for: they wait for the owner, are switched off, or were given up."""
        found = []
        for address, package in self._packages.items():
            told = {each.name for each in self.catalogues.get(address, _NOTHING).skills}
            found += [self._absent(address, package, name) for name in package.skills if name not in told]
        return found

    def _absent(self, address: str, package: Package, name: str) -> SkillInfo:
        held = package.agreed.get(name)
        grants = [] if held is None else held.grants
        made = SkillInfo(name, package.version, package.package, grants=grants, isolation="process", host=address)
        if name in package.off:
            return msgspec.structs.replace(made, state="disabled")
        if name not in package.agreed:
            problem = f"it waits for you: bluerill skills enable {name}"
            return msgspec.structs.replace(made, state="waiting", problem=problem)
        if address in self._ended:
            problem = f"{self._ended[address]}; try again with: bluerill skills enable {name}"
            return msgspec.structs.replace(made, state="quarantined", problem=problem)
        return msgspec.structs.replace(made, state="broken", problem="its process has not answered yet")


def _reaches(grants: set[str]) -> bool:
    return any(grant.startswith(register.NETWORK) for grant in grants)
