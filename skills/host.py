"""The service ``skills``: Bluerill's own skills in the core, other packages' hosts behind it, one catalogue for all.

It is a :class:`SkillHost` for the system skills. Hosts of third-party packages are child processes that it has started
(``packages.py``) or that the manifest seats; their catalogues are joined to its own (a name that is taken stays with
its first owner), their actions are asked of them, and what they announce passes through here, where it is held to what
the owner agreed to and labelled with whose it is. It also joins the glances: three skills can ring at once, and the
screen is told the whole list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from ..kernel.children import BudgetChanged, ChildExited, Shortage
from ..kernel.errors import CallerError, CapabilityError, ServiceFault
from ..kernel.message import Body, Taint
from ..kernel.runner import current
from ..kernel.service import Call, Leased, handles
from . import audit, loader, register
from .atelier import STUDIO, Atelier
from .bookkeeper import Bookkeeper
from .calls import Callers, CallOut
from .catalogue import described, merge
from .desk import Desk
from .glances import Glances
from .index import Indexed, read_index
from .messages import (
    CATALOGUE_CHANGED,
    GLANCE_CHANGED,
    ActionInfo,
    Catalogue,
    GetCatalogue,
    Glance,
    Happened,
    Invoke,
    Invoked,
    Sense,
    Sensed,
    Unconfirmed,
    Undo,
    WantJob,
)
from .ownership import OwnersHost
from .packages import Packages
from .policy import brings_strangers_words, literal, must_ask
from .skillhost import ACTION_TIMEOUT_S

MAKING = frozenset({"draft_skill", "keep_skill", "drop_skill"})
"""What the skill ``studio`` may call here, and nobody else."""
LEARN_EVERY_S = 0.5
DESCRIBE = "describe_skills"
"""What a skill with the grant ``call:describe_skills`` calls to know all skills, other packages' among them."""


