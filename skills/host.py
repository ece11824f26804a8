"""The service ``skills``: Bluerill's own skills in the core, other packages' hosts behind it, one catalogue for all.

It is a :class:`SkillHost` for the system skills. Hosts of third-party packages are child processes at the addresses
given; their catalogues are joined to its own (a name that is taken stays with its first owner), their actions are
asked of them, and what they announce passes through here, where it is labelled with whose it is. It also joins the
glances: three skills can ring at once, and the screen is told the whole list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from ..kernel.errors import BluerillError, CallerError, ServiceFault
from ..kernel.message import Body
from ..kernel.service import Call, Leased, handles
from . import loader
from .catalogue import described, merge
from .messages import (
    CATALOGUE_CHANGED,
    GLANCE_CHANGED,
    Catalogue,
    GetCatalogue,
    Glance,
    Happened,
    Invoke,
    Invoked,
    RingView,
    Sense,
    Sensed,
    TimerView,
    Unconfirmed,
    Undo,
    WantJob,
)
from .skillhost import ACTION_TIMEOUT_S, SkillHost

HOST_TIMEOUT_S = 5.0
HOST_TRIES = 5
DESCRIBE = "describe_skills"
"""What a skill with the grant ``call:describe_skills`` calls to know all skills, other packages' among them."""


