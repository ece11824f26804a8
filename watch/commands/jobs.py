"""``bluerill jobs``: long work in the background: list, add, show, log, cancel, pause, resume, forget, find."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, get_args

import msgspec

from ...agent.jobs.kinds import KINDS
from ...agent.jobs.messages import (
    AddJob,
    FindText,
    GetJob,
    GetJobs,
    JobAdded,
    JobDetail,
    JobRefused,
    Jobs,
    JobSteered,
    JobView,
    SteerJob,
    TextFound,
)
from ...kernel import eventloop
from ...kernel.errors import BudgetExceeded
from ...kernel.message import Body
from ..boot import PAGE, VOICE
from ..control import Front
from ..front import open_front
from .style import coloured, paint, table

COLOURS = {"running": "green", "done": "green", "failed": "red", "cancelled": "dim", "paused": "yellow"}
LOOK_S = 0.3
ENDED = ("done", "failed", "cancelled")


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    every = verbs.add_parser("list", help="all jobs, latest first")
    add = verbs.add_parser("add", help="a new job")
    kinds = add.add_subparsers(dest="kind", metavar="KIND", required=True)
    for name, kind in KINDS.items():
        one = kinds.add_parser(name, help=kind.summary, description=kind.summary[:1].upper() + kind.summary[1:] + ".")
        for field in msgspec.structs.fields(kind):
            _option(one, field, kind.helps.get(field.name, ""))
        one.add_argument("--wait", action="store_true", help="stay and show how it gets on, until it ends")
        one.add_argument("--json", action="store_true", help="one JSON document")
    for verb, line in (
        ("show", "one job: what it was given, and what came of it"),
        ("log", "what a job did, chunk by chunk"),
        ("cancel", "end a job at once"),
        ("pause", "let a job rest; what it finished stays"),
        ("resume", "let a paused job go on, or try a failed one again"),
        ("forget", "drop a job that has ended from the list"),
    ):
        sub = verbs.add_parser(verb, help=line)
        sub.add_argument("id", type=int, metavar="ID", help="the job's number")
        sub.add_argument("--json", action="store_true", help="one JSON document")
    find = verbs.add_parser("find", help="search notes and reminders in what the job 'index' made")
    find.add_argument("text", nargs="+", metavar="TEXT", help="what to look for")
    find.add_argument("--json", action="store_true", help="one JSON document")
    every.add_argument("--json", action="store_true", help="one JSON document")


def _option(parser: argparse.ArgumentParser, field: msgspec.structs.FieldInfo, told: str) -> None:
    """A parameter of a kind as an argument of the command."""
    more: dict[str, Any] = {"help": told}
    if field.type is int:
        more["type"] = int
    elif get_args(field.type):
        more["choices"] = list(get_args(field.type))
    if field.name == "file":
        parser.add_argument("file", nargs="?", metavar="FILE", **more)
        return
    if "choices" not in more:
        more["metavar"] = "FILE" if field.name in ("input", "output") else field.name.upper()
    needed = field.default is msgspec.NODEFAULT
    parser.add_argument("--" + field.name.replace("_", "-"), dest=field.name, required=needed, **more)


def run(args: argparse.Namespace) -> int:
    verbs: dict[str, Callable[[Front, argparse.Namespace], Coroutine[Any, Any, int]]] = {
        "list": _list, "add": _add, "show": _show, "log": _log, "find": _find,
    }  # fmt: skip
    return eventloop.run(_with_device(args, verbs.get(args.verb, _steer)))


async def _with_device(
    args: argparse.Namespace, verb: Callable[[Front, argparse.Namespace], Coroutine[Any, Any, int]]
) -> int:
    """Do it on the running device; without one, on one that works only if somebody waits for it."""
    waits = getattr(args, "wait", False)
    without = (*PAGE, "ears", "mouth") if waits else (*PAGE, *VOICE)
    async with open_front(without=without, working=waits) as front:
        return await verb(front, args)


async def _list(front: Front, args: argparse.Namespace) -> int:
    jobs = await front.ask("jobs", GetJobs(), Jobs)
    if args.json:
        print(msgspec.json.encode(jobs).decode())
        return 0
    if not jobs.jobs:
        print("no jobs")
        return 0
    rows = [
        [f"{job.id}", job.title, paint(job.state, COLOURS.get(job.state, "blue")), amount(job), job.said or job.problem]
        for job in jobs.jobs
    ]
    print(table(rows, ["id", "job", "state", "done", ""]))
    if jobs.holding:
        print(paint(f"waiting: {jobs.holding}", "yellow"))
    return 0


async def _add(front: Front, args: argparse.Namespace) -> int:
    answer = await front.ask("jobs", AddJob(args.kind, given(args)), Body)
    if isinstance(answer, JobRefused):
        raise BudgetExceeded(answer.reason)
    assert isinstance(answer, JobAdded)
    if args.wait:
        return await _follow(front, answer.job.id, args.json)
    if args.json:
        print(msgspec.json.encode(answer.job).decode())
        return 0
    after = f"; {answer.before} are done before it" if answer.before else ""
    print(f"job {answer.job.id} is kept: {answer.job.title}{after}")
    return 0


def given(args: argparse.Namespace) -> dict[str, Any]:
    """The parameters that were named; files as whole paths, since the device may run in another folder."""
    kind = KINDS[args.kind]
    named = {
        field.name: value
        for field in msgspec.structs.fields(kind)
        if (value := getattr(args, field.name)) not in (None, "")
    }
    return {
        name: str(Path(value).expanduser().absolute()) if name in kind.paths else value for name, value in named.items()
    }


async def _follow(front: Front, number: int, as_json: bool) -> int:
    """Show how a job gets on until it ends; an interrupt ends the showing, not the job."""
    while True:
        jobs = await front.ask("jobs", GetJobs(), Jobs)
        job = next(each for each in jobs.jobs if each.id == number)
        if job.state in ENDED:
            break
        if coloured(sys.stderr):
            print(f"\r\x1b[K{progress(job)} {jobs.holding or job.problem}"[:120], end="", file=sys.stderr, flush=True)
        await asyncio.sleep(LOOK_S)
    if coloured(sys.stderr):
        print("\r\x1b[K", end="", file=sys.stderr)
    detail = await front.ask("jobs", GetJob(number), JobDetail)
    print(msgspec.json.encode(detail).decode() if as_json else described(detail))
    return 0 if job.state == "done" else 1


async def _show(front: Front, args: argparse.Namespace) -> int:
    detail = await front.ask("jobs", GetJob(args.id), JobDetail)
    print(msgspec.json.encode(detail).decode() if args.json else described(detail))
    return 0


async def _log(front: Front, args: argparse.Namespace) -> int:
    detail = await front.ask("jobs", GetJob(args.id), JobDetail)
    if args.json:
        print(msgspec.json.encode(detail.lines).decode())
        return 0
    for line in detail.lines:
        print(f"{paint(moment(line.at), 'dim')}  {line.text}")
    return 0


async def _steer(front: Front, args: argparse.Namespace) -> int:
    steered = await front.ask("jobs", SteerJob(args.id, args.verb), JobSteered)
    if args.json:
        print(msgspec.json.encode(steered.job).decode())
        return 0
    print(f"job {args.id} is {'forgotten' if args.verb == 'forget' else steered.job.state}: {steered.job.title}")
    return 0


async def _find(front: Front, args: argparse.Namespace) -> int:
    found = await front.ask("jobs", FindText(" ".join(args.text)), TextFound, within=40.0)
    if args.json:
        print(msgspec.json.encode(found).decode())
        return 0
    for hit in found.hits:
        print(f"{paint(hit.source.removesuffix('s'), 'dim')}  {hit.text}")
    if not found.hits:
        print(f"nothing is found among {found.indexed} texts (by {found.by})")
    return 0


def amount(job: JobView) -> str:
    """How far a job is, for people: ``42 %``, or what is counted where the end is not known."""
    if job.total > 0:
        return f"{min(100, int(100 * job.done / job.total))} %"
    return f"{job.steps} chunks" if job.steps else ""


def progress(job: JobView, width: int = 24) -> str:
    """``████░░░░ 42 %``."""
    filled = round(width * min(1.0, job.done / job.total)) if job.total > 0 else 0
    return f"{'█' * filled}{'░' * (width - filled)} {amount(job)}"


def described(detail: JobDetail) -> str:
    """A job for a person: what it was given, how far it is, what came of it."""
    job = detail.job
    lines = [f"{paint(f'{job.id}: {job.title}', 'bold')}  {paint(job.state, COLOURS.get(job.state, 'blue'))}"]
    lines += [f"  {name}: {value}" for name, value in detail.given.items() if name != "type"]
    if job.state not in ENDED:
        lines.append(f"  {progress(job)}")
    times = [(name, at) for name, at in (("added", job.added), ("begun", job.began), ("ended", job.ended)) if at]
    lines.append("  " + ", ".join(f"{name} {moment(at)}" for name, at in times))
    if job.problem:
        lines.append(paint(job.problem, "yellow"))
    if job.said:
        lines.append(job.said)
    if isinstance(text := detail.value.get("text"), str) and text and text != job.said:
        lines += ["", text]
    return "\n".join(lines)


def moment(at: float) -> str:
    """A moment as a clock on the wall shows it, with its day where that is another one."""
    there, here = time.localtime(at), time.localtime()
    return time.strftime("%H:%M:%S" if there[:3] == here[:3] else "%d.%m. %H:%M", there)
