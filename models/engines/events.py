"""Server-sent events of a model server, read without ever waiting longer than was allowed.

The standard library's client reads headers well, but its body blocks in the middle of a line. So after the headers the
socket is read here: the chunks of HTTP/1.1 are joined, lines split, and an event counts as there once it is whole.
Closing the stream closes its connection, and that is how such servers notice that nobody listens any more.
Source: RFC 9112 (chunked coding), server-sent events (WHATWG HTML, 9.2), the OpenAI streaming format.
"""

from __future__ import annotations

import http.client
import json
import select
import ssl
import time
from collections import deque
from typing import Any

from ...kernel.errors import BluerillError, DeadlineExceeded, ServiceFault
from .openai import OpenAIServer

__all__ = ["EventStream"]

MAX_STREAM = 64 * 1024 * 1024
MAX_LINE = 1024 * 1024
_BLOCK = 65_536


class EventStream:
    """The events that answer a POST. ``begun`` once the answer began: from then on it is never asked again.

    Raises Busy when nobody takes the request.
    """

    def __init__(self, server: OpenAIServer, path: str, request: dict[str, Any]) -> None:
        self._server = server
        self._connection = server.send("POST", path, {**request, "stream": True})
        self._socket = self._connection.sock
        self._response: http.client.HTTPResponse | None = None
        self._lines = _Lines(chunked=False)
        self._events: deque[dict[str, Any] | BluerillError | None] = deque()
        self._data: list[str] = []
        self._ended = False

    @property
    def begun(self) -> bool:
        return self._response is not None

    def ready(self, seconds: float) -> bool:
        """Whether the next event (or the end, or an error) is there within this time."""
        until = time.monotonic() + seconds
        while not self._events and not self._ended:
            pending = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0
            if not pending and not select.select([self._socket], [], [], max(0.0, until - time.monotonic()))[0]:
                return False
            if self._response is None:
                return True  # the headers
            self._receive()
        return True

    def next(self) -> dict[str, Any] | None:
        """The next event, None after ``[DONE]``. Raises Busy before the answer began, then DeadlineExceeded and
        ServiceFault."""
        if self._response is None:
            self.begin()
        if not self.ready(self._server.read_s):
            raise DeadlineExceeded(f"{self._server.where} was silent for {self._server.read_s:g} s")
        if not self._events:
            raise ServiceFault(f"{self._server.where} ended its stream without saying that it was finished")
        event = self._events.popleft()
        if isinstance(event, BluerillError):
            raise event
        return event

    def begin(self) -> None:
        """Read the headers of the answer. Raises Busy, CallerError, ServiceFault, DeadlineExceeded."""
        response = self._server.answered(self._connection)
        kind = (response.getheader("Content-Type") or "").partition(";")[0].strip()
        if kind != "text/event-stream":
            response.close()
            raise ServiceFault(f"{self._server.where}: expected a stream of events, got {kind[:60]!r}")
        self._response = response
        self._lines = _Lines(chunked=bool(response.chunked))
        self._socket.settimeout(0.0)
        peek = getattr(response.fp, "peek", None)
        if peek is not None:
            self._take(response.fp.read(len(peek())))  # what came in one piece with the headers

    def _receive(self) -> None:
        try:
            data = self._socket.recv(_BLOCK)
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except OSError as error:
            self._fail(f"broke its stream off: {error}")
            return
        if data:
            self._take(data)
        else:
            self._ended = True

    def _take(self, data: bytes) -> None:
        try:
            for line in self._lines.feed(data):
                self._line(line)
        except ValueError as error:
            self._fail(f"does not stream as HTTP says: {error}")
        self._ended = self._ended or self._lines.ended

    def _line(self, line: str) -> None:
        if line.startswith("data:"):
            self._data.append(line[5:].removeprefix(" "))
        elif not line and self._data:
            text = "\n".join(self._data)
            self._data.clear()
            if text == "[DONE]":
                self._events.append(None)
            else:
                self._event(text)

    def _event(self, text: str) -> None:
        try:
            event = json.loads(text)
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            self._fail(f"sent {text[:100]!r}, expected a JSON object as an event")
        elif event.get("error"):
            self._fail(f"failed: {str(event['error'])[:200]}")
        else:
            self._events.append(event)

    def _fail(self, what: str) -> None:
        self._events.append(ServiceFault(f"{self._server.where} {what}"))
        self._ended = True

    def close(self) -> None:
        """Close the connection: the server stops generating."""
        if self._response is not None:
            self._response.close()
        self._connection.close()


class _Lines:
    """Lines out of the bytes of a body. ``feed`` raises ValueError for a body that is none, or too long."""

    def __init__(self, chunked: bool) -> None:
        self.ended = False
        self._chunked = chunked
        self._raw = bytearray()
        self._left = 0  # of the chunk at hand, with the line break after it
        self._text = bytearray()
        self._bytes = 0

    def feed(self, data: bytes) -> list[str]:
        self._bytes += len(data)
        if self._bytes > MAX_STREAM:
            raise ValueError(f"more than {MAX_STREAM} bytes")
        if self._chunked:
            self._raw += data
            self._unchunk()
        else:
            self._text += data
        *lines, rest = self._text.split(b"\n")
        if len(rest) > MAX_LINE:
            raise ValueError(f"a line of more than {MAX_LINE} bytes")
        self._text = rest
        return [line.decode("utf-8", "replace").removesuffix("\r") for line in lines]

    def _unchunk(self) -> None:
        while self._raw and not self.ended:
            if self._left:
                part = self._raw[: self._left]
                del self._raw[: len(part)]
                self._left -= len(part)
                self._text += part[: max(0, len(part) + self._left - 2)] if self._left < 2 else part
                continue
            head, found, _ = self._raw.partition(b"\r\n")
            if not found:
                if len(head) > 1024:
                    raise ValueError("a chunk without a size")
                return
            del self._raw[: len(head) + 2]
            size = int(head.partition(b";")[0], 16)
            self.ended = size == 0
            self._left = size + 2
