"""Made skills in the inner sandbox: stories and types are held there, and what is hostile ends there, with a line."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pydantic_monty", reason="the inner sandbox is not installed: pip install 'bluerill[monty]'")

from bluerill.bench.catalogue import NOW
from bluerill.kernel.box import landlock
from bluerill.kernel.errors import CallerError
from bluerill.kernel.manifest import Manifest
from bluerill.kernel.status import GetStatus, Status
from bluerill.watch.workshop.inner import Inner, Unfit
from bluerill.watch.workshop.sandbox import RunStory, StoryRun
from bluerill.watch.workshop.sketches.library import sketch
from bluerill.watch.workshop.sketches.sketch import package
from support.attacks import Attack, Attacked
from support.devices import device, manifest

MONTY = str(Path(sys.executable).with_name("monty"))
pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux" or landlock.version() < 6, reason="its box needs Landlock 6"),
]

CODE = '''
from __future__ import annotations
import random
from datetime import timedelta
from bluerill.skills.contract import Number, Refusal, Reply, Skill, action

class Tally(Skill):
    """Counts."""
    name = "tally"
    grants = ("store",)

    @action("count {amount}", examples=["count one"])
    async def count(self, amount: Number = 1) -> Reply:
        BODY
        total = await self.device.get("total", 0) + amount
        await self.device.put("total", total)
        return Reply(f"That makes {total:g}.")
'''
STORY: list[dict[str, Any]] = [
    {"call": "count", "arguments": {"amount": 2}, "says": "makes 2"},
    {"call": "count", "says": "makes 3"},
]


def wiring(monty: str = MONTY) -> Manifest:
    table = {
        "class": "bluerill.watch.workshop.sandbox:SandboxService",
        "isolation": "child",
        "memory": "80M",
        "data": "2G",
        "settings": {"monty": monty},
        "box": {"programs": [monty] if monty else []},
    }
    return manifest(sandbox=table)


def run(*codes: str, story: list[dict[str, Any]] | None = None, monty: str = MONTY) -> list[StoryRun]:
    async def work() -> list[StoryRun]:
        async with device(wiring(monty)) as kernel:
            front = kernel.connect("front")
            found = [
                await front.ask("sandbox", RunStory(code, STORY if story is None else story), StoryRun, within=60)
                for code in codes
            ]
            status = await front.ask("kernel", GetStatus(), Status)
            assert next(each for each in status.services if each.name == "sandbox").generation == 1
            return found

    return asyncio.run(asyncio.wait_for(work(), 120))


def test_a_story_is_lived_and_what_goes_otherwise_is_told() -> None:
    good, wrong, refused = run(
        CODE.replace("BODY", "pass"),
        CODE.replace("BODY", "amount = amount * 2"),
        CODE.replace("BODY", 'raise Refusal("Not today.")'),
    )
    assert good == StoryRun()
    assert wrong.wrong == ["step 1, count: expected words like 'makes 2', got 'That makes 4.'"]
    assert refused.wrong == ["step 1, count: expected an answer, got 'Not today.'"]


def test_types_are_checked_before_anything_runs() -> None:
    (found,) = run(CODE.replace("BODY", "amount = 'two'"))
    assert found.types
    assert "str" in found.types[0] or "Literal" in found.types[0]


HOSTILE = {
    "loop": "while True: pass",
    "memory": "x = [0] * 10**9",
    "power": "x = 9 ** 9 ** 9",
    "recursion": "def f() -> int:\n            return f() + 1\n        f()",
    "host calls": "for _ in range(10**6): await self.device.get('x')",
    "store flood": "for n in range(10**6): await self.device.put(str(n), n)",
    "file": "open('/etc/passwd').read()",
    "module": "import os\n        os.system('true')",
    "escape": "().__class__.__mro__[1].__subclasses__()",
    "swallow": "while True:\n            try: x = 1 / 0\n            except BaseException: pass",
    "parentheses": "x = " + "(" * 5000 + "1" + ")" * 5000,
    "collisions": "x = {n * (2**61 - 1): n for n in range(10**7)}",
    "print": "for n in range(10**7): print('x' * 1000)",
    "alias": "x = ['x']\n        for n in range(60): x = [x, x]\n        await self.device.put('x', x)",
    "deep": "x = []\n        for n in range(50_000): x = [x]\n        await self.device.put('x', x)",
    "regex": "import re\n        re.match('(a+)+$', 'a' * 64 + 'b')",
}


def test_what_is_hostile_ends_in_one_line_each_and_the_service_goes_on() -> None:
    found = run(*[CODE.replace("BODY", body) for body in HOSTILE.values()], CODE.replace("BODY", "pass"))
    for name, ran in zip(HOSTILE, found[:-1], strict=True):
        costs_nothing = name in ("alias", "deep", "regex")  # shared, linked, or read without going back
        assert ran.wrong or ran.types or costs_nothing, name
        assert all("\n" not in line for line in [*ran.wrong, *ran.types]), name
    assert found[-1] == StoryRun()


def test_source_without_end_is_refused_before_anything_reads_it() -> None:
    with pytest.raises(CallerError, match="at most"):
        run(CODE.replace("BODY", "\n        ".join(f"x{n} = {n}" for n in range(300_000))))


def test_what_sketches_write_lives_there() -> None:
    asked = ("counts my push-ups", "flips a coin", "reminds me to drink water every hour", "counts down to christmas")
    made = [sketch(each, NOW) for each in asked]
    for each in made:
        code = next(text for path, text in package(each, "x", "1.0").items() if path.endswith("__init__.py"))
        story = [{key: getattr(step, key) for key in step.__struct_fields__} for step in each.story]
        assert run(code, story=story) == [StoryRun()], each.name


def test_without_it_that_is_said() -> None:
    assert "pip install" in run(CODE, monty="")[0].skipped


@pytest.mark.parametrize("code", ["class Tally: pass", "def (", ""])
def test_what_is_no_skill_is_unfit(code: str) -> None:
    with pytest.raises(Unfit):
        Inner(code)


def test_its_box_starts_that_program_and_no_other(tmp_path: Path) -> None:
    """Beside it, in the same box: other programs, files and signals stay out of reach."""
    child = {"class": "support.attacks:Attacker", "isolation": "child", "memory": "96M", "box": {"programs": [MONTY]}}
    secret = tmp_path / "secret"
    secret.write_text("secret")

    async def work() -> list[str]:
        async with device(manifest(boxed=child)) as kernel:
            front = kernel.connect("front")
            tried = (("execute", ""), ("read", str(secret)), ("send-signal", str(os.getppid())))
            return [(await front.ask("boxed", Attack(*each), Attacked, within=20)).outcome for each in tried]

    outcomes = asyncio.run(work())
    assert all(each.startswith("refused: PermissionError") for each in outcomes), outcomes
