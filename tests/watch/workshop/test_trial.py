"""A new package passes its own trial; each thing an author can get wrong is found by the check that is about it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bluerill.agent.messages import Request, Turn
from bluerill.kernel.errors import CallerError, ManifestError
from bluerill.kernel.host.sim import SimHost, run_sim
from bluerill.kernel.message import Taint
from bluerill.skills import loader
from bluerill.skills.derive import actions_of
from bluerill.watch.cli import main
from bluerill.watch.recording.recorder import Recorder
from bluerill.watch.recording.replay import messages
from bluerill.watch.workshop import blueprint
from bluerill.watch.workshop.grants import used
from bluerill.watch.workshop.guesses import arguments
from bluerill.watch.workshop.package import Package
from bluerill.watch.workshop.trial import SESSIONS, Finding, trial
from support.simulated import HEAD, simulated

SKILL = "tide_times_skill/__init__.py"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Path]:
    """A package as ``skills new`` makes it; its module is forgotten afterwards."""
    yield blueprint.write("tide-times", tmp_path)
    for name in [name for name in sys.modules if name.startswith("tide_times_skill")]:
        del sys.modules[name]


def edit(folder: Path, path: str, old: str, new: str) -> None:
    text = (folder / path).read_text("utf-8")
    assert old in text
    (folder / path).write_text(text.replace(old, new), "utf-8")


def tried(folder: Path) -> dict[str, Finding]:
    async def work() -> dict[str, Finding]:
        return {each.check: each async for each in trial(Package(folder), tools=False)}

    return asyncio.run(work())


def test_a_new_package_passes(made: Path) -> None:
    found = tried(made)
    assert {check: finding.state for check, finding in found.items()} == dict.fromkeys(
        ("loads", "utterances", "examples", "sentences", "grants", "arguments"), "passed"
    )
    assert found["sentences"].summary.startswith("100 %")
    assert found["utterances"].summary == "5 said, 3 that are not for it"


def test_a_new_package_of_functions_passes(tmp_path: Path) -> None:
    folder = blueprint.write("tide-times", tmp_path, functions=True)
    try:
        found = tried(folder)
    finally:
        for name in [name for name in sys.modules if name.startswith("tide_times_skill")]:
            del sys.modules[name]
    assert {check: finding.state for check, finding in found.items()} == dict.fromkeys(
        ("loads", "utterances", "examples", "sentences", "grants", "arguments"), "passed"
    )
    assert found["grants"].summary == "declares store"
    assert not any("no call of it was found" in line for line in found["grants"].lines), "Device parameters are seen"


@pytest.mark.process
def test_its_own_tests_and_types_pass(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["skills", "test", str(made)]) == 0
    shown = capsys.readouterr().out
    assert "tests: 2 passed" in shown
    assert "types: Success" in shown


@pytest.mark.parametrize(
    ("path", "old", "new", "check", "line"),
    [
        ("tests/utterances.toml", "amount = 5 ", "amount = 6 ", "utterances", "expected count_tide_times(amount=6)"),
        ("tests/utterances.toml", '"i love', '"tally two', "utterances", "expected nothing of this package"),
        ("tests/utterances.toml", 'call = "total_tide_times"', 'call = "nothing"', "utterances", "no action of this"),
        (SKILL, "examples=[\"what's my", 'examples=["sing my', "examples", "comes to a refusal"),
        (SKILL, 'grants = ("store",)', "grants = ()", "grants", "uses 'store', which the skill does not declare"),
        (
            SKILL,
            "int(amount)\n        await",
            "int(1 / (amount - 3))\n        await",
            "arguments",
            "ZeroDivisionError",
        ),
        (SKILL, "what)\n        await", "int('x'))\n        await", "arguments", "taken back"),
        (SKILL, "def total_tide_times", "def list_notes", "loads", "'list_notes' is another skill's"),
    ],
)
def test_what_is_wrong_is_found(made: Path, path: str, old: str, new: str, check: str, line: str) -> None:
    edit(made, path, old, new)
    finding = tried(made)[check]
    assert finding.state == "failed"
    assert any(line in each for each in finding.lines), finding.lines


def test_a_sentence_nobody_says_is_named(made: Path) -> None:
    edit(made, SKILL, '"how many tide times have i counted",\n', '"how many tide times have i counted",\n"tide sum",\n')
    finding = tried(made)["sentences"]
    assert (finding.state, finding.lines) == ("passed", ["never said: total_tide_times: tide sum"])


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("pyproject.toml", "[project", "is not TOML"),
        ("pyproject.toml", "[project]\nname = 'x'", "expected a table"),
        ("pyproject.toml", "x" * 2_000_000, "at most 1048576 bytes"),
        (SKILL, "import nowhere_at_all", "cannot be imported: ModuleNotFoundError"),
        (SKILL, "TideTimes = 3", "expected a subclass"),
    ],
)
def test_what_is_no_package_is_one_line(made: Path, path: str, text: str, line: str) -> None:
    (made / path).write_text(text)
    with pytest.raises((CallerError, ManifestError), match=line) as caught:
        Package(made)
    assert "\n" not in str(caught.value)


def test_utterances_that_are_none_name_the_file(made: Path) -> None:
    (made / "tests/utterances.toml").write_text("[[hear]]\ntext = 3\n")
    with pytest.raises(CallerError, match=r"utterances\.toml: Expected `str`, got `int`"):
        tried(made)


@pytest.mark.parametrize("name", ["", "Tide", "tide_times", "-tide", "tide-", "3d", "class", "x" * 25, "../evil"])
def test_what_is_no_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CallerError):
        blueprint.write(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(made: Path) -> None:
    with pytest.raises(CallerError, match="is there already"):
        blueprint.write("tide-times", made.parent)


def test_grants_are_read_from_the_code(tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text(
        "async def f(self, url, name):\n"
        "    await self.device.fetch('https://api.example.org/x')\n"
        "    await self.device.fetch(f'https://tides.example.org/{name}')\n"
        "    await self.device.fetch(url)\n"
        "    await self.device.call('set_alarm', time=1)\n"
        "    await self.device.call(name)\n"
        "    self.device.sensor('steps')\n"
        "    self.other.put('x', 1)\n"
    )
    assert set(used([code])) == {
        "network:api.example.org", "network:tides.example.org", "network:*", "call:set_alarm", "call:*", "sensors",
    }  # fmt: skip


def test_guesses_are_the_same_for_a_seed_and_each_is_new(made: Path) -> None:
    package = Package(made)
    (action,) = [a for a in actions_of(package.skills[0]).values() if a.info.name == "count_tide_times"]
    first = arguments(action, 40, seed=3)
    assert first == arguments(action, 40, seed=3)
    assert {} in first
    assert len(first) == len({repr(each) for each in first}) > 5


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["skills", "new", "tide", "--into", str(tmp_path), "--json"]) == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert main(["skills", "test", str(tmp_path / "bluerill-skill-tide"), "--no-tools", "--json"]) == 0
    assert '"passed":true' in capsys.readouterr().out
    assert main(["skills", "test", str(tmp_path)]) == 2
    assert "pyproject.toml: cannot be read" in capsys.readouterr().err
    sys.modules.pop("tide_skill", None)


def test_a_recorded_session_is_a_fixture(made: Path, tmp_path: Path) -> None:
    """It is recorded on a device with the package's skill, passes, and fails once the skill says something else."""
    messages()
    entries = [f"{each.name}={each.value}" for each in (*loader.system_entries(), *Package(made).entries)]
    kept = made / SESSIONS / "tide.jsonl"
    kept.parent.mkdir(parents=True)
    (tmp_path / "device").mkdir()

    async def story(host: SimHost) -> None:
        async with simulated(host, tmp_path / "device", skills={"entries": entries}) as kernel:
            head = msgspec.structs.replace(HEAD, wall=kernel.clock.wall(), elapsed=kernel.clock.elapsed())
            recorder = Recorder(kernel, kept, head, 1 << 24)
            said = Request("count another tide times")
            turn = await kernel.local("control").port.ask("session", said, Turn, within=60, taint=Taint.USER)
            assert turn.calls[0].name in Package(made).actions
            await asyncio.sleep(2)
            recorder.stop()

    run_sim(story, begin=1000.0)
    found = tried(made)["session tide"]
    assert (found.state, found.lines) == ("passed", [])
    edit(made, SKILL, "That makes", "Well, that makes")
    for name in [name for name in sys.modules if name.startswith("tide_times_skill")]:
        del sys.modules[name]
    found = tried(made)["session tide"]
    assert found.state == "failed"
    assert "Well, that makes" in found.lines[0]
