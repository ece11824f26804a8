"""The skills as MCP tools, with the official client: over stdio, over HTTP with its token, and what is refused."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the MCP SDK is not installed: pip install 'bluerill[mcp]'")

from httpx2 import AsyncClient
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from bluerill.skills import audit
from bluerill.watch.boot import PAGE, VOICE
from bluerill.watch.cli import main
from bluerill.watch.front import open_front
from bluerill.watch.tools import Tools, guarded


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 90))


@asynccontextmanager
async def talking(**options: Any) -> AsyncIterator[Client]:
    """The official client, in this process, to a headless device."""
    async with open_front(without=(*VOICE, *PAGE)) as front, Client(Tools(front, **options).server()) as client:
        yield client


def text(result: Any) -> str:
    return str(result.content[0].text)


def test_tools_are_the_actions_with_their_schemas() -> None:
    async def story() -> None:
        async with talking() as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            timer = tools["start_timer"]
            assert timer.input_schema["required"] == ["duration"]
            assert timer.input_schema["additionalProperties"] is False
            assert "set a timer" in (timer.description or "")
            assert "dismiss_ring" not in tools, "a button of the watch is no tool"
            assert "cancel_timer" not in tools, "sensitive actions are not offered unasked"
            assert "set_home_device" in tools, "an action that is sensitive for some values is offered"

    run(story())


def test_a_call_does_what_it_says_and_errors_are_results() -> None:
    async def story() -> None:
        async with talking() as client:
            done = await client.call_tool("start_timer", {"duration": "PT10M", "label": "tea"})
            assert not done.is_error
            assert done.structured_content is not None
            assert "10 minutes" in text(done)
            left = await client.call_tool("timer_status", {})
            assert "tea" in text(left)
            for name, arguments, words in (
                ("start_timer", {"duration": "soon"}, "expected an ISO 8601 duration"),
                ("start_timer", {"duration": "PT1M", "label": "x" * 100_000}, "at most 65536 bytes"),
                ("start_timer", {}, "needs the argument 'duration'"),
                ("no_such", {}, "no tool is named 'no_such'"),
                ("cancel_timer", {}, "no tool is named 'cancel_timer'"),
                ("set_home_device", {"device": "front door", "state": "unlock"}, "needs the owner"),
            ):
                failed = await client.call_tool(name, arguments)
                assert failed.is_error, (name, arguments)
                assert words in text(failed)

    run(story())


def test_the_owner_may_narrow_and_widen_what_is_offered() -> None:
    async def story() -> None:
        async with talking(only=["timers"], sensitive=True) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            assert {"start_timer", "cancel_timer"} <= names
            assert "set_alarm" not in names
            assert (await client.call_tool("set_alarm", {"time": "2026-11-21T07:00"})).is_error
            await client.call_tool("start_timer", {"duration": "PT1M"})
            assert not (await client.call_tool("cancel_timer", {})).is_error

    run(story())


@pytest.mark.process
def test_over_stdio_with_the_official_client(own_home: Path) -> None:
    async def story() -> None:
        command = StdioServerParameters(
            command=sys.executable,
            args=["-m", "bluerill", "mcp", "--skills", "lists"],
            env={**os.environ, "BLUERILL_HOME": str(own_home)},
        )
        async with Client(command) as client:
            assert client.server_info is not None
            assert client.server_info.name == "bluerill"
            added = await client.call_tool("add_to_list", {"item": "milk", "list": "shopping"})
            assert "milk" in text(added).lower()
            assert "milk" in text(await client.call_tool("show_list", {"list": "shopping"})).lower()

    run(story())
    (row,) = [each for each in audit.read(own_home) if each.action == "add_to_list"]
    assert row.by.startswith("mcp mcp "), "the log says which session of which program called"
    assert row.by.endswith(" session 1")


@pytest.mark.process
def test_over_http_with_the_official_client(own_home: Path) -> None:
    words = [sys.executable, "-m", "bluerill", "mcp", "--skills", "lists", "--http", "0"]
    env = {**os.environ, "BLUERILL_HOME": str(own_home), "NO_COLOR": "1"}
    with subprocess.Popen(words, env=env, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            line = server.stderr.readline()
            url, token = re.findall(r"http://\S+/mcp|(?<=Bearer )\S+", line)

            async def story() -> None:
                async with (
                    AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http,
                    Client(streamable_http_client(url, http_client=http)) as client,
                ):
                    assert "add_to_list" in [tool.name for tool in (await client.list_tools()).tools]
                    assert "milk" in text(await client.call_tool("add_to_list", {"item": "milk"})).lower()
                with pytest.raises(BaseException):  # noqa: B017 - the SDK wraps a 401 as it likes
                    async with Client(url) as client:
                        await client.list_tools()

            run(story())
        finally:
            server.terminate()
    (row,) = [each for each in audit.read(own_home) if each.action == "add_to_list"]
    assert row.by.startswith("mcp ")


def test_http_needs_its_token() -> None:
    async def story() -> None:
        reached: list[str] = []
        sent: list[Any] = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            reached.append(scope["path"])

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {}

        guard = guarded(app, "secret")
        for header in ([], [(b"authorization", b"Bearer wrong")], [(b"authorization", b"secret")]):
            await guard({"type": "http", "path": "/mcp", "headers": header}, receive, send)
            assert sent[-2]["status"] == 401
        assert not reached
        await guard({"type": "http", "path": "/mcp", "headers": [(b"authorization", b"Bearer secret")]}, receive, send)
        assert reached == ["/mcp"]

    run(story())


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--http", "70000"], "expected a port"), (["--skills", "cooking"], "no skill of that name offers tools")],
)
def test_wrong_usage_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1
