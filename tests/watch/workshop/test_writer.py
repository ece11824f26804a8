"""A language model behind the studio, scripted: what it writes is read, tried, told what failed, refused truthfully."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from bluerill.bench.catalogue import NOW, device_catalogue
from bluerill.kernel.errors import BudgetExceeded
from bluerill.skills.drafting import Drafted, Undrafted
from bluerill.skills.messages import ActionInfo
from bluerill.watch.workshop import studio
from bluerill.watch.workshop.writer import Said, Unwritten, Writer, read

GOOD = '''Here it is.
```python
"""Says how many cups fit into litres."""

from __future__ import annotations

from bluerill.skills.contract import Number, Refusal, Reply, Skill, action


class Cups(Skill):
    """Says how many cups are in some litres."""

    name = "cups"
    version = "0.1"
    grants = ()

    @action("how many cups (are|fit) in {litres} litres", examples=["how many cups are in 2 litres"], reads=True)
    async def cups_in(self, litres: Number) -> Reply:
        """Say how many.

        litres: how many
        """
        if not 0 < litres <= 1000:
            raise Refusal("Between nothing and a thousand litres, please.")
        return Reply(f"{litres * 4:g} cups.", result={"cups": litres * 4})
```
```toml
no_match = ["i like cups"]
[[hear]]
text = "how many cups fit in three litres"
call = "cups_in"
arguments = { litres = 3 }
[[step]]
call = "cups_in"
arguments = { litres = 2 }
says = "8 cups"
```
'''


@pytest.fixture(scope="module")
def others() -> list[ActionInfo]:
    return device_catalogue().actions


class Script:
    """Answers one after the other, and keeps what it was told."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.heard: list[str] = []

    async def __call__(self, talk: Sequence[Said]) -> str:
        self.heard.append(talk[-1]["content"])
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def make(asked: str, others: list[ActionInfo], tmp_path: Path, *answers: str | Exception) -> tuple[object, Script]:
    script = Script(*answers)
    writer = Writer("the model scripted", script)
    return asyncio.run(studio.made(asked, "1.2.3", others, NOW, str(tmp_path), writer)), script


def test_what_a_model_writes_is_tried_and_says_who_wrote_it(others: list[ActionInfo], tmp_path: Path) -> None:
    done, _ = make("says how many cups fit into litres", others, tmp_path, GOOD)
    assert isinstance(done, Drafted)
    assert (done.name, done.writer, done.repairs) == ("cups", "the model scripted", 0)
    assert done.entries == ["cups=cups_skill:Cups"]
    assert 'version = "1.2.3"' in done.files["cups_skill/__init__.py"]
    assert all(not each.lines for each in done.tried)


def test_what_failed_is_fed_back_until_it_works(others: list[ActionInfo], tmp_path: Path) -> None:
    wrong = GOOD.replace("litres * 4:g", "litres * 5:g")
    done, script = make("cups", others, tmp_path, "I would rather not.", wrong, GOOD)
    assert isinstance(done, Drafted)
    assert done.repairs == 2
    assert "expected a python block and a toml block" in script.heard[1]
    assert "story: step 1, cups_in: expected words like '8 cups', got '10 cups.'" in script.heard[2]


def test_a_model_that_does_not_get_there_leaves_it_to_a_sketch_which_is_said(
    others: list[ActionInfo], tmp_path: Path
) -> None:
    done, script = make("flips a coin", others, tmp_path, *["no"] * 9)
    assert isinstance(done, Drafted)
    assert done.sketch != "model"
    assert done.writer.startswith("a sketch, since the model scripted did not get it right")
    assert len(script.heard) == studio.REPAIRS + 1
    done, _ = make("flips a coin", others, tmp_path, BudgetExceeded("no room"))
    assert isinstance(done, Drafted)
    assert "could not write it (no room)" in done.writer


def test_neither_can_is_a_truthful_refusal(others: list[ActionInfo], tmp_path: Path) -> None:
    done, _ = make("reads my emails", others, tmp_path, *["no"] * 9)
    assert isinstance(done, Undrafted)
    assert "can't reach outside this watch" in done.reply
    assert "the model scripted did not get it right" in done.reply


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("grants = ()", 'grants = ("network:evil.example",)'), "a made skill may ask for"),
        (('name = "cups"', 'name = "../evil"'), "small words joined by hyphens"),
        (("class Cups(Skill)", "class Cups"), "expected one class of Skill, got 0"),
        (('"""Says how many cups fit', '"""' + "x" * 13_000), "at most 12000 characters"),
        (("[[step]]", "[[stop]]"), "at least one"),
        (("async def cups_in", "async def ("), "code: "),
    ],
)
def test_an_answer_that_is_no_skill_is_told_why(change: tuple[str, str], expected: str) -> None:
    with pytest.raises(Unwritten, match=expected):
        read(GOOD.replace(*change), "cups", "1.0")


@pytest.mark.parametrize(
    "line", ["import os", "from os import path", "x = open('/etc/passwd')", "y = ().__class__.__mro__"]
)
def test_what_is_not_of_the_subset_never_runs(line: str, others: list[ActionInfo], tmp_path: Path) -> None:
    evil = GOOD.replace("\n\nclass Cups", f"\n{line}\n\nclass Cups")
    done, script = make("reads my emails", others, tmp_path, *[evil] * 9)
    assert isinstance(done, Undrafted)
    assert "is not for a made skill" in script.heard[1]
