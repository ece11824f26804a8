from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from bluerill.agent.foreign import actions_from_tools
from bluerill.agent.messages import PlannedCall
from bluerill.agent.remote import RemoteChatModel
from bluerill.agent.tiers import ChatTier, model_named
from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.skills.messages import ActionInfo
from support.small_catalogue import CATALOGUE, NOW

TIMER = {
    "type": "object",
    "properties": {"duration": {"type": "string", "pattern": "^PT"}, "label": {"type": "string"}},
    "required": ["duration"],
}
TOOLS = [
    {"name": "start_timer", "description": "Start a timer.", "parameters": TIMER},
    {
        "name": "mute",
        "description": "Mute.",
        "parameters": {"type": "object", "properties": {"on": {"type": "boolean"}}},
    },
]


class Server(HTTPServer):
    answers: list[tuple[int, bytes]]
    requests: list[dict[str, Any]]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append({"path": self.path, **json.loads(body)})
        status, data = self.server.answers.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server(("127.0.0.1", 0), Handler)
    found.answers, found.requests = [], []
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def answer(*calls: tuple[str, str], content: str = "") -> tuple[int, bytes]:
    made = [
        {"id": f"c{n}", "type": "function", "function": {"name": name, "arguments": text}}
        for n, (name, text) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": content, "tool_calls": made}
    return 200, json.dumps({"choices": [{"message": message}]}).encode()


def tier(server: Server) -> ChatTier:
    model = model_named(f"remote:http://127.0.0.1:{server.server_port}/v1#tiny")
    return ChatTier(model, actions_from_tools(TOOLS), name="remote")


def test_tool_calls_become_planned_calls(server: Server) -> None:
    server.answers.append(answer(("start_timer", '{"duration": "PT10M"}'), ("mute", '{"on": true}')))
    planned = tier(server).plan("ten minutes and mute", NOW, [PlannedCall("mute", {"on": False})])
    assert planned.calls == [PlannedCall("start_timer", {"duration": "PT10M"}), PlannedCall("mute", {"on": True})]
    assert planned.planner == "remote"
    sent = server.requests[0]
    assert sent["path"] == "/v1/chat/completions"
    assert sent["model"] == "tiny"
    assert [tool["function"]["name"] for tool in sent["tools"]] == ["start_timer", "mute"]
    assert "2026-11-20T14:05" in sent["messages"][0]["content"]
    assert "Just done" in sent["messages"][0]["content"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (("start_timer", "{}"), "'duration' is missing"),
        (("start_timer", '{"duration": 10}'), "expected string"),
        (("start_timer", '{"duration": "ten minutes"}'), "does not match"),
        (("start_timer", '{"duration": "PT1M", "colour": "red"}'), "'colour' is not one of"),
        (("start_timer", "not json"), "expected a JSON object"),
        (("launch_rocket", "{}"), "not one of the actions"),
    ],
)
def test_calls_that_do_not_fit_are_refused_with_the_reason(server: Server, call: tuple[str, str], words: str) -> None:
    server.answers.append(answer(call))
    chat = tier(server)
    planned = chat.plan("whatever", NOW)
    assert planned.calls == []
    assert planned.reply
    assert words in chat.problems[0]


def test_references_to_earlier_results_pass_the_schema(server: Server) -> None:
    server.answers.append(answer(("mute", '{"on": true}'), ("start_timer", '{"duration": "$1.length"}')))
    assert [call.name for call in tier(server).plan("x", NOW).calls] == ["mute", "start_timer"]


def test_no_call_is_a_refusal_with_the_models_words(server: Server) -> None:
    server.answers.append(answer(content="I cannot book flights."))
    planned = tier(server).plan("book a flight", NOW)
    assert (planned.calls, planned.reply) == ([], "I cannot book flights.")


@pytest.mark.parametrize(("status", "data"), [(500, b"no model loaded"), (200, b"<html>"), (200, b'{"choices": []}')])
def test_a_broken_server_is_a_service_fault(server: Server, status: int, data: bytes) -> None:
    server.answers.append((status, data))
    with pytest.raises(ServiceFault, match=r"the model server at 127\.0\.0\.1"):
        tier(server).plan("mute", NOW)


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(ServiceFault, match="cannot be reached"):
        RemoteChatModel(base="http://127.0.0.1:9/v1").invoke("hello")


def test_wrong_names_and_tools_are_the_callers() -> None:
    with pytest.raises(CallerError, match="expected a planner such as"):
        model_named("remote:ftp://x")
    with pytest.raises(CallerError, match="tool 0"):
        actions_from_tools([{"description": "nameless"}])
    with pytest.raises(CallerError, match="at most"):
        actions_from_tools([{"name": f"t{n}"} for n in range(200)])


def test_a_model_without_tools_is_asked_for_json() -> None:
    model = FakeListChatModel(responses=['Sure:\n```json\n[{"name": "mute", "arguments": {"on": true}}]\n```', "[]"])
    chat = ChatTier(model, actions_from_tools(TOOLS))
    assert chat.plan("mute", NOW).calls == [PlannedCall("mute", {"on": True})]
    assert chat.plan("what is love", NOW).calls == []


def test_hidden_actions_are_not_offered() -> None:
    hidden = ActionInfo("dismiss_ring", "alarms", "", hidden=True)
    chat = ChatTier(FakeListChatModel(responses=["[]"]), [*CATALOGUE.actions, hidden])
    assert "dismiss_ring" not in chat.actions
