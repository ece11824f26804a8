"""What the owner is asked about other people's skills, what is answered, and what of it can be taken back.

A question is shown on the watch and on the page, and answered there, at the terminal or by voice, once; its ``id``
stands for what was shown, so that nobody agrees to something else.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ..kernel.message import Body, message
from .admission import Admitted

__all__ = [
    "Admitted", "AskedSkill", "Consider", "Decide", "GetGrants", "GetQuestions", "GrantView", "Grants", "Lacked",
    "Propose", "Proposed", "Question", "Questions", "SetGrant", "SkillGrants",
]  # fmt: skip


class AskedSkill(msgspec.Struct, frozen=True, omit_defaults=True):
    """One skill of a question. ``may`` says each of its ``grants`` in plain words; ``new`` are those that were not
    agreed to before."""

    name: str
    summary: str = ""
    grants: list[str] = []
    may: list[str] = []
    new: list[str] = []
    examples: list[str] = []


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """``kind`` is ``package`` (let it in?), ``made`` (keep what was made on request?) or ``grant`` (may it, now that it
    tried?). ``why`` is one line; ``diff`` the code of a made skill, as the difference from the one before."""

    id: str
    kind: Literal["package", "made", "grant"]
    package: str
    version: str = ""
    why: str = ""
    skills: list[AskedSkill] = []
    diff: str = ""
    tried: list[str] = []
    source: str = ""
    where: str = ""
    """Where it runs, and what that keeps out, in a sentence."""


@message("skills.propose")
class Propose(Body, frozen=True):
    """Ask ``skills`` to look at a package and to put the question to the owner. → Proposed

    ``entries`` are ``name=module:Class``; ``folder`` is where its code lies, "" if it is in the environment; ``quiet``
    asks nobody else, since whoever proposes has the owner's answer. Raises CallerError if nothing of it can be loaded.
    """

    package: str
    version: str = ""
    entries: list[str] = []
    folder: str = ""
    source: str = ""
    quiet: bool = False


@message("skills.consider")
class Consider(Body, frozen=True):
    """The same for a skill that waits already. → Proposed"""

    skill: str
    quiet: bool = False


@message("skills.proposed")
class Proposed(Body, frozen=True):
    """What the owner is asked now."""

    question: Question


@message("skills.get-questions")
class GetQuestions(Body, frozen=True):
    """Ask ``skills`` what the owner is asked. → Questions"""


@message("skills.questions")
class Questions(Body, frozen=True):
    """All that is open; also told to the pages whenever it changes."""

    open: list[Question] = []


@message("skills.decide")
class Decide(Body, frozen=True):
    """Ask ``skills`` to take the owner's answer. → Admitted

    Raises CallerError if the question is closed."""

    id: str
    yes: bool


class GrantView(msgspec.Struct, frozen=True):
    """One grant in plain words, and whether the skill holds it."""

    grant: str
    words: str
    held: bool


class SkillGrants(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a package's skill was agreed to use, and when (Unix seconds; 0: nothing was agreed to)."""

    skill: str
    package: str
    version: str = ""
    state: str = ""
    problem: str = ""
    at: float = 0.0
    grants: list[GrantView] = []


@message("skills.get-grants")
class GetGrants(Body, frozen=True):
    """Ask ``skills`` what other people's skills may do. → Grants"""


@message("skills.grants")
class Grants(Body, frozen=True):
    """A row for each skill of a package."""

    skills: list[SkillGrants] = []


@message("skills.set-grant")
class SetGrant(Body, frozen=True):
    """Ask ``skills`` to take a grant back, or to give it again. → Admitted

    Raises CallerError if the skill was never agreed to have it."""

    skill: str
    grant: str
    held: bool


@message("skills.lacked")
class Lacked(Body, frozen=True):
    """Tell ``skills`` that a skill asked for something it may, by its manifest, and was not given."""

    skill: str
    grant: str
