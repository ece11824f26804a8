"""The HTTP of an OpenAI-compatible server (llama.cpp's, vLLM, Ollama…), by the standard library's client.

One connection a request; everything is bounded: the time to connect and between bytes, and the bytes of an answer.
Never logged and never in an error: the key. Source: the OpenAI chat completions format.
"""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from ...kernel.errors import BluerillError, BudgetExceeded, CallerError, DeadlineExceeded, ServiceFault

__all__ = ["Busy", "OpenAIServer"]

MAX_ANSWER = 4 * 1024 * 1024
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
        data = b""
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
