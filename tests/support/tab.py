"""A page without a browser, for tests of the web service."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from support.front import Front


def cookie(device: Front) -> str:
    return device.web.door.guard.cookie.split("; ")[0]


class Tab:
    """A page without a browser."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, kind: str, **fields: Any) -> None:
        await self.connection.send(json.dumps({"type": kind, **fields}))

    async def hear(self, kind: str) -> dict[str, Any]:
        """The body of the next message of a kind."""
        while True:
            data = await self.connection.recv()
            if isinstance(data, str):
                message = json.loads(data)
                if message["type"] == kind:
                    body: dict[str, Any] = message["body"]
                    return body

    async def end(self) -> int:
        """Read until the device closes the connection; the code it gave."""
        try:
            while True:
                await self.connection.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else 0

    async def see(self, *, full: bool | None = None) -> bytes:
        """The next binary picture."""
        while True:
            data = await self.connection.recv()
            if isinstance(data, bytes) and data[0] == 2 and (full is None or bool(data[14]) is full):
                return data


@asynccontextmanager
async def tab(device: Front, **headers: str) -> AsyncIterator[Tab]:
    guard = device.web.door.guard
    sent = {"Cookie": cookie(device), **headers}
    async with connect(
        f"ws://{guard.authority}/socket",
        origin=Origin(guard.origin),
        additional_headers=sent,
        compression=None,
        proxy=None,
    ) as connection:
        yield Tab(connection)