class SkillsService(SkillHost):
    """``hosts`` are addresses of other SkillHosts, ``tell_changed`` the services to notify of a changed catalogue.

    Without ``entries`` the system skills are found by their entry points. ``wait_s`` is how long ``start`` waits for
    the hosts' catalogues: a device that lives for one command must know all its skills before it, a watch need not.
    """

    isolation: ClassVar[str] = "core"

    def __init__(
        self,
        entries: Sequence[str] | None = None,
        hosts: Sequence[str] = (),
        tell_changed: Sequence[str] = ("planner",),
        settings: dict[str, dict[str, Any]] | None = None,
        disabled: Sequence[str] = (),
        zone: str = "",
        boot: str | None = None,
        timeout_s: float = ACTION_TIMEOUT_S,
        wait_s: float = 0.0,
    ) -> None:
        super().__init__((), settings=settings, disabled=disabled, zone=zone, boot=boot, timeout_s=timeout_s)
        self._entries = (
            loader.system_entries() if entries is None else [loader.parse_entry(each, loader.OWN) for each in entries]
        )
        self._hosts = tuple(hosts)
        self._wait_s = wait_s
        self._changed = tuple(tell_changed)
        self._theirs: dict[str, Catalogue] = {}
        self._routes: dict[str, str] = {}
        self._whole: Catalogue | None = None
        self._glance = Glance()
        self._rings: dict[str, list[RingView]] = {}
        self._timers: dict[str, list[TimerView]] = {}

    async def start(self) -> None:
        await super().start()
        if self._wait_s > 0 and self._hosts:
            learning = [asyncio.ensure_future(self._learn(host)) for host in self._hosts]
            _, late = await asyncio.wait(learning, timeout=self._wait_s)
            for task in late:
                task.cancel()
                self.port.log.warning("a skill host did not answer within %g s; its skills are missing", self._wait_s)
            return
        for host in self._hosts:
            self.port.spawn(self._learn(host), f"learn {host}")

    async def notified(self, signal: int) -> None:
        if signal & GLANCE_CHANGED:
            self.deliver("screen", self._glance)
        if signal & CATALOGUE_CHANGED:
            for host in self._hosts:
                await self._learn(host)

    async def _learn(self, host: str) -> None:
        """Ask a host for its catalogue; one that does not answer keeps what it had."""
        for attempt in range(HOST_TRIES):
            try:
                _, lease = await self.port.borrow(host, GetCatalogue(), Catalogue, within=HOST_TIMEOUT_S)
                try:
                    theirs = msgspec.json.decode(lease.bytes(), type=Catalogue)
                finally:
                    lease.release()
            except (BluerillError, msgspec.DecodeError) as error:
                self.port.log.warning("skill host %s has no catalogue (try %d): %s", host, attempt + 1, error)
                await self.port.sleep(0.5 * 2**attempt)
                continue
            self._theirs[host] = theirs
            self._whole = None
            for each in self._changed:
                self.port.notify(each, CATALOGUE_CHANGED)
            return

    @handles(GetCatalogue)
    async def catalogue(self, request: GetCatalogue, call: Call) -> Catalogue | Leased:
        whole = self.whole()
        if request.by_lease:
            return Leased(Catalogue(whole.fingerprint), self.port.offer(msgspec.json.encode(whole)))
        return whole

    def whole(self) -> Catalogue:
        """Everything installed, here and in the hosts."""
        if self._whole is None:
            others = [(host, self._theirs[host]) for host in self._hosts if host in self._theirs]
            self._whole, self._routes = merge(self._roster.catalogue(), others)
            self.port.log.debug("catalogue %s actions=%d", self._whole.fingerprint, len(self._whole.actions))
        return self._whole

    @handles(Invoke)
    async def invoke(self, request: Invoke, call: Call) -> Invoked | Unconfirmed:
        host = self._route(request.action)
        if host is None:
            return await super().invoke(request, call)
        answer = await self.port.ask(host, request, Body, within=self._timeout + 1.0)
        if not isinstance(answer, Invoked | Unconfirmed):
            raise ServiceFault(f"skill host {host!r} answered {request.action!r} with {answer.wire!r}")
        return answer

    @handles(Undo)
    async def undo(self, request: Undo, call: Call) -> Invoked:
        host = self._route(request.action)
        if host is None:
            return await super().undo(request, call)
        return await self.port.ask(host, request, Invoked, within=self._timeout + 1.0)

    async def _call(self, name: str, arguments: dict[str, Any], depth: tuple[str, ...], reads: bool) -> dict[str, Any]:
        """An action called by a system skill; the one that only this service can answer is what there is."""
        if name == DESCRIBE:
            return {"skills": described(self.whole())}
        return await super()._call(name, arguments, depth, reads)

    def _route(self, action: str) -> str | None:
        if action in self._roster.actions:
            return None
        self.whole()
        return self._routes.get(action)

    @handles(Sense)
    def sense(self, request: Sense, call: Call) -> Sensed:
        """Third-party skills have hosts and sensors of their own: theirs go on following the day."""
        self._sensors.inject(request.metric, request.value)
        value = self._sensors.reading(request.metric, datetime.fromtimestamp(self.port.wall(), self._zone))
        if request.metric in ("battery", "steps", "heart_rate"):
            self.announce("", Glance(**{request.metric: round(value)}))  # type: ignore[arg-type]  # three of its fields
        return Sensed(request.metric, value)

    # what is told unasked

    @handles(Happened)
    def happened(self, what: Happened, call: Call) -> None:
        """A third-party host's announcement: it may only speak for its own skills, and may not ring."""
        self._check_host(what.skill, call.sender)
        self.deliver("session", msgspec.structs.replace(what, ring=False))

    @handles(Glance)
    def glanced(self, what: Glance, call: Call) -> None:
        """A third-party host's glance: its timers are shown beside the others'; the rest is not its to say."""
        if call.sender not in self._hosts:
            raise CallerError(f"service {call.sender!r} is no skill host of this device")
        self.announce(call.sender, Glance(timers=what.timers))

    def _check_host(self, skill: str, sender: str) -> None:
        theirs = self._theirs.get(sender)
        if theirs is None or all(each.name != skill for each in theirs.skills):
            raise CallerError(f"service {sender!r} has no skill {skill!r} to speak for")

    def announce(self, skill: str, what: Happened | Glance | WantJob) -> None:
        if isinstance(what, WantJob):
            self.deliver("jobs", what)
            return
        if isinstance(what, Happened):
            self.deliver("session", what)
            return
        if what.rings is not None:
            self._rings[skill] = what.rings
        if what.timers is not None:
            self._timers[skill] = what.timers
        changed: dict[str, Any] = {
            name: value for name in what.__struct_fields__ if (value := getattr(what, name)) is not None
        }
        if "rings" in changed:
            changed["rings"] = sorted((ring for each in self._rings.values() for ring in each), key=lambda r: r.since)
        if "timers" in changed:
            changed["timers"] = [timer for each in self._timers.values() for timer in each]
        if changed:
            self._glance = msgspec.structs.replace(self._glance, **changed)
            self.deliver("screen", Glance(**changed))
