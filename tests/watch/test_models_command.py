"""``bluerill models``: every verb through the command line's own main, as a person or a program would call it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from bluerill.models.cards import Card, CardFile, models_folder, write_card
from bluerill.models.transfer import Progress
from bluerill.watch import cli
from bluerill.watch.commands.completion import NAMED
from bluerill.watch.commands.progress import Bar, clock, line
from support.model_files import gguf
from support.shop import shop

Capture = pytest.CaptureFixture[str]


def say(capsys: Capture, *words: str) -> tuple[int, str, str]:
    status = cli.main(["models", *words])
    out, err = capsys.readouterr()
    return status, out, err


def test_the_life_of_a_model(tmp_path: Path, capsys: Capture) -> None:
    source = gguf(tmp_path / "Tiny.gguf")
    status, out, _ = say(capsys, "add", str(source))
    assert status == 0
    assert "tiny" in out
    assert "CC0-1.0" in out
    status, out, _ = say(capsys, "list", "--json")
    [row] = [each for each in json.loads(out) if each["name"] == "tiny"]
    assert (row["state"], row["engine"], row["bytes"]) == ("ready", "llama", source.stat().st_size)
    status, out, _ = say(capsys, "verify", "tiny", "--json")
    assert (status, json.loads(out)) == (0, [{"name": "tiny", "ok": True, "problems": []}])
    status, out, _ = say(capsys, "info", "tiny", "--json")
    assert json.loads(out)["files"][0]["path"] == "Tiny.gguf"
    assert json.loads(out)["state"] == "ready"
    status, out, _ = say(capsys, "info", "tiny")
    assert "memory" in out
    status, out, _ = say(capsys, "remove", "tiny", "--yes")
    assert status == 0
    assert f"bluerill models add {source} --name tiny" in out
    assert not (models_folder() / "tiny").exists()
    assert source.exists()


def test_estimate_prints_what_the_page_of_commands_promises(tmp_path: Path, capsys: Capture) -> None:
    source = gguf(tmp_path / "m.gguf")
    status, out, _ = say(capsys, "estimate", str(source), "--ctx", "512", "--kv", "q8_0", "--seqs", "2", "--json")
    found = json.loads(out)
    assert status == 0
    assert found["file"] == str(source)
    assert found["weights"] + found["kv"] + found["compute"] + found["fixed"] == found["total"]
    assert found["anon_bytes"] + found["file_bytes"] == found["total"]
    assert found["kv"] == 2 * 2 * 2 * 34 * 512  # layers, K and V, sequences, a row of 32 in q8_0, tokens
    assert sum(part.get("anon", 0) + part.get("file", 0) for part in found["parts"]) == found["total"]
    _, mapped, _ = say(capsys, "estimate", str(source), "--json")
    _, read, _ = say(capsys, "estimate", str(source), "--no-mmap", "--json")
    assert json.loads(mapped)["total"] == json.loads(read)["total"]
    assert json.loads(mapped)["file_bytes"] > json.loads(read)["file_bytes"]
    _, out, _ = say(capsys, "estimate", str(source), "--set", "flash=off", "--ubatch", "64")
    assert "weights" in out
    assert "anonymous" in out


def test_estimate_of_a_card_needs_no_file(capsys: Capture) -> None:
    status, out, _ = say(capsys, "estimate", "whisper-tiny-en", "--json")
    assert status == 0
    assert json.loads(out)["file"] == "whisper-tiny-en"
    status, _, err = say(capsys, "estimate", "qwen3-0.6b")
    assert status == 2
    assert "bluerill models pull qwen3-0.6b" in err


def test_pull_by_name(tmp_path: Path, capsys: Capture) -> None:
    with shop(gguf(tmp_path / "m.gguf").read_bytes()) as web:
        card = Card("tiny", "llama", "T", "MIT", web.url, files=[CardFile("m.gguf", urls=[web.address()])])
        write_card(card)
        _, out, _ = say(capsys, "list")
        assert "bluerill models pull tiny" in out
        status, out, err = say(capsys, "pull", "tiny", "--json")
    assert status == 0
    assert len(json.loads(out)["files"][0]["sha256"]) == 64
    assert "\r" not in err  # no bar where nobody reads it


def test_verify_says_what_is_wrong(tmp_path: Path, capsys: Capture) -> None:
    say(capsys, "add", str(gguf(tmp_path / "m.gguf")))
    path = models_folder() / "m" / "m.gguf"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    status, out, _ = say(capsys, "verify")
    assert status == 1
    assert "its card pins" in out
    assert "silero-vad" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["info", "parrot"], "no model card is named 'parrot'; there are"),
        (["pull", "parrot"], "no model card is named 'parrot'"),
        (["pull", "silero-vad"], "no address to pull from"),
        (["pull", "whisper-tiny", "--sha256", "00"], "go with an address"),
        (["add", "/nonexistent.gguf"], "found nothing"),
        (["remove", "parrot", "--yes"], "nothing of a model 'parrot'"),
        (["estimate", "/nonexistent"], "found nothing"),
        (["estimate", "whisper-tiny", "--ctx", "-1"], "--ctx must be positive"),
        (["estimate", "whisper-tiny", "--kv", "q9"], "a KV cache is kept as"),
        (["estimate", "whisper-tiny", "--set", "flash"], "--set takes NAME=VALUE"),
        (["verify", "parrot"], "no model card is named"),
    ],
)
def test_errors_are_one_line(capsys: Capture, words: list[str], said: str) -> None:
    status, out, err = say(capsys, *words)
    assert status == 2
    assert out == ""
    assert err.count("\n") == 1
    assert said in err


def test_remove_asks(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    say(capsys, "add", str(gguf(tmp_path / "m.gguf")))
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    status, _, err = say(capsys, "remove", "m")
    assert status == 2
    assert "say --yes" in err
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: "n")
    assert say(capsys, "remove", "m")[:2] == (1, "nothing was removed\n")
    monkeypatch.setattr("builtins.input", lambda _: "y")
    assert say(capsys, "remove", "m")[0] == 0


def test_shells_complete_the_names_of_models(capsys: Capture) -> None:
    _, out, _ = say(capsys, "list", "--names")
    assert "silero-vad" in out.split()
    for shell in ("bash", "fish"):
        assert cli.main(["completion", shell]) == 0
        assert "bluerill models list --names" in capsys.readouterr().out
    verbs = {"list", "info", "verify", "pull", "add", "remove", "estimate"}
    assert set(NAMED) <= verbs


def test_the_bar_fits_its_line() -> None:
    at = Progress("tiny.en.pt", 36 << 20, 72 << 20, 4 << 20, 9.4)
    for width in (20, 40, 60, 80, 200):
        assert len(line(at, width)) < max(width, 21)
    assert " 50 % 36M of 72M  4M/s  0:09" in line(at, 80)
    assert line(Progress("m", 100, 0, 50.0, -1.0), 80) == "m 100  50/s"
    assert [clock(s) for s in (-1, 0, 61, 3661)] == ["", "0:00", "1:01", "1:01:01"]


def test_the_bar_on_a_terminal_and_elsewhere(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    at = Progress("m", 1, 2, 1.0, 1.0)
    bar = Bar()
    bar(at)
    bar(at._replace(note="the connection was cut"))
    assert capsys.readouterr().err == "m: the connection was cut\n"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    bar = Bar()
    bar(at)
    bar.close()
    assert capsys.readouterr().err.startswith("\r\x1b[K")
