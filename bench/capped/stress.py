"""Two ways to be unkind to a workload while it answers: a cap that shrinks, and kills inside a device.

*shrink* begins at a cap it lived under and takes a twelfth of it away after every few items, until the kernel refuses,
the child dies, or an item takes a hundred times as long as at first. The row's cap is the last one under which all
items of a step were answered, and its ``error`` says what ended it: a workload whose memory is wanted elsewhere can be
got down to there alive, which is not the same as being started in so little.

*chaos* kills a process inside the device (never its core), drawn from the seed, after every third request. Right is a
device that answers on; what it could not answer counts against its quality, and the row is ``degraded``.
"""

from __future__ import annotations

import os
import signal
import time
from random import Random

from ...kernel.errors import ServiceFault
from ...kernel.limits import MIB
from . import group
from .cell import Cell, Ended
from .options import size_text
from .taken import Taken
from .work import Prepared

SHRINK = 1 / 12
ITEMS = 4
"""Items of a step of a shrinking cap."""
SLOW = 100.0
EVERY = 3
"""Requests from kill to kill."""
ROUNDS = 18
WAIT_S = 20.0


def shrink(cell: Cell, prepared: Prepared, taken: Taken) -> None:
    """Lower the cap step by step; see the module."""
    cap = taken.cap or 0
    first = 0.0
    item = 0
    while True:
        began = time.perf_counter()
        try:
            for _ in range(ITEMS):
                taken.took(cell.ask(item % prepared.items, max(1.0, SLOW * first if first else WAIT_S)), began)
                item += 1
                began = time.perf_counter()
        except Ended as ended:
            taken.note = f"under {size_text(cap)}: {ended.why}"
            if taken.reached is None:
                raise
            return
        first = first or max(taken.waits)
        taken.reached = cap
        cell.look()
        taken.limit = cell.cap().limit_read
        cap -= max(MIB, int(cap * SHRINK) // MIB * MIB)
        try:
            if cap < MIB:
                raise ServiceFault("nothing is left to take")
            cell.resize(cap)
        except ServiceFault as fault:
            taken.note = f"at {size_text(taken.reached)} no more could be taken away: {fault}"[:400]
            return


def chaos(cell: Cell, prepared: Prepared, taken: Taken, seed: int) -> None:
    """Kill inside it while it answers; see the module. Raises Ended if it does not outlive that."""
    random, killed = Random(seed), 0
    for number in range(ROUNDS):
        if number % EVERY == EVERY - 1:
            killed += _kill_one(cell, random)
        began = time.perf_counter()
        taken.took(cell.ask(number % prepared.items, WAIT_S), began)
    failed = sum(not answer.ok for answer in taken.answers)
    taken.note = f"{killed} processes inside were killed, {failed} of {ROUNDS} requests not answered"


def _kill_one(cell: Cell, random: Random) -> int:
    where = cell.group
    inside = [pid for pid in group.pids(where) if pid != cell.pid] if where is not None else []
    if not inside:
        return 0
    try:
        os.kill(random.choice(sorted(inside)), signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1
