"""The remote engine against servers on loopback that stream, stall, refuse, break off and repeat secrets."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bluerill.kernel.errors import BluerillError, BudgetExceeded, CallerError, DeadlineExceeded, ServiceFault
from bluerill.models.engines import remote
from bluerill.models.engines.openai import OpenAIServer
from bluerill.models.engines.remote import RemoteEngine
from bluerill.models.messages import ChatMessage, InferStart, Sampling
from support.model_engines import NOTHING, loaded, outputs, quantum, to_the_end

Answer = Callable[["Handler"], None]


class Server(ThreadingHTTPServer):
    daemon_threads = False
    answers: list[Answer]
    requests: list[dict[str, Any]]
    hung_up: threading.Event
    go_on: threading.Event


class Handler(BaseHTTPRequestHandler):
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(
            {"path": self.path, "key": self.headers.get("Authorization", ""), **json.loads(body)}
        )
        self.close_connection = True
        self.server.answers.pop(0)(self)

    def begin(self, status: int = 200, kind: str = "text/event-stream") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def write(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def event(self, content: str, finish: str | None = None) -> None:
        choice = {"delta": {"content": content}, "finish_reason": finish}
        self.write(f"data: {json.dumps({'choices': [choice]})}\n\n")

    def end(self) -> None:
        self.write('data: {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 3}}\n\ndata: [DONE]\n\n')
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(remote, "BACKOFF_S", 0.001)
    found = Server(("127.0.0.1", 0), Handler)
    found.answers, found.requests = [], []
    found.hung_up, found.go_on = threading.Event(), threading.Event()
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.go_on.set()
    found.shutdown()
    thread.join()
    found.server_close()


def engine(server: Server, **settings: str) -> RemoteEngine:
    made = RemoteEngine()
    base = f"http://127.0.0.1:{server.server_port}/v1"
    loaded(made, settings={"base": base, "model": "tiny", **settings})
    made.proceed()
    return made


def whole(handler: Handler) -> None:
    handler.begin()
    whole_body(handler)


def whole_body(handler: Handler) -> None:
    for word in ("one ", "two ", "three"):
        handler.event(word)
    handler.event("", "stop")
    handler.end()


def refuse(status: int, text: str = "no") -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text.encode())

    return answer


CHAT = InferStart(1, messages=[ChatMessage("user", "count")], max_tokens=7, stop=["."], sampling=Sampling(seed=4))


def test_a_chat_is_streamed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUERILL_API_KEY", "sesame")
    server.answers.append(whole)
    session = engine(server).start(CHAT, NOTHING)
    step = to_the_end(session)
    assert (step.text, step.finish) == ("one two three", "stop")
    assert (session.usage().prompt, session.usage().generated) == (9, 3)
    [sent] = server.requests
    assert (sent["path"], sent["model"], sent["key"]) == ("/v1/chat/completions", "tiny", "Bearer sesame")
    assert (sent["max_tokens"], sent["stop"], sent["seed"], sent["stream"]) == (7, ["."], 4, True)
    session.close()


def test_a_prompt_is_a_completion(server: Server) -> None:
    def answer(handler: Handler) -> None:
        handler.begin()
        handler.write('data: {"choices": [{"text": "four", "finish_reason": "length"}]}\n\n')
        handler.end()

    server.answers.append(answer)
    session = engine(server).start(InferStart(1, prompt="count"), NOTHING)
    step = to_the_end(session)
    assert (step.text, step.finish) == ("four", "length")
    assert server.requests[0]["path"] == "/v1/completions"


def test_a_quantum_ends_while_the_server_is_silent(server: Server) -> None:
    def answer(handler: Handler) -> None:
        handler.begin()
        handler.event("one ")
        handler.server.go_on.wait(10)
        handler.event("two", "stop")
        handler.end()

    server.answers.append(answer)
    session = engine(server).start(CHAT, NOTHING)
    assert session.step(quantum(1)).text == "one "
    for _ in range(3):
        assert session.step(quantum(9, 0.001)).text == ""
    assert session.pause("memory") == ("memory", 0)
    session.resume()
    server.go_on.set()
    assert to_the_end(session).text == "two"


def test_headers_without_an_event_hold_nobody_up(server: Server) -> None:
    def answer(handler: Handler) -> None:
        handler.begin()
        handler.wfile.flush()
        handler.server.go_on.wait(10)
        whole_body(handler)

    server.answers.append(answer)
    session = engine(server).start(CHAT, NOTHING)
    while not server.requests:
        session.step(quantum(9, 0.001))
    for _ in range(5):
        assert session.step(quantum(9, 0.001)).text == ""
    server.go_on.set()
    assert to_the_end(session).text == "one two three"


def test_an_answer_may_come_in_single_bytes(server: Server) -> None:
    def answer(handler: Handler) -> None:
        handler.begin()
        for (
            letter
        ) in 'data: {"choices": [{"delta": {"content": "hé"}, "finish_reason": "stop"}]}\r\n\r\ndata: [DONE]\n\n':
            handler.write(letter)
        handler.wfile.write(b"0\r\n\r\n")

    server.answers.append(answer)
    assert to_the_end(engine(server).start(CHAT, NOTHING)).text == "hé"


def test_closing_hangs_up(server: Server) -> None:
    def answer(handler: Handler) -> None:
        handler.begin()
        handler.event("one ")
        handler.connection.settimeout(10)
        if handler.connection.recv(1) == b"":
            handler.server.hung_up.set()

    server.answers.append(answer)
    session = engine(server).start(CHAT, NOTHING)
    session.step(quantum(1))
    session.close()
    assert server.hung_up.wait(10)


def test_a_busy_server_is_asked_again(server: Server) -> None:
    server.answers += [refuse(503, "loading"), refuse(429), whole]
    session = engine(server).start(CHAT, NOTHING)
    assert to_the_end(session).text == "one two three"
    assert len(server.requests) == 3


def test_a_server_that_stays_busy_is_given_up(server: Server) -> None:
    server.answers += [refuse(503, "loading")] * remote.ATTEMPTS
    with pytest.raises(BudgetExceeded, match="answered 503: loading"):
        to_the_end(engine(server).start(CHAT, NOTHING))
    assert len(server.requests) == remote.ATTEMPTS


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "BACKOFF_S", 0.001)
    made = RemoteEngine()
    loaded(made, settings={"base": "http://127.0.0.1:9/v1"})
    with pytest.raises(BudgetExceeded, match="cannot be reached"):
        to_the_end(made.start(CHAT, NOTHING))


def test_after_the_first_token_nothing_is_tried_again(server: Server) -> None:
    def answer(handler: Handler) -> None:
        handler.begin()
        handler.event("one ")

    server.answers += [answer, whole]
    session = engine(server).start(CHAT, NOTHING)
    assert session.step(quantum(1)).text == "one "
    with pytest.raises(ServiceFault, match=r"broke its stream off|ended its stream"):
        to_the_end(session)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (refuse(400, "no such model"), CallerError, "answered 400: no such model"),
        (refuse(500), ServiceFault, "answered 500"),
        (refuse(401, "bad key sesame"), ServiceFault, "bad key …"),
        (refuse(200, "hello"), ServiceFault, "expected a stream of events"),
    ],
)
def test_what_a_server_may_answer(
    server: Server, answer: Answer, error: type[BluerillError], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUERILL_API_KEY", "sesame")
    server.answers.append(answer)
    with pytest.raises(error, match=words) as caught:
        to_the_end(engine(server).start(CHAT, NOTHING))
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    "line", ["data: nonsense\n\n", "data: [1]\n\n", 'data: {"choices": 3}\n\n', 'data: {"choices": [{"text": 3}]}\n\n',
             'data: {"error": {"message": "out of memory"}}\n\n', "data: " + "[" * 100_000 + "\n\n"],
)  # fmt: skip
def test_nonsense_is_a_service_fault(server: Server, line: str) -> None:
    def answer(handler: Handler) -> None:
        handler.begin()
        handler.write(line)
        handler.end()

    server.answers.append(answer)
    with pytest.raises(ServiceFault, match=r"the model server at 127\.0\.0\.1"):
        to_the_end(engine(server).start(CHAT, NOTHING))


def silent(handler: Handler) -> None:
    handler.server.go_on.wait(10)


def test_silence_is_a_missed_deadline(server: Server) -> None:
    server.answers.append(silent)
    session = engine(server, read_s="0.05").start(CHAT, NOTHING)
    with pytest.raises(DeadlineExceeded):
        to_the_end(session)
    session.close()


def test_an_embedding_is_one_request(server: Server) -> None:
    def answer(handler: Handler) -> None:
        refuse(200, '{"data": [{"embedding": [0.6, 0.8]}], "usage": {"prompt_tokens": 2}}')(handler)

    server.answers += [answer, lambda handler: refuse(200, "{}")(handler)]
    made = engine(server)
    step = to_the_end(made.start(InferStart(1, kind="embed", prompt="x"), NOTHING))
    assert outputs(step)["embedding"].tolist() == pytest.approx([0.6, 0.8])
    with pytest.raises(ServiceFault, match="expected an embedding"):
        to_the_end(made.start(InferStart(1, kind="embed", prompt="x"), NOTHING))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "expected a URL"),
        ({"base": "ftp://x"}, "expected a URL"),
        ({"base": "http://x:99999/v1"}, "expected a URL"),
        ({"base": "http://x/v1", "read_s": "soon"}, "are seconds"),
        ({"base": "http://x/v1", "read_s": "-1"}, "0 to 3600"),
        ({"base": "http://x/v1", "password": "x"}, "no setting 'password'"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, str], words: str) -> None:
    with pytest.raises(CallerError, match=words):
        loaded(RemoteEngine(), settings=settings)


def test_a_key_with_a_line_break_is_no_key() -> None:
    with pytest.raises(CallerError, match="printable"):
        OpenAIServer("http://x/v1", "a\r\nHost: evil")


@pytest.mark.parametrize(
    "request_", [InferStart(1), InferStart(1, tokens=[1]), InferStart(1, kind="speak", prompt="x")]
)
def test_what_a_remote_model_cannot(server: Server, request_: InferStart) -> None:
    with pytest.raises(CallerError):
        engine(server).start(request_, NOTHING)
