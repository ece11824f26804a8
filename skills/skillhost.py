"""Running skills: load them, answer for them, keep what one does apart from what another does.

The same class runs Bluerill's own skills in the core and one third-party package in a child process (its settings are
plain data for that reason). A skill that cannot be loaded is ``broken`` with the reason, and costs nobody else
anything; an action that raises, hangs or answers nonsense is one typed error, and nothing of it happened.

Units of one skill (actions, due things, start) run one at a time; different skills run beside each other, so that a
slow weather service does not hold up an alarm.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from ..kernel.errors import BluerillError, CallerError, CapabilityError, DeadlineExceeded, ServiceFault
from ..kernel.message import Body, Taint
from ..kernel.service import Call, Leased, handles
from . import loader
from .arguments import convert
from .aside import give_up, started
from .calls import CallDone, Outcalls
from .chime import DUE, Chime, Due, boot_id, suspended
from .contract import Refusal
from .device import DeviceHandle
from .index import Indexed
from .localtime import device_zone
from .messages import (
    Catalogue,
    GetCatalogue,
    GetRest,
    Glance,
    Happened,
    Invoke,
    Invoked,
    MayRest,
    SkillInfo,
    Unconfirmed,
    Undo,
    WantJob,
)
from .outbox import Outbox
from .policy import brings_strangers_words, is_sensitive, literal, must_ask
from .questions import Lacked
from .register import in_words
from .replies import MAX_SPEECH, invoked
from .roster import Loaded, Roster
from .sensors import Sensors
from .strange import Words, marks_of
from .units import Unit, running

ACTION_TIMEOUT_S = 20.0
START_TIMEOUT_S = 10.0
MAX_CALL_DEPTH = 4
SAVE_AGAIN_S = 10.0
Work = Callable[[], Coroutine[Any, Any, Any]]


class SkillHost(Outcalls):
    """Loads the skills of one package. ``entries`` are their entry points as ``name=module:Class``.

    ``announce`` is the service that things told unasked go to (the core's ``skills``, from a child). ``settings`` has
    a table per skill, ``disabled`` names skills not to load, ``zone`` fixes the time zone, ``boot`` the boot id.
    ``folder`` is where the package's code lies, if it is not in the environment (in a child only). A host that does not
    ``wake`` its skills only loads them, to be looked at. ``granted`` are, by skill, those of its grants that it was
    left (None: all that it declares).
    """

    concurrency: ClassVar[int] = 16
    isolation: ClassVar[str] = "process"

    def __init__(
        self,
        entries: Sequence[str] = (),
        package: str = "",
        version: str = "",
        announce: str = "skills",
        settings: dict[str, dict[str, Any]] | None = None,
        disabled: Sequence[str] = (),
        zone: str = "",
        boot: str | None = None,
        timeout_s: float = ACTION_TIMEOUT_S,
        folder: str = "",
        wakes: bool = True,
        granted: dict[str, list[str]] | None = None,
    ) -> None:
        super().__init__()
        self._folder, self._wakes, self._granted = folder, wakes, granted
        self._lacks: set[tuple[str, str]] = set()
        self._entries = [loader.parse_entry(each, package, version) for each in entries]
        self._announce = announce
        self._settings = settings or {}
        self._disabled = set(disabled)
        self._zone = device_zone(zone)
        self._boot = boot
        self._timeout = timeout_s
        self._sensors = Sensors()

    # loading

    async def start(self) -> None:
        if self._folder:
            sys.path.insert(0, self._folder)
        if not self._wakes:
            self.port.log.setLevel(logging.ERROR)  # whoever looks is told in the catalogue
        self._chime = Chime(
            self.port,
            self._fall_due,
            self._clock_changed,
            boot_id() if self._boot is None else self._boot,
            suspended if self._boot is None else lambda: 0.0,
        )
        self._outbox = Outbox(self.port)
        self._roster = Roster(self.isolation, self.port.log, self._device_for, self._disabled, self._indexed())
        for entry in self._entries:
            self._roster.load(entry)
        if self._wakes:
            self.port.spawn(self._wake_all(), "wake")

    def _indexed(self) -> Mapping[str, Indexed]:
        """What is known of skills without importing them: in a child nothing."""
        return {}

    def _device_for(self, info: SkillInfo) -> DeviceHandle:
        declared = frozenset(info.grants)
        return DeviceHandle(
            self.port,
            self._chime,
            info.name,
            declared if self._granted is None else declared & frozenset(self._granted.get(info.name, ())),
            self._settings.get(info.name, {}),
            lambda: self._zone,
            self._call,
            self._sensors,
            lambda grant: self._lack(info.name, grant, declared),
        )

    def _lack(self, skill: str, grant: str, declared: frozenset[str]) -> Exception:
        """What a skill that wants what it does not hold is told; its owner is, once, if it may by its manifest."""
        if grant not in declared:
            has = ", ".join(sorted(declared)) or "none"
            return CapabilityError(f"skill {skill!r} has no grant {grant!r}; it declares {has}")
        if (skill, grant) not in self._lacks:
            self._lacks.add((skill, grant))
            self.deliver(self._announce, Lacked(skill, grant))
        return Refusal(f"{skill.replace('-', ' ').capitalize()} may not {in_words([grant])[0]}: you took that back.")

    async def _wake_all(self) -> None:
        """Bring back what was due and running before; a skill that fails here stays, it only misses its start."""
        loaded = list(self._roster.skills.values())
        for each in loaded:
            if "store" in each.device.grants:
                await self._remember(each)
        for each in loaded:
            if each.starts:
                await self._start(each)
        self._chime.begin()

    async def _wake(self, loaded: Loaded) -> None:
        """The same for one skill, while the others run."""
        if "store" in loaded.device.grants:
            await self._remember(loaded)
        await self._start(loaded)
        self._chime.begin()

    async def _start(self, loaded: Loaded) -> None:
        try:
            await self._unit(loaded, started(loaded.skill.start), "start", START_TIMEOUT_S)
        except BluerillError as error:
            self.port.log.error("skill %s did not start: %s", loaded.name, error)

    async def _remember(self, loaded: Loaded) -> None:
        try:
            rows = await loaded.device.stored(DUE)
        except BluerillError as error:
            self.port.log.error("what is due for skill %s cannot be read: %s", loaded.name, error)
            return
        self._chime.agenda.clear(loaded.name)
        for key, row in rows.items():
            try:
                entry = msgspec.convert(row, Due)
            except msgspec.ValidationError as error:
                self.port.log.error("due row %r of skill %s is not readable: %s", key, loaded.name, error)
                continue
            self._chime.put(msgspec.structs.replace(entry, skill=loaded.name, key=key.removeprefix(DUE)))

    # answering

    @handles(GetCatalogue)
    async def catalogue(self, request: GetCatalogue, call: Call) -> Catalogue | Leased:
        """From a child the whole of it travels as the lease, whatever its size."""
        whole = self._roster.catalogue()
        return Leased(Catalogue(whole.fingerprint), self.port.offer(msgspec.json.encode(whole)))

    @handles(Invoke)
    async def invoke(self, request: Invoke, call: Call) -> Invoked | Unconfirmed:
        held = self._roster.actions.get(request.action)
        if held is not None and must_ask(held[1].info, call.taint):
            return Unconfirmed(request.action, literal(request.action, request.arguments))
        strange = request.strange or bool(call.taint & Taint.UNTRUSTED)
        given = marks_of(request.arguments) if strange else []
        return await self._invoke(request.action, request.arguments, (), given)

    async def _invoke(
        self, name: str, arguments: dict[str, Any], depth: tuple[str, ...], given: Sequence[Words] = ()
    ) -> Invoked:
        held = self._roster.actions.get(name)
        if held is None:
            raise CallerError(f"no action is named {name[:60]!r}; see the catalogue")
        loaded, action = held
        keywords = convert(action, arguments, self._zone)
        method = getattr(loaded.skill, action.method)
        grants = action.grants if self._granted is None else action.grants & {*self._granted.get(loaded.name, ())}
        unit = Unit(loaded.name, grants, depth, reads=action.info.reads)
        unit.given += given
        reply = await self._unit(loaded, started(method, **keywords), f"action {name!r}", self._timeout, unit)
        done = invoked(name, loaded.name, reply, action.parameters)
        strange = brings_strangers_words(action.info.grants) or unit.bears([done.result, done.speech])
        return msgspec.structs.replace(done, untrusted=strange)

    @handles(GetRest)
    def may_rest(self, request: GetRest, call: Call) -> MayRest:
        loaded = self._roster.skills.values()
        busy = len(self._chime.agenda) or any(each.lock.locked() or each.device.unsaved for each in loaded)
        return MayRest(not busy)

    @handles(Undo)
    async def undo(self, request: Undo, call: Call) -> Invoked:
        held = self._roster.actions.get(request.action)
        if held is None or not request.undo:
            raise CallerError(f"action {request.action[:60]!r} left nothing that could be undone")
        if call.taint & Taint.UNTRUSTED:
            raise CapabilityError(f"only the owner takes {request.action!r} back: a stranger's words led to this")
        loaded = held[0]
        try:
            what = msgspec.json.decode(request.undo)
        except msgspec.DecodeError as error:
            raise CallerError(f"what to undo of {request.action!r} is not JSON: {error}") from None
        unit = Unit(loaded.name, frozenset())
        unit.undoing = True
        reply = await self._unit(
            loaded, started(loaded.skill.undo, what), f"undo of {request.action!r}", self._timeout, unit
        )
        return invoked(request.action, loaded.name, reply)

    async def _call(self, name: str, arguments: dict[str, Any], depth: tuple[str, ...], reads: bool) -> dict[str, Any]:
        """An action called by a skill; ``depth`` are the skills that wait for it, ``reads`` that it may not change
        anything."""
        held = self._roster.actions.get(name)
        if reads and held is not None and not held[1].info.reads:
            raise CapabilityError(
                f"skill {depth[-1]!r}: an action that reads may not call {name!r}, which changes things"
            )
        if held is not None and held[0].skill.name in depth:
            raise CallerError(f"skill {depth[-1]!r} may not call {name!r}: that skill is waiting for it already")
        if len(depth) > MAX_CALL_DEPTH:
            raise CallerError(f"skills call each other more than {MAX_CALL_DEPTH} deep, at {name!r}")
        outer = running.get()
        strange = outer is not None and outer.bears(arguments)
        if strange and held is not None and is_sensitive(held[1].info, arguments):
            raise CapabilityError(f"skill {depth[-1]!r}: {name!r} with a stranger's words is for the owner to ask for")
        done: Invoked | CallDone
        if held is None and self.isolation != "core":
            done = await self.call_out(self._announce, depth[-1], name, arguments, reads=reads, strange=strange)
        else:
            done = await self._invoke(name, arguments, depth, marks_of(arguments) if strange else ())
        if done.untrusted and outer is not None:
            outer.read += marks_of(done.result)
        return done.result

    # units

    async def _unit(self, loaded: Loaded, work: Work, what: str, timeout: float, unit: Unit | None = None) -> Any:
        """Run a skill's code and commit what it did. Raises a typed error, and then nothing happened."""
        unit = unit or Unit(loaded.name, frozenset())
        async with loaded.lock:
            result = await self._bounded(work, unit, f"{what} of skill {loaded.name!r}", timeout)
            # from here on it happens, also when the asker gives up waiting
            await asyncio.shield(asyncio.ensure_future(self._commit(loaded, unit)))
        return result

    async def _bounded(self, work: Work, unit: Unit, what: str, timeout: float) -> Any:
        async def inside() -> Any:
            running.set(unit)
            try:
                return await work()
            finally:
                unit.closed = True

        task = asyncio.ensure_future(inside())
        try:
            done, _ = await asyncio.wait({task}, timeout=timeout)
        finally:
            unit.closed = True
            if not task.done():
                task.cancel()
                self.port.spawn(give_up(self.port, what), "give up")
        if not done:
            raise DeadlineExceeded(f"{what} gave no answer within {timeout:g} s; nothing of it was kept")
        if task.cancelled():
            raise ServiceFault(f"{what} was cancelled by itself")
        error = task.exception()
        if error is None:
            return task.result()
        if isinstance(error, Refusal):
            raise CallerError(str(error)[:MAX_SPEECH])
        if isinstance(error, BluerillError):
            raise error
        self.port.log.error("%s failed", what, exc_info=error)
        raise ServiceFault(f"{what} failed: {type(error).__name__}: {error}"[:400])

    async def _commit(self, loaded: Loaded, unit: Unit) -> None:
        if unit.rows:
            try:
                await loaded.device.label(unit)
                await loaded.device.commit(unit.rows)
            except ServiceFault:  # it may have been written or not: the store knows
                if unit.dues:
                    self.port.spawn(self._remember(loaded), "remember")
                raise
        self._chime.apply(unit.skill, unit.dues)
        self._announce_all(unit)

    # what falls due

    async def _fall_due(self, entry: Due) -> None:
        """Fire one entry. Whatever goes wrong, it is off the agenda afterwards; what must ring rings."""
        loaded = self._roster.skills[entry.skill]
        async with loaded.lock:
            unit = _fired(entry)
            try:
                if entry.kept:
                    unit.given += await loaded.device.strange(DUE + entry.key, msgspec.to_builtins(entry))
                await self._bounded(
                    started(loaded.skill.due, entry.key, entry.payload), unit, f"due {entry.key!r}", self._timeout
                )
            except BluerillError as error:
                self.port.log.error("%s", error)
                unit = _fired(entry)
                unit.announce(Happened(entry.skill, f"Something of {entry.skill} was due, and it failed."))
            if unit.rows:
                await self._store_fired(entry, loaded.device, unit)
            self._chime.apply(unit.skill, unit.dues)
        self._announce_all(unit)

    async def _store_fired(self, entry: Due, device: DeviceHandle, unit: Unit) -> None:
        """What must ring rings, also when the store cannot write: its rows are kept here and tried again."""
        try:
            await device.label(unit)
            await device.commit(unit.rows)
        except BluerillError as error:
            self.port.log.error("due %r of skill %s fired but was not stored: %s", entry.key, entry.skill, error)
            if not device.unsaved:
                self.port.spawn(self._save_again(device), "save")
            device.unsaved.update(unit.rows)

    async def _save_again(self, device: DeviceHandle) -> None:
        while True:
            await self.port.sleep(SAVE_AGAIN_S)
            if not device.unsaved:
                return
            try:
                await device.commit({})
            except BluerillError as error:
                self.port.log.warning("what fired for %s is still not stored: %s", device.space, error)

    async def _clock_changed(self) -> None:
        for loaded in [each for each in self._roster.skills.values() if each.follows_clock]:
            try:
                await self._unit(loaded, started(loaded.skill.clock_changed), "clock_changed", START_TIMEOUT_S)
            except BluerillError as error:
                self.port.log.error("%s", error)

    # telling

    def _announce_all(self, unit: Unit) -> None:
        for each in unit.announcements:
            self.announce(unit.skill, each, strange=isinstance(each, Happened) and unit.bears([each.speech, each.card]))

    def announce(self, skill: str, what: Happened | Glance | WantJob, *, strange: bool = False) -> None:
        """Pass on what a skill says unasked: from a child to the core's skills."""
        self.deliver(self._announce, what, strange=strange)

    def deliver(self, to: str, what: Body, *, strange: bool = False) -> None:
        """Tell in order, without waiting here: a receiver that is just asking us must not be waited for."""
        self._outbox.post(to, what, Taint.UNTRUSTED if strange else None)


def _fired(entry: Due) -> Unit:
    """A unit that begins with the mark that the entry fired; only scheduling the same key again takes it back."""
    unit = Unit(entry.skill, frozenset())
    if entry.kept:
        unit.write(DUE + entry.key, None)
    unit.dues[entry.key] = None
    return unit
