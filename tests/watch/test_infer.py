"""``bluerill infer`` and ``bluerill ram``: a model asked by a person, and a device that is made smaller."""

from __future__ import annotations

import argparse
import asyncio
import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from bluerill.kernel.children import BudgetState, GetBudget
from bluerill.kernel.errors import CallerError
from bluerill.kernel.limits import MIB
from bluerill.kernel.manifest import parse_size
from bluerill.watch import cli
from bluerill.watch.boot import PAGE, VOICE, boot, load_manifest
from bluerill.watch.commands import infer, ram

Capture = pytest.CaptureFixture[str]


def parsed(*words: str) -> argparse.Namespace:
    return cli.build_parser("infer").parse_args(["infer", *words])


def test_a_chat_message_unless_it_is_raw() -> None:
    asked = infer.request(parsed("tiny", "hello", "--system", "be short", "--class", "background"), "hello")
    assert [(turn.role, turn.content) for turn in asked.messages] == [("system", "be short"), ("user", "hello")]
    assert (asked.model, asked.klass, asked.stream) == ("tiny", "background", True)
    raw = infer.request(parsed("tiny", "hello", "--raw"), "hello")
    assert (raw.prompt, raw.messages) == ("hello", [])


def test_a_file_is_named_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tiny.gguf").touch()
    monkeypatch.chdir(tmp_path)
    assert infer.request(parsed("tiny.gguf", "x"), "x").model == str((tmp_path / "tiny.gguf").resolve())


@pytest.mark.parametrize("wrong", [["--deadline", "0"], ["--max-tokens", "0"]])
def test_numbers_that_make_no_sense_are_refused(wrong: list[str]) -> None:
    with pytest.raises(CallerError, match=wrong[0]):
        infer.run(parsed("tiny", "hello", *wrong))


@pytest.mark.process
def test_an_unknown_model_is_one_line(capsys: Capture) -> None:
    assert cli.main(["infer", "no-such", "hello"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("bluerill infer: no model card is named 'no-such'")


@pytest.mark.process
def test_what_is_no_model_is_told_by_the_child_that_looked(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "fake.gguf"
    path.write_bytes(b"GGUF" + b"\xff" * 100)
    assert cli.main(["infer", str(path), "hello"]) == 2
    assert str(path) in capsys.readouterr().err


@pytest.mark.process
def test_a_real_model_answers_in_pieces_and_as_a_document(tmp_path: Path, capsys: Capture) -> None:
    if any(find_spec(name) is None for name in ("llama_cpp", "gguf")):
        pytest.skip("the extra 'llama' is not installed")
    from bluerill.bench.tiny_models import write_gguf

    path = write_gguf(tmp_path / "tiny.gguf")
    words = ["infer", str(path), "set a timer", "--raw", "--max-tokens", "6"]
    assert cli.main(words) == 0
    text, said = capsys.readouterr()
    assert "6 tokens" in said
    assert cli.main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["text"], found["finish"], found["usage"]["generated"]) == (text, "length", 6)


@pytest.mark.process
def test_a_running_device_is_made_smaller_and_says_so(capsys: Capture) -> None:
    async def main() -> None:
        async with boot(load_manifest(without=(*VOICE, *PAGE))) as device:
            for words in (["ram", "256M"], ["ram", "--json"]):
                args = cli.build_parser("ram").parse_args(words)
                assert await ram._ram(parse_size(args.size) if args.size else 0, args.json) == 0
            state = await device.kernel.connect("front").ask("kernel", GetBudget(), BudgetState)
            assert state.budget == 256 * MIB

    asyncio.run(asyncio.wait_for(main(), 60))
    first, second = capsys.readouterr().out.splitlines()
    assert "of 256M" in first
    assert json.loads(second)["budget"] == 256 * MIB
