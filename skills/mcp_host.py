"""An MCP server as a skill (specification 2025-11-25, official SDK): its tools are actions, its words a stranger's.

One process a server, started by the first call and gone when idle: it holds the session, and the server's own process
where that is a program of this machine. It answers as every skill host does, so that what the owner agrees to, what is
hashed and what is asked about first are decided where they are for packages (``packages.py``); what a tool answers is
labelled untrusted there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import msgspec

from ..kernel.errors import BluerillError, CallerError, DeadlineExceeded, ServiceFault
from ..kernel.message import Body
from ..kernel.service import Call, Leased, Service, handles
from .catalogue import fingerprint
from .mcp_tools import Told, actions, one_line
from .messages import (
    CATALOGUE_CHANGED,
    ActionInfo,
    Card,
    Catalogue,
    GetCatalogue,
    GetRest,
    Invoke,
    Invoked,
    MayRest,
    SkillInfo,
    Undo,
)

WITHIN_S = 18.0
MAX_SPEECH = 1_000
MAX_RESULT = 16 * 1024
_MAX_PAGES = 8


class McpHost(Service):
    """``name`` is the skill's; ``command`` (with ``args``, ``env``, ``cwd``) a program that speaks stdio, or ``url`` a
    server of streamable HTTP with its ``headers``."""

    concurrency = 8

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
        self._name, self._announce = name, announce
        self._command, self._args, self._url, self._cwd = command, list(args), url, cwd
        self._env, self._headers = dict(env or {}), dict(headers or {})
        for value in (*self._env.values(), *self._headers.values()):
            if value.startswith("$"):
                raise CallerError(f"MCP server {name!r}: the environment has no {value[1:60]}, which its settings name")
        self._actions: dict[str, tuple[str, ActionInfo]] = {}
        self._told: Catalogue | None = None
        self._client: Any = None
        self._opening = asyncio.Lock()
        self._stack: AsyncExitStack | None = None
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
                    raise ServiceFault(f"{self._where} did not answer within {WITHIN_S:g} s") from None
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
            why = _one_line(error)
            if not opened.done():
                opened.set_exception(ServiceFault(f"{self._where} cannot be used: {why}"))
            else:
                self.port.log.warning("%s is gone: %s", self._where, why)
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
            self._told = None
            self.port.notify(self._announce, CATALOGUE_CHANGED)

    @property
    def _where(self) -> str:
        return f"MCP server {self._name!r} ({self._command or self._url})"

    # answering

    @handles(GetCatalogue)
    async def catalogue(self, request: GetCatalogue, call: Call) -> Catalogue | Leased:
        whole = await self._listed()
        return Leased(Catalogue(whole.fingerprint), self.port.offer(msgspec.json.encode(whole)))

    async def _listed(self) -> Catalogue:
        client = await self._session()
        found: list[Told] = []
        cursor: str | None = None
        try:
            for _ in range(_MAX_PAGES):
                page = await asyncio.wait_for(client.list_tools(cursor=cursor), WITHIN_S)
                found += [_told(each) for each in page.tools]
                cursor = page.next_cursor
                if not cursor:
                    break
        except Exception as error:
            raise self._failed(error) from error
        self._actions, left = actions(self._name, found)
        for each in left:
            self.port.log.warning("%s: %s", self._where, each)
        about = client.server_info
        summary = one_line(getattr(about, "title", "") or client.instructions or f"Tools of {about.name}.", 160)
        info = SkillInfo(
            self._name, one_line(about.version, 20), f"mcp:{self._name}", summary, list(self._actions),
            [f"mcp:{self._name}"], isolation="process",
        )  # fmt: skip
        acts = [action for _, action in self._actions.values()]
        self._told = Catalogue(fingerprint(acts, [info]), acts, [info])
        return self._told

    @handles(Invoke)
    async def invoke(self, request: Invoke, call: Call) -> Invoked:
        if self._told is None:  # a session that nobody has looked at yet
            await self._listed()
            self.port.notify(self._announce, CATALOGUE_CHANGED)
            raise CallerError(f"{self._name.capitalize()} was restarted; please say it again.")
        held = self._actions.get(request.action)
        if held is None:
            raise CallerError(f"no action is named {request.action[:60]!r}; see the catalogue")
        client = await self._session()
        try:
            done = await asyncio.wait_for(client.call_tool(held[0], dict(request.arguments)), WITHIN_S)
        except Exception as error:
            raise self._failed(error) from error
        text = _text(done)
        if done.is_error:
            raise CallerError(one_line(text, 300) or f"{self._name} could not do that.")
        result: dict[str, Any] = {"text": text[:MAX_RESULT]}
        if isinstance(done.structured_content, dict) and _small(done.structured_content):
            result["content"] = done.structured_content
        speech = one_line(text, MAX_SPEECH) or "Done."
        return Invoked(request.action, result, speech, Card("notice", self._name[:40], speech[:200]))

    @handles(Undo)
    async def undo(self, request: Undo, call: Call) -> Body:
        raise CallerError(f"what {self._name} did cannot be taken back from here")

    @handles(GetRest)
    def may_rest(self, request: GetRest, call: Call) -> MayRest:
        return MayRest(True)

    def _failed(self, error: Exception) -> BluerillError:
        if isinstance(error, TimeoutError):
            return DeadlineExceeded(f"{self._where} gave no answer within {WITHIN_S:g} s")
        return ServiceFault(f"{self._where}: {_one_line(error)}")


def _told(tool: Any) -> Told:
    hints = tool.annotations
    return Told(
        tool.name, tool.description or "", tool.input_schema, bool(hints is not None and hints.destructive_hint)
    )


def _text(done: Any) -> str:
    """The texts of a result; what is no text is named."""
    parts = [each.text if each.type == "text" else f"({each.type})" for each in done.content[:16]]
    return "\n".join(part[:MAX_RESULT] for part in parts)[:MAX_RESULT]


def _small(value: Any) -> bool:
    try:
        return len(msgspec.json.encode(value)) <= MAX_RESULT
    except (TypeError, ValueError, RecursionError):
        return False


def _one_line(error: BaseException) -> str:
    """The innermost reason of a failure, which the SDK wraps in groups."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return one_line(f"{type(error).__name__}: {error}", 200)
