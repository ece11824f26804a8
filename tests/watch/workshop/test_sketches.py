"""Sketches: what is read as what, what the code looks like, and that words of the owner never become code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bluerill.watch.workshop.sketches.library import sketch
from bluerill.watch.workshop.sketches.sketch import Unmade, clean, package, split, spoken

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=ZoneInfo("Europe/Berlin"))
ONE_OF_EACH = {
    "until-birthday": "tells me how many days are left until my birthday",
    "until-christmas": "counts down to christmas",
    "since-stopped-smoking": "tells me how many days since i stopped smoking",
    "count-push-ups": "counts my push-ups every day",
    "score-anna-ben": "keeps score between anna and ben",
    "list-travelling": "keeps a checklist for travelling: passport, tickets and charger",
    "coin": "flips a coin",
    "dice": "rolls a twenty sided dice",
    "random-number": "says a random number between 1 and 100",
    "pick-dinner": "picks a dinner from pizza, pasta and soup",
    "convert-sickles-knuts": "converts knuts to sickles, where one sickle is 29 knuts",
    "nudge-drink-water": "reminds me to drink water every hour",
    "time-egg": "starts a six minute timer called egg",
    "answer-good-morning-ship": "says hello captain when i say good morning ship",
    "answer-locker-code": "knows that my locker code is 4711",
    "find-bin": "tells me which bin goes out: paper on monday, glass on friday",
}


@pytest.mark.parametrize(("name", "asked"), ONE_OF_EACH.items())
def test_a_description_is_read_as_the_skill_it_means(name: str, asked: str) -> None:
    for lead in ("", "make a skill that ", "Please create me a little skill which "):
        assert sketch(lead + asked, NOW).name == name
    files = package(sketch(asked, NOW), asked, "1.0.0")
    for path, text in files.items():
        if path.endswith(".py"):
            ast.parse(text)
            assert "~" not in text
            assert "$" not in text


@pytest.mark.process
def test_every_sketch_is_typed(tmp_path: Path) -> None:
    for asked in ONE_OF_EACH.values():
        for path, text in package(sketch(asked, NOW), asked, "1.0.0").items():
            if path.endswith(".py"):
                (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / path).write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(tmp_path)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "asked",
    [
        'picks a dinner from "); import os; os.system("x, {self.device}, $code and __import__(1)',
        'says """\n    import os\nos.system(\'x\') when i say good evening ship',
        'counts \\N{BULLET} push-ups\\" every day',
        "knows that my code is {0.__class__} %s $name `rm`",
        "tells me the bin: {x} on monday, <rule> on friday",
        "keeps score between anna | [ben] and {carla}",
        "reminds me to \x1b[2J drink every hour",
        "picks a " + "very " * 300 + "long dinner from a, b",
    ],
)
def test_what_is_said_never_becomes_code(asked: str) -> None:
    try:
        made = sketch(asked, NOW)
    except Unmade:
        return  # refused is as good
    for path, text in package(made, asked, "1.0.0").items():
        if path.endswith(".py"):
            tree = ast.parse(text)
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            assert not names & {"os", "__import__", "eval", "exec"}
            assert not [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "system"]
            assert "\x1b" not in text


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("reads my emails", "can't reach"),
        ("orders a pizza", "can't reach"),
        ("keeps score", "Tell me who plays"),
        ("picks something for dinner at random", "Tell me what to choose from"),
        ("converts gold to silver", "Tell me the ratio"),
        ("keeps a checklist", "Tell me what is on it"),
        ("says boo when i say ghost", "at least two words"),
        ("starts a very long timer called egg", "how long"),
        ("counts the 42", "a short name"),
        ("", "I don't know how to make that"),
    ],
)
def test_what_cannot_be_made_is_said_and_what_is_missing(asked: str, expected: str) -> None:
    with pytest.raises(Unmade, match=expected) as caught:
        sketch(asked, NOW)
    assert "\n" not in str(caught.value)


def test_words_are_cleaned_for_where_they_stand() -> None:
    assert clean('a "b" {c} \\ <d>\n e') == "a b c d e"
    assert spoken("My Glasses of Water!") == "glasses of water"
    assert split("pizza, pasta or soup; and bread") == ["pizza", "pasta", "soup", "bread"]
    for wrong in ("", "42", "one two three four five six seven"):
        with pytest.raises(Unmade):
            spoken(wrong)


def test_a_day_that_moves_is_not_taken_for_a_day_of_the_calendar() -> None:
    assert "set_easter" in sketch("tells me how many days until easter", NOW).code
    assert re.search(r"_next\(today, 12, 24\)", sketch("counts the days until 24 december", NOW).code)
