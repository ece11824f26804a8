"""``bluerill skills list|info|new|test``: what the watch can do and what each skill may touch; making a skill, and
trying it. Letting other people's in is in ``skills_admit.py``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec

from ...kernel import eventloop
from ...kernel.errors import CallerError
from ...kernel.manifest import format_size
from ...kernel.status import GetStatus, ServiceStatus, Status
from ...skills.catalogue import skill_info, skill_rows
from ...skills.messages import ActionInfo, Catalogue, GetCatalogue
from ..boot import PAGE, VOICE, state_directory
from ..front import open_front
from . import skills_admit, skills_grants, skills_make
from .style import paint, table


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    every = verbs.add_parser("list", help="all installed skills")
    every.add_argument("--json", action="store_true", help="one JSON document")
    one = verbs.add_parser("info", help="one skill: actions, sentences, grants")
    one.add_argument("name", help="the skill's name")
    one.add_argument("--json", action="store_true", help="one JSON document")
    skills_admit.arguments(verbs)
    skills_grants.arguments(verbs)
    skills_make.arguments(verbs)
    new = verbs.add_parser("new", help="make a package for a new skill, whose tests pass at once")
    new.add_argument("name", help="lower case words joined by hyphens, such as tide-times")
    new.add_argument("--functions", action="store_true", help="as plain functions of a module, without a class")
    new.add_argument("--into", type=Path, default=Path(), metavar="DIR", help="where to put it (default: here)")
    new.add_argument("--json", action="store_true", help="one JSON document")
    test = verbs.add_parser("test", help="try a skill package: sentences, grants, arguments, types, tests")
    test.add_argument("path", type=Path, nargs="?", default=Path(), help="the package's folder (default: this one)")
    test.add_argument("--seed", type=int, default=0, help="of the arguments that are tried (default 0)")
    test.add_argument(
        "--record",
        action="store_true",
        help="carry out its utterances, with the network it is granted, and keep the messages for replay",
    )
    test.add_argument("--no-tools", action="store_true", help="leave out mypy and pytest")
    test.add_argument("--json", action="store_true", help="one JSON document")


def run(args: argparse.Namespace) -> int:
    if args.verb == "new":
        return _new(args)
    if args.verb == "test":
        return _test(args)
    if args.verb == "make":
        return skills_make.run(args)
    if args.verb in skills_admit.VERBS:
        return skills_admit.run(args)
    if args.verb in skills_grants.VERBS:
        return skills_grants.run(args)
    installed, status = eventloop.run(standing())
    if args.verb == "list":
        _list(skill_rows(installed), args.json)
    else:
        _info(installed, status, args.name, args.json)
    return 0


def _new(args: argparse.Namespace) -> int:
    from ..workshop.blueprint import write

    folder = write(args.name, args.into, functions=args.functions)
    if args.json:
        print(msgspec.json.encode({"name": args.name, "folder": str(folder)}).decode())
        return 0
    made = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    print(f"{paint(str(folder), 'bold')} holds a skill that counts: {', '.join(made)}")
    print(f"try it:   {paint(f'bluerill skills test {folder}', 'blue')}")
    print(f"use it:   {paint(f'bluerill skills install {folder}', 'blue')}")
    return 0


def _test(args: argparse.Namespace) -> int:
    from ..workshop.package import Package
    from ..workshop.trial import Finding, trial

    package = Package(args.path)
    if args.record:
        from ..workshop.traffic import record

        path, count = eventloop.run(record(package))
        print(f"{count} messages in {path}", file=sys.stderr if args.json else sys.stdout)
    marks = {"passed": paint("✓", "green"), "failed": paint("✗", "red"), "skipped": paint("–", "yellow")}
    findings: list[Finding] = []

    async def work() -> None:
        async for finding in trial(package, seed=args.seed, tools=not args.no_tools):
            findings.append(finding)
            if not args.json:
                print(f"{marks[finding.state]} {paint(finding.check, 'bold')}: {finding.summary}", flush=True)
                for line in finding.lines:
                    print(f"    {line}")

    eventloop.run(work())
    failed = sum(finding.state == "failed" for finding in findings)
    if args.json:
        print(msgspec.json.encode({"package": package.name, "passed": not failed, "findings": findings}).decode())
    return 1 if failed else 0


async def catalogue() -> Catalogue:
    return (await standing())[0]


async def standing() -> tuple[Catalogue, Status]:
    """What is installed, and how the services are that run it."""
    async with open_front(without=(*VOICE, *PAGE)) as front:
        answer, data = await front.borrow("skills", GetCatalogue(by_lease=True), Catalogue)
        whole = answer if data is None else msgspec.json.decode(data, type=Catalogue)
        return whole, await front.ask("kernel", GetStatus(), Status)


def _list(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(rows).decode())
        return
    colour = {"running": "green", "disabled": "dim", "waiting": "yellow", "quarantined": "red", "broken": "red"}
    print(
        table(
            [
                [
                    str(row["name"]),
                    str(row["version"]),
                    str(row["package"]),
                    str(len(row["actions"])),
                    paint(str(row["state"]), colour.get(str(row["state"]), "dim")),
                ]
                for row in rows
            ],
            ["skill", "version", "package", "actions", "state"],
        )
    )


def _only(action: ActionInfo) -> str:
    """`` (device front door, back door)`` where only some calls are sensitive."""
    parts = [f"{name} {', '.join(values)}" for name, values in action.sensitive_when.items()]
    return f" ({'; '.join(parts)})" if parts else ""


def _process(catalogue: Catalogue, status: Status, name: str) -> ServiceStatus | None:
    """The process of a package's skill, if it has one of its own."""
    host = next((skill.host for skill in catalogue.skills if skill.name == name), "")
    return next((each for each in status.services if host and each.name == host), None)