class SkillsService(OwnersHost):
    """``hosts`` are addresses of SkillHosts that the manifest seats, ``tell_changed`` the services to notify of a
    changed catalogue, ``register`` the folder in which the owner's decisions on packages are kept, ``owners`` the
    services through which the owner decides, ``pages`` those that show what the owner is asked and take the answer,
    ``log`` the folder of the audit log; a package's process that was not
    called for ``rest_s`` seconds rests (0: never). ``servers`` are programs that the
    owner listed, as ``mcp:NAME`` or ``langchain:NAME``, each seated under that name with a hyphen.

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
        register: str = "",
        owners: Sequence[str] = ("control",),
        pages: Sequence[str] = (),
        servers: Sequence[str] = (),
        log: str = "",
        rest_s: float = 0.0,
    ) -> None:
        super().__init__((), settings=settings, disabled=disabled, zone=zone, boot=boot, timeout_s=timeout_s)
        self._entries = (
            loader.system_entries() if entries is None else [loader.parse_entry(each, loader.OWN) for each in entries]
        )
        self._hosts = tuple(hosts)
        self._wait_s, self._rest_s = wait_s, rest_s
        self._changed = tuple(tell_changed)
        self._log_folder = log
        self._folder_of_register, self._owners = register, frozenset(owners)
        self._servers = tuple(servers)
        self._pages, self._deciders = tuple(pages), frozenset((*owners, *pages))
        self._desk = Desk()
        self._routes: dict[str, str] = {}
        self._whole: Catalogue | None = None
        self._known: dict[str, ActionInfo] = {}
        self._learning = self._asked_again = False
        self._glances = Glances()

    async def start(self) -> None:
        self._book = Bookkeeper(self.port, self._log_folder)
        self._packages = Packages(
            self.port, self._folder_of_register, self._settings, self._now_changed, self._rest_s, self._servers
        )
        self._callers = Callers(self.port, self._known_now, self._done_for)
        self._atelier = Atelier(self.port, self._packages, self._folder_of_register, self.whole)
        self._disabled |= set(self._packages.read().off)
        await super().start()
        await self._packages.start()
        waiting = [*self._hosts, *(each for each in self._packages.addresses if each not in self._packages.resting)]
        if self._wait_s > 0 and waiting:
            learning = [asyncio.ensure_future(self._packages.learn(host)) for host in waiting]
            _, late = await asyncio.wait(learning, timeout=self._wait_s)
            for task in late:
                task.cancel()
                self.port.log.warning("a skill host did not answer within %g s; its skills are missing", self._wait_s)
            return
        for host in waiting:
            self.port.spawn(self._packages.learn(host), f"learn {host}")

    def _indexed(self) -> Mapping[str, Indexed]:
        return read_index(self._entries)

    async def notified(self, signal: int) -> None:
        if signal & GLANCE_CHANGED:
            self.deliver("screen", self._glances.whole)
        if signal & CATALOGUE_CHANGED:
            await self._learn_again()

    async def _learn_again(self) -> None:
        """Ask the hosts anew, once however often they say that they changed, and not all the time."""
        self._asked_again = True
        if self._learning:
            return
        self._learning = True
        try:
            while self._asked_again:
                self._asked_again = False
                for host in self._hosts:
                    await self._packages.learn(host)
                await self._packages.learn_all()
                await self.port.sleep(LEARN_EVERY_S)
        finally:
            self._learning = False

    def _now_changed(self) -> None:
        """Whatever was told of the catalogue before is old, and what hosts that are gone had on the screen goes."""
        self._whole = None
        there = (*self._hosts, *self._packages.addresses, *self._roster.skills)
        for changed in self._glances.without_others(there):
            self.deliver("screen", changed)
        for each in self._changed:
            self.port.notify(each, CATALOGUE_CHANGED)

    @handles(GetCatalogue)
    async def catalogue(self, request: GetCatalogue, call: Call) -> Catalogue | Leased:
        whole = self.whole()
        if request.by_lease:
            return Leased(Catalogue(whole.fingerprint), self.port.offer(msgspec.json.encode(whole)))
        return whole

    def whole(self) -> Catalogue:
        """Everything installed, here and in the hosts."""
        if self._whole is None:
            told = self._packages.catalogues
            order = [host for host in self._hosts if host in told] + sorted(set(told) - set(self._hosts))
            self._whole, self._routes = merge(
                self._roster.catalogue(), [(host, told[host]) for host in order], self._packages.absent()
            )
            self._known = {each.name: each for each in self._whole.actions}
            self.port.log.debug("catalogue %s actions=%d", self._whole.fingerprint, len(self._whole.actions))
        return self._whole

    @handles(Invoke)
    async def invoke(self, request: Invoke, call: Call) -> Invoked | Unconfirmed:
        self.whole()
        known = self._known.get(request.action)
        if known is None or known.reads:
            return await self._do(request, call)
        via = request.via[:100] if call.sender in self._owners else ""
        told = self._entry(known, request.arguments, call, confirmed=request.confirmed, via=via)
        return await self._book.kept(told, self._do(request, call))

    async def _do(self, request: Invoke, call: Call) -> Invoked | Unconfirmed:
        host = self._route(request.action)
        if host is None:
            return await super().invoke(request, call)
        if must_ask(self._known[request.action], call.taint):  # decided here: a stranger's process may not decide it
            return Unconfirmed(request.action, literal(request.action, request.arguments))
        host = await self._awake(request.action, host)
        answer = await self.port.ask(host, request, Body, within=self._timeout + 1.0)
        if not isinstance(answer, Invoked | Unconfirmed):
            raise ServiceFault(f"skill host {host!r} answered {request.action!r} with {answer.wire!r}")
        if not isinstance(answer, Invoked):
            return answer
        server = register.is_listed_at(host)
        strange = server or answer.untrusted or brings_strangers_words(self._known[request.action].grants)
        return msgspec.structs.replace(answer, untrusted=strange, foreign=server)

    @handles(Undo)
    async def undo(self, request: Undo, call: Call) -> Invoked:
        host = self._route(request.action)
        if host is None:
            work = super().undo(request, call)
        else:
            host = await self._awake(request.action, host)
            work = self.port.ask(host, request, Invoked, within=self._timeout + 1.0)
        known = self._known.get(request.action)
        if known is None:
            return await work
        return await self._book.kept(self._entry(known, {}, call), work, "undone")

    async def _call(self, name: str, arguments: dict[str, Any], depth: tuple[str, ...], reads: bool) -> dict[str, Any]:
        """An action called by a system skill; the one that only this service can answer is what there is."""
        if name == DESCRIBE:
            return {"skills": described(self.whole())}
        if name in MAKING and depth[-1] == STUDIO:
            return await self._make(name, arguments)
        work = super()._call(name, arguments, depth, reads)
        self.whole()
        known, call = self._known.get(name), current.get()
        if known is None or known.reads or call is None:
            return await work
        told = self._entry(known, arguments, call)
        return await self._book.kept(msgspec.structs.replace(told, by=f"skill {depth[-1]}"), work)

    @handles(CallOut)
    def called_out(self, want: CallOut, call: Call) -> None:
        """A skill in a box wants another one's action called, if its owner granted it that one."""
        self._check_host(want.skill, call.sender)
        granted = call.sender in self._hosts or self._packages.may(call.sender, want.skill, f"call:{want.action}")
        if self._packages.heard(call.sender):
            self._callers.begin(want, call, granted=granted)

    def _known_now(self, name: str) -> ActionInfo | None:
        self.whole()
        return self._known.get(name)

    async def _done_for(self, known: ActionInfo, request: Invoke, call: Call, by: str) -> Body:
        if known.reads:
            return await self._do(request, call)
        told = msgspec.structs.replace(self._entry(known, request.arguments, call), by=by)
        return await self._book.kept(told, self._do(request, call))

    # the audit log

    def _entry(
        self, known: ActionInfo, arguments: dict[str, Any], call: Call, *, confirmed: bool = False, via: str = ""
    ) -> audit.Entry:
        package = next((s.package for s in self.whole().skills if s.name == known.skill), "")
        return self._book.entry(known, package, arguments, call, confirmed=confirmed, via=via)

    def _route(self, action: str) -> str | None:
        if action in self._roster.actions:
            return None
        self.whole()
        return self._routes.get(action)

    async def _awake(self, action: str, host: str) -> str:
        """The host of an action, running. Raises CallerError if what was woken has no such action any more."""
        await self._packages.wake(host)
        found = self._route(action)
        if found is None:
            raise CallerError(f"no action is named {action[:60]!r} any more; see bluerill skills list")
        return found

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
        """A third-party host's announcement: it may only speak for its own skills, as granted, and may not ring."""
        self._check_host(what.skill, call.sender)
        if call.sender not in self._hosts:
            for grant, used in (("speaker", bool(what.speech)), ("screen", what.card is not None)):
                if used and not self._packages.may(call.sender, what.skill, grant):
                    raise CapabilityError(f"skill {what.skill!r} has no grant {grant!r}")
        if self._packages.heard(call.sender):
            strange = bool(call.taint & Taint.UNTRUSTED)
            self.deliver("session", msgspec.structs.replace(what, ring=False), strange=strange)

    @handles(Glance)
    def glanced(self, what: Glance, call: Call) -> None:
        """A third-party host's glance: its timers are shown beside the others'; the rest is not its to say."""
        if call.sender not in self._hosts and call.sender not in self._packages.addresses:
            raise CallerError(f"service {call.sender!r} is no skill host of this device")
        theirs = self._packages.catalogues.get(call.sender)
        names = [] if theirs is None else [each.name for each in theirs.skills]
        if call.sender not in self._hosts and not any(self._packages.may(call.sender, n, "screen") for n in names):
            raise CapabilityError(f"no skill of {call.sender!r} has the grant 'screen'")
        if self._packages.heard(call.sender):
            self.announce(call.sender, Glance(timers=what.timers))

    def _check_host(self, skill: str, sender: str) -> None:
        theirs = self._packages.catalogues.get(sender)
        if theirs is None or all(each.name != skill for each in theirs.skills):
            raise CallerError(f"service {sender!r} has no skill {skill!r} to speak for")

    @handles(ChildExited)
    def exited(self, told: ChildExited, call: Call) -> None:
        self._packages.exited(told)

    @handles(BudgetChanged, Shortage)
    def short(self, told: BudgetChanged | Shortage, call: Call) -> None:
        """A package's process holds what the owner gave it: nothing of it goes because others want more."""

    def announce(self, skill: str, what: Happened | Glance | WantJob, *, strange: bool = False) -> None:
        if isinstance(what, WantJob):
            self.deliver("jobs", what)
            return
        if isinstance(what, Happened):
            self.deliver("session", what, strange=strange)
            return
        changed = self._glances.joined(skill, what)
        if changed is not None:
            self.deliver("screen", changed)
