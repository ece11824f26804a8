"""Teaching the planner, and plans over foreign tools, by the command line and real processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

from bluerill.watch.cli import main

TAXI = {
    "name": "book_taxi", "description": "Order a taxi to a place",
    "parameters": {"type": "object", "properties": {"destination": {"type": "string"}}, "required": ["destination"]},
}  # fmt: skip

pytestmark = pytest.mark.process


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_examples_are_learned_and_taken_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.jsonl"
    lines = [{"text": f"{how} the zorbs", "action": "get_battery"} for how in ("check", "how are", "show me")]
    file.write_text("\n".join(json.dumps(line) for line in [*lines, {"text": "sell the shop", "action": ""}]))
    assert main(["plan", "--json", "tell me about the zorbs"]) == 0
    assert "get_battery" not in [call["name"] for call in json.loads(said(capsys))["calls"]]
    assert main(["models", "tune", "--examples", str(file), "--json"]) == 0
    assert json.loads(said(capsys))["examples"] == {"get_battery": 3, "": 1}
    assert main(["plan", "--json", "tell me about the zorbs"]) == 0
    assert [call["name"] for call in json.loads(said(capsys))["calls"]] == ["get_battery"]
    assert main(["models", "tune", "--undo"]) == 0
    assert "nothing of your own is left" in said(capsys)
    assert main(["plan", "--json", "tell me about the zorbs"]) == 0
    assert "get_battery" not in [call["name"] for call in json.loads(said(capsys))["calls"]]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('{"text": "x", "action": "fly_to_mars"}', "expected actions of installed skills, got 'fly_to_mars'"),
        ('{"text": "x", "action": "start_timr"}', "got 'start_timr'; did you mean 'start_timer'?"),
        ('{"text": "..."}', "mine.jsonl:1: expected words in 'text'"),
        ("nonsense", "mine.jsonl:1: expected {text, action}"),
        ("", "expected at least one line"),
    ],
)
def test_what_cannot_be_learned_is_one_line(
    line: str, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(line)
    assert main(["models", "tune", "--examples", str(file)]) != 0
    err = capsys.readouterr().err.strip()
    assert error in err
    assert "\n" not in err


def test_a_line_of_a_batch_brings_its_own_tools(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch = tmp_path / "batch.jsonl"
    rows = [
        {"id": 1, "text": "a taxi to the airport", "tools": [TAXI]},
        {"id": 2, "text": "who painted the mona lisa", "tools": [TAXI]},
        {"id": 3, "text": "set a timer for ten minutes"},
        {"id": 4, "text": "hello", "tools": [{"nome": "x"}]},
    ]
    batch.write_text("\n".join(json.dumps(row) for row in rows))
    assert main(["plan", "--batch", str(batch), "--planner", "auto"]) == 0
    lines = [json.loads(line) for line in said(capsys).splitlines()]
    assert [[call["name"] for call in line["calls"]] for line in lines] == [["book_taxi"], [], ["start_timer"], []]
    assert "airport" in lines[0]["calls"][0]["arguments"]["destination"]
    assert lines[3]["reply"].startswith("tool 0: expected")
    assert all(line["why"] for line in lines[:3])


def test_tools_and_tiers_that_do_not_go_together_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tools = tmp_path / "tools.json"
    tools.write_text(json.dumps([TAXI]))
    assert main(["plan", "--tools", str(tools), "--planner", "templates", "hello"]) == 2
    assert "nobody wrote templates for these tools" in capsys.readouterr().err
    assert main(["plan", "--planner", "decoder", "hello"]) == 2
    assert "--planner decoder reads --tools only" in capsys.readouterr().err


@pytest.mark.parametrize(
    "held",
    [[TAXI], {"tools": [TAXI]}, TAXI, [{"type": "function", "function": TAXI}]],
    ids=["list", "mcp", "one", "openai"],
)
def test_a_file_of_tools_may_be_as_programs_write_them(
    held: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tools = tmp_path / "tools.json"
    tools.write_text(json.dumps(held))
    assert main(["plan", "--json", "--planner", "encoder", "--tools", str(tools), "A taxi to Oslo"]) == 0
    assert json.loads(said(capsys))["calls"][0]["arguments"] == {"destination": "Oslo"}


@pytest.mark.parametrize(
    ("held", "error"),
    [
        ('{"a": 1}', "expected a JSON list of tools, got an object of 'a'"),
        ("{}", "expected a JSON list of tools, got an object of nothing"),
        ("7", "expected a JSON list of tools, got 7"),
        ("[]", "expected at least one tool, the list is empty"),
        ('[{"name": "x", "parameters": 5}]', "tool 0: expected {name, description, parameters}"),
        ("nope", "expected a JSON list of tools: JSON is malformed"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_holds_no_tools_is_one_line(
    held: str | None, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tools = tmp_path / "tools.json"
    if held is not None:
        tools.write_text(held)
    assert main(["plan", "--tools", str(tools), "hello"]) == 2
    err = capsys.readouterr().err.strip()
    assert error in err
    assert "tools.json" in err
    assert "\n" not in err
