"""``bluerill mcp``: the skills as tools for other programs, by the Model Context Protocol."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
from typing import TYPE_CHECKING

from ...kernel.errors import CallerError, ServiceFault
from ..boot import PAGE, VOICE
from ..front import open_front
from .style import paint

if TYPE_CHECKING:
    from ..tools import Tools


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--http", type=int, metavar="PORT", help="serve streamable HTTP on 127.0.0.1 instead of stdio")
    parser.add_argument("--skills", default="", metavar="A,B", help="offer only these skills (default: all)")
    parser.add_argument(
        "--allow-sensitive", action="store_true", help="also offer actions that otherwise need the owner"
    )


def run(args: argparse.Namespace) -> int:
    if args.http is not None and not 0 <= args.http <= 65535:
        raise CallerError(f"--http: expected a port from 0 to 65535, got {args.http}")
    try:
        import mcp  # noqa: F401
    except ImportError:
        raise ServiceFault("serving tools needs the MCP SDK: pip install 'bluerill[mcp]'") from None
    return asyncio.run(_serve(args))


async def _serve(args: argparse.Namespace) -> int:
    from ..tools import Tools

    only = [name.strip() for name in args.skills.split(",") if name.strip()]
    async with open_front(without=(*VOICE, *PAGE)) as front:
        tools = Tools(front, only=only, sensitive=args.allow_sensitive)
        offered = await tools.actions()
        if not offered:
            raise CallerError(f"--skills {args.skills}: no skill of that name offers tools; see bluerill skills list")
        if args.http is None:
            await _stdio(tools)
        else:
            await _http(tools, args.http, len(offered))
    return 0


async def _stdio(tools: Tools) -> None:
    from mcp.server.stdio import stdio_server

    server = tools.server()
    async with stdio_server() as (reader, writer):
        await server.run(reader, writer, server.create_initialization_options())


async def _http(tools: Tools, port: int, count: int) -> None:
    import socket

    import uvicorn

    from ..tools import guarded

    token = secrets.token_urlsafe(24)
    app = tools.server().streamable_http_app(host="127.0.0.1", stateless_http=True, json_response=True)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()  # before its address is told: who reads that may come at once
    except OSError as error:
        listener.close()
        raise ServiceFault(f"port {port} cannot be used: {error.strerror}; try --http 0") from None
    where = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    print(f"{count} tools at {paint(where, 'bold')}; send Authorization: Bearer {token}", file=sys.stderr, flush=True)
    config = uvicorn.Config(guarded(app, token), log_level="error", access_log=False, lifespan="on")
    await uvicorn.Server(config).serve(sockets=[listener])
