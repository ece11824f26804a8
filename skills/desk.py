"""The desk where the owner's open questions lie: what is asked, and what a yes would do.

Pure: it starts nothing and tells nobody. A question is closed by its answer, by a newer one about the same thing, by
its time (what was made on request is not offered for ever), or, of too many, by being the oldest.
"""

from __future__ import annotations

import itertools
import math
import re
import zlib
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from ..kernel.errors import CallerError
from . import register
from .admission import Admit, Offer
from .messages import Catalogue, SkillInfo
from .questions import AskedSkill, Question
from .register import Agreed
from .speech import joined

BOXED = "It runs in a box of its own: no files but its code, no programs, no network but what is named above."
SERVED = (
    "It is no package: the program or the address you listed does it, a program with your rights. "
    "What it answers counts as a stranger's words."
)
BORROWED = (
    "It is no package: the LangChain tools you listed do it, in a box of their own: no files but code, no programs, no "
    "network but what is named above. What they answer counts as a stranger's words."
)
MOST_OPEN = 8
MOST_SKILLS, MOST_GRANTS, MOST_TEXT = 8, 16, 120
"""Of one package: what does not fit a question is not asked, since nothing that is agreed to may be left out of it."""
MOST_DIFF = 8_000
_GRANT = re.compile(r"[a-z]+(:@?[\w.:-]+)?\Z", re.ASCII)
"""What is read out to an owner holds no words of a stranger's choice but a name."""


class Open(NamedTuple):
    """A question, what is admitted on a yes (not for a grant), whether what it asks for lies in a folder that is of no
    use after a no, and until when it is open (the port's clock)."""

    question: Question
    admit: Admit | None = None
    fresh: bool = False
    until: float = math.inf


class Desk:
    """The open questions, the oldest first."""

    def __init__(self) -> None:
        self._open: dict[str, Open] = {}
        self._numbers = itertools.count(1)

    @property
    def questions(self) -> list[Question]:
        return [each.question for each in self._open.values()]

    def fade(self, now: float) -> None:
        """Close what has been open for too long."""
        for number in [each.question.id for each in self._open.values() if now > each.until]:
            del self._open[number]

    def put(self, open_: Open) -> Question:
        """Ask it, in place of what was asked of the same package before."""
        asked = open_.question
        marked = msgspec.structs.replace(
            asked, id=f"{next(self._numbers)}-{zlib.crc32(msgspec.json.encode(asked)):08x}"
        )
        for held in list(self._open.values()):
            if (held.question.kind, held.question.package) == (asked.kind, asked.package):
                del self._open[held.question.id]
        while len(self._open) >= MOST_OPEN:
            del self._open[next(iter(self._open))]
        self._open[marked.id] = open_._replace(question=marked)
        return marked

    def take(self, number: str) -> Open:
        """Close a question. Raises CallerError if it is not open."""
        held = self._open.pop(number, None)
        if held is None:
            raise CallerError("that question is closed: it was answered, or what it asked about has changed")
        return held

    def newest(self) -> Question:
        """What was asked last. Raises CallerError if nothing is open."""
        if not self._open:
            raise CallerError("There is no new skill to keep. Ask me for one first.")
        return next(reversed(self._open.values())).question

    def drop(self, package: str) -> None:
        """Whatever was asked of a package is not asked any more."""
        for number in [each.question.id for each in self._open.values() if each.question.package == package]:
            del self._open[number]


def of_package(wanted: Admit, seen: Catalogue, before: Mapping[str, Agreed], *, fresh: bool) -> Open:
    """The question whether to let a package in, as it was found to be. Raises CallerError if nothing of it loads."""
    good = [each for each in seen.skills if each.state == "running"]
    if not good:
        problems = [each.problem for each in seen.skills if each.problem]
        raise CallerError(problems[0] if problems else f"the package {wanted.package!r} has no skills")
    if len(good) > MOST_SKILLS or any(
        len(each.grants) > MOST_GRANTS or max(map(len, each.grants), default=0) > MOST_TEXT for each in good
    ):
        limits = f"{MOST_SKILLS} skills with {MOST_GRANTS} grants of {MOST_TEXT} characters each"
        raise CallerError(f"package {wanted.package!r} asks for more than can be shown: at most {limits}")
    odd = next((grant for each in good for grant in each.grants if not _GRANT.match(grant)), None)
    if odd is not None:
        raise CallerError(
            f"package {wanted.package!r} asks for {odd!r}, which is no grant such as store or network:HOST"
        )
    skills = [_asked(each, seen, before.get(each.name)) for each in good]
    more = [grant for each in skills for grant in each.new]
    why = "It is new." if not before else "It asks for more than before." if more else "It describes itself otherwise."
    admit = msgspec.structs.replace(
        wanted,
        agreed={each.name: register.pin(each, seen.actions) for each in good},
        grants={each.name: list(each.grants) for each in good},
    )
    where = {"mcp": SERVED, "langchain": BORROWED}.get(wanted.package.partition(":")[0], BOXED)
    question = Question("", "package", wanted.package, wanted.version, why, skills, source=wanted.source, where=where)
    return Open(question, admit, fresh)


def _asked(skill: SkillInfo, seen: Catalogue, before: Agreed | None) -> AskedSkill:
    said = [each[:MOST_TEXT] for action in seen.actions if action.skill == skill.name for each in action.examples[:1]]
    had = set() if before is None else {*before.grants, *before.asked}
    new = [grant for grant in skill.grants if grant not in had]
    summary = skill.summary[: 2 * MOST_TEXT]
    return AskedSkill(skill.name, summary, list(skill.grants), register.in_words(skill.grants), new, said[:4])


def of_offer(offer: Offer, admit: Admit, until: float) -> Open:
    """The question whether to keep what was made on request."""
    skill = AskedSkill(offer.name, offer.summary, offer.grants, offer.may, offer.grants, offer.examples)
    why = f"You asked for it; {offer.writer} wrote it."
    diff = offer.diff
    if len(diff) > MOST_DIFF:
        diff = diff[:MOST_DIFF] + "\n(cut here; bluerill skills make shows all of it)\n"
    return Open(
        Question("", "made", offer.package, offer.version, why, [skill], diff, offer.tried, where=BOXED),
        admit,
        until=until,
    )


def of_grant(package: str, skill: str, grant: str) -> Open:
    """The question whether a skill may have what it tried to use."""
    asked = AskedSkill(skill, "", [grant], register.in_words([grant]), [grant])
    return Open(Question("", "grant", package, "", "It tried to, and may not.", [asked], where=BOXED))


def in_words(question: Question) -> tuple[str, list[str]]:
    """A question as the watch shows it: a title, and lines."""
    names = joined([each.name.replace("-", " ") for each in question.skills])
    lines = [f"It may {line}." for each in question.skills for line in each.may]
    title = {"package": f"Let in {names}?", "made": f"Keep {names}?", "grant": f"Allow {names}?"}[question.kind]
    return title[:40], [line[:80] for line in lines[:4]]
