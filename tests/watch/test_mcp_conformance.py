"""The scenarios of the official conformance suite that apply to a server of tools, by their names, on the wire.

The suite itself (``@modelcontextprotocol/conformance``) is a program of Node; what it checks is checked here again
without it, with plain HTTP against ``bluerill mcp --http``, so that it stays true. ``docs/mcp.md`` says which do not
apply, and why.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytest.importorskip("mcp", reason="the MCP SDK is not installed: pip install 'bluerill[mcp]'")

from httpx2 import Client, Response

pytestmark = pytest.mark.process
PAGE = Path(__file__).parents[2] / "docs" / "mcp.md"
VERSION = "2025-11-25"
ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


class Served(NamedTuple):
    """A running server: its address, and what opens it."""

    url: str
    token: str

    def post(self, body: dict[str, Any], **headers: str) -> Response:
        with Client(trust_env=False, timeout=60) as client:
            given = {**ACCEPT, "Authorization": f"Bearer {self.token}", **headers}
            return client.post(self.url, json=body, headers=given)

    def call(self, method: str, number: int = 1, **params: Any) -> Any:
        """The answer to a request; an event stream is read to its first message."""
        body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        response = self.post(body, **{"MCP-Protocol-Version": VERSION})
        assert response.status_code == 200, response.text
        text = response.text
        if "text/event-stream" in response.headers["content-type"]:
            text = next(line[5:] for line in text.splitlines() if line.startswith("data:") and line[5:].strip())
        answer = json.loads(text)
        assert (answer["jsonrpc"], answer["id"]) == ("2.0", number)
        return answer


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    words = [sys.executable, "-m", "bluerill", "mcp", "--skills", "lists,maths", "--http", "0"]
    env = {**os.environ, "BLUERILL_HOME": str(tmp_path_factory.mktemp("mcp")), "NO_COLOR": "1"}
    with subprocess.Popen(words, env=env, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            url, token = re.findall(r"http://\S+/mcp|(?<=Bearer )\S+", server.stderr.readline())
            yield Served(url, token)
        finally:
            server.terminate()


def initialize(served: Served, version: str = VERSION) -> Any:
    about = {"name": "conformance", "version": "1.0.0"}
    return served.call("initialize", protocolVersion=version, capabilities={}, clientInfo=about)["result"]


def test_server_initialize(served: Served) -> None:
    told = initialize(served)
    assert told["protocolVersion"] == VERSION
    assert told["serverInfo"]["name"] == "bluerill"
    assert told["serverInfo"]["version"]
    assert "tools" in told["capabilities"]
    assert not {"resources", "prompts", "logging", "completions"} & told["capabilities"].keys(), "not offered, not said"
    assert initialize(served, "2025-06-18")["protocolVersion"] == "2025-06-18"


def test_ping(served: Served) -> None:
    assert served.call("ping", 7)["result"] == {}


def test_tools_list(served: Served) -> None:
    tools = served.call("tools/list")["result"]["tools"]
    assert {"add_to_list", "show_list", "calculate"} <= {each["name"] for each in tools}
    for each in tools:
        assert each["description"]
        assert each["inputSchema"]["type"] == "object"
        assert set(each["inputSchema"].get("required", [])) <= each["inputSchema"]["properties"].keys()


def test_tools_call_simple_text(served: Served) -> None:
    done = served.call("tools/call", name="calculate", arguments={"expression": "6*7"})["result"]
    assert not done.get("isError")
    assert done["content"][0]["type"] == "text"
    assert "42" in done["content"][0]["text"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("calculate", {"expression": "what"}), ("calculate", {}), ("no_such_tool", {}), ("calculate", {"colour": "red"})],
)
def test_tools_call_error(name: str, arguments: dict[str, Any], served: Served) -> None:
    done = served.call("tools/call", name=name, arguments=arguments)["result"]
    assert done["isError"]
    assert "\n" not in done["content"][0]["text"]


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_dns_rebinding_protection(headers: dict[str, str], served: Served) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert served.post(body, **headers).status_code in (403, 421)
    good = {"Host": served.url.split("/")[2], "Origin": served.url.removesuffix("/mcp")}
    assert served.post(body, **good).status_code == 200


def test_json_schema_2020_12(served: Served) -> None:
    """Every schema is one of the dialect, as told."""
    validators = pytest.importorskip("jsonschema")
    for each in served.call("tools/list")["result"]["tools"]:
        validators.Draft202012Validator.check_schema(each["inputSchema"])


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"jsonrpc":"2.0","id":1}', b"\xff\xfe"])
def test_what_is_no_request_is_refused(body: bytes, served: Served) -> None:
    with Client(trust_env=False, timeout=60) as client:
        given = {**ACCEPT, "Authorization": f"Bearer {served.token}"}
        assert client.post(served.url, content=body, headers=given).status_code == 400
    assert served.call("ping")["result"] == {}


def test_a_method_that_is_not_offered_is_an_error(served: Served) -> None:
    for method in ("resources/list", "prompts/list", "completion/complete", "logging/setLevel"):
        assert served.call(method)["error"]["code"] in (-32601, -32602), method


def test_the_page_names_the_scenarios_that_are_tried() -> None:
    told = PAGE.read_text()
    for name in ("server-initialize", "ping", "tools-list", "tools-call-simple-text", "tools-call-error",
                 "dns-rebinding-protection", "json-schema-2020-12"):  # fmt: skip
        assert f"`{name}`" in told, name
