"""The control door: a second process talks to the running device in the same messages."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from bluerill.agent.messages import Request, Turn
from bluerill.kernel.errors import BluerillError, CallerError, PeerRestarted
from bluerill.kernel.message import Body
from bluerill.kernel.monitor import GetTrace, TraceFile
from bluerill.watch.boot import PAGE, VOICE, boot, load_manifest
from bluerill.watch.control import MAX_CLIENTS, SocketFront
from bluerill.watch.front import open_front


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


async def shut(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


def test_a_second_process_attaches_instead_of_booting(own_home: Path) -> None:
    async def main() -> None:
        async with boot(load_manifest(without=(*VOICE, *PAGE))), open_front(without=(*VOICE, *PAGE)) as front:
            assert isinstance(front, SocketFront)
            heard: list[Body] = []
            front.listen(heard.append)
            turn = await front.ask("session", Request("what time is it"), Turn)
            assert turn.outcome == "done"
            trace, data = await front.borrow("kernel", GetTrace(), TraceFile)
            assert trace.events > 0
            assert b"traceEvents" in (data or b"")
            assert any(isinstance(body, Turn) and body.id == turn.id for body in heard)
            with pytest.raises(BluerillError, match="may not ask 'store'"):
                await front.ask("store", Request("x"), Body)

    run(main())


def test_the_socket_is_the_owners_and_garbage_is_answered_with_a_typed_error(own_home: Path) -> None:
    async def main() -> None:
        async with boot(load_manifest(without=(*VOICE, *PAGE))):
            path = own_home / "device.sock"
            assert path.stat().st_mode & 0o077 == 0
            reader, writer = await asyncio.open_unix_connection(str(path))
            for line in (
                b"{",
                b"[]",
                b'{"id": 1, "to": "session", "wire": "no.such"}',
                b'{"id": 2, "to": "session", "wire": "agent.request", "body": {"text": 3}}',
            ):
                writer.write(line + b"\n")
                answer = json.loads(await reader.readline())
                assert answer["error"] == "caller"
                assert answer["text"]
            await shut(writer)
            fronts = [await asyncio.open_unix_connection(str(path)) for _ in range(MAX_CLIENTS)]
            await asyncio.sleep(0)
            extra, last = await asyncio.open_unix_connection(str(path))
            assert b"fronts are connected already" in await extra.readline()
            for each in (*(writer for _, writer in fronts), last):
                await shut(each)

    run(main())


def test_a_front_whose_device_ends_gets_one_typed_error() -> None:
    async def main() -> None:
        async with boot(load_manifest(without=(*VOICE, *PAGE))) as device:
            front = await SocketFront.connect(str(Path(device.kernel.manifest.services["control"].settings["socket"])))
        with pytest.raises(PeerRestarted):
            await front.ask("session", Request("what time is it"), Turn, 5)
        await front.close()
        with pytest.raises(PeerRestarted, match="does not answer"):
            await SocketFront.connect("/nowhere/device.sock")
        assert issubclass(CallerError, BluerillError)

    run(main())
