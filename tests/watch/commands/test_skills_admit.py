"""``bluerill skills install|enable|disable|remove``: what is asked, what is kept, what is said when it cannot be."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from bluerill.watch.cli import main
from support.wheels import wheel

pytestmark = pytest.mark.process

JUGGLE = '''
class Juggling(Skill):
    """Juggles {0}."""
    name = "juggling"
    grants = ("store",)

    @action("juggle [some] {0}", examples=["juggle some {0}"])
    async def juggle(self) -> Reply:
        "Do it."
        return Reply("Done with {0}.")
'''


def juggling(into: Path, what: str = "balls", version: str = "1.0") -> Path:
    return wheel(into, "juggling", JUGGLE.replace("{0}", what), {"juggling": "Juggling"}, version)


def said(capfd: pytest.CaptureFixture[str], *words: str) -> str:
    """What ``ask`` answers."""
    capfd.readouterr()
    assert main(["ask", "--json", *words]) == 0
    return str(json.loads(capfd.readouterr().out)["reply"])


def states(capfd: pytest.CaptureFixture[str]) -> dict[str, str]:
    capfd.readouterr()
    assert main(["skills", "list", "--json"]) == 0
    return {row["name"]: row["state"] for row in json.loads(capfd.readouterr().out)}


def test_a_wheel_is_installed_switched_replaced_and_removed(
    tmp_path: Path, own_home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["skills", "install", str(juggling(tmp_path)), "--yes"]) == 0
    told = capfd.readouterr()
    assert "keep notes of its own on this device" in told.err
    assert "juggling is running" in told.out
    assert said(capfd, "juggle some balls") == "Done with balls."
    assert main(["skills", "info", "juggling", "--json"]) == 0
    info = json.loads(capfd.readouterr().out)
    assert [wall["name"] for wall in info["box"]] == ["limits", "privileges", "files", "calls"]

    assert main(["skills", "disable", "juggling"]) == 0
    assert states(capfd)["juggling"] == "disabled"
    assert main(["skills", "enable", "juggling"]) == 0
    assert states(capfd)["juggling"] == "running"

    assert main(["skills", "install", str(juggling(tmp_path, "plates", "1.1")), "--yes"]) == 0
    assert said(capfd, "juggle some plates") == "Done with plates."
    folders = list((own_home / "skills" / "packages").iterdir())
    assert len(folders) == 1, "the old version is gone"

    assert main(["skills", "remove", "juggling"]) == 0
    assert "juggling" not in states(capfd)
    assert not any((own_home / "skills" / "packages").iterdir())


@pytest.mark.parametrize(("typed", "state"), [("n\n", ""), ("\n", ""), ("y\n", "running")])
def test_the_owner_is_asked_once(
    typed: str, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal(typed))
    assert main(["skills", "install", str(juggling(tmp_path))]) == (0 if state else 1)
    assert "Let it in? [y/N]" in capfd.readouterr().err
    assert states(capfd).get("juggling", "") == state


def test_nobody_agrees_where_nobody_is(tmp_path: Path, own_home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["skills", "install", str(juggling(tmp_path))]) == 2
    assert "say --yes" in capfd.readouterr().err
    assert not any((own_home / "skills" / "packages").iterdir())


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda at: at / "nothing.whl", "expected a wheel, a folder"),
        (lambda at: at, "expected a wheel, a folder"),
        (lambda at: wheel(at, "plain", "", {}), "has no skills"),
        (lambda at: wheel(at, "bad", "raise RuntimeError('at import')", {"bad": "Bad"}), "at import"),
        (lambda at: wheel(at, "odd", "Mine = 42", {"odd": "Mine"}), "expected a subclass"),
        (lambda at: (at / "x.whl", (at / "x.whl").write_bytes(b"PK no zip"))[0], "is not a wheel"),
    ],
)
def test_what_cannot_be_installed_is_one_line_and_leaves_nothing(
    make: object, expected: str, tmp_path: Path, own_home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = make(tmp_path)  # type: ignore[operator]
    assert main(["skills", "install", str(source), "--yes"]) in (1, 2)
    lines = [line for line in capfd.readouterr().err.splitlines() if line.startswith("bluerill skills:")]
    assert len(lines) == 1
    assert expected in lines[0]
    packages = own_home / "skills" / "packages"
    assert not packages.exists() or not any(packages.iterdir())


def test_what_pip_put_into_the_environment_waits_for_the_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from zipfile import ZipFile

    site = tmp_path / "site"
    with ZipFile(juggling(tmp_path)) as archive:
        archive.extractall(site)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))
    assert states(capfd)["juggling"] == "waiting"
    assert "Done" not in said(capfd, "juggle some balls")
    assert main(["skills", "enable", "juggling", "--yes"]) == 0
    assert states(capfd)["juggling"] == "running"
    assert said(capfd, "juggle some balls") == "Done with balls."
    (site / "juggling_skill.py").write_text((site / "juggling_skill.py").read_text().replace("balls", "knives"))
    assert states(capfd)["juggling"] == "waiting"
    assert main(["skills", "remove", "juggling"]) == 0
    assert "pip uninstall juggling" in capfd.readouterr().err


def test_a_skill_that_is_nowhere_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    for verb in ("enable", "disable", "remove"):
        assert main(["skills", verb, "nothing"]) == 2
        (line,) = capfd.readouterr().err.splitlines()
        assert "nothing" in line


def test_what_comes_with_bluerill_is_switched_off_and_not_removed(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["skills", "remove", "weather"]) == 2
    assert "bluerill skills disable weather" in capfd.readouterr().err
    assert main(["skills", "disable", "weather"]) == 0
    assert states(capfd)["weather"] == "disabled"
    assert main(["skills", "enable", "weather"]) == 0
    assert states(capfd)["weather"] == "running"
