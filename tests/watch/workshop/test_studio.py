"""The studio: what it writes passes its checks, is mended where it can be, and refused where it cannot."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bluerill.bench.catalogue import NOW, device_catalogue
from bluerill.skills.drafting import Drafted, Undrafted
from bluerill.skills.messages import ActionInfo, SentenceInfo
from bluerill.watch.workshop import studio
from bluerill.watch.workshop.sketches.sketch import Hear, Made, Step


@pytest.fixture(scope="module")
def others() -> list[ActionInfo]:
    return device_catalogue().actions


def make(asked: str, others: list[ActionInfo], tmp_path: Path) -> Drafted | Undrafted:
    return asyncio.run(studio.made(asked, "1.0.0", others, NOW, str(tmp_path)))


def test_a_skill_is_made_and_every_check_is_told(others: list[ActionInfo], tmp_path: Path) -> None:
    done = make("counts my push-ups", others, tmp_path)
    assert isinstance(done, Drafted)
    checks = ["code", "loads", "utterances", "examples", "sentences", "grants", "arguments", "story"]
    assert [each.check for each in done.tried] == checks
    assert (done.name, done.package, done.repairs) == ("count-push-ups", "made-count-push-ups", 0)
    assert done.entries == ["count-push-ups=count_push_ups_skill:CountPushUps"]
    assert not any(tmp_path.iterdir()), "nothing is left where it was tried"


def test_a_name_that_is_taken_is_avoided(others: list[ActionInfo], tmp_path: Path) -> None:
    taken = ActionInfo("flip_coin", "games", "Flip.", sentences=[SentenceInfo("play [a] game of coins")])
    done = make("flips a coin", [*others, taken], tmp_path)
    assert isinstance(done, Drafted)
    assert (done.name, done.repairs) == ("coin-too", 1)
    assert "def flip_coin_too(" in next(text for path, text in done.files.items() if path.endswith("__init__.py"))


def test_sentences_that_another_skill_takes_are_left_to_it(others: list[ActionInfo], tmp_path: Path) -> None:
    one = ActionInfo("toss", "games", "Toss.", sentences=[SentenceInfo("flip a coin")])
    both = ActionInfo("toss", "games", "Toss.", sentences=[SentenceInfo("flip a coin"), SentenceInfo("heads or tails")])
    for taken in (one, both):
        done = make("flips a coin", [*others, taken], tmp_path)
        assert isinstance(done, Drafted)
        assert done.repairs >= 1
        assert done.examples[0].startswith("ask coin to ") or "flip a coin" not in done.examples


def test_what_does_not_work_is_refused_with_the_reason(
    others: list[ActionInfo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = '''\
    @action("~wave a wand", examples=["~wave a wand"], reads=True)
    async def wave(self) -> Reply:
        """Wave."""
        return Reply("Nothing.")
'''
    bad = Made("magic", "magic", "Magic.", (), code, [Hear("wave a wand", "wave")], [Step("wave", says="Magic!")], [])
    monkeypatch.setattr(studio, "sketch", lambda asked, now: bad)
    done = make("does magic", others, tmp_path)
    assert isinstance(done, Undrafted)
    assert "step 1, wave: expected words like 'Magic!', got 'Nothing.'" in done.reply


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("import os", "os is not for a made skill"),
        ("from socket import socket", "socket is not for a made skill"),
        ("from .. import x", ". is not"),
        ("x = eval('1')", "eval is not"),
        ("x = (1).__class__", "__class__ is not"),
        ("x = Reply._fields", "_fields is not"),
        ("def (", "invalid syntax"),
    ],
)
def test_code_that_does_more_is_not_even_run(line: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "x_skill.py").write_text(f"{line}\n")
    tried = studio._read(tmp_path)
    assert any(expected in each for each in tried.lines), tried.lines


def test_a_skill_that_takes_no_words_is_refused_at_once(others: list[ActionInfo], tmp_path: Path) -> None:
    done = make("reads my emails", others, tmp_path)
    assert isinstance(done, Undrafted)
    assert "I can make skills that" in done.reply
