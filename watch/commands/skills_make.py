"""``bluerill skills make "…"``: a skill written on request, shown with its code and grants, kept if you say so."""

from __future__ import annotations

import argparse
import asyncio
import sys

import msgspec

from ...kernel import eventloop
from ...kernel.errors import CallerError, ServiceFault
from ...kernel.message import Body
from ...skills.admission import Admitted, KeepMade, Make, Offer
from ...skills.drafting import Undrafted
from ..boot import PAGE, VOICE
from ..front import open_front
from .style import paint

WITHIN_S = 130.0


def arguments(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    make = verbs.add_parser("make", help="have a small skill written from a sentence")
    make.add_argument("description", help='what it does, such as "counts my push-ups"')
    make.add_argument("--yes", action="store_true", help="keep it without being asked")
    make.add_argument("--no", action="store_true", help="only show it")
    make.add_argument("--json", action="store_true", help="one JSON document")


def run(args: argparse.Namespace) -> int:
    return eventloop.run(_make(args))


async def _make(args: argparse.Namespace) -> int:
    async with open_front(without=(*VOICE, *PAGE)) as front:
        answer = await front.ask("skills", Make(args.description), Body, WITHIN_S)
        if isinstance(answer, Undrafted):
            raise CallerError(answer.reply)
        if not isinstance(answer, Offer):
            raise ServiceFault(f"skills answered {answer.wire!r}, expected an offer")
        if not args.json:
            _show(answer)
        keep = args.yes or (not args.no and not args.json and await asyncio.to_thread(_agrees))
        state = ""
        if keep:
            admitted = await front.ask("skills", KeepMade(), Admitted, WITHIN_S)
            state = admitted.states.get(answer.name, "broken")
        if args.json:
            print(msgspec.json.encode({"offer": answer, "state": state}).decode())
        elif state:
            print(f"{paint(answer.name, 'bold')} is {paint(state, 'green' if state == 'running' else 'red')}")
        else:
            print("it was not kept", file=sys.stderr)
    return 0 if state in ("running", "") and (keep or args.no or args.json) else 1


def _show(offer: Offer) -> None:
    for line in offer.diff.splitlines():
        colour = "green" if line.startswith("+") else "red" if line.startswith("-") else "dim"
        print(paint(line, colour))
    print(f"\n{paint(offer.name, 'bold')}: {offer.summary}")
    for each in offer.examples:
        print(paint(f"  “{each}”", "dim"))
    print("  It may:")
    for each in offer.may:
        print(f"    - {each}")
    for each in offer.tried:
        print(f"  {paint('✓', 'green')} {each}")
    print(f"  {offer.writer} wrote it")
    if offer.repairs:
        print(f"  written anew {offer.repairs} time{'' if offer.repairs == 1 else 's'}")


def _agrees() -> bool:
    if not sys.stdin.isatty():
        raise CallerError("nobody is here to agree: look at it above and say --yes, or --no to only look")
    print("Keep it? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
