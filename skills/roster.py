"""The skills of one host: loaded from their entry points, or known to be broken, and why.

A skill that cannot be loaded costs nobody else anything. A name that is taken stays with who had it first: a skill
with the name of another, or with one action of the same name, is refused as a whole, because half a skill is worse
than none.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping

import msgspec

from ..kernel.errors import ManifestError
from . import loader
from .action import Action
from .catalogue import fingerprint
from .contract import Device, Skill
from .device import DeviceHandle
from .index import Indexed
from .messages import Catalogue, SkillInfo

OWN_ONLY = frozenset({"jobs", "designer", "model"})
"""Grants that no third-party skill gets."""


class Loaded:
    """A skill that runs: its instance (imported when it is first needed, if the index knows its contract), its actions
    and the lock that keeps its units in order. ``starts`` and ``follows_clock`` say whether it has something to do at
    boot and when the clock is set."""

    def __init__(
        self,
        info: SkillInfo,
        device: DeviceHandle,
        actions: dict[str, Action],
        make: Callable[[], Skill],
        *,
        starts: bool = True,
        follows_clock: bool = True,
    ) -> None:
        self.name = info.name
        self.device = device
        self.actions = actions
        self.starts = starts
        self.follows_clock = follows_clock
        self.lock = asyncio.Lock()
        self._make = make
        self._skill: Skill | None = None

    @property
    def skill(self) -> Skill:
        """The instance. Raises ManifestError if its module, unread until now, cannot be imported."""
        if self._skill is None:
            self._skill = self._make()
            self._skill.device = _as_device(self.device)
        return self._skill


class Roster:
    """All skills of a host. ``make_device`` gives a skill its handle."""

    def __init__(
        self,
        isolation: str,
        log: logging.Logger,
        make_device: Callable[[SkillInfo], DeviceHandle],
        disabled: Iterable[str] = (),
        index: Mapping[str, Indexed] | None = None,
    ) -> None:
        self.skills: dict[str, Loaded] = {}
        self.actions: dict[str, tuple[Loaded, Action]] = {}
        self.infos: list[SkillInfo] = []
        self._isolation = isolation
        self._log = log
        self._make_device = make_device
        self._disabled = frozenset(disabled)
        self._index = index or {}

    def unload(self, name: str) -> None:
        """Let a skill go; it is listed as disabled."""
        loaded = self.skills.pop(name)
        self.actions = {key: held for key, held in self.actions.items() if held[0] is not loaded}
        disabled = [
            msgspec.structs.replace(each, state="disabled", actions=[]) if each.name == name else each
            for each in self.infos
        ]
        self.infos[:] = disabled

    def load(self, entry: loader.EntryPoint, *, disabled: bool | None = None) -> None:
        """Load one skill, or note why it is not; never raises. ``disabled`` overrides what the host was made with."""
        self.infos[:] = [each for each in self.infos if (each.name, each.package) != (entry.name, entry.package)]
        if entry.name in self._disabled if disabled is None else disabled:
            self._note(entry, "disabled")
            return
        try:
            loaded, info = self._indexed(entry) or self._derived(entry)
            self._refuse_taken(info.name, loaded.actions)
        except ManifestError as error:
            self._log.warning("%s", error)
            self._note(entry, "broken", str(error))
            return
        self.skills[info.name] = loaded
        self.actions.update({name: (loaded, action) for name, action in loaded.actions.items()})
        self.infos.append(info)

    def _indexed(self, entry: loader.EntryPoint) -> tuple[Loaded, SkillInfo] | None:
        """A skill whose contract the index knows: its module is not read yet."""
        held = self._index.get(entry.name)
        if held is None or not loader.is_own(entry):
            return None
        info = held.info(entry.package, self._isolation)
        device = self._make_device(info)
        make = lambda: _made(loader.load(entry))  # noqa: E731 - read as one thing: what making it is
        loaded = Loaded(info, device, held.made(), make, starts=held.starts, follows_clock=held.follows_clock)
        return loaded, info

    def _derived(self, entry: loader.EntryPoint) -> tuple[Loaded, SkillInfo]:
        """A skill whose contract is derived from its class. Raises ManifestError."""
        from .derive import actions_of, summary_of  # the core, which has the index, seldom needs it

        cls = loader.load(entry)
        actions = actions_of(cls)
        own = sorted(OWN_ONLY & set(cls.grants))
        if own and self._isolation != "core":
            raise ManifestError(f"skill {cls.name!r}: the grants {own} are for Bluerill's own skills")
        info = SkillInfo(
            name=cls.name,
            version=cls.version,
            package=entry.package,
            summary=summary_of(cls),
            actions=[name for name, action in actions.items() if not action.info.hidden],
            grants=list(cls.grants) if self._isolation == "core" else _all_grants(cls, actions),
            simulated=cls.simulated,
            isolation=self._isolation,
            options=dict(cls.options),
        )
        skill = _made(cls)
        own_rights = msgspec.structs.replace(info, grants=list(cls.grants))  # those of an action are its own
        loaded = Loaded(info, self._make_device(own_rights), actions, lambda: skill)
        assert loaded.skill is skill
        return loaded, info

    def _note(self, entry: loader.EntryPoint, state: str, problem: str = "") -> None:
        self.infos.append(
            SkillInfo(
                name=entry.name,
                version=entry.version,
                package=entry.package,
                state="disabled" if state == "disabled" else "broken",
                problem=problem,
                isolation=self._isolation,
            )
        )

    def _refuse_taken(self, skill: str, actions: dict[str, Action]) -> None:
        if skill in self.skills:
            raise ManifestError(f"skill name {skill!r} is taken by a skill loaded before it")
        for name in actions:
            if name in self.actions:
                held = self.actions[name][1].info.skill
                raise ManifestError(f"skill {skill!r}: action {name!r} is taken by the skill {held!r}, loaded first")

    def catalogue(self) -> Catalogue:
        """What runs, and what could not be loaded."""
        actions = [action.info for _, action in self.actions.values()]
        return Catalogue(fingerprint(actions, self.infos), actions, list(self.infos))


def _all_grants(cls: type[Skill], actions: dict[str, Action]) -> list[str]:
    """What a skill asks for, also where only some action does."""
    more = sorted({grant for action in actions.values() for grant in action.grants} - set(cls.grants))
    return [*cls.grants, *more]


def _as_device(handle: DeviceHandle) -> Device:
    """The type checker's proof that the handle keeps the contract."""
    return handle


def _made(cls: type[Skill]) -> Skill:
    try:
        return cls()
    except Exception as error:
        raise ManifestError(f"skill {cls.name!r} cannot be made: {type(error).__name__}: {error}") from error
