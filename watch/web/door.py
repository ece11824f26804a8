"""The door: HTTP answers and WebSocket handshakes on loopback, in front of the guard.

Everything is answered from memory. Refusals are one plain line that says what to do; they never echo what was sent.
"""

from __future__ import annotations

import errno
import logging
from asyncio import BaseTransport, Transport
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import ClassVar, Final

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers, MultipleValuesError
from websockets.exceptions import InvalidHeader
from websockets.http11 import Request, Response

from ...kernel.errors import ManifestError
from .assets import Asset
from .guard import Guard, security_headers, split
from .protocol import MAX_MESSAGE

LOOPBACK: Final = "127.0.0.1"
SOCKET: Final = "/socket"
MAX_CONNECTIONS: Final = 48
"""TCP connections at once: a browser loads the page's files over six."""
_UNOPENED: Final = (
    "This watch opens only from its own link. Open the address that 'bluerill watch' printed; "
    "it works once, so start the watch again (or ask it for a new link) if it was used."
)


class Connection(ServerConnection):
    """A connection that is counted; one too many is dropped before it can say anything."""

    counted: ClassVar[set[ServerConnection]]

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.counted.add(self)
        if len(self.counted) > MAX_CONNECTIONS and isinstance(transport, Transport):
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.counted.discard(self)
        super().connection_lost(exc)


class Door:
    """One listening socket on loopback.

    ``room`` says whether another page may open; ``entered`` runs for each WebSocket.
    """

    def __init__(
        self,
        assets: Mapping[str, Asset],
        *,
        token: str,
        secret: str,
        room: Callable[[], bool],
        entered: Callable[[ServerConnection], Awaitable[None]],
    ) -> None:
        self.assets = assets
        self.token, self.secret = token, secret
        self.room = room
        self.entered = entered
        self.counted: set[ServerConnection] = set()
        self._server: Server | None = None
        self._guard: Guard | None = None
        self._headers: dict[str, str] = {}
        # What strangers send is not worth a traceback in our log.
        self._logger = logging.getLogger("bluerill.web.door")
        self._logger.setLevel(logging.CRITICAL)

    @property
    def guard(self) -> Guard:
        assert self._guard is not None, "the door is not open"
        return self._guard

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        assert self._server is not None, "the door is not open"
        name = next(iter(self._server.sockets)).getsockname()
        return str(name[0]), int(name[1])

    async def open(self, port: int) -> int:
        """Listen; returns the port. Raises ManifestError if it cannot be had."""
        held = self.counted

        class Counted(Connection):
            counted = held

        try:
            self._server = await serve(
                self.entered,
                LOOPBACK,
                port,
                process_request=self._answer,
                create_connection=Counted,
                max_size=MAX_MESSAGE,
                max_queue=32,
                write_limit=(1 << 18, 1 << 16),
                open_timeout=10,
                ping_interval=20,
                ping_timeout=20,
                close_timeout=1,
                compression=None,
                server_header=None,
                logger=self._logger,
            )
        except (OSError, OverflowError) as error:
            why = "is in use" if getattr(error, "errno", None) == errno.EADDRINUSE else f"cannot be had: {error}"
            raise ManifestError(
                f"web: port {port} on {LOOPBACK} {why}; choose another with --port, or 0 for any free one"
            ) from None
        bound = self.address[1]
        self._guard = Guard(LOOPBACK, bound, token=self.token, secret=self.secret)
        self._headers = security_headers(self._guard.origin)
        return bound

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def _reply(self, status: HTTPStatus, body: bytes, kind: str = "text/plain; charset=utf-8", **more: str) -> Response:
        headers = Headers(self._headers)
        headers["Content-Type"] = kind
        headers["Content-Length"] = str(len(body))
        headers["Connection"] = "close"
        for name, value in more.items():
            headers[name.replace("_", "-")] = value
        return Response(status.value, status.phrase, headers, body)

    def _refuse(self, status: HTTPStatus, line: str) -> Response:
        return self._reply(status, line.encode() + b"\n")

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """The response to a request; None lets a WebSocket handshake go on."""
        try:
            host, origin = request.headers.get("Host"), request.headers.get("Origin")
            cookie, upgrade = request.headers.get("Cookie"), request.headers.get("Upgrade")
        except (MultipleValuesError, InvalidHeader):
            return self._refuse(HTTPStatus.BAD_REQUEST, "A header came twice.")
        guard = self.guard
        # Older releases of the library refuse other methods themselves and do not say which it was.
        if getattr(request, "method", "GET") != "GET":
            return self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "This server only answers GET.")
        if not guard.host_ok(host):
            return self._refuse(HTTPStatus.MISDIRECTED_REQUEST, f"This server answers only as {guard.origin}.")
        try:
            path, token = split(request.path)
        except ValueError:
            return self._refuse(HTTPStatus.BAD_REQUEST, "The address cannot be read.")
        if path == SOCKET:
            return self._socket(origin, cookie, upgrade)
        if not guard.origin_ok(origin, required=False):
            return self._refuse(HTTPStatus.FORBIDDEN, "Requests from other sites are refused.")
        if path == "/" and token:
            if guard.admit(token):
                return self._reply(HTTPStatus.SEE_OTHER, b"", Location="/", Set_Cookie=guard.cookie)
            if guard.known(cookie):
                return self._reply(HTTPStatus.SEE_OTHER, b"", Location="/")
        if not guard.known(cookie):
            return self._refuse(HTTPStatus.FORBIDDEN, _UNOPENED)
        asset = self.assets.get(path)
        if asset is None:
            return self._refuse(HTTPStatus.NOT_FOUND, "There is nothing at this address.")
        return self._reply(HTTPStatus.OK, asset.data, asset.type)

    def _socket(self, origin: str | None, cookie: str | None, upgrade: str | None) -> Response | None:
        if not self.guard.origin_ok(origin, required=True):
            return self._refuse(HTTPStatus.FORBIDDEN, "WebSockets of other sites are refused.")
        if not self.guard.known(cookie):
            return self._refuse(HTTPStatus.FORBIDDEN, _UNOPENED)
        if upgrade is None or upgrade.lower() != "websocket":
            return self._refuse(HTTPStatus.UPGRADE_REQUIRED, "This address is a WebSocket.")
        if not self.room():
            return self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Too many pages are open; close one.")
        return None
