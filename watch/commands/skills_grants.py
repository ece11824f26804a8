"""``bluerill skills grants|grant|revoke``: what other people's skills may do, and taking it back."""

from __future__ import annotations

import argparse
from datetime import datetime

import msgspec

from ...kernel import eventloop
from ...kernel.errors import CallerError
from ...skills.admission import Admitted
from ...skills.questions import GetGrants, Grants, SetGrant, SkillGrants
from ..boot import PAGE, VOICE
from ..control import Front
from ..front import open_front
from .style import paint

WITHIN_S = 30.0
VERBS = ("grants", "grant", "revoke")


def arguments(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    grants = verbs.add_parser("grants", help="what other people's skills may do")
    grants.add_argument("name", nargs="?", default="", help="one skill (default: all)")
    revoke = verbs.add_parser("revoke", help="take grants back from a skill; it goes on without them")
    revoke.add_argument("name", help="the skill's name")
    revoke.add_argument("grant", nargs="*", help="what to take back, such as store (default: everything)")
    grant = verbs.add_parser("grant", help="give back what was taken from a skill")
    grant.add_argument("name", help="the skill's name")
    grant.add_argument("grant", nargs="+", help="what to give back, such as store")
    for verb in (grants, revoke, grant):
        verb.add_argument("--json", action="store_true", help="one JSON document")


def run(args: argparse.Namespace) -> int:
    return eventloop.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with open_front(without=(*VOICE, *PAGE)) as front:
        if args.verb == "grants":
            rows = await _rows(front)
            if args.name:
                rows = [_one(rows, args.name)]
        else:
            row = _one(await _rows(front), args.name)
            held = args.verb == "grant"
            asked = args.grant or [each.grant for each in row.grants if each.held]
            unknown = sorted(set(asked) - {each.grant for each in row.grants})
            if unknown:
                known = ", ".join(each.grant for each in row.grants) or "nothing"
                raise CallerError(f"skill {args.name!r} was agreed to use {known}, not {unknown[0][:60]!r}")
            for each in asked:
                await front.ask("skills", SetGrant(args.name, each, held), Admitted, WITHIN_S)
            rows = [_one(await _rows(front), args.name)]
    if args.json:
        print(msgspec.json.encode(rows).decode())
    else:
        _print(rows)
    return 0


async def _rows(front: Front) -> list[SkillGrants]:
    return (await front.ask("skills", GetGrants(), Grants, WITHIN_S)).skills


def _one(rows: list[SkillGrants], name: str) -> SkillGrants:
    for row in rows:
        if row.skill == name:
            return row
    known = ", ".join(row.skill for row in rows) or "none"
    raise CallerError(f"no package has a skill named {name[:60]!r}; there are {known}")


def _print(rows: list[SkillGrants]) -> None:
    if not rows:
        print("no skills of other people are installed; bluerill skills install SOURCE brings some")
    for row in rows:
        when = f", agreed to on {datetime.fromtimestamp(row.at).astimezone():%d %B %Y}" if row.at else ""
        print(f"{paint(row.skill, 'bold')} ({row.package} {row.version}, {row.state}{when})")
        for each in row.grants:
            mark = paint("✓", "green") if each.held else paint("✗", "yellow")
            print(f"  {mark} {each.grant}: {each.words}{'' if each.held else ' (taken back)'}")
        if not row.grants:
            print("  " + (row.problem or "it asked for nothing, and only answers"))
