"""What the owner says to ``skills`` about other people's packages, and what is answered."""

from __future__ import annotations

from ..kernel.message import Body, message
from .drafting import Undrafted
from .messages import Catalogue

__all__ = [
    "Admit", "Admitted", "Catalogue", "Dismiss", "Inspect", "KeepMade", "Make", "Offer", "Switch", "Undrafted",
]  # fmt: skip


@message("skills.inspect")
class Inspect(Body, frozen=True):
    """Ask ``skills`` what a package would bring: it is loaded in a box, without any right, and ended. → Catalogue
    (by lease)

    ``entries`` are ``name=module:Class``; ``folder`` is where its code lies, "" if it is in the environment.
    """

    package: str
    version: str = ""
    entries: list[str] = []
    folder: str = ""


@message("skills.admit")
class Admit(Body, frozen=True):
    """Ask ``skills`` to let a package in. ``agreed`` are the pins of the skills that the owner saw and agreed to,
    ``grants`` what each of them asked for then. → Admitted"""

    package: str
    version: str = ""
    entries: list[str] = []
    folder: str = ""
    source: str = ""
    agreed: dict[str, str] = {}
    grants: dict[str, list[str]] = {}


@message("skills.dismiss")
class Dismiss(Body, frozen=True):
    """Ask ``skills`` to let a package go: its process ends, what was agreed to is forgotten. → Admitted"""

    package: str


@message("skills.switch")
class Switch(Body, frozen=True):
    """Ask ``skills`` to switch a skill on or off; one that was quarantined is tried again. → Admitted"""

    skill: str
    on: bool


@message("skills.admitted")
class Admitted(Body, frozen=True):
    """How it stands now: the state of each skill concerned, and why where it does not run. ``folder`` is where the
    code lay that is no longer used, "" if there is none."""

    states: dict[str, str] = {}
    problems: dict[str, str] = {}
    folder: str = ""


@message("skills.make")
class Make(Body, frozen=True):
    """Ask ``skills`` for a skill that does what is asked for; it is not kept before KeepMade. → Offer | Undrafted"""

    asked: str


@message("skills.offer")
class Offer(Body, frozen=True):
    """A made skill that passed its checks: what it ``may`` do in plain words, what one may say, its code as the
    ``diff`` from the version before it, and the checks."""

    name: str
    package: str
    version: str
    summary: str
    grants: list[str] = []
    may: list[str] = []
    examples: list[str] = []
    diff: str = ""
    tried: list[str] = []
    repairs: int = 0
    writer: str = ""
    """Who wrote it: a sketch, or which model."""


@message("skills.keep-made")
class KeepMade(Body, frozen=True):
    """Ask ``skills`` to keep what was offered last. → Admitted"""
