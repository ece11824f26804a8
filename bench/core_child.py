"""What ``bench.core`` measures: a process that boots the headless device, takes requests, and says how it went.

A file of its own, so that what the benchmark itself imports is not measured. Usage: ``core_child COUNT``; prints the
monotonic time of the first finished command, the resident bytes after the last, and p50 and p95 of a turn in ms.
"""

from __future__ import annotations

import sys
import time

from ..kernel.lean import import_asyncio

import_asyncio()

from ..agent.messages import Request, Turn  # noqa: E402
from ..kernel.eventloop import run  # noqa: E402
from ..kernel.monitor import core_rss  # noqa: E402
from ..watch.boot import PAGE, VOICE  # noqa: E402
from ..watch.front import open_front  # noqa: E402

REQUESTS = (
    "set a timer for ten minutes",
    "what time is it",
    "add milk to my shopping list",
    "remind me to call mum at six",
    "set an alarm for seven tomorrow",
    "how long is left on my timer",
    "turn the volume up",
    "what is fifteen percent of eighty",
    "how many steps have i taken today",
    "cancel my timer",
)


async def _main(count: int) -> None:
    async with open_front(without=(*VOICE, *PAGE)) as front:
        await front.ask("session", Request(REQUESTS[0]), Turn, within=30)
        first = time.monotonic()
        turns = [0.0]
        for number in range(1, count):
            turn = await front.ask("session", Request(REQUESTS[number % len(REQUESTS)]), Turn, within=30)
            turns.append(turn.latency.get("total_ms", 0.0))
        turns.sort()
        print(f"{first} {core_rss()} {turns[len(turns) // 2]} {turns[int(len(turns) * 0.95)]}")


if __name__ == "__main__":
    run(_main(int(sys.argv[1])))
