from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.encoder.example import Example
from bluerill.models.encoder.tuned import FEWEST, Heads, Shelf, held_out, trained

RANDOM = np.random.default_rng(1)
CENTRES = {"brew": RANDOM.normal(size=16), "water": RANDOM.normal(size=16), "": RANDOM.normal(size=16)}


def near(action: str, count: int) -> np.ndarray:
    vectors = CENTRES[action] + 0.3 * RANDOM.normal(size=(count, 16))
    unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def set_of(count: int = 6) -> tuple[list[Example], np.ndarray]:
    examples = [Example([action or "no", str(n)], action) for action in CENTRES for n in range(count)]
    return examples, np.concatenate([near(action, count) for action in CENTRES])


def test_examples_teach_their_actions_and_leave_the_rest_alone() -> None:
    examples, vectors = set_of()
    heads = trained(examples, vectors, near("", 10))
    assert heads.actions == ["brew", "water"]
    labels = [("get_time", 0.9), ("other.x", 0.1)]
    assert heads.mixed(near("water", 1)[0], labels)[0][0] == "water"
    label, likely = heads.mixed(near("", 1)[0], labels)[0]
    assert label == "get_time"
    assert likely > 0.5
    assert sum(p for _, p in heads.mixed(near("brew", 1)[0], labels)) == pytest.approx(1.0, abs=1e-4)
    right, of = held_out(examples, vectors, near("", 10))
    assert of == len(examples)
    assert right >= 15


def test_too_few_examples_are_refused_in_one_line() -> None:
    some = [Example(["a"], "brew")] * (FEWEST - 1)
    with pytest.raises(CallerError, match="expected at least 3 examples of 'brew', got 2"):
        trained(some, near("brew", FEWEST - 1), near("", 4))
    with pytest.raises(CallerError, match="expected examples of 1 to"):
        trained([Example(["a"], "")], near("", 1), near("", 4))


def test_what_was_there_before_comes_back(tmp_path: Path) -> None:
    shelf = Shelf(str(tmp_path / "planner" / "tuned.json"))
    assert shelf.load() is None
    first, second = (Heads([name], [[0.0], [0.0]], [Example([name], name)]) for name in ("a", "b"))
    shelf.keep(first)
    shelf.keep(second)
    assert shelf.load() == second
    assert shelf.undo() == first
    with pytest.raises(CallerError, match="no tuning to take back"):
        shelf.undo()
    shelf.keep(second)
    (tmp_path / "planner" / "tuned.json").write_text("{")
    with pytest.raises(CallerError, match="no heads of the planner"):
        shelf.load()


def test_the_first_tuning_taken_back_leaves_nothing(tmp_path: Path) -> None:
    shelf = Shelf(str(tmp_path / "tuned.json"))
    shelf.keep(Heads([], [], []))
    assert shelf.undo() is None
    assert not (tmp_path / "tuned.json").exists()
    with pytest.raises(CallerError, match="with a state directory only"):
        Shelf("").keep(Heads([], [], []))
