"""The web service on a real kernel and a real socket, as a browser (or worse) sees it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from bluerill.agent.messages import Press, Request, Say, State
from bluerill.kernel.errors import ManifestError
from bluerill.kernel.message import Taint
from bluerill.modalities.voice.messages import AudioChunk, CloseStream, OpenStream, PushToTalk, Speaking
from bluerill.skills.messages import Glance
from bluerill.watch.web.door import MAX_CONNECTIONS
from bluerill.watch.web.protocol import MAX_MESSAGE
from bluerill.watch.web.service import MAX_PAGES
from support.front import Front, front
from support.tab import cookie, tab


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 20))


async def get(
    device: Front, path: str = "/", *, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], str]:
    """Status, headers (lower case) and body of a request on a plain socket."""
    reader, writer = await asyncio.open_connection("127.0.0.1", device.web.bound)
    sent = {"Host": device.web.door.guard.authority, **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{k.replace('_', '-')}: {v}" for k, v in sent.items() if v), "", ""]
    writer.write("\r\n".join(lines).encode())
    raw = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    found = {k.lower(): v for k, _, v in (line.partition(": ") for line in rest)}
    return int(first.split(" ")[1]) if first else 0, found, body.decode(errors="replace")


def test_the_link_works_once_sets_the_cookie_and_loses_the_token() -> None:
    async def main() -> None:
        async with front(token="one-time") as device:
            status, headers, _ = await get(device, "/?token=one-time")
            assert status == 303
            assert headers["location"] == "/"
            assert "HttpOnly" in headers["set-cookie"]
            assert "SameSite=Strict" in headers["set-cookie"]
            pair = headers["set-cookie"].split("; ")[0]
            status, headers, body = await get(device, "/", Cookie=pair)
            assert status == 200
            assert "<canvas" in body
            assert "default-src 'none'" in headers["content-security-policy"]
            assert (await get(device, "/?token=one-time"))[0] == 403
            # Opening the used link again in the same browser leads to the page.
            assert (await get(device, "/?token=one-time", Cookie=pair))[0] == 303

    run(main())


def test_strangers_are_refused_with_one_line() -> None:
    async def main() -> None:
        async with front() as device:
            pair = cookie(device)
            for path in ("/", "/main.js", "/?token=guess", "/socket"):
                status, headers, body = await get(device, path)
                assert status == 403, path
                assert body.count("\n") == 1
                assert "content-security-policy" in headers
            for host in ("127.evil.com", f"localhost:{device.web.bound}", "127.0.0.1"):
                assert (await get(device, "/", Host=host, Cookie=pair))[0] == 421
            assert (await get(device, "/", Origin="http://evil.com", Cookie=pair))[0] == 403
            for path in ("/../service.py", "/%2e%2e/service.py", "/nothing", "//etc/passwd"):
                assert (await get(device, path, Cookie=pair))[0] == 404
            assert (await get(device, "http://[bad", Cookie=pair))[0] == 400
            assert (await get(device, "/socket", Cookie=pair, Origin=device.web.door.guard.origin))[0] == 426
            assert (await get(device, "/", method="POST", Cookie=pair))[0] in (0, 400, 405)

    run(main())


@pytest.mark.parametrize(
    ("headers", "origin"),
    [({}, "http://evil.com"), ({}, None), ({"Cookie": ""}, "own"), ({"Cookie": "bluerill_1=0"}, "own")],
)
def test_a_foreign_websocket_is_refused(headers: dict[str, str], origin: str | None) -> None:
    async def main() -> None:
        async with front() as device:
            guard = device.web.door.guard
            sent = {"Cookie": cookie(device), **headers}
            with pytest.raises(InvalidStatus) as caught:
                await connect(
                    f"ws://{guard.authority}/socket",
                    origin=None if origin is None else Origin(guard.origin if origin == "own" else origin),
                    additional_headers=sent,
                    proxy=None,
                )
            assert caught.value.response.status_code == 403

    run(main())


def test_an_oversized_message_closes_only_its_page() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as good:
            async with tab(device) as bad:
                await bad.connection.send("x" * (MAX_MESSAGE + 1))
                assert await bad.end() == 1009
            await good.say("ask", text="still here", id=1)
            assert (await good.hear("agent.turn"))["reply"] == "echo still here"

    run(main())


def test_nonsense_is_answered_with_one_line_and_the_page_stays() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page:
            for nonsense in ("{", '{"type":"reboot"}', '{"type":"ask","text":"' + "a" * 3000 + '"}', b"\x09junk", b""):
                await page.connection.send(nonsense)
                problem = await page.hear("page.problem")
                assert problem["about"] == "page"
                assert "\n" not in problem["text"]
            await page.say("talk", down=True)
            assert "listen" in (await page.hear("page.problem"))["text"]
            await page.say("ask", text="hello", id=5)
            assert (await page.hear("page.asked")) == {"id": 5}

    run(main())


def test_a_request_is_the_users_and_a_failure_is_one_line() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page:
            await page.say("ask", text="tea", id=1)
            assert (await page.hear("agent.turn"))["calls"][0]["name"] == "echo"
            assert device.session.of(Request) == [Request("tea", "text")]
            assert device.session.callers[0].taint & Taint.USER
            await page.say("ask", text="fail", id=2)
            problem = await page.hear("page.problem")
            assert problem["about"] == "ask"
            assert problem["text"] == "the echo is broken"

    run(main())


def test_audio_flows_after_the_device_is_ready_and_the_stream_ends_with_the_page() -> None:
    async def main() -> None:
        async with front() as device:
            async with tab(device) as page:
                await page.say("listen", mode="push")
                assert (await page.hear("page.listening"))["stream"] == 1
                assert device.ears.of(OpenStream)[0].mode == "push"
                await page.say("talk", down=True)
                for seq in range(20):
                    await page.connection.send(b"\x01" + seq.to_bytes(4, "little") + bytes(1024))
                assert (await page.hear("voice.heard-partial"))["text"] == "10 frames"
                await page.say("talk", down=False)
                assert (await page.hear("voice.heard"))["text"] == "heard you"
                chunks = device.ears.of(AudioChunk)
                assert [c.seq for c in chunks] == list(range(20))
                assert {len(c.pcm) for c in chunks} == {1024}
                assert [p.down for p in device.ears.of(PushToTalk)] == [True, False]
                await page.say("spoken", active=True, text="hm")
            await device.until(device.ears, 1, CloseStream)
            assert device.ears.of(CloseStream)[0].stream == 1

    run(main())


def test_a_page_that_leaves_while_speaking_does_not_leave_the_ears_muted() -> None:
    async def main() -> None:
        async with front() as device:
            async with tab(device) as page:
                await page.say("ask", text="long story", id=1)
                await page.hear("agent.turn")
                await page.say("spoken", active=True, text="long story")
                await device.until(device.ears, 1, Speaking)
            await device.until(device.ears, 2, Speaking)
            assert [s.active for s in device.ears.of(Speaking)] == [True, False]

    run(main())


def test_one_page_speaks_the_others_show_the_words() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as one, tab(device) as other:
            await other.hear("page.hello")
            await other.say("press", button="stop")
            await device.until(device.session, 1, Press)
            await device.tell("web", Say(4, "ten past ten"))
            assert (await one.hear("page.say")) == {"id": 4, "text": "ten past ten", "aloud": False}
            assert (await other.hear("page.say"))["aloud"] is True
            await other.say("synthesise", id=4)
            while True:
                data = await other.connection.recv()
                if isinstance(data, bytes) and data[0] == 3:
                    break
            assert int.from_bytes(data[1:5], "little") == 4
            assert len(data) > 9 + 1000
            await other.say("synthesise", id=3)  # replaced words are not spoken
            await device.tell("web", State("thinking", "x"))
            assert (await one.hear("agent.state"))["phase"] in ("idle", "thinking")

    run(main())


def test_pictures_reach_every_page_and_a_late_one_gets_a_whole_first() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as one:
            first = await one.see()
            assert first[14] == 1
            async with tab(device) as late:
                assert (await late.see())[14] == 1
                await device.tell("screen", Glance(brightness=20))
                await late.see(full=False)
                await one.see(full=False)

    run(main())


def test_touch_and_crown_reach_the_screen() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page:
            await page.hear("page.hello")
            await page.say("crown", degrees=40)
            while (await page.hear("screen.shown"))["face"] != "digital":
                pass
            await page.say("face", face="minimal")
            while (await page.hear("screen.shown"))["face"] != "minimal":
                pass
            await page.say("touch", phase="down", x=300, y=200)
            await page.say("touch", phase="up", x=100, y=200)
            while (await page.hear("screen.shown"))["face"] != "almanac":
                pass

    run(main())


def test_a_monitor_gets_the_kernels_status() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page:
            await page.say("monitor", on=True)
            status = await page.hear("kernel.status")
            assert {"web", "screen", "session"} <= {service["name"] for service in status["services"]}
            assert device.web.pages

    run(main())


def test_after_a_restart_of_ears_and_screen_streams_are_reopened_and_pictures_go_on() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page:
            await page.say("listen", mode="wake")
            await page.hear("page.listening")
            await page.see()
            await device.web._restarted("ears")
            assert (await page.hear("page.stream-lost"))["text"] == "the ears were restarted"
            await page.say("listen", mode="wake")
            assert (await page.hear("page.listening"))["stream"] == 2
            await device.web._restarted("screen")
            await page.see(full=True)

    run(main())


def test_pages_and_connections_are_bounded() -> None:
    async def main() -> None:
        async with front() as device:
            tabs = [tab(device) for _ in range(MAX_PAGES)]
            for page in tabs:
                await page.__aenter__()
            with pytest.raises(InvalidStatus) as caught:
                async with tab(device):
                    pass
            assert caught.value.response.status_code == 503
            for page in tabs:
                await page.__aexit__(None, None, None)
            idle = [await asyncio.open_connection("127.0.0.1", device.web.bound) for _ in range(MAX_CONNECTIONS)]
            reader, writer = await asyncio.open_connection("127.0.0.1", device.web.bound)
            try:
                assert await reader.read() == b"", "one too many was answered"
            except ConnectionResetError:
                pass
            for _, one in [*idle, (reader, writer)]:
                one.close()

    run(main())


def test_a_flood_is_cut_and_closed() -> None:
    async def main() -> None:
        async with front() as device, tab(device) as page:
            for _ in range(400):
                try:
                    await page.say("crown", degrees=1)
                except ConnectionClosed:
                    break
            assert await page.end() == 1008

    run(main())


def test_a_port_in_use_is_one_clear_line() -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(ManifestError, match=rf"web: port {port} on 127.0.0.1 is in use; choose another"):
                async with front(port=port):
                    pass

    run(main())


def test_it_listens_on_loopback_only() -> None:
    async def main() -> None:
        async with front() as device:
            assert device.web.door.address[0] == "127.0.0.1"
            link = device.link()
            assert link.url.startswith(f"http://127.0.0.1:{link.port}/?token=")

    run(main())
