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
from bluerill.kernel.errors import BluerillError, CallerError, CapabilityError, PeerRestarted
from bluerill.kernel.message import Body
from bluerill.kernel.monitor import GetTrace, TraceFile
from bluerill.skills.messages import Export, Exported
from bluerill.watch.boot import PAGE, VOICE, boot, load_manifest
from bluerill.watch.control import MAX_CLIENTS, SocketFront
from bluerill.watch.front import open_front
from bluerill.watch.recording.entries import read
from bluerill.watch.recording.messages import GetRecording, Record, Recording, StopRecording
from bluerill.watch.recording.replay import messages, replay


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
            with pytest.raises(BluerillError, match="may not ask 'clerk'"):
                await front.ask("clerk", Request("x"), Body)

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
            assert (await front.ask("session", Request("what time is it"), Turn)).outcome == "done"
        with pytest.raises(PeerRestarted):
            await front.ask("session", Request("what time is it"), Turn, 5)
        await front.close()
        with pytest.raises(PeerRestarted, match="does not answer"):
            await SocketFront.connect("/nowhere/device.sock")
        assert issubclass(CallerError, BluerillError)

    run(main())


def test_only_the_owners_door_takes_the_whole_store_away(own_home: Path) -> None:
    async def main() -> None:
        async with boot(load_manifest(without=(*VOICE, *PAGE))) as device:
            front = device.kernel.connect("jobs-like")
            with pytest.raises(CapabilityError, match="'jobs-like' is not the owner's"):
                await front.ask("store", Export(), Exported)
            owner = device.kernel.local("control").port
            exported, lease = await owner.borrow("store", Export(), Exported)
            with lease:
                assert sum(map(len, json.loads(lease.bytes()).values())) == exported.rows

    run(main())


def test_a_session_is_recorded_through_the_door_once_at_a_time(own_home: Path, tmp_path: Path) -> None:
    async def main() -> None:
        async with boot(load_manifest(without=(*VOICE, *PAGE))), open_front(without=(*VOICE, *PAGE)) as front:
            path = tmp_path / "session.jsonl"
            with pytest.raises(CallerError, match="nothing is being recorded"):
                await front.ask("control", GetRecording(), Recording)
            with pytest.raises(CallerError, match="expected an absolute path"):
                await front.ask("control", Record("session.jsonl"), Recording)
            await front.ask("control", Record(str(path)), Recording, 30.0)
            with pytest.raises(CallerError, match="being recorded to"):
                await front.ask("control", Record(str(tmp_path / "other.jsonl")), Recording)
            await front.ask("session", Request("add a note buy stamps"), Turn)
            told = await front.ask("control", StopRecording(), Recording)
            assert (told.turns, told.ended) == (1, "stopped")
            session = read(path)
            assert path.stat().st_mode & 0o077 == 0
            assert [each.wire for each in session.of("in")] == ["agent.request"]
            messages()
            done = await asyncio.to_thread(replay, session)
            assert done.divergence == ""

    run(main())
