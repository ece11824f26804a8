from __future__ import annotations

import random
from pathlib import Path

import pytest

from bluerill.agent.messages import Planned, PlannedCall
from bluerill.agent.plan import Planner
from bluerill.bench.catalogue import NOW, device_catalogue
from bluerill.bench.dialogues import APART, Dialogue, dialogues, measure, right

PLANNER = Planner(device_catalogue())
OFFERED = {action.name for action in PLANNER.actions.values() if not action.hidden}


def test_the_templates_keep_what_they_know_of_dialogues() -> None:
    figures = measure(PLANNER.plan, OFFERED)
    assert figures["total"]["n"] >= 300
    assert figures["total"]["accuracy"] >= 0.9, figures["misses"]


def test_no_sentence_stands_in_both_files() -> None:
    seen = [" | ".join(each.said) for each in (*dialogues(), *dialogues(APART))]
    assert len(seen) == len(set(seen))


def test_right_is_only_what_is_exact() -> None:
    wanted = Dialogue(["x"], [("add_note", {"text": "the blue bike"})], undo=False, group="")
    assert right(wanted, Planned([PlannedCall("add_note", {"text": "blue bike"})], "t", 1.0, 0.0))
    for wrong in (
        [PlannedCall("add_note", {"text": "bike"})],
        [PlannedCall("add_note", {"text": "blue bike", "more": 1})],
        [PlannedCall("add_note", {})],
        [PlannedCall("add_note", {"text": "blue bike"})] * 2,
        [],
    ):
        assert not right(wanted, Planned(wrong, "t", 1.0, 0.0))
    assert right(Dialogue(["x"], [], undo=True, group=""), Planned([], "t", 1.0, 0.0, undo=True))
    assert not right(Dialogue(["x"], [], undo=True, group=""), Planned([], "t", 1.0, 0.0))


def test_a_line_that_is_no_dialogue_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.txt"
    file.write_text("set a timer\n")
    with pytest.raises(ValueError, match=r"broken\.txt:1: expected 'said => calls'"):
        list(dialogues(file))


def test_no_salad_of_words_breaks_the_planner() -> None:
    """Sentences cut, joined, shuffled and said after each other: a plan or a refusal, never an exception."""
    rng = random.Random(7)
    texts = [text for each in (*dialogues(), *dialogues(APART)) for text in each.said]
    words = sorted({word for text in texts for word in text.split()})
    joints = ("and", "and and", "then and", ", and", "no", "sorry", "i mean", "", ",", "it")
    context: list[PlannedCall] = []
    for turn in range(600):
        if turn % 3 == 0:
            text = " ".join(rng.choice(words) for _ in range(rng.randint(1, 10)))
        elif turn % 3 == 1:
            text = f"{rng.choice(texts)} {rng.choice(joints)} {rng.choice(texts)}"
        else:
            cut = rng.choice(texts).split()
            cut.insert(rng.randrange(len(cut) + 1), rng.choice(words))
            text = " ".join(cut[rng.randrange(2) :])
        planned = PLANNER.plan(text, NOW, context)
        context = planned.calls or context
    assert PLANNER.plan("mute the sound and and what time is it", NOW).calls
