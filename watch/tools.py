"""The skills as tools of the Model Context Protocol (specification 2025-11-25), by its official SDK.

Every action that a planner may choose is a tool: its name, its description with examples, its JSON schema. What the
caller sends comes from a program that the owner did not write, so an action marked ``sensitive`` is not offered unless
the owner says so when the server is started; for actions that are sensitive with some values only, those calls are
refused. A refusal or an error of a skill is a result marked as one, never a broken session.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import msgspec
from mcp import types
from mcp.server.lowlevel import Server

from ..kernel.errors import BluerillError
from ..skills.messages import ActionInfo, Catalogue, GetCatalogue, Invoke, Invoked
from ..skills.offer import described, offered
from ..skills.policy import is_sensitive
from .control import Front

__all__ = ["Tools", "guarded"]

MAX_SESSIONS = 256
MAX_ARGUMENTS = 64 * 1024
"""Bytes of a call's arguments as JSON."""
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Tools:
    """A server over a front to the device. ``only`` names the skills that are offered (empty: all)."""

    def __init__(self, front: Front, *, only: Iterable[str] = (), sensitive: bool = False) -> None:
        self._front = front
        self._only = frozenset(only)
        self._sensitive = sensitive
        self._sessions: dict[int, int] = {}

    async def actions(self) -> dict[str, ActionInfo]:
        """What is offered now, by name: asked anew each time, since skills come and go."""
        body, data = await self._front.borrow("skills", GetCatalogue(by_lease=True), Catalogue)
        catalogue = body if data is None else msgspec.json.decode(data, type=Catalogue)
        listed = offered(catalogue.actions, only=self._only, sensitive=self._sensitive)
        return {each.name: each for each in listed}

    async def list(self, context: Any, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(each) for each in (await self.actions()).values()])

    async def call(self, context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        """Run one action. What cannot be is a result marked as an error, which the caller can read."""
        arguments = dict(params.arguments or {})
        offered = await self.actions()
        action = offered.get(params.name)
        if action is None:
            return _failed(f"no tool is named {params.name[:60]!r}; there are {', '.join(offered)[:400]}")
        size = len(json.dumps(arguments, default=str))
        if size > MAX_ARGUMENTS:
            return _failed(f"the arguments of a tool have at most {MAX_ARGUMENTS} bytes as JSON, got {size}")
        if not self._sensitive and is_sensitive(action, arguments):
            return _failed(
                f"{params.name} with these arguments needs the owner; start the server with --allow-sensitive to let it"
            )
        try:
            done = await self._front.ask(
                "skills", Invoke(params.name, arguments, via=self._via(context), strange=True), Invoked, 30.0
            )
        except BluerillError as error:
            return _failed(str(error))
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=done.speech or "Done.")], structured_content=done.result
        )

    def _via(self, context: Any) -> str:
        """Which session of which program a call comes from, for the audit log."""
        session = getattr(context, "session", None)
        about = getattr(getattr(session, "client_params", None), "client_info", None)
        name = f"{about.name} {about.version}" if about is not None else "a client"
        number = self._sessions.setdefault(id(session), len(self._sessions) + 1) if about is not None else 0
        if len(self._sessions) > MAX_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        label = "".join(c for c in name if c.isprintable())[:60]
        return f"mcp {label}{f' session {number}' if number else ''}"

    def server(self) -> Server[Any]:
        from .. import __version__

        return Server(
            "bluerill",
            version=__version__,
            instructions="The skills of a watch: alarms, timers, reminders, lists and what else is installed. "
            "Times are the watch's local time in ISO 8601, durations ISO 8601 such as PT10M.",
            on_list_tools=self.list,
            on_call_tool=self.call,
        )


def _tool(action: ActionInfo) -> types.Tool:
    return types.Tool(
        name=action.name,
        title=action.name.replace("_", " ").capitalize(),
        description=described(action),
        input_schema=action.schema or {"type": "object", "properties": {}, "additionalProperties": False},
        annotations=types.ToolAnnotations(
            read_only_hint=action.reads, destructive_hint=action.sensitive, open_world_hint=False
        ),
    )


def _failed(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)


def guarded(app: App, token: str) -> App:
    """The HTTP app for who sends ``Authorization: Bearer TOKEN``; everybody else gets 401 and learns nothing."""
    expected = f"Bearer {token}".encode()

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, expected):
                head = [(b"content-type", b"text/plain"), (b"www-authenticate", b"Bearer")]
                await send({"type": "http.response.start", "status": 401, "headers": head})
                await send({"type": "http.response.body", "body": b"expected the token that bluerill mcp printed\n"})
                return
        await app(scope, receive, send)

    return guard