def _walls(row: ServiceStatus | None) -> list[dict[str, Any]]:
    """The walls around it, as the kernel was told of them before the skill's code was there."""
    return [] if row is None else [{"name": w.name, "stands": w.stands, "what": w.what} for w in row.box]


def _in_words(row: ServiceStatus) -> str:
    """How a process is, in a line."""
    if row.pid:
        most = f"most so far {format_size(row.peak)}"
        return f"{row.name} runs, {format_size(row.charge)} of {format_size(row.reserved)} ({most})"
    return f"{row.name} rests until it is called" if row.state == "absent" else f"{row.name} is {row.state}"


def _info(catalogue: Catalogue, status: Status, name: str, as_json: bool) -> None:
    if not any(skill.name == name for skill in catalogue.skills):
        known = ", ".join(sorted(skill.name for skill in catalogue.skills))
        raise CallerError(f"no skill is named {name!r}; there are {known}")
    info = skill_info(catalogue, name)
    row = _process(catalogue, status, name)
    walls = _walls(row)
    if walls:
        info["box"] = walls
    if row is not None:
        info["process"] = {"name": row.name, "state": row.state, "bytes": row.charge, "cap": row.reserved}
    if as_json:
        print(msgspec.json.encode(info).decode())
        return
    called = " ".join(filter(None, [paint(name, "bold"), str(info.get("version", ""))]))
    print(f"{called} ({info.get('package', '')}, {info.get('state', '')})")
    if info.get("problem"):
        print(paint(str(info["problem"]), "red"))
    if info.get("summary"):
        print(info["summary"])
    if info.get("simulated"):
        print(paint("Its provider is simulated, and its replies say so.", "yellow"))
    print(f"may use: {', '.join(info.get('grants') or []) or 'nothing'}")
    if row is not None:
        print(f"its process: {_in_words(row)}")
    for wall in walls:
        print(f"  {paint('✓', 'green') if wall['stands'] else paint('✗', 'yellow')} {wall['name']}: {wall['what']}")
    if info.get("options"):
        print(f"settings: the table [{name}] in {state_directory() / 'settings.toml'}")
        for option, meaning in info["options"].items():
            print(f"  {paint(option, 'bold')}  {meaning}")
    for action in catalogue.actions:
        if action.skill != name or action.hidden:
            continue
        given = ", ".join(p.name + ("" if p.required else "?") for p in action.parameters)
        print(f"\n  {paint(f'{action.name}({given})', 'bold')}  {action.description}")
        for each in action.parameters:
            if each.description:
                print(f"    {each.name}: {each.description}")
        if action.sensitive:
            print(paint(f"    sensitive{_only(action)}", "yellow"))
        for example in action.examples[:3]:
            print(paint(f"    “{example}”", "dim"))
