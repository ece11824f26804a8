"""Skills of plain functions: the same contract, derived and run as a class is; and actions that are a plain ``def``."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bluerill.agent.templates import Templates
from bluerill.kernel.errors import BudgetExceeded, CallerError, DeadlineExceeded, ManifestError, ServiceFault
from bluerill.kernel.lean import suspends
from bluerill.skills import aside, loader
from bluerill.skills.contract import CONTRACT, Device, Number, Reply, Skill, Text, action, wait
from bluerill.skills.derive import actions_of, summary_of
from bluerill.skills.functions import of, of_module
from bluerill.skills.testing import Bench
from support import dice_skill


class Dice(Skill):
    """Rolls dice, and remembers what fell."""

    name = "dice"
    version = "2.1.0"
    contract = (1, 3)
    grants = dice_skill.grants
    rules = dice_skill.rules
    words = dice_skill.words
    options = dice_skill.options

    @action(
        "roll <dice> [with {sides} sides]",
        examples=["roll a die", "roll the dice with twelve sides"],
        purpose="roll the dice[ with {sides} sides]",
    )
    def roll_dice(self, sides: Number = 6) -> Reply:
        """Roll a die.

        sides: how many it has
        """
        return Reply(f"A {int(sides)}.")


RELEASE = threading.Event()


@action("hold on", examples=["hold on"])
def hold_on() -> str:
    """Never end."""
    RELEASE.wait()
    return "at last"


@action("fail", examples=["fail"])
def fail_now(kind: Text = "") -> str:
    """Fail."""
    if kind == "leave":
        raise SystemExit(1)
    if kind == "stop":
        raise StopIteration
    raise ValueError("no luck")


@action("echo {text}", examples=["echo hello"])
def echo_it(text: Text) -> str:
    """Say it again."""
    return text


echoing = Skill.of("echoing", echo_it, fail_now, hold_on, summary="Echoes.", version="3.0.0")


def story(work: Callable[[Bench], Awaitable[None]], tmp_path: Path, *skills: Any) -> None:
    async def main() -> None:
        bench = await Bench.of(*skills, state=tmp_path)
        try:
            await work(bench)
        finally:
            await bench.close()

    asyncio.run(main())


def test_a_module_is_the_class_that_would_have_said_the_same() -> None:
    made = of_module(dice_skill, "dice")
    assert (made.name, made.version, made.contract) == ("dice", "2.1.0", CONTRACT)
    assert made.__module__ == dice_skill.__name__
    assert summary_of(made) == "Rolls dice, and remembers what fell."
    actions = actions_of(made)
    assert list(actions) == ["flip_coin", "roll_dice", "roll_later", "choose_die"]
    mine, theirs = actions["roll_dice"].info, actions_of(Dice)["roll_dice"].info
    assert msgspec.structs.replace(mine, sentences=mine.sentences[:1]) == theirs
    assert actions["choose_die"].info.parameters[0].choices["loaded"] == ["loaded", "my special"]
    assert [each.name for each in actions["roll_later"].info.parameters] == ["delay"], "the device is no argument"
    assert not Templates([each.info for each in actions.values()]).problems


def test_functions_store_schedule_speak_and_are_taken_back(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        info = (await bench.catalogue()).skills[0]
        assert (info.name, info.version, info.state) == ("dice", "2.1.0", "running")
        assert (await bench.do("flip_coin")).speech == "Heads."
        await bench.do("roll_dice")
        rolled = await bench.do("roll_dice", sides=12)
        assert rolled.result == {"value": 12, "rolls": 2}
        assert (await bench.undo(rolled)).speech == "Not rolled, then."
        assert (await bench.do("roll_dice")).result["rolls"] == 2
        with pytest.raises(CallerError, match=r"A die has two sides at least\."):
            await bench.do("roll_dice", sides=1)
        assert (await bench.do("roll_dice")).result["rolls"] == 3, "what was refused left nothing"
        await bench.do("roll_later", delay="PT10M")
        await bench.advance(601)
        assert bench.said == ["Roll the red die."]
        chosen = await bench.do("choose_die", kind="loaded")
        assert chosen.card is not None
        assert chosen.card.text == "loaded"

    story(work, tmp_path, dice_skill)


def test_a_skill_made_of_given_functions(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        assert (await bench.do("echo_it", text="hello")).speech == "hello"
        for kind, expected in (
            ("plain", "ValueError: no luck"),
            ("leave", "it raised SystemExit"),
            ("stop", "StopIter"),
        ):
            with pytest.raises(ServiceFault, match=expected):
                await bench.do("fail_now", kind=kind)
        assert (await bench.do("echo_it", text="still there")).speech == "still there"

    assert loader.entry_of(echoing) == f"echoing={__name__}:echoing"
    story(work, tmp_path, echoing)


def test_entry_points_may_name_a_module_or_a_list() -> None:
    entry = loader.parse_entry("dice = support.dice_skill", "dice-package", "1.0")
    assert list(actions_of(loader.load(entry))) == ["flip_coin", "roll_dice", "roll_later", "choose_die"]
    named = loader.parse_entry(f"echo = {__name__}:LISTED", "echo-package", "1.0")
    assert loader.load(named).name == "echo"


LISTED = [echo_it]
EMPTY: list[Any] = []


@pytest.mark.parametrize(
    ("functions", "about", "expected"),
    [
        ([], {}, "has no function marked with @action"),
        ([len], {}, "len is no function marked with @action"),
        ([echo_it, echo_it], {}, "cannot be named 'echo_it', or stands twice"),
        ([echo_it], {"colour": "red"}, "there is no 'colour' that a skill could say"),
    ],
)
def test_what_is_no_skill_is_one_line(functions: list[Any], about: dict[str, Any], expected: str) -> None:
    with pytest.raises(ManifestError, match=expected):
        of("echo", functions, about)


def test_a_function_may_want_one_device() -> None:
    @action("two")
    def two_devices(one: Device, other: Device) -> str:
        return ""

    @action("no type")
    def no_such_type(one: Nothing) -> str:  # type: ignore[name-defined]  # noqa: F821 - that is the test
        return ""

    with pytest.raises(ManifestError, match="one parameter may be the Device, got one, other"):
        of("two", [two_devices], {})
    with pytest.raises(ManifestError, match="its annotations cannot be read"):
        of("none", [no_such_type], {})


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("echo {words}", "the action has no parameter 'words'"),
        ("echo {text", "lacks a '}'"),
        ("x" * 81, "has 81 characters, at most 80"),
    ],
)
def test_a_purpose_is_checked(phrase: str, expected: str) -> None:
    @action("echo {text}", purpose=phrase)
    def echo(text: Text) -> str:
        return text

    with pytest.raises(ManifestError, match=expected):
        actions_of(of("echo", [echo], {}))


def test_a_purpose_does_not_depend_on_what_may_be_missing() -> None:
    @action("roll [{sides}]", purpose="roll {sides}")
    def roll(sides: Number = 6) -> str:
        return ""

    with pytest.raises(ManifestError, match="put what depends on it in brackets"):
        actions_of(of("dice", [roll], {}))


# a plain def runs on a thread


def test_one_that_hangs_misses_its_time_and_ends_its_process(tmp_path: Path) -> None:
    async def main() -> None:
        bench = await Bench.of(echoing, state=tmp_path)
        host: Any = bench.services[bench.HOST]
        host._timeout = 0.05
        with pytest.raises(DeadlineExceeded, match="gave no answer within"):
            await bench.do("hold_on")
        with pytest.raises(ServiceFault, match="hangs on a thread; its process is started anew"):
            await bench.advance(2)
        bench.failures.clear()
        RELEASE.set()
        await bench.close()

    try:
        asyncio.run(main())
    finally:
        RELEASE.set()


def test_wait_is_for_those_alone() -> None:
    async def nothing() -> None: ...

    with pytest.raises(CallerError, match="one that is 'async def' says await"):
        wait(nothing())


def test_threads_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "MOST", 2)
    gate = threading.Event()

    async def main() -> None:
        first = [asyncio.ensure_future(aside.aside(gate.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(BudgetExceeded, match="2 calls that do not suspend"):
            await aside.aside(gate.wait)
        gate.set()
        assert await asyncio.gather(*first) == [True, True]
        assert await aside.aside(lambda: 7) == 7

    asyncio.run(main())


def test_the_devices_own_actions_suspend() -> None:
    """In the core nothing runs on a thread: what hangs on one could only be ended with the core."""
    for entry in loader.system_entries():
        cls = loader.load(entry)
        assert all(suspends(getattr(cls, each.method)) for each in actions_of(cls).values()), entry.name
