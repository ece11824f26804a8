"""A web server on loopback that serves one file, well or badly, as a test says.

Each request takes the next :class:`Manner` of the script (the last one stays), so that "cut at byte 100, then resume"
is two entries. What was asked is kept in ``asked``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Manner(NamedTuple):
    """How to answer one request. ``cut`` closes the connection after so many bytes of the body; ``claim`` is the
    Content-Length that is said (-1 = the truth, -2 = none); ``status`` other than 200 answers with that alone."""

    status: int = 200
    cut: int = -1
    claim: int = -1
    ranges: bool = True
    etag: str = '"one"'
    data: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    modified: str = ""


class Shop:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.script: list[Manner] = [Manner()]
        self.asked: list[dict[str, str]] = []
        self.sent = 0
        """Bytes of bodies."""
        self.gate: threading.Event | None = None
        """If set, every body stops in the middle until it is."""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                shop.answer(self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def address(self, name: str = "m.gguf") -> str:
        return f"{self.url}/{name}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.append({"path": request.path, **{name.lower(): value for name, value in request.headers.items()}})
        manner = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        request.close_connection = True
        if manner.status != 200:
            request.send_response(manner.status)
            for name, value in manner.headers:
                request.send_header(name, value)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        data = self.data if manner.data is None else manner.data
        asked = request.headers.get("Range", "")
        valid = request.headers.get("If-Range", "") in ("", manner.etag, manner.modified)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and manner.ranges and valid else 0
        if start and start >= len(data):
            request.send_response(416)
            request.send_header("Content-Range", f"bytes */{len(data)}")
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        body = data[start:]
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        if manner.etag:
            request.send_header("ETag", manner.etag)
        if manner.modified:
            request.send_header("Last-Modified", manner.modified)
        if manner.claim != -2:
            request.send_header("Content-Length", str(len(body) if manner.claim == -1 else manner.claim))
        for name, value in manner.headers:
            request.send_header(name, value)
        request.end_headers()
        body = body if manner.cut < 0 else body[: manner.cut]
        half = len(body) // 2
        try:
            request.wfile.write(body[:half])
            request.wfile.flush()
            if self.gate is not None:
                self.gate.wait(10)
            request.wfile.write(body[half:])
            request.wfile.flush()
        except OSError:
            return  # the client went away, as some tests want
        self.sent += len(body)


@contextmanager
def shop(data: bytes) -> Iterator[Shop]:
    made = Shop(data)
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01}, name="shop")
    thread.start()
    try:
        yield made
    finally:
        if made.gate is not None:
            made.gate.set()
        made.server.shutdown()
        made.server.server_close()
        thread.join(10)
