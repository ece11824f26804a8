"""The HTTP of an OpenAI-compatible server (llama.cpp's, vLLM, Ollama…), by the standard library's client.

One connection a request; everything is bounded: the time to connect and between bytes, the bytes of an answer and of
one line. Never logged and never in an error: the key. Closing a stream closes its connection, and that is how such
servers notice that nobody listens any more.
Source: the OpenAI chat completions format, and server-sent events (WHATWG HTML, 9.2).
"""

from __future__ import annotations

import http.client
import json
import select
import ssl
from typing import Any
from urllib.parse import urlsplit

from ...kernel.errors import BluerillError, BudgetExceeded, CallerError, DeadlineExceeded, ServiceFault

__all__ = ["Busy", "OpenAIServer", "Stream"]

MAX_ANSWER = 4 * 1024 * 1024
MAX_STREAM = 64 * 1024 * 1024
MAX_LINE = 1024 * 1024
_AGAIN = (429, 502, 503, 504)


class Busy(BudgetExceeded):
    """The server has no room now, or is not there yet: nothing was answered, and it may be asked again."""


class OpenAIServer:
    """``base`` is the URL up to and with ``/v1``. Raises CallerError for one that is none."""

    def __init__(self, base: str, key: str = "", *, connect_s: float = 5.0, read_s: float = 60.0) -> None:
        try:
            address = urlsplit(base)
            port = address.port
        except ValueError:
            raise CallerError(f"expected a URL such as http://localhost:8080/v1, got {base[:100]!r}") from None
        if address.scheme not in ("http", "https") or not address.hostname:
            raise CallerError(f"expected a URL such as http://localhost:8080/v1, got {base[:100]!r}")
        if not key.isprintable() or not key.isascii():
            raise CallerError("the key of a model server is printable ASCII")
        self.where = f"the model server at {address.hostname}:{port or ''}"
        self.read_s = read_s
        self._host, self._port, self._path = address.hostname, port, address.path.rstrip("/")
        self._secure = address.scheme == "https"
        self._key = key
        self._connect_s = connect_s

    def get(self, path: str) -> Any:
        """The JSON document at ``path``."""
        return self._document(self.send("GET", path))

    def post(self, path: str, request: dict[str, Any]) -> Any:
        """The JSON document that answers a request. Raises DeadlineExceeded, ServiceFault, BudgetExceeded."""
        return self._document(self.send("POST", path, request))

    def stream(self, path: str, request: dict[str, Any]) -> Stream:
        """The events that will answer a request; nothing is waited for but the connection."""
        return Stream(self, self.send("POST", path, {**request, "stream": True}))

    def send(self, method: str, path: str, request: dict[str, Any] | None = None) -> http.client.HTTPConnection:
        """A connection on which the request was sent. Raises Busy when nobody takes it."""
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=self._connect_s)
        headers = {"Accept": "application/json, text/event-stream", "Connection": "close"}
        if request is not None:
            headers["Content-Type"] = "application/json"
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            connection.connect()
            connection.sock.settimeout(self.read_s)
            body = None if request is None else json.dumps(request).encode("utf-8", "replace")
            connection.request(method, self._path + path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Busy(f"{self.where} cannot be reached: {error}") from error
        return connection

    def answered(self, connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
        """The response, if its status is 200; else the connection is closed. Raises Busy, CallerError, ServiceFault."""
        try:
            response = connection.getresponse()
            if response.status == 200:
                return response
            error = self._refusal(response)
        except TimeoutError:
            error = DeadlineExceeded(f"{self.where} did not answer in {self.read_s:g} s")
        except (OSError, http.client.HTTPException) as broken:
            error = Busy(f"{self.where} hung up before it answered: {broken}")
        connection.close()
        raise error

    def _document(self, connection: http.client.HTTPConnection) -> Any:
        try:
            data = self.answered(connection).read(MAX_ANSWER + 1)
            if len(data) > MAX_ANSWER:
                raise ServiceFault(f"{self.where} answered with more than {MAX_ANSWER} bytes")
            return json.loads(data)
        except TimeoutError as error:
            raise DeadlineExceeded(f"{self.where} was silent for {self.read_s:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            raise ServiceFault(f"{self.where} ended its answer early: {error}") from error
        except (ValueError, RecursionError):
            raise ServiceFault(f"{self.where}: expected a JSON document, got {data[:100]!r}") from None
        finally:
            connection.close()

    def _refusal(self, response: http.client.HTTPResponse) -> BluerillError:
        try:
            text = " ".join(response.read(400).decode("utf-8", "replace").split())[:200]
        except (OSError, http.client.HTTPException):
            text = "(no text)"
        if self._key:
            text = text.replace(self._key, "…")  # a server that repeats the request
        said = f"{self.where} answered {response.status}: {text}"
        if response.status in _AGAIN:
            return Busy(said)
        return CallerError(said) if response.status in (400, 404, 413, 422) else ServiceFault(said)


class Stream:
    """Server-sent events, each a JSON object. ``begun`` once the answer began: from then on it is never asked again."""

    def __init__(self, server: OpenAIServer, connection: http.client.HTTPConnection) -> None:
        self._server = server
        self._connection = connection
        self._socket = connection.sock
        self._response: http.client.HTTPResponse | None = None
        self._bytes = 0
        self._data: list[str] = []

    @property
    def begun(self) -> bool:
        return self._response is not None

    def ready(self, seconds: float) -> bool:
        """Whether something can be read within this time (also an end)."""
        if self._response is not None and self._buffered(self._response):
            return True
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return True
        return bool(select.select([self._socket], [], [], max(0.0, seconds))[0])

    def _buffered(self, response: http.client.HTTPResponse) -> bool:
        """Whether bytes were read from the socket already and lie in the response's buffer."""
        peek = getattr(response.fp, "peek", None)
        if peek is None:
            return True  # read to its end
        self._socket.settimeout(0.0)
        try:
            return bool(peek(1))
        except OSError:
            return False
        finally:
            self._socket.settimeout(self._server.read_s)

    def next(self) -> dict[str, Any] | None:
        """The next event, None after ``[DONE]``; waits for it. Raises Busy before the answer began, then
        DeadlineExceeded and ServiceFault."""
        if self._response is None:
            self._response = self._begin()
        while True:
            line = self._line(self._response)
            if line.startswith("data:"):
                self._data.append(line[5:].removeprefix(" "))
            elif not line and self._data:
                text = "\n".join(self._data)
                self._data.clear()
                return None if text == "[DONE]" else self._event(text)

    def _begin(self) -> http.client.HTTPResponse:
        response = self._server.answered(self._connection)
        kind = (response.getheader("Content-Type") or "").partition(";")[0].strip()
        if kind != "text/event-stream":
            raise ServiceFault(f"{self._server.where}: expected a stream of events, got {kind[:60]!r}")
        return response

    def _line(self, response: http.client.HTTPResponse) -> str:
        try:
            line = response.readline(MAX_LINE + 1)
        except TimeoutError as error:
            raise DeadlineExceeded(f"{self._server.where} was silent for {self._server.read_s:g} s") from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise ServiceFault(f"{self._server.where} broke its stream off: {error}") from error
        self._bytes += len(line)
        if not line:
            raise ServiceFault(f"{self._server.where} ended its stream without saying that it was finished")
        if len(line) > MAX_LINE or self._bytes > MAX_STREAM:
            raise ServiceFault(f"{self._server.where}: a line of its stream, or all of it, is too long")
        return line.decode("utf-8", "replace").rstrip("\r\n")

    def _event(self, text: str) -> dict[str, Any]:
        try:
            event = json.loads(text)
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            raise ServiceFault(f"{self._server.where}: expected a JSON object as an event, got {text[:100]!r}")
        if event.get("error"):
            raise ServiceFault(f"{self._server.where} failed: {str(event['error'])[:200]}")
        return event

    def close(self) -> None:
        """Close the connection: the server stops generating."""
        if self._response is not None:
            self._response.close()
        self._connection.close()
