"""A model that does what the standard suites of langchain-tests ask for, as a server and as the service ``models``.

It understands nothing: it calls the first tool offered, with arguments that fit its schema and hold a number or the
words of the request, and else answers in words. What is tested with it is everything around a model.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bluerill.kernel.message import Body
from bluerill.models.messages import (
    Cancelled,
    CancelStream,
    Infer,
    InferChunk,
    Inference,
    InferOpened,
    InferStop,
    Next,
    Usage,
)

WORDS = "Hello, this is an answer in words."


def arguments(schema: dict[str, Any], request: str) -> dict[str, Any]:
    """Arguments that fit: numbers and words from the request."""
    number = next(iter(re.findall(r"\d+", request)), "3")
    given: dict[str, Any] = {}
    for name, inner in (schema.get("properties") or {}).items():
        kind = inner.get("type", "string")
        if kind in ("integer", "number"):
            given[name] = int(number)
        elif kind == "boolean":
            given[name] = True
        elif "anyOf" not in inner:
            quoted = re.findall(r"['‘“\"]([^'’”\"]+)['’”\"]", request)
            given[name] = (inner.get("enum") or quoted or [request])[0]
    return given


def chosen(
    functions: Sequence[dict[str, Any]], messages: Sequence[dict[str, Any]], must: bool
) -> dict[str, Any] | None:
    """The call, or None for words: after the answer of a tool, or when there is nothing to call."""
    last = messages[-1]
    asked = str(last.get("content") or "")
    if not functions or last["role"] == "tool" or asked.startswith("The tool "):
        return None
    if not must and not re.search(r"tool|value of|Use |customer|weather|joke|plus|create", asked, re.IGNORECASE):
        return None
    return {"name": functions[0]["name"], "arguments": arguments(functions[0].get("parameters") or {}, asked)}


# --- as a server


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        functions = [tool["function"] for tool in asked.get("tools") or []]
        choice = asked.get("tool_choice")
        if isinstance(choice, dict):
            functions = [each for each in functions if each["name"] == choice["function"]["name"]]
        call = chosen(functions, asked["messages"], must=choice not in (None, "auto", "none"))
        usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        finish = "tool_calls" if call else "stop"
        if not asked.get("stream"):
            message: dict[str, Any] = {"role": "assistant", "content": None if call else WORDS}
            if call:
                function = {"name": call["name"], "arguments": json.dumps(call["arguments"])}
                message["tool_calls"] = [{"id": "call-a", "type": "function", "function": function}]
            choices = [{"index": 0, "message": message, "finish_reason": finish}]
            self._send("application/json", json.dumps({"model": asked["model"], "choices": choices, "usage": usage}))
            return
        deltas: list[dict[str, Any]] = []
        if call:
            text = json.dumps(call["arguments"])
            first = {
                "index": 0,
                "id": "call-a",
                "type": "function",
                "function": {"name": call["name"], "arguments": ""},
            }
            deltas.append({"tool_calls": [first]})
            deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": part}}]} for part in (text[:4], text[4:])]
        else:
            deltas += [{"content": word} for word in re.findall(r"\S+\s*", WORDS)]
        events: list[dict[str, Any]] = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
        events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}], "model": asked["model"]})
        events.append({"choices": [], "usage": usage})
        lines = [f"data: {json.dumps(event)}\n\n" for event in events]
        self._send("text/event-stream", "".join([*lines, "data: [DONE]\n\n"]))

    def _send(self, kind: str, text: str) -> None:
        data = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: Any, **_named: Any) -> None:
        """Quiet."""


@contextmanager
def competent_server() -> Iterator[str]:
    """Its base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# --- as the service


class CompetentModels:
    """A port to ``models`` whose model reads the tools from its system message, as a real one has to."""

    def __init__(self) -> None:
        self._streams: dict[int, list[str]] = {}
        self._numbers = itertools.count(1)

    def _answer(self, asked: Infer) -> str:
        messages = [{"role": each.role, "content": each.content} for each in asked.messages]
        told = messages[0]["content"] if messages[0]["role"] == "system" else ""
        functions = [json.loads(line) for line in told.splitlines() if line.startswith('{"')]
        call = chosen(functions, messages, must="you must use one now" in told) if asked.grammar else None
        return WORDS if call is None else json.dumps([call])

    async def ask(self, to: str, body: Body, expect: Any = None, within: float | None = None) -> Body:
        assert to == "models"
        if isinstance(body, Infer):
            text = self._answer(body)
            if not body.stream:
                return Inference(text, usage=Usage(11, 0, 7))
            stream = next(self._numbers)
            self._streams[stream] = re.findall(r"\S+\s*", text)
            return InferOpened(stream)
        if isinstance(body, Next):
            words = self._streams[body.stream]
            if len(words) > 1:
                return InferChunk(body.stream, words.pop(0))
            return InferStop(body.stream, words.pop(0), usage=Usage(11, 0, 7))
        assert isinstance(body, CancelStream)
        return Cancelled(body.stream, True)
