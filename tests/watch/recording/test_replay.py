"""A session, recorded and replayed: on the virtual clock to the letter, and with what was outside only speaking its
lines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from bluerill.agent.messages import Request, Turn
from bluerill.kernel.clock import ClockNow, SetClock
from bluerill.kernel.errors import CallerError
from bluerill.kernel.host.sim import SimHost, run_sim
from bluerill.kernel.loop import Kernel
from bluerill.kernel.message import Taint
from bluerill.modalities.screen.messages import Attach, Attached
from bluerill.skills.messages import Card, Happened
from bluerill.watch.cli import main
from bluerill.watch.commands.inject import fingers
from bluerill.watch.recording.desk import HIDDEN, masked
from bluerill.watch.recording.entries import Entry, Session, read
from bluerill.watch.recording.recorder import Recorder
from bluerill.watch.recording.replay import replay, write
from support.simulated import HEAD, simulated

Story = Callable[[Kernel], Awaitable[None]]


async def say(kernel: Kernel, text: str) -> None:
    await kernel.local("control").port.ask("session", Request(text), Turn, within=60, taint=Taint.USER)


async def touch(kernel: Kernel, what: str, way: str = "") -> None:
    port = kernel.local("web").port
    for each in fingers(what, way, []):
        for to in ("screen", "gesture"):
            await port.tell(to, msgspec.structs.replace(each, at=0.0), taint=Taint.USER)
        await asyncio.sleep(0.03)


async def evening(kernel: Kernel) -> None:
    """Requests, touches, a stranger's notification, a yes, the clock set and hastened, a timer that rings."""
    web = kernel.local("web").port
    await web.ask("screen", Attach(), Attached)
    await say(kernel, "set a tea timer for four minutes")
    await asyncio.sleep(8)
    await touch(kernel, "swipe", "left")
    await web.tell("session", Happened("notification", "", Card("notice", "Bank", "Call us")), taint=Taint.UNTRUSTED)
    await say(kernel, "remind me of this tomorrow at nine")
    await say(kernel, "yes")
    await asyncio.sleep(5)
    await kernel.local("control").port.ask("kernel", SetClock(by=3600, rate=60.0), ClockNow)
    await asyncio.sleep(8)
    await touch(kernel, "double-tap")
    await asyncio.sleep(3)


def recorded(folder: Path, story: Story = evening, name: str = "session.jsonl") -> Path:
    """A session of a device on the virtual clock, whose first recording has no checksums of pictures."""

    async def whole(host: SimHost) -> None:
        async with simulated(host, folder / "device") as kernel:
            head = msgspec.structs.replace(HEAD, wall=kernel.clock.wall(), elapsed=kernel.clock.elapsed())
            recorder = Recorder(kernel, folder / name, head, 1 << 24)
            await story(kernel)
            recorder.stop()

    (folder / "device").mkdir()
    run_sim(whole, begin=1000.0)
    return folder / name


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return read(recorded(tmp_path_factory.mktemp("session")))


def test_a_replay_comes_to_the_same(session: Session) -> None:
    done = replay(session)
    assert done.divergence == ""
    assert {part.name: part.recorded for part in done.parts}.keys() == {p.name for p in done.parts if p.recorded}
    assert all(part.same == part.recorded for part in done.parts)
    assert done.picture.startswith(b"\x89PNG")
    words = [msgspec.json.decode(each.body).get("text") for each in done.entries if each.wire == "agent.say"]
    assert "Your tea timer finished." in words, "the timer rang by the hastened clock"


def test_replays_are_equal_to_the_letter_pictures_among_it(session: Session, tmp_path: Path) -> None:
    again = tmp_path / "exact.jsonl"
    first = replay(session, again)
    exact = read(again)
    assert exact.head.exact
    assert any(each.wire == "screen.frame" for each in exact.entries)
    second = replay(exact)
    assert (second.divergence, second.digest) == ("", first.digest)
    at = next(n for n, each in enumerate(exact.entries) if each.wire == "screen.frame")
    body = {**msgspec.json.decode(exact.entries[at].body), "data": "0" * 16}
    exact.entries[at] = msgspec.structs.replace(exact.entries[at], body=msgspec.Raw(msgspec.json.encode(body)))
    assert "screen.frame" in replay(exact).divergence


def test_a_changed_input_is_found_where_it_matters_first(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = [
        msgspec.structs.replace(each, body=msgspec.Raw(bytes(each.body).replace(b"four", b"five")))
        if each.k == "in" and each.wire == "agent.request"
        else each
        for each in session.entries
    ]
    path = tmp_path / "changed.jsonl"
    write(path, session.head, changed, session.seconds)
    assert main(["replay", str(path)]) == 1
    out, err = capsys.readouterr()
    assert "plans" in out
    assert "set a tea timer for fo" in err or "PT4M" in err
    assert "after the beginning" in err
    assert main(["replay", "--json", str(path)]) == 1
    row = json.loads(capsys.readouterr().out)
    assert (row["equal"], row["parts"]["gestures"]["same"]) == (False, row["parts"]["gestures"]["recorded"])


def test_what_is_not_there_or_no_recording_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("{}\n")
    for words in (["replay", str(path)], ["replay", str(tmp_path / "none")], ["record", str(path)]):
        assert main(words) in (1, 2)
        assert capsys.readouterr().err.count("\n") == 1


def test_lines_that_this_version_does_not_know_are_refused_and_the_rest_goes_on(session: Session) -> None:
    strange = Entry("in", 0.0, "web", "session", "agent.request", msgspec.Raw(b'{"words":1}'), ask=True)
    unknown = Entry("in", 0.0, "web", "session", "no.such", msgspec.Raw(b"{}"))
    stranger = Entry("in", 0.0, "skill-x", "skills", "skills.glance", msgspec.Raw(b"{}"))
    huge = Entry("in", 0.0, "web", "screen", "screen.touch", msgspec.Raw(b'{"phase":"down","x":1e308,"y":-1e308}'))
    hostile = Session(session.head, [strange, unknown, stranger, huge, *session.entries], session.end)
    assert replay(hostile).divergence == ""


def test_a_bound_ends_the_recording_and_not_the_device(tmp_path: Path) -> None:
    async def whole(host: SimHost) -> None:
        async with simulated(host, tmp_path) as kernel:
            recorder = Recorder(kernel, tmp_path / "small.jsonl", HEAD, 600)
            await say(kernel, "what time is it")
            assert "at most 600" in recorder.ended
            assert kernel.tap is None
            await say(kernel, "what time is it")
            with pytest.raises(CallerError, match="expected a file that can be made, got: File exists"):
                Recorder(kernel, tmp_path / "small.jsonl", HEAD, 600)

    run_sim(whole)
    session = read(tmp_path / "small.jsonl")
    assert session.end is not None
    assert "at most 600" in session.end.why


def test_secrets_and_places_are_left_out() -> None:
    assert masked({"home": {"url": "x", "access_token": "s"}, "faces": {"folder": "/home/me"}}) == {
        "home": {"url": "x", "access_token": HIDDEN}
    }
