"""``bluerill skills install|remove|enable|disable``: letting other people's skills in, and seeing them out again.

What a package asks for is said in plain words and asked once; what was agreed to is kept, with a pin on the words, so
that a skill that changes is asked about again.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import sys

import msgspec

from ...kernel import eventloop
from ...kernel.errors import CallerError
from ...skills import register
from ...skills.admission import Admitted, Dismiss, Switch
from ...skills.messages import Catalogue, GetCatalogue
from ...skills.questions import Consider, Decide, Propose, Proposed, Question
from ..boot import PAGE, VOICE, state_directory
from ..control import Front, SocketFront
from ..front import open_front
from ..workshop.acquire import Acquired, acquire
from .style import paint

WITHIN_S = 30.0
VERBS = ("install", "remove", "enable", "disable")
_ENDS = {"running": "green", "disabled": "dim", "waiting": "yellow"}


def arguments(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    install = verbs.add_parser("install", help="let a package of skills in: a wheel, a folder or a package's name")
    install.add_argument("source", help="the wheel, the folder with its pyproject.toml, or the name")
    enable = verbs.add_parser("enable", help="switch a skill on; agree to what it asks for, where that is open")
    enable.add_argument("name", help="the skill's name")
    for verb in (install, enable):
        verb.add_argument("--yes", action="store_true", help="agree without being asked")
    disable = verbs.add_parser("disable", help="switch a skill off; it stays installed")
    disable.add_argument("name", help="the skill's name")
    remove = verbs.add_parser("remove", help="remove a package; what its skills stored stays")
    remove.add_argument("name", help="the name of one of its skills, or the package's")
    for verb in (install, enable, disable, remove):
        verb.add_argument("--json", action="store_true", help="one JSON document")


def run(args: argparse.Namespace) -> int:
    work = {"install": _install, "remove": _remove, "enable": _enable, "disable": _disable}[args.verb]
    admitted: Admitted | None = eventloop.run(work(args))
    if admitted is None:
        print("nothing was changed", file=sys.stderr)
        return 1
    if args.json:
        print(msgspec.json.encode({"states": admitted.states, "problems": admitted.problems}).decode())
    else:
        for name, state in admitted.states.items():
            why = f": {admitted.problems[name]}" if name in admitted.problems else ""
            print(f"{paint(name, 'bold')} is {paint(state, _ENDS.get(state, 'red'))}{why}")
    return 1 if "broken" in admitted.states.values() else 0


async def _install(args: argparse.Namespace) -> Admitted | None:
    found = await asyncio.to_thread(acquire, args.source, state_directory() / "skills" / "packages")
    admitted: Admitted | None = None
    asked = False
    try:
        async with _front() as front:
            want = Propose(found.package, found.version, found.entries, found.folder, found.source, _quiet(args))
            question = (await front.ask("skills", want, Proposed, WITHIN_S)).question
            asked = True
            admitted = await _settle(front, question, yes=args.yes)
    finally:
        if admitted is None and not asked:
            shutil.rmtree(found.folder, ignore_errors=True)
    return admitted


async def _enable(args: argparse.Namespace) -> Admitted | None:
    async with _front() as front:
        skills = (await _catalogue(front)).skills
        skill = next((each for each in skills if each.name == args.name), None)
        if skill is None:  # pip may have brought it since the device was started
            found = _since(args.name, [each.name for each in skills])
            want: Propose | Consider = Propose(
                found.package, found.version, found.entries, found.folder, found.source, _quiet(args)
            )
        else:
            package = register.read(state_directory() / "skills").packages.get(skill.package)
            held = None if package is None else package.agreed.get(args.name)
            less = held is not None and set(held.grants) != set(held.asked or held.grants)
            if skill.state != "waiting" and (package is None or held is not None) and not less:
                return await front.ask("skills", Switch(args.name, True), Admitted, WITHIN_S)
            want = Consider(args.name, _quiet(args))
        question = (await front.ask("skills", want, Proposed, WITHIN_S)).question
        admitted = await _settle(front, question, yes=args.yes)
        if admitted is not None and admitted.states.get(args.name) == "disabled":
            return await front.ask("skills", Switch(args.name, True), Admitted, WITHIN_S)
        return admitted


def _since(skill: str, known: list[str]) -> Acquired:
    """The package in the environment that has a skill of this name. Raises CallerError."""
    from ...skills.loader import third_party

    for package, entries in third_party().items():
        if any(each.name == skill for each in entries):
            return _in_environment(package)
    raise CallerError(f"no skill is named {skill!r}; there are {', '.join(sorted(known))}")


def _in_environment(name: str) -> Acquired:
    from ...skills.loader import third_party

    entries = third_party().get(name)
    if not entries:
        raise CallerError(f"package {name!r} is not in this environment any more")
    return Acquired(name, entries[0].version, [f"{each.name}={each.value}" for each in entries], "")


async def _disable(args: argparse.Namespace) -> Admitted:
    async with _front() as front:
        return await front.ask("skills", Switch(args.name, False), Admitted, WITHIN_S)


async def _remove(args: argparse.Namespace) -> Admitted:
    async with _front() as front:
        skills = (await _catalogue(front)).skills
        named = next((each.package for each in skills if args.name in (each.name, each.package)), args.name)
        if named == "bluerill":
            raise CallerError(f"{args.name!r} comes with Bluerill; bluerill skills disable {args.name} switches it off")
        gone = await front.ask("skills", Dismiss(named), Admitted, WITHIN_S)
    if gone.folder:
        await asyncio.to_thread(shutil.rmtree, gone.folder, True)
    elif register.is_listed(named):
        kind, _, name = named.partition(":")
        table = f"{'mcp.servers' if kind == 'mcp' else 'langchain.tools'}.{name}"
        print(f"it stays listed: take [{table}] out of settings.toml", file=sys.stderr)
    else:
        print(f"its code is in the environment, where pip put it: pip uninstall {named}", file=sys.stderr)
    return Admitted(dict.fromkeys([each.name for each in skills if each.package == named], "removed"))


# asking the owner


def _quiet(args: argparse.Namespace) -> bool:
    """Nobody is asked elsewhere who has answered here."""
    return bool(args.yes)


async def _settle(front: Front, question: Question, *, yes: bool) -> Admitted | None:
    """Show what is asked, and pass on the owner's answer; None after a no."""
    for line in described(question):
        print(line, file=sys.stderr)
    if not yes and not sys.stdin.isatty():
        if isinstance(front, SocketFront):
            print("it is asked on the watch, too: answer there, or here with --yes", file=sys.stderr)
            return Admitted({each.name: "waiting" for each in question.skills})
        await front.ask("skills", Decide(question.id, False), Admitted, WITHIN_S)
        raise CallerError("nobody is here to agree: look at the grants above and say --yes")
    agreed = yes or await asyncio.to_thread(_agrees)
    admitted = await front.ask("skills", Decide(question.id, agreed), Admitted, WITHIN_S)
    return admitted if agreed else None


def described(question: Question) -> list[str]:
    """A question on the terminal."""
    what = " ".join(filter(None, [paint(_clean(question.package), "bold"), _clean(question.version)]))
    lines = [f"{what} brings:"]
    for skill in question.skills:
        lines.append(f"  {paint(_clean(skill.name), 'bold')}: {_clean(skill.summary)}")
        lines += [paint(f"    “{_clean(each)}”", "dim") for each in skill.examples]
        lines.append("    It may:")
        lines += [f"      - {_clean(line)}" for line in skill.may]
    lines.append(question.where)
    return [*lines, paint(question.why, "yellow")]


def _clean(text: str) -> str:
    """A stranger's words on the owner's terminal: one line, nothing that moves the cursor."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:300]


def _agrees() -> bool:
    print("Let it in? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


# the device


def _front() -> contextlib.AbstractAsyncContextManager[Front]:
    return open_front(without=(*VOICE, *PAGE))


async def _catalogue(front: Front) -> Catalogue:
    body, data = await front.borrow("skills", GetCatalogue(by_lease=True), Catalogue)
    return body if data is None else msgspec.json.decode(data, type=Catalogue)
