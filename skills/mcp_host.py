"""An MCP server as a skill (specification 2025-11-25, official SDK): its tools are actions, its words a stranger's.

The process holds the session, and the server's own process where that is a program of this machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from ..kernel.errors import CallerError, ServiceFault
from .listed_host import MAX_RESULT, WITHIN_S, About, ListedHost, Ran, reason
from .listed_tools import Told

_MAX_PAGES = 8


class McpHost(ListedHost):
    """``name`` is the skill's; ``command`` (with ``args``, ``env``, ``cwd``) a program that speaks stdio, or ``url`` a
    server of streamable HTTP with its ``headers``."""

    kind = "mcp"

    def __init__(
        self,
        name: str,
        command: str = "",
        args: Sequence[str] = (),
        url: str = "",
        env: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        cwd: str = "",
        announce: str = "skills",
    ) -> None:
        super().__init__(name, announce)
        self.where = f"MCP server {name!r} ({command or url})"
        self._command, self._args, self._url, self._cwd = command, list(args), url, cwd
        self._env, self._headers = dict(env or {}), dict(headers or {})
        for value in (*self._env.values(), *self._headers.values()):
            if value.startswith("$"):
                raise CallerError(f"MCP server {name!r}: the environment has no {value[1:60]}, which its settings name")
        self._client: Any = None
        self._opening = asyncio.Lock()
        self._end: asyncio.Event | None = None
        self._over: asyncio.Event | None = None

    async def stop(self) -> None:
        if self._end is not None and self._over is not None:
            self._end.set()
            await asyncio.wait_for(self._over.wait(), 0.8)

    # the session

    async def _session(self) -> Any:
        """The client of the open session; opens it if there is none. Raises ServiceFault."""
        async with self._opening:
            if self._client is None:
                opened: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
                self._end, self._over = asyncio.Event(), asyncio.Event()
                self.port.spawn(self._hold(opened, self._end, self._over), "session")
                try:
                    self._client = await asyncio.wait_for(asyncio.shield(opened), WITHIN_S)
                except TimeoutError:
                    self._end.set()
                    raise ServiceFault(f"{self.where} did not answer within {WITHIN_S:g} s") from None
            return self._client

    async def _hold(self, opened: asyncio.Future[Any], end: asyncio.Event, over: asyncio.Event) -> None:
        """Open the session and hold it, in one task from first to last, as the SDK wants it."""
        try:
            from mcp import Client
        except ImportError:
            opened.set_exception(ServiceFault("MCP servers need the MCP SDK: pip install 'bluerill[mcp]'"))
            return
        try:
            async with AsyncExitStack() as stack:
                server = await self._transport(stack)
                client = await stack.enter_async_context(
                    Client(server, read_timeout_seconds=WITHIN_S, message_handler=self._said)
                )
                if not opened.done():
                    opened.set_result(client)
                await end.wait()
        except Exception as error:  # noqa: BLE001 - whatever a server or the SDK does is the server's end
            why = reason(error)
            if not opened.done():
                opened.set_exception(ServiceFault(f"{self.where} cannot be used: {why}"))
            else:
                self.port.log.warning("%s is gone: %s", self.where, why)
        finally:
            if self._end is end:
                self._client = self._end = None
            over.set()

    async def _transport(self, stack: AsyncExitStack) -> Any:
        if self._command:
            from mcp import StdioServerParameters
            from mcp.client.stdio import get_default_environment, stdio_client

            env = {**get_default_environment(), **self._env}
            return stdio_client(
                StdioServerParameters(command=self._command, args=self._args, env=env, cwd=self._cwd or None)
            )
        from httpx2 import AsyncClient
        from mcp.client.streamable_http import streamable_http_client

        client = await stack.enter_async_context(
            AsyncClient(headers=self._headers, timeout=WITHIN_S, follow_redirects=False, trust_env=False)
        )
        return streamable_http_client(self._url, http_client=client)

    async def _said(self, message: Any) -> None:
        """What a server says by itself: only that its tools changed is of interest."""
        if type(getattr(message, "root", message)).__name__ == "ToolListChangedNotification":
            self.changed()

    # answering

    async def look(self) -> About:
        client = await self._session()
        found: list[Told] = []
        cursor: str | None = None
        for _ in range(_MAX_PAGES):
            page = await asyncio.wait_for(client.list_tools(cursor=cursor), WITHIN_S)
            found += [_told(each) for each in page.tools]
            cursor = page.next_cursor
            if not cursor:
                break
        about = client.server_info
        summary = getattr(about, "title", "") or client.instructions or f"Tools of {about.name}."
        return About(summary, about.version, found)

    async def run(self, tool: str, arguments: dict[str, Any]) -> Ran:
        client = await self._session()
        done = await asyncio.wait_for(client.call_tool(tool, arguments), WITHIN_S)
        content = done.structured_content
        return Ran(_text(done), done.is_error, content if isinstance(content, dict) else None)


def _told(tool: Any) -> Told:
    hints = tool.annotations
    return Told(
        tool.name, tool.description or "", tool.input_schema, bool(hints is not None and hints.destructive_hint)
    )


def _text(done: Any) -> str:
    """The texts of a result; what is no text is named."""
    parts = [each.text if each.type == "text" else f"({each.type})" for each in done.content[:16]]
    return "\n".join(part[:MAX_RESULT] for part in parts)[:MAX_RESULT]
