"""The message benchmark runs, and its order check can fail."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bluerill.bench import ipc
from bluerill.bench.echo import Count, Counted, EchoService, Number
from bluerill.kernel.eventloop import run
from bluerill.kernel.message import Lane
from bluerill.kernel.service import Call

pytestmark = pytest.mark.process


def test_a_short_run_has_every_contender_and_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert ipc.main(["--json", "--rounds", "2", "--asks", "64", "--messages", "600"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert result["schema"] == ipc.SCHEMA
    assert len(result["us_per_ask"]) == 7
    assert all(kinds["ping"]["median"] > 0 for kinds in result["us_per_ask"].values())
    assert [(row["to"], row["lost"], row["disordered"]) for row in result["order"]] == [("near", 0, 0), ("far", 0, 0)]
    assert result["bars"]["nothing lost or reordered"]
    assert "pykka" in ipc.table(result)


def test_the_counter_notices_loss_and_overtaking() -> None:
    service = EchoService()
    for number, lane in [(0, 0), (1, 0), (3, 0), (2, 0), (0, 2)]:
        service.number(Number(number), Call("me", lane=Lane(lane)))
    counted = service.count(Count(), Call("me"))
    assert counted == Counted((4, 0, 1), (2, 0, 0))


def test_a_ratio_is_taken_within_rounds() -> None:
    assert ipc._ratio([1, 10, 100], [2, 10, 400]) == 0.5


def test_the_loop_of_the_kernel_behaves_like_asyncio() -> None:
    async def main() -> list[int]:
        order: list[int] = []
        loop = asyncio.get_running_loop()
        loop.call_soon(order.append, 1)
        loop.call_later(0.001, order.append, 2)
        await asyncio.to_thread(order.append, 0)
        await asyncio.sleep(0.01)
        reader, writer = await asyncio.open_connection(sock=_pair())
        writer.write(b"x")
        await writer.drain()
        assert await reader.readexactly(1) == b"x"
        writer.close()
        await writer.wait_closed()
        return order

    assert sorted(run(main())) == [0, 1, 2]


def _pair() -> Any:
    """A connected socket that echoes one byte."""
    import socket
    import threading

    ours, theirs = socket.socketpair()

    def echo() -> None:
        theirs.send(theirs.recv(1))
        theirs.close()

    threading.Thread(target=echo).start()
    return ours
