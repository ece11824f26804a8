"""``bluerill audit``: what is shown, filtered, followed and refused."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from bluerill.skills import audit
from bluerill.skills.audit import Audit, Entry
from bluerill.watch.cli import main
from bluerill.watch.commands import audit as command


@pytest.fixture
def log(own_home: Path) -> Audit:
    """A log with four entries."""
    log = Audit(str(own_home))
    now = time.time()
    log.write(Entry(now - 90_000, "add_note", "notes", "bluerill", {"text": "old"}, ["user"], "session"))
    log.write(Entry(now, "add_note", "notes", "bluerill", {"text": "a\x1b[2Jb"}, ["untrusted"], "session", ["store"]))
    log.write(Entry(now, "set_alarm", "alarms", "bluerill", {}, ["user"], "session", [], True, "failed", "It broke."))
    log.write(Entry(now, "install", "", "tea", {}, ["user"], "control", ["store"]))
    return log


def shown(capfd: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(["audit", "--json", *words]) == 0
    return [json.loads(line)["action"] for line in capfd.readouterr().out.splitlines()]


@pytest.mark.usefixtures("log")
def test_filters_leave_what_fits(capfd: pytest.CaptureFixture[str]) -> None:
    assert shown(capfd) == ["add_note", "add_note", "set_alarm", "install"]
    assert shown(capfd, "-n", "1") == ["install"]
    assert shown(capfd, "-n", "0", "--skill", "notes") == ["add_note", "add_note"]
    assert shown(capfd, "--since", "1h", "--skill", "notes") == ["add_note"]
    assert shown(capfd, "--outcome", "failed") == ["set_alarm"]
    assert shown(capfd, "--label", "untrusted") == ["add_note"]
    assert shown(capfd, "--confirmed") == ["set_alarm"]
    assert shown(capfd, "--since", "2999-01-01") == []


@pytest.mark.usefixtures("log")
def test_a_person_reads_lines_that_move_no_cursor(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["audit"]) == 0
    text = capfd.readouterr().out
    assert "\x1b[2J" not in text
    assert "add_note(text=a [2Jb)" in text
    assert "by session, untrusted words; grants store" in text
    assert "failed with your yes  set_alarm()" in text
    assert "It broke." in text
    assert "install tea" in text


def test_an_empty_log_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["audit"]) == 0
    assert "nothing that fits" in capfd.readouterr().err


@pytest.mark.parametrize("words", [["--since", "yesterday"], ["-n", "-3"]])
def test_what_is_not_understood_is_one_line(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", *words]) == 2
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_following_misses_nothing_when_the_file_is_moved(
    log: Audit, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = own_home / audit.FILE
    steps = iter("abc")

    def pass_time(_: float) -> None:
        match next(steps, ""):
            case "a":
                log.write(Entry(1.0, "one"))
            case "b":
                log.write(Entry(2.0, "two"))
                path.replace(audit.older(path))
                log.write(Entry(3.0, "three"))
            case "c":
                log.write(Entry(4.0, "four"))

    monkeypatch.setattr("time.sleep", pass_time)
    following = command.follow(path, path.stat().st_size)
    assert [next(following).action for _ in range(4)] == ["one", "two", "three", "four"]
