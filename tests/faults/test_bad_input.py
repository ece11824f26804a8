"""What people and files can throw at the command line: each is one clear line, nothing is lost, the device is up."""

from __future__ import annotations

import json
import socket
import struct
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from bluerill.watch.cli import main

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for the module: the recogniser's language model is built once."""
    return tmp_path_factory.mktemp("fault-home")


@pytest.fixture(autouse=True)
def _home(shared_home: Path, monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    monkeypatch.setenv("BLUERILL_HOME", str(shared_home))


def write(path: Path, samples: npt.NDArray[Any], rate: int, width: int = 2) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def header(data_bytes: int, rate: int) -> bytes:
    """A WAV header that promises ``data_bytes`` of 16-bit mono sound."""
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", 36 + data_bytes, b"WAVE") + fmt + struct.pack("<4sI", b"data", data_bytes)


def bad_files(folder: Path) -> dict[str, Path]:
    two_hours = folder / "two-hours.wav"
    with two_hours.open("wb") as file:
        file.write(header(2 * 3600 * 16_000 * 2, 16_000))
        file.truncate(44 + 2 * 3600 * 16_000 * 2)  # sparse: 230 MB that take no disk
    files = {
        "the file is empty": b"",
        "truncated": header(32_000, 16_000) + b"\0" * 100,
        "sample rate of 0": header(3200, 0) + b"\0" * 3200,
        "truncated: it announces": header((1 << 31) - 64, 16_000) + b"\0" * 100,
        "expected a WAV, FLAC or OGG recording": b"this is not sound at all, but text that goes on",
    }
    paths = {"a recording is at most": two_hours}
    for number, (text, data) in enumerate(files.items()):
        path = folder / f"bad-{number}.wav"
        path.write_bytes(data)
        paths[text] = path
    paths["No such file"] = folder / "nowhere.wav"
    paths["not a file"] = folder
    return paths


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    lines = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert len(lines) == 1, lines
    assert "Traceback" not in lines[0]
    return lines[0]


@pytest.mark.parametrize("verb", ["hear", "talk"])
def test_files_that_are_no_recordings(verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text, path in bad_files(tmp_path).items():
        assert main([verb, str(path)]) == 2
        line = one_line(capsys)
        assert text in line
        assert str(path) in line


def test_silence_8_bit_and_96_khz_are_recordings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    silent = write(tmp_path / "silent.wav", np.zeros(16_000, "<i2"), 16_000)
    eight = write(tmp_path / "eight.wav", np.full(8_000, 128, "u1"), 8_000, width=1)
    fast = write(tmp_path / "fast.wav", np.zeros(96_000, "<i2"), 96_000)
    assert main(["hear", "--json", str(silent), str(eight), str(fast)]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["text"] for row in rows] == ["", "", ""]
    assert [round(row["audio_s"]) for row in rows] == [1, 1, 1]
    assert main(["talk", str(silent)]) == 1
    assert "no speech in it" in one_line(capsys)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "got nothing"),
        ("   ", "got nothing"),
        ("a" * (1 << 20), "at most 4096 characters, got 1048576"),
        ("a\0b", "NUL"),
    ],
)
def test_texts_that_are_no_requests(text: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", text]) == 2
    assert expected in one_line(capsys)


def test_invalid_utf8(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", b"set a \xff timer".decode("utf-8", "surrogateescape")]) == 2
    assert "expected UTF-8 text" in one_line(capsys)


def test_one_bad_line_does_not_end_a_batch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_text('{"id": 1, "text": ""}\n{"id": 2, "text": "what time is it"}\n')
    assert main(["plan", "--batch", str(batch), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["id"], len(row["calls"])) for row in rows] == [(1, 0), (2, 1)]
    batch.write_bytes(b"\xff\xfe{]")
    assert main(["plan", "--batch", str(batch), "--json"]) == 2
    assert f"{batch}:1: expected {{id, text}}" in one_line(capsys)


def test_an_unknown_skill(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["skills", "info", "juggling"]) == 2
    assert "no skill is named 'juggling'; there are alarms, " in one_line(capsys)


def test_a_port_in_use(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["watch", "--no-browser", "--port", str(port)]) == 1
    lines = [line for line in capfd.readouterr().err.splitlines() if "bluerill watch:" in line]
    assert len(lines) == 1
    assert f"{port}" in lines[0]
    assert "in use" in lines[0]


def test_a_missing_microphone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert main(["talk", "--mic"]) in (1, 2)
    assert "sounddevice" in one_line(capsys)


def test_a_budget_too_small(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "--no-browser", "--port", "0", "--ram", "64M"]) == 2
    assert "--ram 64M leaves" in one_line(capsys)
    assert main(["watch", "--no-browser", "--ram", "plenty"]) == 2
    assert "expected a size such as 32M" in one_line(capsys)


def broken_package(site: Path, name: str, module: str, code: str) -> None:
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[bluerill.skills]\n{name} = {module}:Mine\n")
    (site / f"{module}.py").write_text(code)


SKILL = """
from bluerill.skills.contract import Reply, Skill, action
class Mine(Skill):
    "Mine."
    name = "{name}"
    @action("{sentence}")
    async def {action}(self) -> Reply:
        "Do it."
        return Reply("Done by {name}.")
"""


def test_broken_third_party_packages_cost_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site"
    broken_package(site, "brokenimport", "broken_import_skill", "raise RuntimeError('at import')")
    broken_package(site, "wrongtype", "wrong_type_skill", "Mine = 42")
    taken = SKILL.format(name="duplicate", sentence="snooze twice", action="start_timer")
    broken_package(site, "duplicate", "duplicate_skill", taken)
    good = SKILL.format(name="juggling", sentence="juggle [some] balls", action="juggle_balls")
    broken_package(site, "juggling", "juggling_skill", good)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))
    assert main(["skills", "list", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capfd.readouterr().out)}
    assert rows["timers"]["state"] == "running"
    broken = {"brokenimport": "at import", "wrongtype": "expected a subclass", "duplicate": "start_timer"}
    for name, why in broken.items():
        assert rows[name]["state"] == "waiting", "nothing of a package runs before the owner agrees"
        assert main(["skills", "enable", name, "--yes"]) != 0
        said = capfd.readouterr()
        lines = [line for line in (said.out + said.err).splitlines() if why in line]
        assert len(lines) == 1, (name, said)
    assert main(["skills", "enable", "juggling", "--yes"]) == 0
    assert "juggling is running" in capfd.readouterr().out
    assert main(["ask", "--json", "juggle some balls"]) == 0
    assert json.loads(capfd.readouterr().out)["reply"] == "Done by juggling."
    assert main(["ask", "--json", "start a timer for two minutes"]) == 0
    assert json.loads(capfd.readouterr().out)["calls"][0]["result"]


def test_a_corrupt_store_is_put_aside_and_said(shared_home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "add batteries to my shopping list"]) == 0
    database = shared_home / "store" / "store.db"
    size = database.stat().st_size
    with database.open("r+b") as file:
        file.write(b"\xde\xad" * 2048)
    for rest in ("-wal", "-shm"):
        Path(f"{database}{rest}").unlink(missing_ok=True)
    assert size > 0
    capfd.readouterr()
    assert main(["ask", "--json", "what time is it"]) == 0
    assert json.loads(capfd.readouterr().out)["calls"][0]["name"] == "get_time"
    assert [path for path in database.parent.iterdir() if "corrupt" in path.name or "damaged" in path.name]
