"""What the owner decides about skills, and who speaks for the owner: the half of the service ``skills`` that asks and
takes answers. ``host.py`` is the half that runs.

Packages are let in by the terminal or by an answer to an open question (``desk.py``); the page answers questions and
moves grants, and can neither bring a package nor agree to what was not asked.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from ..kernel.errors import CallerError, CapabilityError
from ..kernel.message import Taint
from ..kernel.runner import current
from ..kernel.service import Call, Leased, handles
from . import desk, loader, register
from .admission import Admit, Admitted, Dismiss, Inspect, KeepMade, Make, Offer, Switch
from .atelier import OFFER_S, PATIENT_S, WITHIN_S, Atelier, told
from .bookkeeper import Bookkeeper
from .drafting import Undrafted
from .messages import Card, Catalogue, Happened
from .packages import Packages
from .questions import (
    Consider,
    Decide,
    GetGrants,
    GetQuestions,
    Grants,
    GrantView,
    Lacked,
    Propose,
    Proposed,
    Question,
    Questions,
    SetGrant,
    SkillGrants,
)
from .skillhost import SkillHost


class OwnersHost(SkillHost):
    """Set by who starts it: ``_packages``, ``_book``; by who makes it: ``_owners``, ``_deciders``, ``_pages``."""

    _packages: Packages
    _atelier: Atelier
    _book: Bookkeeper
    _owners: frozenset[str]
    _deciders: frozenset[str]
    _pages: tuple[str, ...]
    _folder_of_register: str
    _desk: desk.Desk

    def whole(self) -> Catalogue:
        raise NotImplementedError

    def _now_changed(self) -> None:
        raise NotImplementedError

    def _owner_only(self, call: Call, among: frozenset[str] | None = None) -> None:
        if call.sender not in (among or self._owners) or call.taint & Taint.UNTRUSTED:
            raise CapabilityError(f"only the owner decides on skills, and {call.sender!r} does not speak for the owner")

    # questions

    @handles(Propose)
    async def propose(self, request: Propose, call: Call) -> Proposed:
        self._owner_only(call)
        held = self._packages.package(request.package)
        fresh = bool(request.folder) and (held is None or held.folder != request.folder)
        return Proposed(await self._propose(request, fresh=fresh))

    @handles(Consider)
    async def consider(self, request: Consider, call: Call) -> Proposed:
        self._owner_only(call, self._deciders)
        package = self._packages.of_skill(request.skill)
        if package is None:
            raise CallerError(f"no package has a skill named {request.skill[:60]!r}")
        want = Propose(package.package, package.version, package.entries, package.folder, package.source, request.quiet)
        return Proposed(await self._propose(want, fresh=False))

    async def _propose(self, want: Propose, *, fresh: bool) -> Question:
        seen = await self._packages.inspect(Inspect(want.package, want.version, want.entries, want.folder))
        held = self._packages.package(want.package)
        admit = Admit(want.package, want.version, want.entries, want.folder, want.source)
        return self._ask(desk.of_package(admit, seen, {} if held is None else held.agreed, fresh=fresh), want.quiet)

    def _ask(self, asked: desk.Open, quiet: bool = False) -> Question:
        """Put a question on the desk, on the pages and on the watch."""
        question = self._desk.put(asked)
        self._tell_pages()
        if not quiet:
            title, lines = desk.in_words(question)
            said = f"{title} {' '.join(lines)} Say 'let it in', or answer on the page."
            self.deliver("session", Happened("", said, Card("notice", title, "", lines)))
        return question

    def _tell_pages(self) -> None:
        for page in self._pages:
            self.deliver(page, Questions(self._desk.questions))

    @handles(GetQuestions)
    def questions(self, request: GetQuestions, call: Call) -> Questions:
        self._desk.fade(self.port.now())
        return Questions(self._desk.questions)

    @handles(Decide)
    async def decide(self, request: Decide, call: Call) -> Admitted:
        self._owner_only(call, self._deciders)
        return await self._decide(request.id, request.yes, call)

    async def _decide(self, number: str, yes: bool, call: Call) -> Admitted:
        self._desk.fade(self.port.now())
        held = self._desk.take(number)
        self._tell_pages()
        question = held.question
        if not yes:
            self._decided("decline", call, question.package)
            if held.fresh and held.admit is not None:
                self._forget_folder(held.admit.folder)
            return Admitted()
        if held.admit is None:
            return await self._grant(question.skills[0].name, question.skills[0].grants[0], True, call)
        old = await self._packages.admit(held.admit, self.port.wall())
        self._decided("install", call, question.package)
        self._welcome(question.package)
        self._forget_folder(old)
        return self._admitted(question.package)

    def _forget_folder(self, folder: str) -> None:
        """Remove code that is of no use any more, where it was put there by an installation."""
        packages = Path(self._folder_of_register, "packages")
        if folder and Path(folder).parent == packages:
            import shutil

            shutil.rmtree(folder, ignore_errors=True)

    # grants

    @handles(GetGrants)
    def grants(self, request: GetGrants, call: Call) -> Grants:
        self._owner_only(call, self._deciders)
        states = {each.name: each for each in self.whole().skills}
        found = []
        for package in self._packages.held():
            for name in package.skills:
                agreed, info = package.agreed.get(name), states.get(name)
                views = [] if agreed is None else [
                    GrantView(grant, register.in_words([grant])[0], grant in agreed.grants)
                    for grant in (agreed.asked or agreed.grants)
                ]  # fmt: skip
                found.append(
                    SkillGrants(
                        name, package.package, package.version, "" if info is None else info.state,
                        "" if info is None else info.problem, 0.0 if agreed is None else agreed.at, views,
                    )
                )  # fmt: skip
        return Grants(found)

    @handles(SetGrant)
    async def set_grant(self, request: SetGrant, call: Call) -> Admitted:
        self._owner_only(call, self._deciders)
        return await self._grant(request.skill, request.grant, request.held, call)

    async def _grant(self, skill: str, grant: str, held: bool, call: Call) -> Admitted:
        package = await self._packages.set_grant(skill, grant, held)
        self._book.decided("grant" if held else "revoke", call, package.package, [grant], skill)
        return self._admitted(package.package)

    @handles(Lacked)
    def lacked(self, told: Lacked, call: Call) -> None:
        """A skill tried what was taken back from it: its owner is asked, on first use, whether that was meant."""
        package = self._packages.of_skill(told.skill)
        agreed = None if package is None else package.agreed.get(told.skill)
        mine = package is not None and register.address(package.package) == call.sender
        if package is None or agreed is None or not mine or told.grant not in agreed.asked:
            raise CallerError(
                f"service {call.sender!r} has no skill {told.skill[:40]!r} that lacks {told.grant[:60]!r}"
            )
        if told.grant not in agreed.grants and self._packages.heard(call.sender):
            self._ask(desk.of_grant(package.package, told.skill, told.grant))

    # packages

    @handles(Inspect)
    async def inspect(self, request: Inspect, call: Call) -> Leased:
        self._owner_only(call)
        found = await self._packages.inspect(request)
        return Leased(Catalogue(found.fingerprint), self.port.offer(msgspec.json.encode(found)))

    @handles(Admit)
    async def admit(self, request: Admit, call: Call) -> Admitted:
        self._owner_only(call)
        folder = await self._packages.admit(request, self.port.wall())
        self._decided("install", call, request.package)
        self._welcome(request.package)
        return self._admitted(request.package, folder)

    def _welcome(self, package: str) -> None:
        """Show what one may say now."""
        for skill in self.whole().skills:
            if skill.package == package and skill.state == "running":
                said = [each for a in self.whole().actions if a.skill == skill.name for each in a.examples[:1]]
                card = Card("notice", f"New skill: {skill.name}"[:40], skill.summary[:80], [f"“{e}”" for e in said[:4]])
                self.deliver("session", Happened(skill.name, "", card))

    @handles(Dismiss)
    async def dismiss(self, request: Dismiss, call: Call) -> Admitted:
        self._owner_only(call)
        return Admitted(folder=await self._dismiss(request.package, call))

    async def _dismiss(self, package: str, call: Call) -> str:
        folder = await self._packages.dismiss(package)
        self._desk.drop(package)
        self._tell_pages()
        self._decided("remove", call, package)
        return folder

    @handles(Switch)
    async def switch(self, request: Switch, call: Call) -> Admitted:
        self._owner_only(call)
        package = self._packages.of_skill(request.skill)
        if package is not None:
            await self._packages.switch(request.skill, request.on)
        else:
            await self._switch_own(request.skill, request.on)
        name = loader.OWN if package is None else package.package
        self._decided("enable" if request.on else "disable", call, name, request.skill)
        if package is not None:
            return self._admitted(package.package)
        return self._admitted(loader.OWN, only=request.skill)

    async def _switch_own(self, skill: str, on: bool) -> None:
        """One of the device's own skills: what it has scheduled waits until it is switched on again."""
        entry = next((each for each in self._entries if each.name == skill), None)
        if entry is None:
            raise CallerError(f"no skill is named {skill[:60]!r}")
        off = [name for name in self._packages.read().off if name != skill]
        self._packages.keep_off(off if on else [*off, skill])
        if on and skill not in self._roster.skills:
            self._roster.load(entry, disabled=False)
            if skill in self._roster.skills:
                await self._wake(self._roster.skills[skill])
        elif not on and skill in self._roster.skills:
            self._chime.agenda.clear(skill)
            self._roster.unload(skill)
        self._now_changed()

    def _admitted(self, package: str, folder: str = "", only: str = "") -> Admitted:
        mine = [s for s in self.whole().skills if s.package == package and only in ("", s.name)]
        return Admitted({s.name: s.state for s in mine}, {s.name: s.problem for s in mine if s.problem}, folder)

    def _decided(self, what: str, call: Call, package: str, skill: str = "") -> None:
        held = self._packages.package(package)
        self._book.decided(what, call, package, sorted(held.grants) if held is not None else [], skill)

    # skills made on request

    async def _make(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """What the skill ``studio`` asks for: it is part of Bluerill, and speaks for the owner who spoke to it."""
        call = current.get() or Call("skills")
        if call.taint & Taint.UNTRUSTED:
            raise CapabilityError("only the owner has skills made")
        if name == "draft_skill":
            answer = await self._draft(str(arguments["description"]))
            return told(answer) if isinstance(answer, Offer) else {"made": False, "reply": answer.reply}
        if name == "keep_skill":
            question, admitted = await self._keep(call)
            asked = question.skills[0]
            return {
                "name": asked.name,
                "examples": asked.examples,
                "state": admitted.states.get(asked.name, "broken"),
                "made": question.kind == "made",
            }
        package = self._atelier.named(str(arguments.get("name", "")))
        await self._dismiss(package, call)
        return {"name": package.removeprefix("made-")}

    async def _draft(self, asked: str, within: float = WITHIN_S) -> Offer | Undrafted:
        answer = await self._atelier.draft(asked, self._local_now(), within)
        if isinstance(answer, Offer):
            _, admit = self._atelier.take()
            self._ask(desk.of_offer(answer, admit, self.port.now() + OFFER_S), quiet=True)  # its card says the same
        return answer

    async def _keep(self, call: Call) -> tuple[Question, Admitted]:
        """A yes to what was asked last. Raises CallerError if nothing is open."""
        self._desk.fade(self.port.now())
        question = self._desk.newest()
        return question, await self._decide(question.id, True, call)

    def _local_now(self) -> datetime:
        return datetime.fromtimestamp(self.port.wall(), self._zone)

    @handles(Make)
    async def make(self, request: Make, call: Call) -> Offer | Undrafted:
        self._owner_only(call)
        return await self._draft(request.asked, PATIENT_S)

    @handles(KeepMade)
    async def keep_made(self, request: KeepMade, call: Call) -> Admitted:
        self._owner_only(call)
        return (await self._keep(call))[1]
