"""``bluerill ram [SIZE]``: the memory budget of the running device, and another one for it while it runs."""

from __future__ import annotations

import argparse

import msgspec

from ...kernel import eventloop
from ...kernel.children import BudgetState, GetBudget, SetBudget
from ...kernel.limits import SHRINK_S
from ...kernel.manifest import format_size, parse_size
from ...kernel.places import state_directory
from ..control import SocketFront
from .top import bar


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("size", nargs="?", default="", metavar="SIZE", help="such as 384M; without it: how it stands")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(args: argparse.Namespace) -> int:
    return eventloop.run(_ram(parse_size(args.size) if args.size else 0, args.json))


async def _ram(size: int, as_json: bool) -> int:
    front = await SocketFront.connect(str(state_directory() / "device.sock"))
    try:
        ask = SetBudget(size) if size else GetBudget()
        state = await front.ask("kernel", ask, BudgetState, within=SHRINK_S + 5.0)
    finally:
        await front.close()
    if as_json:
        print(msgspec.json.encode(state).decode())
        return 0
    free = max(0, state.budget - state.headroom - state.reserved)
    print(
        f"memory {bar(state.reserved, state.budget)} {format_size(state.reserved)} reserved, "
        f"{format_size(state.headroom)} headroom, {format_size(free)} free of {format_size(state.budget)}"
    )
    return 0
