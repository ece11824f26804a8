"""``bluerill top``: the running device, live: services, memory, models, jobs, faults.

On a terminal, with the extra ``top``, it is an application (``watch/top/``); otherwise plain text, as with ``--once``.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import os
import sys
from pathlib import Path

import msgspec

from ...agent.messages import Turn
from ...kernel import eventloop
from ...kernel.errors import CallerError
from ...kernel.manifest import format_size
from ...kernel.places import state_directory
from ...kernel.status import GetStatus, ServiceStatus, Status
from ...models.messages import GetModels, Models, Resident
from ..control import SocketFront
from ..top.source import turns
from ..top.view import provenance, told
from .style import coloured, paint, table


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="print once and end")
    parser.add_argument("--interval", type=float, default=1.0, metavar="S", help="seconds between looks (default 1)")
    parser.add_argument("--json", action="store_true", help="one JSON document (implies --once)")


def run(args: argparse.Namespace) -> int:
    if not 0.1 <= args.interval <= 3600:
        raise CallerError(f"--interval: expected 0.1 to 3600 seconds, got {args.interval:g}")
    if not args.once and not args.json and interactive():
        if importlib.util.find_spec("textual") is not None:
            return _application(state_directory() / "device.sock", args.interval)
        print(paint("plain text; for the application: pip install 'bluerill[top]'", "dim"), file=sys.stderr)
    return eventloop.run(_top(args))


def interactive() -> bool:
    """Whether a person sits at a terminal that can be drawn on."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _application(socket: Path, interval: float) -> int:
    """Run the application. Raises PeerRestarted if no device runs."""
    from ..top.app import Monitor
    from ..top.source import DeviceSource

    asyncio.run(_reachable(socket))
    app = Monitor(DeviceSource(socket), interval)
    app.run()
    return app.return_code or 0


async def _reachable(socket: Path) -> None:
    await (await SocketFront.connect(str(socket))).close()


async def _top(args: argparse.Namespace) -> int:
    front = await SocketFront.connect(str(state_directory() / "device.sock"))
    try:
        while True:
            status = await front.ask("kernel", GetStatus(), Status)
            if args.json:
                print(msgspec.json.encode(status).decode())
                return 0
            if coloured() and not args.once:
                print("\x1b[H\x1b[2J", end="")
            print(render(status), flush=True)
            said = await turns(front)
            if said:
                print("\n" + render_turns(said), flush=True)
            if any(service.name == "models" and service.state == "running" for service in status.services):
                print("\n" + render_models(await front.ask("models", GetModels(), Models)), flush=True)
            if args.once:
                return 0
            await asyncio.sleep(args.interval)
    except asyncio.CancelledError:
        return 0
    finally:
        await front.close()
        sys.stdout.flush()


def bar(part: int, whole: int, width: int = 20) -> str:
    """``████░░░░`` of a share of memory."""
    filled = 0 if whole <= 0 else min(width, round(width * part / whole))
    return "█" * filled + "░" * (width - filled)


def parts(service: ServiceStatus | Resident) -> str:
    """``12M+80M``: what can only be killed for, and what can be read again; "" where nobody can tell."""
    return f"{format_size(service.anon)}+{format_size(service.file)}" if service.anon or service.file else ""


def render_models(models: Models) -> str:
    """What the broker has in memory, what waits for it, and what it did since the device started."""
    waiting = ", ".join(f"{count} {klass}" for klass, count in models.queued.items())
    lines = [
        f"models {bar(models.reserved, models.budget)} {format_size(models.reserved)} of {format_size(models.budget)}; "
        f"{waiting} in hand; {models.loads} loads, {models.evictions} evictions, {models.refusals} refused, "
        f"{models.deaths} deaths; {models.tokens_s:.1f} tokens/s"
    ]
    rows = [[each.model, each.state, parts(each), f"{each.seqs}", f"{each.tokens_s:.1f}"] for each in models.residents]
    if rows:
        lines += [table(rows, ["model", "state", "anon+file", "jobs", "tokens/s"])]
    return "\n".join(lines)


def render_turns(turns: list[Turn]) -> str:
    """The last turns: the words, where they came from and what they pointed at, and what came of them."""
    rows = [[each.text[:60], provenance(each), told(each)] for each in turns]
    return table(rows, ["turn", "from", "to"])


def render(status: Status) -> str:
    """The status as text for a person."""
    rows = []
    for service in status.services:
        state = service.state
        colour = {"running": "green", "absent": "dim", "quarantined": "red"}.get(state, "yellow")
        memory = f"{format_size(service.charge)} of {format_size(service.reserved)}" if service.reserved else ""
        rows.append(
            [
                service.name,
                f"{service.generation}",
                f"{service.isolation} of {service.starter}" if service.starter else service.isolation,
                service.lane,
                memory,
                parts(service),
                bar(service.charge, service.reserved, 10) if service.reserved else "",
                f"{service.handled}",
                f"{service.errors}" if service.errors else "",
                paint(state, colour) + (f"  {service.problem}" if service.problem else ""),
            ]
        )
    heads = ["service", "gen", "runs in", "lane", "memory", "anon+file", "", "handled", "errors", "state"]
    free = status.budget - status.headroom - status.reserved
    lines = [
        f"{paint('bluerill', 'bold')} on {status.host}, up {status.uptime_s:.0f} s, "
        f"{status.messages_per_s:.0f} messages/s; caps by {status.mechanism}",
        f"memory {bar(status.reserved, status.budget)} {format_size(status.reserved)} reserved, "
        f"{format_size(status.headroom)} headroom, {format_size(max(0, free))} free of {format_size(status.budget)}",
        "",
        table(rows, heads),
    ]
    if status.faults:
        lines += ["", *(paint(line, "yellow") for line in status.faults[-5:])]
    return "\n".join(lines)
