from __future__ import annotations

import os
from pathlib import Path

import pytest

from bluerill.bench.capped import scope
from bluerill.bench.capped.cell import open_host

ASKED = "--user --scope --quiet -p Delegate=yes -- "


class Executed(Exception):
    """Instead of becoming another program."""


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ``systemd-run`` that writes down what it is asked."""
    program = tmp_path / "systemd-run"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nexit $(cat {tmp_path}/status)\n')
    program.chmod(0o755)
    (tmp_path / "status").write_text("0")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv(scope.INSIDE, "")

    def execv(path: str, words: list[str]) -> None:
        raise Executed(" ".join(words))

    monkeypatch.setattr(os, "execv", execv)
    return tmp_path


def test_without_a_group_of_our_own_systemd_is_asked_for_one(systemd: Path) -> None:
    with pytest.raises(Executed, match=f"{ASKED}.* -m bluerill bench --quick$"):
        scope.enter_scope(open_host("rlimit"), ["bench", "--quick"])
    assert (systemd / "asked").read_text() == f"{ASKED}true\n"
    assert scope.inside()
    assert not scope.enter_scope(open_host("rlimit"), ["bench"])


def test_a_systemd_that_refuses_is_done_without(systemd: Path) -> None:
    (systemd / "status").write_text("1")
    assert not scope.enter_scope(open_host("rlimit"), ["bench"])
    assert not scope.inside()


def test_where_groups_work_nobody_is_asked(systemd: Path) -> None:
    host = open_host()
    try:
        if host.mechanism.startswith("rlimit"):
            pytest.skip("no control groups here")
        assert not scope.enter_scope(host, ["bench"])
    finally:
        host.close()
    assert not (systemd / "asked").exists()
